"""Where expressions run: DuckDB in this process; `spark.py` beside this is the other one, on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import duckdb

FACTS = "facts"


class Engine(Protocol):
    """Runs compiled expressions over the buckets of a snapshot.

    Args:
        name: What a run of the records says it was made by.
        dialect: What Ibis is to compile for.
    """

    name: str
    dialect: str

    def run(self, sql: str, files: Sequence[Path], folder: Path) -> Iterator[Path]:
        """Write the result of a compiled expression for each bucket as Parquet, and yield the files in turn.

        Args:
            files: Buckets of a snapshot, in the order of their numbers.
            folder: Where the results go, each under the name of its bucket.
        """
        ...


class DuckDB:
    """DuckDB in this process, reading one bucket at a time so that memory does not grow with the register."""

    name = "duckdb"
    dialect = "duckdb"

    def __init__(self, memory_limit: str = "256MB", threads: int | None = None) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET memory_limit = ?", [memory_limit])
        self._connection.execute("SET enable_progress_bar = false")
        if threads is not None:
            self._connection.execute("SET threads = ?", [threads])

    def run(self, sql: str, files: Sequence[Path], folder: Path) -> Iterator[Path]:
        """Write the result for each bucket, and yield the files in turn; see `Engine`."""
        wanted = ""
        for path in files:
            view = f"CREATE OR REPLACE TEMP VIEW {FACTS} AS SELECT * FROM read_parquet({_text(path)})"  # noqa: S608 - quoted
            self._connection.execute(view)
            wanted = wanted or self._narrowed(sql)
            results = folder / path.name
            copy = f"COPY ({wanted}) TO {_text(results)} (FORMAT parquet, COMPRESSION zstd)"
            self._connection.execute(copy).fetchall()
            yield results

    def _narrowed(self, sql: str) -> str:
        """Return the same with sums as numbers of 64 bits: wider ones would stand in Parquet as floating point."""
        described = self._connection.execute(f"DESCRIBE {sql}").fetchall()
        wide = [f'CAST("{name}" AS BIGINT) AS "{name}"' for name, type_, *_ in described if type_ == "HUGEINT"]
        return f"SELECT * REPLACE ({', '.join(wide)}) FROM ({sql})" if wide else sql  # noqa: S608 - names of columns


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"

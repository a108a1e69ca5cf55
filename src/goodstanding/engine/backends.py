"""Where expressions run: DuckDB in this process; `spark.py` beside this is the other one, on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

FACTS = "facts"


class Engine(Protocol):
    """Runs compiled expressions over the buckets of a snapshot.

    Args:
        name: What a run of the records says it was made by.
        dialect: What Ibis is to compile for.
    """

    name: str
    dialect: str

    def run(self, sql: str, files: Sequence[Path]) -> Iterator[pa.Table]:
        """Yield the result of a compiled expression for each bucket in turn."""
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

    def run(self, sql: str, files: Sequence[Path]) -> Iterator[pa.Table]:
        """Yield the result of a compiled expression for each file in turn."""
        for path in files:
            source = str(path).replace("'", "''")
            view = f"CREATE OR REPLACE TEMP VIEW {FACTS} AS SELECT * FROM read_parquet('{source}')"  # noqa: S608 - quoted
            self._connection.execute(view)
            yield self._table(sql)

    def run_table(self, sql: str, table: pa.Table) -> pa.Table:
        """Return the result of a compiled expression over a table in memory."""
        self._connection.register("given", table)
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {FACTS} AS FROM given")
        found = self._table(sql)
        self._connection.execute(f"DROP VIEW {FACTS}")
        self._connection.unregister("given")
        return found

    def _table(self, sql: str) -> pa.Table:
        return self._connection.sql(sql).to_arrow_table()

"""Rows placed by DuckDB as a whole register is: through a bucket's file and a file of results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.core.classification import Scorecard
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import DuckDB, Engine
from goodstanding.engine.buckets import ids_of, named, write_bucket
from goodstanding.engine.features import schema, tables_of
from goodstanding.engine.score import compiled, result_schema


def by_id(results: Path, bucket: Path, card: Scorecard) -> pa.Table:
    """Return a bucket's results with the ids of its businesses, in their order."""
    table = pq.read_table(results).cast(result_schema(card))
    return table.set_column(0, "entity", named(table["entity"], ids_of(bucket))).sort_by("entity")


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]], book: Rulebook) -> None:
    """Write rows of one bucket, the first."""
    write_bucket(path, 0, {kind: [table] for kind, table in tables_of(rows, book).items()}, schema(book))


def placed(
    rows: Iterable[Mapping[str, Any]], book: Rulebook, card: Scorecard, as_of: date, engine: Engine | None = None
) -> list[dict[str, Any]]:
    """Return the line of each registered business among some rows, by id."""
    with TemporaryDirectory() as folder:
        bucket = Path(folder) / "bucket-0000.parquet"
        write_rows(bucket, rows, book)
        results = Path(folder) / "results"
        results.mkdir()
        engine = engine or DuckDB(threads=1)
        (found,) = engine.run(compiled(book, card, as_of, engine.dialect), [bucket], results)
        return by_id(found, bucket, card).to_pylist()

"""Parquet: typed columns, batch by batch; days and whole numbers reach the facts without passing through text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.intake.card import Layout
from goodstanding.intake.problem import Problem, Reason
from goodstanding.intake.reading import Row, Source, checked, invalid
from goodstanding.intake.typed_rows import decode, encode

_BATCH = 5_000
_LARGEST_GROUP = 2_147_483_648  # bytes a row group says it unpacks to


def read(file: BinaryIO, layout: Layout, wanted: Sequence[str]) -> Source:  # noqa: ARG001 - the readers' common form
    """Open a Parquet file."""
    name = getattr(file, "name", "the file")
    try:
        parquet = pq.ParquetFile(file)
    except pa.ArrowException as error:
        raise invalid(name, f"{error}.", "A Parquet file.") from None
    for group in range(parquet.num_row_groups):
        size = parquet.metadata.row_group(group).total_byte_size
        if size > _LARGEST_GROUP:
            raise invalid(name, f"Row group {group} unpacks to {size} bytes.", f"At most {_LARGEST_GROUP} bytes.")
    columns = tuple(parquet.schema_arrow.names)
    return Source(columns, b"", _rows(parquet, name, columns, layout))


def parse(number: int, original: bytes) -> tuple[tuple[str, ...], Row]:
    """Read a held row again, with the columns it was held with."""
    columns, cells = decode(original)
    return columns, checked(number, columns, cells, original)


def _rows(parquet: pq.ParquetFile, name: str, columns: tuple[str, ...], layout: Layout) -> Iterator[Row]:
    number = 0
    try:
        for batch in parquet.iter_batches(batch_size=_BATCH):
            for cells in zip(*(_column(batch.column(index)) for index in range(len(columns))), strict=True):
                number += 1
                row = checked(number, columns, cells)
                if any(type(cell) is str and len(cell) > layout.max_row_bytes for cell in row.cells):
                    wants = f"At most {layout.max_row_bytes} characters a cell."
                    row = Row(number, row.cells, b"", Problem(Reason.TOO_LONG, "", "A cell is too long.", wants))
                yield row if row.problem is None else row._replace(raw=encode(columns, row.cells))
    except pa.ArrowException as error:
        raise invalid(name, f"After row {number}: {error}.", "A whole Parquet file.") from None


def _column(column: pa.Array) -> list[object]:
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    values: list[object] = column.to_pylist()
    if pa.types.is_floating(column.type):
        return [None if value is None or value != value else value for value in values]
    return values

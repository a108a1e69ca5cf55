"""XLSX: one worksheet, streamed; formulas are never computed and hold the row they stand in.

A workbook is a zip of XML from strangers: what it says it unpacks to is bounded before anything is unpacked, and
defusedxml (which openpyxl uses when it is installed) refuses entities.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

import openpyxl

from goodstanding.intake.card import Layout
from goodstanding.intake.days import Cell
from goodstanding.intake.problem import Problem, Reason, shown
from goodstanding.intake.reading import Row, Source, checked, invalid
from goodstanding.intake.typed_rows import Formula, decode, encode

_MOST_UNPACKED = 1_073_741_824
_MOST_SHARED_TEXT = 268_435_456  # held in memory, unlike the sheet
_HIGHEST_RATIO = 200
_SMALL = 1_048_576  # below this a high ratio does no harm


def read(file: BinaryIO, layout: Layout, wanted: Sequence[str]) -> Source:  # noqa: ARG001 - the readers' common form
    """Open a worksheet."""
    name = getattr(file, "name", "the file")
    _check_zip(file, name)
    rows = _sheet_rows(file, name, layout)
    header = next(rows, [])
    while header and header[-1] is None:
        header.pop()
    if not header or any(type(cell) is not str for cell in header):
        raise invalid(name, "No header, or one with cells that are not text.", "A row that names every column.")
    columns = tuple(str(cell).strip() for cell in header)
    return Source(columns, encode(columns, columns), _rows(rows, columns))


def parse(number: int, original: bytes) -> tuple[tuple[str, ...], Row]:
    """Read a held row again, with the columns it was held with."""
    columns, cells = decode(original)
    return columns, _row(number, columns, cells)


def _check_zip(file: BinaryIO, name: str) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise invalid(name, "It is not a workbook.", "An XLSX workbook.") from None
    file.seek(0)
    unpacked = sum(member.file_size for member in members)
    shared = sum(member.file_size for member in members if not member.filename.startswith("xl/worksheets/"))
    ratios = [m.file_size // max(m.compress_size, 1) for m in members if m.file_size > _SMALL]
    if unpacked > _MOST_UNPACKED or shared > _MOST_SHARED_TEXT or max(ratios, default=0) > _HIGHEST_RATIO:
        found = f"It unpacks to {unpacked} bytes, parts of it to {max(ratios, default=1)} times their size."
        raise invalid(name, found, f"At most {_MOST_UNPACKED} bytes and {_HIGHEST_RATIO} times; send CSV instead.")


def _sheet_rows(file: BinaryIO, name: str, layout: Layout) -> Iterator[list[Any]]:
    """Yield the sheet's rows from the header on. openpyxl raises many errors on hostile input: all mean one thing."""
    number = 0
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        if layout.sheet and layout.sheet not in book.sheetnames:
            raise invalid(name, f"No sheet {layout.sheet!r}.", "One of: " + ", ".join(map(shown, book.sheetnames)))
        sheet = book[layout.sheet] if layout.sheet else book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(min_row=layout.header_row):
            number += 1
            yield [_value(cell) for cell in row]
    except Exception as error:
        if type(error).__module__.startswith("goodstanding."):
            raise
        found = f"{type(error.__cause__ or error).__name__} after {number} rows of the sheet."
        raise invalid(name, found, "A whole XLSX workbook.") from None


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        return Formula(str(cell.value))
    if cell.data_type == "e":
        return {"$error": str(cell.value)}
    value = cell.value
    if isinstance(value, str) and not value.strip():
        return None
    if value is None or isinstance(value, str | bool | int | float | datetime | date):
        return value
    return {"$other": str(value)}


def _rows(rows: Iterator[list[Any]], columns: tuple[str, ...]) -> Iterator[Row]:
    number = 0
    width = len(columns)
    for cells in rows:
        if all(cell is None for cell in cells):
            continue
        number += 1
        beyond = [cell for cell in cells[width:] if cell is not None]
        if beyond:
            wants = f"{width} cells."
            kept = [*columns, *(f"+{index}" for index in range(1, len(cells) - width + 1))]
            problem = Problem(Reason.COLUMNS, "", f"{len(beyond)} cells beyond the header.", wants)
            yield Row(number, (), encode(kept, cells), problem)
            continue
        row = _row(number, columns, [*cells, *[None] * (width - len(cells))][:width])
        yield row if row.problem is None else row._replace(raw=encode(columns, row.cells))


def _row(number: int, columns: Sequence[str], cells: Sequence[Cell]) -> Row:
    for column, cell in zip(columns, cells, strict=True):
        if isinstance(cell, Formula):
            problem = Problem(Reason.FORMULA, shown(column), shown(cell), "A value; a formula is not computed here.")
            return Row(number, tuple(cells), b"", problem)
        if isinstance(cell, dict):
            problem = Problem(Reason.BAD_VALUE, shown(column), shown(next(iter(cell.values()))), "A value.")
            return Row(number, tuple(cells), b"", problem)
    return checked(number, columns, cells)

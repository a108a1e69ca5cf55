"""Rows to files, streaming, the same bytes every time: CSV, JSON Lines, Parquet and XLSX."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

from goodstanding.synth.layout import Cell, CellType, FileLayout, Format

_ROWS_A_GROUP = 20_000
_STAMP = "2000-01-01T00:00:00Z"
_ZIP_STAMP = (2000, 1, 1, 0, 0, 0)
_CORE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    f'<dcterms:created xsi:type="dcterms:W3CDTF">{_STAMP}</dcterms:created>'
    f'<dcterms:modified xsi:type="dcterms:W3CDTF">{_STAMP}</dcterms:modified>'
    "</cp:coreProperties>"
)


class Writer(ABC):
    """Takes the rows of one file in order."""

    @abstractmethod
    def row(self, cells: Sequence[Any], broken: bytes = b"", cut: bool = False) -> None:
        """Write one row.

        Args:
            cells: One for each column; a CSV row may have more.
            broken: Bytes put at the end of a text row.
            cut: Whether a text row breaks off half way.
        """

    @abstractmethod
    def close(self) -> None:
        """Finish the file."""


class _Text(Writer):
    def __init__(self, file: IO[bytes], layout: FileLayout) -> None:
        self._file = file
        self._encoding = layout.encoding

    def close(self) -> None:
        self._file.flush()

    def _line(self, line: str, broken: bytes, cut: bool) -> None:
        self._file.write((line[: len(line) // 2] if cut else line).encode(self._encoding) + broken + b"\n")


class _Csv(_Text):
    def __init__(self, file: IO[bytes], layout: FileLayout) -> None:
        super().__init__(file, layout)
        self._buffer = io.StringIO()
        self._write = csv.writer(self._buffer, lineterminator="").writerow
        if layout.byte_order_mark:
            file.write("\ufeff".encode(layout.encoding))
        self.row([column.heading for column in layout.columns])

    def row(self, cells: Sequence[Cell], broken: bytes = b"", cut: bool = False) -> None:
        self._write(cells)
        line = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        self._line(line, broken, cut)


class _JsonLines(_Text):
    def __init__(self, file: IO[bytes], layout: FileLayout) -> None:
        super().__init__(file, layout)
        self._headings = [column.heading for column in layout.columns]
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def row(self, cells: Sequence[Cell], broken: bytes = b"", cut: bool = False) -> None:
        record = {heading: cell for heading, cell in zip(self._headings, cells, strict=True) if cell is not None}
        self._line(self._encode(record), broken, cut)


class ParquetRows(Writer):
    """Writes rows under a schema, a group at a time."""

    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._rows: list[Sequence[Any]] = []

    def row(self, cells: Sequence[Any], broken: bytes = b"", cut: bool = False) -> None:  # noqa: ARG002 - text only
        self._rows.append(cells)
        if len(self._rows) >= _ROWS_A_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            columns = [
                pa.array(values, type=field.type)
                for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)
            ]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
            self._rows.clear()


class _Xlsx(Writer):
    def __init__(self, path: Path, layout: FileLayout) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(layout.sheet)
        self.row([column.heading for column in layout.columns])

    def row(self, cells: Sequence[Cell], broken: bytes = b"", cut: bool = False) -> None:  # noqa: ARG002 - text only
        self._sheet.append(list(cells))

    def close(self) -> None:
        self._book.save(self._path)
        _settle_times(self._path)


def _settle_times(path: Path) -> None:
    """Write a workbook anew with fixed times in place of the times of its making."""
    draft = path.with_suffix(".draft")
    path.rename(draft)
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.infolist():
            settled = zipfile.ZipInfo(member.filename, _ZIP_STAMP)
            settled.compress_type = zipfile.ZIP_DEFLATED
            if member.filename == "docProps/core.xml":
                new.writestr(settled, _CORE)
                continue
            with old.open(member) as source, new.open(settled, "w") as target:
                shutil.copyfileobj(source, target)
    draft.unlink()


@contextmanager
def open_writer(folder: Path, layout: FileLayout) -> Iterator[Writer]:
    """Open the writer of one file; the file is whole once the context ends without an error."""
    path = folder / layout.name
    if layout.format is Format.XLSX:
        workbook = _Xlsx(path, layout)
        yield workbook
        workbook.close()
        return
    with path.open("wb") as file:
        writer: Writer
        match layout.format:
            case Format.CSV:
                writer = _Csv(file, layout)
            case Format.JSON_LINES:
                writer = _JsonLines(file, layout)
            case _:
                types = {CellType.TEXT: pa.string(), CellType.DAY: pa.date32()}
                writer = ParquetRows(file, pa.schema([(one.heading, types[one.type]) for one in layout.columns]))
        yield writer
        writer.close()

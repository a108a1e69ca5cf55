"""A source file opened with the reader its layout calls for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from goodstanding.core.errors import FileUnreadable
from goodstanding.intake import reading_csv, reading_jsonl, reading_parquet, reading_xlsx
from goodstanding.intake.card import FileFormat, Layout
from goodstanding.intake.problem import shown
from goodstanding.intake.reading import Source, header_problem, invalid

_READERS = {
    FileFormat.CSV: reading_csv.read,
    FileFormat.JSON_LINES: reading_jsonl.read,
    FileFormat.PARQUET: reading_parquet.read,
    FileFormat.XLSX: reading_xlsx.read,
}


@contextmanager
def open_source(path: Path, layout: Layout, wanted: Sequence[str]) -> Iterator[Source]:
    """Open a source file.

    Args:
        wanted: The columns the card reads.
    Raises:
        FileUnreadable: It is not there or may not be read.
        SourceFileInvalid: It is not of the layout's format, its header is broken or lacks a wanted column.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileUnreadable(
            asked=f"To read {path}.",
            found=f"{error.strerror or error}.",
            wants="A file that may be read.",
            next_step="Name another file, or mend its permissions.",
        ) from None
    with file:
        source = _READERS[layout.format](file, layout, wanted)
        if header_problem(source.columns) is None:
            missing = [name for name in wanted if name not in source.columns]
            if missing:
                raise invalid(
                    path.name,
                    "The file has no column " + ", ".join(map(shown, missing)) + ".",
                    "Every column the card names; the file has " + ", ".join(map(shown, source.columns[:40])) + ".",
                )
        yield source

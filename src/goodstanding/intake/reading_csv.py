"""CSV: records are cut out of the bytes before they are decoded, so that one broken row spoils no other.

Neither encoding this house reads has a line feed or a quote inside a multi-byte character; delimiters may occur there
(``|`` is a second byte of GB18030), so cells are split only after decoding. A quote that never closes would swallow the
rest of the file: past `_MOST_LINES` lines or the longest row, its first line alone is held and reading goes on.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from goodstanding.intake.card import Encoding, Layout
from goodstanding.intake.problem import Problem, Reason, shown
from goodstanding.intake.reading import Row, Source, forbidden, invalid, is_settled, settled

_MOST_LINES = 200
_BYTE_ORDER_MARKS = {Encoding.UTF_8: b"\xef\xbb\xbf", Encoding.GB18030: b"\x84\x31\x95\x33"}


def read(file: BinaryIO, layout: Layout, wanted: Sequence[str]) -> Source:  # noqa: ARG001 - the readers' common form
    """Open a CSV file whose first record names the columns."""
    lines = _Lines(file, layout)
    first = next(lines, None)
    header, problem = first if first is not None else (b"", None)
    header = header.removeprefix(_BYTE_ORDER_MARKS[layout.encoding])
    columns = header_columns(header, layout)
    if problem is not None or not any(columns):
        found = problem.found if problem is not None else "No header."
        raise invalid(getattr(file, "name", "the file"), found, "A first row that names the columns.")
    return Source(columns, header, _rows(lines, layout, len(columns)))


def header_columns(header: bytes, layout: Layout) -> tuple[str, ...]:
    """Return the names of the columns in a header record.

    Raises:
        SourceFileInvalid: The header is not text in the layout's encoding, or badly quoted.
    """
    row = parse(0, header, layout, None)
    if row.problem is not None:
        raise invalid("the header", row.problem.found, row.problem.wants)
    return tuple(str(cell).strip() for cell in row.cells)


def parse(number: int, record: bytes, layout: Layout, width: int | None) -> Row:
    """Read one record.

    Args:
        record: Its bytes, line end included or not.
        width: How many cells it must have; ``None`` for any number.
    """
    try:
        text = record.decode(layout.encoding.value)
    except UnicodeDecodeError as error:
        found = f"Byte {error.start + 1} of the row is not {layout.encoding.value}."
        return Row(number, (), record, Problem(Reason.ENCODING, "", found, f"Text in {layout.encoding.value}."))
    if text.endswith("\n"):
        text = text[:-2] if text.endswith("\r\n") else text[:-1]
    if b'"' in record:
        try:
            cells = next(csv.reader((text,), delimiter=layout.delimiter, strict=True), [])
        except csv.Error as error:
            wants = "Quotes around whole cells only, doubled inside, and closed."
            return Row(number, (), record, Problem(Reason.QUOTING, "", f"{error}.", wants))
    else:
        cells = text.split(layout.delimiter)
        if "\r" in text:
            found = "A carriage return outside quotes."
            return Row(number, (), record, Problem(Reason.CONTROL_CHARACTER, "", found, "Line ends only between rows."))
    problem = forbidden(text)
    if problem is not None:
        return Row(number, (), record, problem)
    if width is not None and len(cells) != width:
        return Row(number, (), record, Problem(Reason.COLUMNS, "", f"{len(cells)} cells.", f"{width} cells."))
    if not is_settled(text):
        cells = [settled(cell) for cell in cells]
    return Row(number, cells, record, None)


def _rows(lines: _Lines, layout: Layout, width: int) -> Iterator[Row]:
    number = 0
    for record, problem in lines:
        if problem is not None:
            number += 1
            yield Row(number, (), record, problem)
        elif record not in (b"\n", b"\r\n"):
            number += 1
            yield parse(number, record, layout, width)


class _Lines:
    """Cuts a file into records: physical lines, joined while a quoted cell stays open."""

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._layout = layout
        self._ahead: deque[tuple[bytes, int]] = deque()  # lines read beyond an unclosed quote, with their true length

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> tuple[bytes, Problem | None]:
        line, length = self._line()
        if not line:
            raise StopIteration
        if length > len(line):
            return line, _too_long(length, self._layout)
        if b'"' not in line:
            return line, None
        return self._quoted(line)

    def _line(self) -> tuple[bytes, int]:
        """Return the next physical line, cut at the longest row, and how long it really is."""
        if self._ahead:
            return self._ahead.popleft()
        longest = self._layout.max_row_bytes
        line = self._file.readline(longest + 2)
        length = len(line)
        if length <= longest or line.endswith(b"\n"):
            return line, length
        while (part := self._file.readline(longest)) and not part.endswith(b"\n"):
            length += len(part)
        return line[:longest], length + len(part)

    def _quoted(self, first: bytes) -> tuple[bytes, Problem | None]:
        inside = self._stays_open(first, False)
        if not inside:
            return first, None
        lines: list[tuple[bytes, int]] = []
        size = len(first)
        while len(lines) < _MOST_LINES:
            line, length = self._line()
            if not line:
                break
            lines.append((line, length))
            size += length
            if size > self._layout.max_row_bytes:
                break
            inside = self._stays_open(line, True)
            if not inside:
                return first + b"".join(text for text, _ in lines), None
        self._ahead.extendleft(reversed(lines))
        found = f"A quote opens and does not close within {_MOST_LINES} lines or {self._layout.max_row_bytes} bytes."
        return first, Problem(Reason.QUOTING, "", found, "Every quoted cell closed.")

    def _stays_open(self, line: bytes, inside: bool) -> bool:
        """Tell whether a quoted cell is still open at the end of a line."""
        if inside and b'"' not in line:
            return True
        text = line.decode(self._layout.encoding.value, "replace")
        delimiter = self._layout.delimiter
        at, starts = 0, not inside
        while True:
            if inside:
                at = text.find('"', at) + 1
                if at == 0:
                    return True
                if text[at : at + 1] == '"':
                    at += 1
                    continue
                inside = False
            elif starts and text[at : at + 1] == '"':
                inside, starts, at = True, False, at + 1
                continue
            at = text.find(delimiter, at) + 1
            if at == 0:
                return False
            starts = True


def _too_long(length: int, layout: Layout) -> Problem:
    return Problem(
        Reason.TOO_LONG, "", shown(f"{length} bytes; the first are kept."), f"At most {layout.max_row_bytes} bytes."
    )

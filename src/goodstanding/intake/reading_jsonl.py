"""JSON Lines: one object a line; its keys are the columns, and a key that is absent is an empty cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from goodstanding.intake.card import Layout
from goodstanding.intake.problem import Problem, Reason, shown
from goodstanding.intake.reading import Row, Source, checked


def read(file: BinaryIO, layout: Layout, wanted: Sequence[str]) -> Source:
    """Open a JSON Lines file."""
    return Source(tuple(wanted), b"", _rows(file, layout, wanted))


def parse(number: int, line: bytes, layout: Layout, wanted: Sequence[str]) -> Row:
    """Read one line as the cells of the wanted columns."""
    try:
        text = line.decode(layout.encoding.value)
        record = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        found = f"Byte {error.start + 1} of the row is not {layout.encoding.value}."
        return Row(number, (), line, Problem(Reason.ENCODING, "", found, f"Text in {layout.encoding.value}."))
    except (ValueError, RecursionError) as error:
        return Row(number, (), line, Problem(Reason.NOT_JSON, "", shown(error), "One JSON object a line."))
    if type(record) is not dict:
        found = f"{type(record).__name__} instead of an object."
        return Row(number, (), line, Problem(Reason.NOT_JSON, "", found, "One JSON object a line."))
    return checked(number, wanted, [record.get(column) for column in wanted], line)


def _rows(file: BinaryIO, layout: Layout, wanted: Sequence[str]) -> Iterator[Row]:
    longest = layout.max_row_bytes
    number = 0
    while line := file.readline(longest + 2):
        if number == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.isspace():
            continue
        number += 1
        if len(line) <= longest or line.endswith(b"\n"):
            yield parse(number, line, layout, wanted)
            continue
        length = len(line)
        while (part := file.readline(longest)) and not part.endswith(b"\n"):
            length += len(part)
        found = f"{length + len(part)} bytes; the first are kept."
        yield Row(number, (), line[:longest], Problem(Reason.TOO_LONG, "", found, f"At most {longest} bytes."))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("An object names one key twice.")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number.")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_constant)

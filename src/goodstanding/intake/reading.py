"""Files to rows, streaming: what every format has in common.

Assumptions: a file may be hostile. A row and a cell have a longest length, one row's broken encoding is that row's
problem alone, and control characters (NUL and direction marks among them) hold the row they stand in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from goodstanding.core.errors import SourceFileInvalid
from goodstanding.intake.days import Cell
from goodstanding.intake.problem import Problem, Reason, shown

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


class Row(NamedTuple):
    """One row as it was read.

    Args:
        number: Which data row of the file it is, from 1; the header and empty rows are not counted.
        cells: Values in the order of the source's columns; empty when there is a problem.
        raw: The row's bytes in the file; empty where the format has none of its own.
    """

    number: int
    cells: Sequence[Cell]
    raw: bytes
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Source:
    """An open file.

    Args:
        columns: Names of the columns, as the header has them.
        header: The header's bytes, as needed to read a held row again; empty where rows name their own columns.
        rows: Read once, in file order.
    """

    columns: tuple[str, ...]
    header: bytes
    rows: Iterator[Row]


def invalid(name: str, found: str, wants: str) -> SourceFileInvalid:
    """Return the error for a file that cannot be read at all."""
    return SourceFileInvalid(
        asked=f"To read {name} under its card.",
        found=found,
        wants=wants,
        next_step="Ask the source for the file again, or mend the card's [file] table.",
    )


def header_problem(columns: Sequence[str]) -> Problem | None:
    """Say which column a header names twice, or ``None``."""
    if len(set(columns)) == len(columns):
        return None
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    return Problem(Reason.DUPLICATE_HEADER, "", ", ".join(map(shown, repeated)), "Every column named once.")


def settled(text: str) -> str:
    """Return text in Unicode normalisation form C, the form every digest is taken over."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_settled(text: str) -> bool:
    """Tell whether a text, and so every part of it, is in normalisation form C."""
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def forbidden(text: str) -> Problem | None:
    """Say which character of a text may not stand in a record, or ``None``."""
    if text.isprintable():
        return None
    match = _FORBIDDEN.search(text)
    if match is None:
        return None
    return Problem(
        Reason.CONTROL_CHARACTER,
        "",
        f"U+{ord(match[0]):04X} at character {match.start() + 1}.",
        "No control characters and no marks that turn the direction of writing.",
    )


def checked(number: int, columns: Sequence[str], cells: Iterable[Cell], raw: bytes = b"") -> Row:
    """Return a row of typed cells with its texts normalised, or with the first forbidden character as its problem."""
    found: list[Cell] = []
    for column, cell in zip(columns, cells, strict=True):
        if type(cell) is str:
            problem = forbidden(cell)
            if problem is not None:
                return Row(
                    number, tuple(cells), raw, Problem(problem.reason, shown(column), problem.found, problem.wants)
                )
            found.append(settled(cell))
        else:
            found.append(cell)
    return Row(number, tuple(found), raw, None)

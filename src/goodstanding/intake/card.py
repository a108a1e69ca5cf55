"""A source card as a value: what the columns of one source's files mean. ``docs/cards.md`` is its manual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from goodstanding.core.entity import IdentityScheme
from goodstanding.core.fact import Field, Value


class FileFormat(Enum):
    """How a source writes its rows."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


class Encoding(Enum):
    """How a text file writes its characters."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is built.

    Args:
        sheet: Name of the worksheet; empty for the first.
        header_row: Row of the worksheet that names the columns, from 1.
        max_row_bytes: A longer row is held without being read.
        max_cell_characters: A longer cell holds its row.
        empty_words: Cells that mean "nothing", besides the empty one.
    """

    format: FileFormat
    encoding: Encoding
    delimiter: str
    sheet: str
    header_row: int
    max_row_bytes: int
    max_cell_characters: int
    empty_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Template:
    """Text with columns in it: literals at even places, column names at odd ones.

    Args:
        digested: Columns that stand in the text by the SHA-256 of their cell, cut to 24 hex digits.
    """

    parts: tuple[str, ...]
    digested: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.parts[1::2]


@dataclass(frozen=True, slots=True)
class DayColumn:
    """A column of days.

    Args:
        formats: Tried in this order.
        includes_last_day: The day named is the last one of the span, so the span ends on the next.
        open_words: Cells that mean "no end".
    """

    column: str
    formats: tuple[str, ...]
    includes_last_day: bool = False
    open_words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CodeIdentity:
    """The business is named by its code in one column."""

    scheme: str
    column: str


@dataclass(frozen=True, slots=True)
class GridIdentity:
    """The subject is a cell of a grid: each column times ``times``, rounded to a whole number, joined by a comma."""

    scheme: str
    columns: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True)
class RecordIdentity:
    """The row names another source's record; business, and first day where the card gives none, are that record's."""

    source: str
    ref: Template


Identity = CodeIdentity | GridIdentity | RecordIdentity


@dataclass(frozen=True, slots=True)
class Condition:
    """A row is meant when its cell is one of ``values``."""

    column: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Filling:
    """Where one field of a fact comes from.

    Args:
        column: The column, or empty when ``constant`` is the value.
        words: Source word to value (codes, or true and false); ``None`` takes codes as they stand.
        otherwise: Code for words ``words`` does not know; empty refuses them.
        times: Factor that turns the source's number into the field's unit, exactly.
        rounds: Whether a product that is not whole is rounded (half to even) instead of refused.
        bands: Lowest number (``None`` for the first band) and code of each band, ascending: the cell is a number, the
            field the code of the band it falls in. Empty where the cell is a word.
        scheme: Of a text that names a business by its code; the field then holds its id in the register. ``None`` where
            the text stands for itself.
    """

    field: Field
    column: str
    constant: Value
    formats: tuple[str, ...]
    words: Mapping[str, str | bool] | None
    otherwise: str
    separator: str
    times: int
    rounds: bool
    bands: tuple[tuple[int | None, str], ...] = ()
    scheme: IdentityScheme | None = None


@dataclass(frozen=True, slots=True)
class FactPlan:
    """One fact that a row may give.

    Args:
        valid_from: A day itself where the file names none; ``None`` only under a `RecordIdentity`.
    """

    kind: str
    identity: Identity
    ref: Template
    valid_from: DayColumn | date | None
    valid_until: DayColumn | None
    when: Condition | None
    fillings: tuple[Filling, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What one source's files mean.

    Args:
        code: Name of the source, as facts carry it.
        known_at: Column of the day or instant the source says it was known; ``None`` for the run's own instant.
        leave_out: Rows that are not meant to become facts.
        digest: SHA-256, in hex, of the card's bytes.
    """

    code: str
    title: Mapping[str, str]
    layout: Layout
    known_at: DayColumn | None
    leave_out: tuple[Condition, ...]
    facts: tuple[FactPlan, ...]
    digest: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the card reads, each once, in the order first named."""
        names: dict[str, None] = {}
        for day in (self.known_at, *(plan.valid_from for plan in self.facts), *(p.valid_until for p in self.facts)):
            if isinstance(day, DayColumn):
                names[day.column] = None
        for condition in (*self.leave_out, *(plan.when for plan in self.facts)):
            if condition is not None:
                names[condition.column] = None
        for plan in self.facts:
            match plan.identity:
                case CodeIdentity(column=column):
                    names[column] = None
                case GridIdentity(columns=columns):
                    names.update(dict.fromkeys(columns))
                case RecordIdentity(ref=ref):
                    names.update(dict.fromkeys(ref.columns))
            names.update(dict.fromkeys(plan.ref.columns))
            names.update((filling.column, None) for filling in plan.fillings if filling.column)
        return tuple(names)

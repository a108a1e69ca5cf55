"""How each file is laid out: headings, words and formats, and how its rows go wrong; ``files.toml``, read strictly.

The layouts are written apart from the source cards that read them, so that an import tests both against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from operator import attrgetter
from typing import Any

from goodstanding.core.reading import Table
from goodstanding.core.rulebook import Rulebook
from goodstanding.intake.problem import Reason
from goodstanding.synth.chance import MILLION, Weighted
from goodstanding.synth.documents import (
    AnnualReport,
    Commitment,
    Complaint,
    Contact,
    Correction,
    CourtDebt,
    Document,
    EquipmentState,
    EquityFreeze,
    Evaluation,
    Honour,
    InspectionResult,
    Investment,
    Licence,
    OpinionAlert,
    Penalty,
    Pledge,
    Registration,
    Sampling,
)
from goodstanding.synth.history import History
from goodstanding.synth.setting import known_code

Cell = str | int | bool | date | list[str] | None
Write = Callable[[Any], Cell]


class Record(Enum):
    """Which documents a file holds."""

    REGISTRATION = "registration"
    REGISTRATION_UPDATE = "registration_update"
    ANNUAL_REPORT = "annual_report"
    LICENCE = "licence"
    PENALTY = "penalty"
    INSPECTION = "inspection"
    COMPLAINT = "complaint"
    CONTACT = "contact"
    CORRECTION = "correction"
    SAMPLING = "sampling"
    EVALUATION = "evaluation"
    INVESTMENT = "investment"
    COURT_DEBT = "court_debt"
    EQUITY_FREEZE = "equity_freeze"
    PLEDGE = "pledge"
    COMMITMENT = "commitment"
    EQUIPMENT = "equipment"
    OPINION_ALERT = "opinion_alert"
    HONOUR = "honour"


_TYPES: Mapping[Record, type[Document]] = {
    Record.REGISTRATION: Registration,
    Record.REGISTRATION_UPDATE: Registration,
    Record.ANNUAL_REPORT: AnnualReport,
    Record.LICENCE: Licence,
    Record.PENALTY: Penalty,
    Record.INSPECTION: InspectionResult,
    Record.COMPLAINT: Complaint,
    Record.CONTACT: Contact,
    Record.CORRECTION: Correction,
    Record.SAMPLING: Sampling,
    Record.EVALUATION: Evaluation,
    Record.INVESTMENT: Investment,
    Record.COURT_DEBT: CourtDebt,
    Record.EQUITY_FREEZE: EquityFreeze,
    Record.PLEDGE: Pledge,
    Record.COMMITMENT: Commitment,
    Record.EQUIPMENT: EquipmentState,
    Record.OPINION_ALERT: OpinionAlert,
    Record.HONOUR: Honour,
}

DOCUMENTS: Mapping[Record, Callable[[History], Sequence[Document]]] = {
    Record.REGISTRATION: lambda history: history.registrations,
    Record.REGISTRATION_UPDATE: lambda history: history.redelivered,
    Record.ANNUAL_REPORT: lambda history: history.reports,
    Record.LICENCE: lambda history: history.licences,
    Record.PENALTY: lambda history: history.penalties,
    Record.INSPECTION: lambda history: history.checked.inspections,
    Record.COMPLAINT: lambda history: history.complaints,
    Record.CONTACT: lambda history: history.checked.contacts,
    Record.CORRECTION: lambda history: history.checked.corrections,
    Record.SAMPLING: lambda history: history.samplings,
    Record.EVALUATION: lambda history: history.evaluations,
    Record.INVESTMENT: lambda history: history.investments,
    Record.COURT_DEBT: lambda history: history.court_debts,
    Record.EQUITY_FREEZE: lambda history: history.equity_freezes,
    Record.PLEDGE: lambda history: history.pledges,
    Record.COMMITMENT: lambda history: history.commitments,
    Record.EQUIPMENT: lambda history: history.equipment,
    Record.OPINION_ALERT: lambda history: history.alerts,
    Record.HONOUR: lambda history: history.honours,
}


class Format(Enum):
    """How a file is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


class CellType(Enum):
    """What a column of a typed format holds."""

    TEXT = "text"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and what of a document stands in it.

    Args:
        value: Field of the document; empty where every row says ``otherwise``.
        write: How a value is written; ``None`` as it stands.
        otherwise: What stands where the document says nothing.
    """

    heading: str
    type: CellType
    value: str
    write: Write | None
    otherwise: str | None


class How(Enum):
    """What is done to a row to make it wrong."""

    REPLACE = "replace"  # a cell says something else
    CHECK_DIGIT = "check_digit"  # the last character of a code is another
    LENGTHEN = "lengthen"  # a cell repeats itself beyond a length
    BYTES = "bytes"  # bytes that are no text stand in the row
    CUT = "cut"  # the row breaks off
    ANOTHER_CELL = "another_cell"  # the row has a cell too many


@dataclass(frozen=True, slots=True)
class Spoiling:
    """One way in which rows of a file go wrong, and the reason an import must hold them for."""

    reason: Reason
    how: How
    place: int
    text: str
    characters: int
    bytes: bytes


@dataclass(frozen=True, slots=True)
class FileLayout:
    """One file.

    Args:
        kind: Fact kind its rows become.
        columns: In file order.
        cells: Returns a document's row.
        ref: Place of the column with the record's own key.
        spoilings: Ways to go wrong; may be empty.
    """

    name: str
    record: Record
    card: str
    kind: str
    format: Format
    encoding: str
    byte_order_mark: bool
    sheet: str
    columns: tuple[Column, ...]
    cells: Callable[[Document], list[Cell]]
    ref: int
    spoilings: Weighted[Spoiling]


@dataclass(frozen=True, slots=True)
class Layouts:
    """All of ``files.toml``; the files stand in the order in which they are imported."""

    spoilt_ppm: int
    repeated_ppm: int
    files: tuple[FileLayout, ...]


Words = Mapping[str, Mapping[str, str]]


def read_layouts(file: Table, book: Rulebook) -> Layouts:
    """Read ``files.toml``.

    Raises:
        RulebookInvalid: An unknown key, a missing one, or a column of a document that there is not.
    """
    spoilt_ppm, repeated_ppm = file.whole("spoilt_ppm"), file.whole("repeated_ppm")
    if not 0 <= spoilt_ppm + repeated_ppm <= MILLION:
        raise file.mistake("spoilt_ppm", f"{spoilt_ppm}.", "Parts per million.")
    words: dict[str, dict[str, str]] = {}
    for name, table in file.named("words"):
        words[name] = {code: table.text(code) for code in table.keys}
    found: dict[str, FileLayout] = {}
    for table in file.tables("file"):
        layout = _read_file(table, book, words, found)
        found[layout.name] = layout
    return Layouts(spoilt_ppm, repeated_ppm, tuple(found.values()))


def _read_file(table: Table, book: Rulebook, words: Words, earlier: Mapping[str, FileLayout]) -> FileLayout:
    record = table.choice("record", Record)
    if table.has("columns_of"):
        columns = earlier[known_code(table, "columns_of", earlier)].columns
    else:
        columns = tuple(_read_column(inner, record, words) for inner in table.tables("columns"))
    values = [column.value for column in columns]
    if "ref" not in values:
        raise table.mistake("columns", "No column has the value ref.", "The record's own key in a column.")
    headings = [column.heading for column in columns]
    things, weights = [], []
    for inner in table.tables("spoil", required=False):
        weights.append(inner.whole("weight"))
        things.append(_read_spoiling(inner, headings))
    return FileLayout(
        name=table.text("name"),
        record=record,
        card=table.text("card"),
        kind=known_code(table, "kind", book.kinds),
        format=table.choice("format", Format),
        encoding=table.text("encoding", "utf-8"),
        byte_order_mark=table.flag("byte_order_mark", False),
        sheet=table.text("sheet", ""),
        columns=columns,
        cells=_row(columns),
        ref=values.index("ref"),
        spoilings=Weighted(things, weights),
    )


def _row(columns: Sequence[Column]) -> Callable[[Document], list[Cell]]:
    """Return a function that writes a document as the cells of a row; it runs once for every row of every file."""
    # A column without a value reads the key, whose cell is then thrown away.
    get = attrgetter(*(column.value or "ref" for column in columns), "ref")
    rules = [(column.write, column.otherwise) for column in columns]

    def cells(document: Document) -> list[Cell]:
        return [
            otherwise if found is None else found if write is None else write(found)
            for found, (write, otherwise) in zip(get(document), rules, strict=False)
        ]

    return cells


def _read_column(table: Table, record: Record, words: Words) -> Column:
    heading = table.text("heading")
    if table.has("constant"):
        constant = table.text("constant")
        return Column(heading, CellType.TEXT, "", lambda _: constant, constant)
    value = known_code(table, "value", {field.name for field in fields(_TYPES[record])})
    write: Write | None = None
    if table.has("words"):
        write = _worded(words[known_code(table, "words", words)], table.text("separator", ";"))
    elif table.has("divide"):
        write = _divided(table.whole("divide"))
    elif table.has("format"):
        write = _dated(table.text("format"))
    elif table.flag("list", False):
        write = list
    return Column(heading, table.choice("type", CellType, CellType.TEXT), value, write, table.text("empty", "") or None)


def _worded(words: Mapping[str, str], separator: str) -> Write:
    def write(found: str | bool | tuple[str, ...]) -> str:
        if isinstance(found, tuple):
            return separator.join(words[code] for code in found)
        return words[str(found).lower() if isinstance(found, bool) else found]

    return write


def _divided(by: int) -> Write:
    digits = len(str(by)) - 1

    def write(found: int) -> int | str:
        whole, rest = divmod(abs(found), by)
        if not rest:
            return found // by
        return ("-" if found < 0 else "") + f"{whole}.{rest:0{digits}d}".rstrip("0")

    return write


def _dated(format_: str) -> Write:
    seen: dict[date, str] = {}

    def write(found: date) -> str:
        text = seen.get(found)
        if text is None:
            text = format_.replace("%Y", f"{found.year:04d}").replace("%m", f"{found.month:02d}")
            text = seen[found] = text.replace("%d", f"{found.day:02d}")
        return text

    return write


def _read_spoiling(table: Table, headings: Sequence[str]) -> Spoiling:
    how = table.choice("how", How)
    place = 0
    if how in (How.REPLACE, How.CHECK_DIGIT, How.LENGTHEN):
        place = headings.index(known_code(table, "heading", headings))
    return Spoiling(
        reason=table.choice("reason", Reason),
        how=how,
        place=place,
        text=table.text("text") if how is How.REPLACE else "",
        characters=table.whole("characters") if how is How.LENGTHEN else 0,
        bytes=bytes.fromhex(table.text("bytes")) if how is How.BYTES else b"",
    )

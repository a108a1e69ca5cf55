"""Rows to facts, or to what is wrong with them. Everything a card says is compiled once per file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, Value
from goodstanding.core.rulebook import Rulebook
from goodstanding.intake.card import (
    Card,
    CodeIdentity,
    Condition,
    FactPlan,
    GridIdentity,
    RecordIdentity,
    Template,
)
from goodstanding.intake.cells import as_text, converter, scaled
from goodstanding.intake.days import Cell, day_reader, instant_reader
from goodstanding.intake.identity import identity_reader
from goodstanding.intake.problem import BadCell, Problem, Reason

_LONGEST_REF = 200
_DIGEST_DIGITS = 24  # 96 bits: no two texts under one record will meet
_A_DAY = timedelta(days=1)

Cells = Sequence[Cell]
RecordKey = tuple[str, str]
"""Source and record key."""


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """What the ledger says of a record another row names: about whom, and from when."""

    entity_id: str
    valid_from: date


Records = Mapping[RecordKey, KnownRecord]


class Validator:
    """A card compiled for one header.

    Args:
        columns: The file's columns, in order; every column the card reads is among them.
        now: The instant of the import; nothing can have been known later.
    """

    def __init__(self, card: Card, book: Rulebook, columns: Sequence[str], now: datetime) -> None:
        zone = ZoneInfo(book.timezone)
        at = {name: index for index, name in enumerate(columns)}
        self._empty = card.layout.empty_words
        self._now = now
        self._known = None
        if card.known_at is not None:
            self._known = at[card.known_at.column], instant_reader(card.known_at.formats, zone), card.known_at.column
        self._leave_out = [_condition(condition, at) for condition in card.leave_out]
        self._plans = [_CompiledPlan(plan, card, book, at, zone) for plan in card.facts]

    def references(self, cells: Cells) -> Iterator[RecordKey]:
        """Yield the records of other sources that a row names."""
        for plan in self._plans:
            if plan.names_record is not None and (plan.applies is None or plan.applies(cells)):
                key = plan.names_record(cells)
                if key is not None:
                    yield key

    def read(self, cells: Cells, known_at: datetime, records: Records) -> tuple[list[Fact], list[Problem]]:
        """Turn one row into facts.

        Args:
            known_at: For rows whose card names no column of its own; UTC.
            records: What the ledger holds of the records `references` named.
        Returns:
            The facts and no problems, or no facts and every problem found. Neither for a row the card leaves out.
        """
        if self._empty:
            cells = [None if type(cell) is str and cell.strip() in self._empty else cell for cell in cells]
        for is_left_out in self._leave_out:
            if is_left_out(cells):
                return [], []
        problems: list[Problem] = []
        if self._known is not None:
            known_at = self._known_at(cells, known_at, problems)
        facts: list[Fact] = []
        spoken = False
        for plan in self._plans:
            if plan.applies is not None and not plan.applies(cells):
                continue
            spoken = True
            fact = plan.read(cells, known_at, records, problems)
            if fact is not None:
                facts.append(fact)
        if not spoken:
            wants = "A row that one of the card's facts speaks of, or one the card leaves out."
            problems.append(Problem(Reason.UNKNOWN_KIND, self._plans[0].condition_column, "No fact fits.", wants))
        if len(facts) > 1 and len({fact.source_ref for fact in facts}) < len(facts):
            wants = "A record key of its own for each fact of a row."
            problems.append(Problem(Reason.REF_CONFLICT, "ref", facts[0].source_ref, wants))
        return ([], problems) if problems else (facts, problems)

    def _known_at(self, cells: Cells, otherwise: datetime, problems: list[Problem]) -> datetime:
        assert self._known is not None  # noqa: S101 - the caller asked
        index, read, column = self._known
        cell = cells[index]
        if cell is None or cell == "":
            problems.append(_missing(column))
            return otherwise
        try:
            known_at = read(cell)
        except BadCell as bad:
            problems.append(bad.of(column))
            return otherwise
        if known_at > self._now:
            wants = "An instant not after the import itself."
            problems.append(Problem(Reason.IMPOSSIBLE_DATE, column, str(cell), wants))
        return known_at


class _CompiledPlan:
    """One [[fact]] of a card, its columns resolved to places."""

    def __init__(self, plan: FactPlan, card: Card, book: Rulebook, at: Mapping[str, int], zone: ZoneInfo) -> None:
        self._kind = plan.kind
        self._source = card.code
        self._ref = _template(plan.ref, at)
        self.condition_column = plan.when.column if plan.when is not None else ""
        self.applies = None if plan.when is None else _condition(plan.when, at)
        self.names_record: Callable[[Cells], RecordKey | None] | None = None
        self._entity: Callable[[Cells], str | None] | None = None
        match plan.identity:
            case CodeIdentity(scheme, column):
                self._entity = _by_code(identity_reader(book.schemes[scheme]), at[column])
                self._entity_column = column
            case GridIdentity(scheme, columns, times):
                places = [at[column] for column in columns]
                self._entity = _by_grid(identity_reader(book.schemes[scheme]), places, times)
                self._entity_column = ", ".join(columns)
            case RecordIdentity(source, ref):
                self.names_record = _record(source, _template(ref, at))
                self._entity_column = ", ".join(ref.columns)
        self._from = self._until = None
        self._since: date | None = None
        if isinstance(plan.valid_from, date):
            self._since = plan.valid_from
        elif plan.valid_from is not None:
            day = plan.valid_from
            self._from = at[day.column], day_reader(day.formats, zone), day.column
        if plan.valid_until is not None:
            day = plan.valid_until
            self._until = at[day.column], day_reader(day.formats, zone), day.column
            self._adds_a_day = day.includes_last_day
            self._open = day.open_words
        self._constants: dict[str, Value] = {}
        self._fields = []
        for filling in plan.fillings:
            if filling.column:
                convert = converter(filling, zone, card.layout.max_cell_characters)
                self._fields.append((filling.field.name, at[filling.column], convert, filling.field.required))
            else:
                self._constants[filling.field.name] = filling.constant

    def read(self, cells: Cells, known_at: datetime, records: Records, problems: list[Problem]) -> Fact | None:
        """Return the fact, or ``None`` after adding what is wrong to ``problems``."""
        before = len(problems)
        ref = self._ref(cells)
        if ref is None or not ref:
            problems.append(_missing("ref"))
        elif len(ref) > _LONGEST_REF:
            found = f"{len(ref)} characters."
            problems.append(Problem(Reason.TOO_LONG, "ref", found, f"At most {_LONGEST_REF} characters."))
        entity_id, since = self._subject(cells, records, problems)
        span = None if since is None else self._span(cells, since, problems)
        payload = dict(self._constants)
        for name, index, convert, required in self._fields:
            cell = cells[index]
            if type(cell) is str:
                cell = cell.strip()
            if cell is None or cell == "":
                if required:
                    problems.append(_missing(name))
                continue
            try:
                value = convert(cell)
            except BadCell as bad:
                problems.append(bad.of(name))
                continue
            if value is not None:
                payload[name] = value
            elif required:
                problems.append(_missing(name))
        if len(problems) > before or ref is None or entity_id is None or span is None:
            return None
        return Fact(entity_id, self._kind, self._source, ref, span, known_at, payload)

    def _subject(self, cells: Cells, records: Records, problems: list[Problem]) -> tuple[str | None, date | None]:
        """Return whom the fact is about and its first day; ``None`` for either that is missing or wrong."""
        entity_id: str | None = None
        since: date | None = None
        if self._entity is not None:
            try:
                entity_id = self._entity(cells)
                if entity_id is None:
                    problems.append(_missing(self._entity_column))
            except BadCell as bad:
                problems.append(bad.of(self._entity_column))
        elif self.names_record is not None:
            key = self.names_record(cells)
            record = None if key is None else records.get(key)
            if key is None:
                problems.append(_missing(self._entity_column))
            elif record is None:
                wants = f"A record of source {key[0]} that the ledger holds."
                problems.append(Problem(Reason.UNKNOWN_RECORD, self._entity_column, key[1], wants))
            else:
                entity_id, since = record.entity_id, record.valid_from
        if self._since is not None:
            since = self._since
        elif self._from is not None:
            since = _day(self._from, cells, problems)
            if since is None and not _holds(cells[self._from[0]]):
                problems.append(_missing(self._from[2]))
        return entity_id, since

    def _span(self, cells: Cells, since: date, problems: list[Problem]) -> Span | None:
        if self._until is None:
            return Span(since)
        index, _, column = self._until
        cell = cells[index]
        if self._open and type(cell) is str and cell.strip() in self._open:
            return Span(since)
        until = _day(self._until, cells, problems)
        if until is None:
            return Span(since)
        if self._adds_a_day:
            if until == date.max:
                problems.append(Problem(Reason.IMPOSSIBLE_DATE, column, str(cell), "A day that another follows."))
                return None
            until += _A_DAY
        if until <= since:  # a span without a day would state that nothing was ever true
            wants = f"A day after the first, {since}: the end itself is excluded."
            problems.append(Problem(Reason.IMPOSSIBLE_DATE, column, str(cell), wants))
            return None
        return Span(since, until)


def _holds(cell: Cell) -> bool:
    return cell is not None and not (type(cell) is str and (cell == "" or cell.isspace()))


def _missing(field: str) -> Problem:
    return Problem(Reason.MISSING_KEY, field, "Nothing.", "A value: the record is not known without it.")


def _day(place: tuple[int, Callable[[Cell], date], str], cells: Cells, problems: list[Problem]) -> date | None:
    index, read, column = place
    cell = cells[index]
    if not _holds(cell):
        return None
    try:
        return read(cell)
    except BadCell as bad:
        problems.append(bad.of(column))
        return None


def _condition(condition: Condition, at: Mapping[str, int]) -> Callable[[Cells], bool]:
    index, values = at[condition.column], condition.values

    def applies(cells: Cells) -> bool:
        cell = cells[index]
        try:
            return ("" if cell is None else as_text(cell)) in values
        except BadCell:
            return False

    return applies


def _template(template: Template, at: Mapping[str, int]) -> Callable[[Cells], str | None]:
    """Return a function that joins a template's columns; ``None`` when one of them is empty."""
    parts: list[str | int] = [at[part] if odd % 2 else part for odd, part in enumerate(template.parts)]
    digested = {at[column] for column in template.digested}
    if len(parts) == 3 and not parts[0] and not parts[2] and not digested:
        only = at[template.parts[1]]

        def one(cells: Cells) -> str | None:
            cell = cells[only]
            try:
                return (as_text(cell) or None) if cell is not None else None
            except BadCell:
                return None

        return one

    def join(cells: Cells) -> str | None:
        found = []
        for part in parts:
            if isinstance(part, str):
                found.append(part)
                continue
            cell = cells[part]
            if not _holds(cell):
                return None
            try:
                text = as_text(cell)
            except BadCell:
                return None
            if part in digested:
                text = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:_DIGEST_DIGITS]
            found.append(text)
        return "".join(found)

    return join


def _by_code(read: Callable[[str], str], index: int) -> Callable[[Cells], str | None]:
    def entity(cells: Cells) -> str | None:
        cell = cells[index]
        return read(as_text(cell)) if _holds(cell) else None

    return entity


def _by_grid(read: Callable[[str], str], places: Sequence[int], times: int) -> Callable[[Cells], str | None]:
    def entity(cells: Cells) -> str | None:
        found = [cells[place] for place in places]
        if not all(_holds(cell) for cell in found):
            return None
        return read(",".join(str(scaled(cell, times, True)) for cell in found))

    return entity


def _record(source: str, ref: Callable[[Cells], str | None]) -> Callable[[Cells], RecordKey | None]:
    def key(cells: Cells) -> RecordKey | None:
        found = ref(cells)
        return None if found is None else (source, found)

    return key

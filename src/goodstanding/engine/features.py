"""Which facts and fields the engine may weigh, and how a row of the snapshot says them.

Columns: ``entity`` (the business: its id, and in a file the number that stands for it there), ``kind``, ``from_day``,
``until_day`` (excluded, null when open), ``hidden_day`` (first day on which the public may no longer see it, null when
none), ``place`` (of the fact among its entity's, in the order of the view), ``established_ymd`` (on registrations only:
since when the business exists by this one, as YYYYMMDD), and one column for each feature field of the catalogue: whole
numbers, truth values and days as such, codes as text, several codes as a whole number with a bit for each.

Rules kept here:
- What has left the public view on its lawful day is no feature either, be it that its time was over or that it was
  repaired; what was never to be shown never is one. Facts of a kind that is not public by nature, such as complaints,
  are features as long as their catalogue says so.
- Personal and official fields never become columns.
- A row serves every day, so it says only what the facts begun by its own first day tell.
- What a relation carries over from another business stands among the rows of this one under ``related.<kind>``, from
  the later of both first days until the relation ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from goodstanding.core.disclosure import Disclosure, shown
from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import Exposure, Fact, FactKind, Field, FieldType, Value
from goodstanding.core.ledger import View, view
from goodstanding.core.related import PREFIX, links
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.indicator import bits, day_number, ymd

LAYOUT = 3
"""Raised whenever rows or columns come to mean something else, so that no snapshot mixes both."""

_FIXED = (
    ("entity", pa.string()),
    ("kind", pa.string()),
    ("from_day", pa.int32()),
    ("until_day", pa.int32()),
    ("hidden_day", pa.int32()),
    ("place", pa.int32()),
    ("established_ymd", pa.int32()),
)
_MOST_CODES = 62  # what a whole number of 64 bits holds besides its sign, on every engine
_TYPES = {
    FieldType.TEXT: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DAY: pa.int32(),
    FieldType.CODE: pa.string(),
    FieldType.CODES: pa.int64(),
}


def feature_fields(book: Rulebook) -> dict[str, Field]:
    """Return the feature fields of the catalogue by name, sorted; one of the kinds that have it stands for all."""
    found = {field.name: field for kind in book.kinds.values() for field in _features(kind).values()}
    return dict(sorted(found.items()))


def _features(kind: FactKind) -> dict[str, Field]:
    fields = kind.fields.values()
    return {field.name: field for field in fields if field.feature and field.exposure is Exposure.PUBLIC}


def schema(book: Rulebook) -> pa.Schema:
    """Return the columns of a snapshot under one rulebook.

    Raises:
        IndicatorUnfit: A feature field has the name of another column, however written, or more codes than fit.
    """
    taken = {name for name, _ in _FIXED}
    columns = list(_FIXED)
    for name, field in feature_fields(book).items():
        # Engines take names that differ only by case for one.
        if name.lower() in taken:
            raise _unfit(book, name, "Another column has that name.", "A name of its own, however written.")
        if field.type is FieldType.CODES and len(field.codes) > _MOST_CODES:
            found = f"Table {field.table} has {len(field.codes)} codes."
            raise _unfit(
                book, name, found, f"At most {_MOST_CODES}: a row holds several of them as the bits of one number."
            )
        taken.add(name.lower())
        columns.append((name, _TYPES[field.type]))
    return pa.schema(columns)


def _unfit(book: Rulebook, name: str, found: str, wants: str) -> IndicatorUnfit:
    return IndicatorUnfit(
        asked=f"A column for the feature field {name} of the rulebook {book.code}.",
        found=found,
        wants=wants,
        next_step="Rename it in the rulebook, or make the field no feature.",
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How facts of one kind become rows."""

    is_registration: bool
    is_public: bool
    disclosure: Disclosure  # the display rules of this kind alone: the others cost time and never match
    fields: Mapping[str, FieldType]
    bits: Mapping[str, Mapping[str, int]]  # of the fields of several codes


def readings(book: Rulebook) -> dict[str, Reading]:
    """Return how each kind that may be weighed becomes rows; make it once for many entities."""
    found = {}
    for code, kind in book.kinds.items():
        is_registration = code == book.roles.kind
        if kind.is_feature or is_registration:
            display = tuple(rule for rule in book.disclosure.display if rule.kind == code)
            features = _features(kind)
            fields = {name: field.type for name, field in features.items()}
            several = {name: bits(field) for name, field in features.items() if field.type is FieldType.CODES}
            disclosure = Disclosure(display, (), repair_kind=book.disclosure.repair_kind)
            found[code] = Reading(is_registration, kind.is_public, disclosure, fields, several)
    for relation in book.related:
        found |= {PREFIX + carried: found[carried] for carried in relation.carries}
    return found


def parties_of(facts: Iterable[Fact], book: Rulebook) -> set[str]:
    """Return the ids of the businesses that any fact of one entity relates it to; whether it counts is seen later."""
    return {other for _, _, other in links(book.related, facts)}


def apart(entity_id: str, facts: Iterable[Fact]) -> tuple[list[Fact], dict[str, list[Fact]]]:
    """Return an entity's own facts, and those of the businesses beside it by their ids."""
    own: list[Fact] = []
    others: dict[str, list[Fact]] = {}
    for fact in facts:
        (own if fact.entity_id == entity_id else others.setdefault(fact.entity_id, [])).append(fact)
    return own, others


def rows_of(
    facts: Iterable[Fact],
    book: Rulebook,
    known_at: datetime,
    by_kind: Mapping[str, Reading] | None = None,
    parties: Mapping[str, Iterable[Fact]] | None = None,
) -> list[dict[str, Any]]:
    """Return the snapshot rows of one entity's facts as known at an instant, in the view's order; what relations carry
    over comes last.

    Args:
        by_kind: What `readings` returns for the rulebook, where it is at hand.
        parties: Every fact of the businesses that `parties_of` names, by id; of one left out nothing is carried over.
    """
    by_kind = readings(book) if by_kind is None else by_kind
    seen = view(facts, date.max, known_at)
    rows = _own_rows(seen, book, by_kind)
    if parties:
        rows += _carried_rows(seen, book, by_kind, parties, len(seen.facts))
    return rows


def _carried_rows(
    seen: View, book: Rulebook, by_kind: Mapping[str, Reading], parties: Mapping[str, Iterable[Fact]], place: int
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    views: dict[str, list[dict[str, Any]]] = {}
    for relation, link, other in links(book.related, seen.facts):
        if other not in views:
            views[other] = _own_rows(view(parties.get(other, ()), date.max, seen.known_at), book, by_kind)
        begins = day_number(link.span.from_on)
        ends = None if link.span.until_on is None else day_number(link.span.until_on)
        for row in views[other]:
            if row["kind"] not in relation.carries:
                continue
            hidden = min((day for day in (row["hidden_day"], ends) if day is not None), default=None)
            from_day = max(row["from_day"], begins)
            over = row["until_day"] is not None and row["until_day"] <= begins
            if over or (hidden is not None and hidden <= from_day):
                continue
            carried = {
                "entity": link.entity_id,
                "kind": PREFIX + row["kind"],
                "from_day": from_day,
                "hidden_day": hidden,
                "place": place + len(rows),
            }
            rows.append(row | carried)
    return rows


def _own_rows(seen: View, book: Rulebook, by_kind: Mapping[str, Reading]) -> list[dict[str, Any]]:
    first = next(seen.of(book.roles.kind), None)
    repairs = list(seen.of(book.disclosure.repair_kind))
    rows = []
    for place, fact in enumerate(seen.facts):
        reading = by_kind.get(fact.kind)
        if reading is None:
            continue
        hidden = established = None
        if reading.is_registration:
            established = _established(fact, first or fact, book)
        elif reading.is_public:
            when = shown(fact, reading.disclosure, book.calendar, repairs=repairs)
            if when is None or when.span.is_empty:
                continue
            hidden = None if when.span.until_on is None else day_number(when.span.until_on)
        row: dict[str, Any] = {
            "entity": fact.entity_id,
            "kind": fact.kind,
            "from_day": day_number(fact.span.from_on),
            "until_day": None if fact.span.until_on is None else day_number(fact.span.until_on),
            "hidden_day": hidden,
            "place": place,
            "established_ymd": established,
        }
        for name, type_ in reading.fields.items():
            value = fact.payload.get(name)
            if value is not None:
                row[name] = _cell(value, type_, reading.bits.get(name, {}))
        rows.append(row)
    return rows


def _established(registration: Fact, first: Fact, book: Rulebook) -> int:
    """Return since when the business exists by one registration: its own word, else the earliest one's first day."""
    said = registration.payload.get(book.roles.established)
    return ymd(date.fromisoformat(said) if isinstance(said, str) and said else first.span.from_on)


def _cell(value: Value, type_: FieldType, bit_of: Mapping[str, int]) -> Value:
    if type_ is FieldType.CODES and isinstance(value, tuple):
        # What the table no longer has, nobody can ask for.
        return sum(bit_of.get(code, 0) for code in value)
    if type_ is FieldType.DAY and isinstance(value, str):
        return day_number(date.fromisoformat(value))
    return value


def tables_of(rows: Iterable[Mapping[str, Any]], book: Rulebook) -> dict[str, pa.Table]:
    """Return rows as tables in memory, one for each kind, with those of the snapshot's columns that its rows fill."""
    columns = schema(book)
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_kind.setdefault(row["kind"], []).append(row)
    found = {}
    for kind, listed in by_kind.items():
        said = set[str]().union(*listed)
        names = [name for name in columns.names if name in said]
        found[kind] = pa.table(
            {name: pa.array([row.get(name) for row in listed], columns.field(name).type) for name in names}
        )
    return found

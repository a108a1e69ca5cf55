"""Which facts stand behind an indicator: told by taking facts away and asking the same statement again.

Rules kept here:
- A fact stands behind a value when the value would be another without it, or when the registration and this fact alone
  give the value.
- Facts that only together make a value, none of them missed alone, are found by adding to those found whatever still
  moves the value, until they give it.
- No indicator is said a second time: every variant is a business of its own in one run of the prepared statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from goodstanding.core.classification import Scorecard
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.indicator import day_number
from goodstanding.engine.indicators import every
from goodstanding.engine.instant import Instant
from goodstanding.engine.score import Classified

AREA = "area:"
"""Before an area's code, so that areas and indicators share one table of values."""

_AT_ONCE = 200_000  # rows given to the statement at one time
Row = Mapping[str, Any]
Values = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Unit:
    """One fact with the rows it gives: its own, and what it carries over where it relates the business to another."""

    fact: Fact
    rows: tuple[Row, ...]

    def kinds(self) -> set[str]:
        return {row["kind"] for row in self.rows}


@dataclass(frozen=True, slots=True)
class Behind:
    """The facts behind one value, in the order of the view.

    Args:
        easing: Those without which there would be more points.
    """

    facts: tuple[Fact, ...] = ()
    easing: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one business.

    Args:
        facts: Its facts, in any order.
        parties: Facts of the businesses it is related to; see `goodstanding.engine.features.rows_of`.
        hidden: First day out of view of some facts, by digest, where that is earlier than the law says.
    """

    facts: Sequence[Fact]
    known_at: datetime
    parties: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    hidden: Mapping[str, date] = field(default_factory=dict)


def units(ready: Instant, book: Rulebook, known: Known) -> list[Unit]:
    """Return each fact that the engine may weigh with its rows, in the order of the view."""
    seen = view(known.facts, date.max, known.known_at).facts
    own: dict[int, dict[str, Any]] = {row["place"]: row for row in ready.rows_of(seen, known.known_at)}
    relating = {relation.kind for relation in book.related}
    found = []
    next_place = len(seen)
    for place, fact in enumerate(seen):
        rows = []
        if place in own:
            out = known.hidden.get(fact.digest)
            if out is not None:
                own[place]["hidden_day"] = min(day_number(out), own[place]["hidden_day"] or day_number(date.max))
            rows.append(own[place])
        if known.parties and fact.kind in relating:
            # Which link carried a row over, no row says: so each link is asked alone.
            for row in ready.rows_of([fact], known.known_at, known.parties):
                if row["place"] > 0:
                    rows.append(row | {"place": next_place})
                    next_place += 1
        if rows:
            found.append(Unit(fact, tuple(rows)))
    return found


def seen_on(all_units: Sequence[Unit], as_of: date) -> list[Unit]:
    """Return what the engine sees on a day: rows whose fact has begun and is in view."""
    today = day_number(as_of)
    found = []
    for unit in all_units:
        rows = tuple(
            row
            for row in unit.rows
            if row["from_day"] <= today and (row["hidden_day"] is None or row["hidden_day"] > today)
        )
        if rows:
            found.append(Unit(unit.fact, rows))
    return found


def rows_in(some: Iterable[Unit]) -> list[Row]:
    """Return the rows of some units."""
    return [row for unit in some for row in unit.rows]


def values_of(placed: Classified | None) -> Values:
    """Return a business's indicators, and which areas it is in; nothing where it is not registered."""
    return {} if placed is None else placed.values | {AREA + code: 1 for code in placed.areas}


def place(ready: Instant, variants: Sequence[Sequence[Row]], as_of: date) -> list[Classified | None]:
    """Return the class of each of some sets of rows, all on one day; ``None`` where a set holds no registration."""
    found: list[Classified | None] = [None] * len(variants)
    for numbers in _chunks(variants):
        ready.give({**row, "entity": str(number)} for number in numbers for row in variants[number])
        for one in ready.on(as_of):
            found[int(one.entity_id)] = one
    return found


def _chunks(variants: Sequence[Sequence[Row]]) -> Iterator[list[int]]:
    chunk: list[int] = []
    size = 0
    for number, rows in enumerate(variants):
        chunk.append(number)
        size += len(rows)
        if size >= _AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def behind(ready: Instant, book: Rulebook, card: Scorecard, known: Known, as_of: date) -> dict[str, Behind]:
    """Return the facts behind each indicator of a card and each of its areas.

    Args:
        ready: The statement of the card.
        known: Of one registered business.
    """
    seen = seen_on(units(ready, book, known), as_of)
    is_registration = [unit.fact.kind == book.roles.kind for unit in seen]
    numbers = range(len(seen))

    def without(number: int) -> list[Row]:
        if not is_registration[number]:
            return rows_in(unit for place, unit in enumerate(seen) if place != number)
        # Another registration may then be the first, from which the business dates.
        rest = [fact for fact in known.facts if fact.digest != seen[number].fact.digest]
        return rows_in(seen_on(units(ready, book, replace(known, facts=rest)), as_of))

    def with_only(some: Iterable[int]) -> list[Row]:
        kept = set(some)
        return rows_in(unit for place, unit in enumerate(seen) if is_registration[place] or place in kept)

    def said(variants: Sequence[Sequence[Row]]) -> list[Values]:
        return [values_of(one) for one in place(ready, variants, as_of)]

    all_of_it, *missed = place(ready, [rows_in(seen), *(without(number) for number in numbers)], as_of)
    bare, *alone = said([with_only(()), *(with_only([number]) for number in numbers)])
    whole, lacking = values_of(all_of_it), [values_of(one) for one in missed]
    read = _kinds(book, card)
    readers = {key: [number for number in numbers if seen[number].kinds() & read[key]] for key in read}
    found = {
        key: {
            number
            for number in readable
            if lacking[number].get(key) != whole.get(key)
            or missed[number] is None
            or (not is_registration[number] and alone[number].get(key) == whole.get(key) != bare.get(key))
        }
        for key, readable in readers.items()
    }
    open_keys = list(found)
    while open_keys:
        reached = dict(zip(open_keys, said([with_only(found[key]) for key in open_keys]), strict=True))
        asked = [
            (key, number)
            for key in open_keys
            if reached[key].get(key) != whole.get(key)
            for number in readers[key]
            if number not in found[key]
        ]
        moved = said([with_only(found[key] | {number}) for key, number in asked])
        more = [one for one, then in zip(asked, moved, strict=True) if then.get(one[0]) != reached[one[0]].get(one[0])]
        for key, number in more:
            found[key].add(number)
        open_keys = list(dict.fromkeys(key for key, _ in more))

    def eases(key: str, number: int) -> bool:
        then = missed[number]
        return then is not None and all_of_it is not None and _points(card, key, then) > _points(card, key, all_of_it)

    return {
        key: Behind(
            tuple(seen[number].fact for number in sorted(chosen)),
            tuple(seen[number].fact for number in sorted(chosen) if eases(key, number)),
        )
        for key, chosen in found.items()
    }


def _points(card: Scorecard, indicator: str, placed: Classified) -> int:
    return sum(line.points for line in placed.lines(card) if line.indicator == indicator)


def _kinds(book: Rulebook, card: Scorecard) -> dict[str, frozenset[str]]:
    """Return the fact kinds that each value is read from."""
    found = {name: every()[name].kinds for name in card.indicators}
    return found | {AREA + code: frozenset({book.areas[code].kind}) for code in card.areas}

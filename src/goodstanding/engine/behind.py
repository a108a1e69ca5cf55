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


def rows_with_facts(
    ready: Instant, facts: Sequence[Fact], known_at: datetime, hidden: Mapping[str, date] | None = None
) -> list[tuple[Fact, dict[str, Any]]]:
    """Return each fact that the engine may weigh with its row.

    Args:
        hidden: First day out of view of some facts, by digest, where that is earlier than the law says.
    """
    seen = view(facts, date.max, known_at).facts
    found = []
    for row in ready.rows_of(facts, known_at):
        fact = seen[row["place"]]
        out = (hidden or {}).get(fact.digest)
        if out is not None:
            row["hidden_day"] = min(day_number(out), row["hidden_day"] or day_number(date.max))
        found.append((fact, row))
    return found


def counts(row: Row, as_of: date) -> bool:
    """Tell whether the engine sees a row on a day: its fact has begun and is in view."""
    today = day_number(as_of)
    return bool(row["from_day"] <= today and (row["hidden_day"] is None or row["hidden_day"] > today))


def values_of(placed: Classified | None) -> Values:
    """Return a business's indicators, and which areas it is in; nothing where it is not registered."""
    return {} if placed is None else placed.values | {AREA + code: 1 for code in placed.areas}


def place(ready: Instant, variants: Sequence[Sequence[Row]], as_of: date) -> list[Classified | None]:
    """Return the class of each of some sets of rows, all on one day; ``None`` where a set holds no registration."""
    found: list[Classified | None] = [None] * len(variants)
    for numbers in _chunks(variants):
        ready.give({**row, "entity_id": str(number)} for number in numbers for row in variants[number])
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


def behind(
    ready: Instant,
    book: Rulebook,
    card: Scorecard,
    facts: Sequence[Fact],
    known_at: datetime,
    as_of: date,
    hidden: Mapping[str, date] | None = None,
) -> dict[str, tuple[Fact, ...]]:
    """Return the facts behind each indicator of a card and each of its areas, in the order of the view.

    Args:
        ready: The statement of the card.
        facts: Of one registered business.
        hidden: As for `rows_with_facts`.
    """
    seen = [(fact, row) for fact, row in rows_with_facts(ready, facts, known_at, hidden) if counts(row, as_of)]
    is_registration = [fact.kind == book.roles.kind for fact, _ in seen]
    numbers = range(len(seen))

    def without(number: int) -> list[Row]:
        if not is_registration[number]:
            return [row for place, (_, row) in enumerate(seen) if place != number]
        # Another registration may then be the first, from which the business dates.
        rest = [fact for fact in facts if fact.digest != seen[number][0].digest]
        return [row for _, row in rows_with_facts(ready, rest, known_at, hidden) if counts(row, as_of)]

    def with_only(some: Iterable[int]) -> list[Row]:
        kept = set(some)
        return [row for place, (_, row) in enumerate(seen) if is_registration[place] or place in kept]

    def said(variants: Sequence[Sequence[Row]]) -> list[Values]:
        return [values_of(one) for one in place(ready, variants, as_of)]

    whole, bare = said([[row for _, row in seen], with_only(())])
    missed = said([without(number) for number in numbers])
    alone = said([with_only([number]) for number in numbers])
    readers = {
        key: [number for number in numbers if seen[number][0].kind in kinds]
        for key, kinds in _kinds(book, card).items()
    }
    found = {
        key: {
            number
            for number in readable
            if missed[number].get(key) != whole.get(key)
            or not missed[number]
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
    return {key: tuple(seen[number][0] for number in sorted(chosen)) for key, chosen in found.items()}


def _kinds(book: Rulebook, card: Scorecard) -> dict[str, frozenset[str]]:
    """Return the fact kinds that each value is read from."""
    found = {name: every()[name].kinds for name in card.indicators}
    return found | {AREA + code: frozenset({book.areas[code].kind}) for code in card.areas}

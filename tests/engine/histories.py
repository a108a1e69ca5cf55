"""Invented histories of businesses, crowded on the days on which a rule turns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from goodstanding.core.dates import Span, add_months
from goodstanding.core.fact import Fact, Value
from goodstanding.core.rulebook import Rulebook

KNOWN_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
"""What the tests look at: facts known later than this are there, and must not count."""

DAYS = tuple(
    date.fromisoformat(text)
    for text in ("2026-11-20", "2026-06-30", "2026-07-01", "2024-02-29", "2025-02-28", "2026-03-31", "2026-01-01")
)
"""Days of looking: a plain one, around the end of a window for reports, and around month and leap ends."""


def entity_id(number: int) -> str:
    return f"test:{number:06}"


def fact(
    number: int,
    kind: str,
    from_on: date,
    until_on: date | None = None,
    /,
    *,
    ref: str = "",
    known_at: datetime = KNOWN_AT,
    corrects: str | None = None,
    **payload: Value,
) -> Fact:
    """Return one fact of business ``number``."""
    span = Span(from_on, until_on)
    return Fact(entity_id(number), kind, "test", ref or f"{number}/{kind}/{from_on}", span, known_at, payload, corrects)


@cache
def edges(as_of: date) -> tuple[date, ...]:
    """Return the days around which a window, a display, a duty or an anniversary turns."""
    turns = [add_months(as_of, -months) for months in (0, 3, 6, 12, 24, 36, 60)]
    turns += [date(as_of.year - back, *end) for back in range(5) for end in ((1, 1), (6, 30), (12, 31))]
    turns += [add_months(as_of, -12 * years) for years in (1, 2, 3, 4, 5, 10, 20)]
    return tuple(sorted({turn + timedelta(days=days) for turn in turns for days in (-2, -1, 0, 1, 2)}))


def history(chance: random.Random, number: int, book: Rulebook, as_of: date) -> list[Fact]:
    """Return every fact of one business, in no order: changes, ends, corrections, and things learned too late."""

    def day() -> date:
        if chance.random() < 0.7:
            return chance.choice(edges(as_of))
        return as_of + timedelta(days=chance.randint(-9 * 365, 90))

    def one_of(kind: str, field: str) -> str:
        return chance.choice(sorted(book.kinds[kind].fields[field].codes))

    def payload(kind: str) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for field in book.kinds[kind].fields.values():
            if not field.required and chance.random() < 0.3:
                continue
            match field.type.value:
                case "text" if any((link.kind, link.field) == (kind, field.name) for link in book.related):
                    found[field.name] = entity_id(max(0, number + chance.randint(-3, 3)))
                case "text":
                    found[field.name] = f"{field.name} {number}"
                case "integer":
                    year = as_of.year - chance.choice((0, 1, 1, 1, 2, 3, 4))
                    other = chance.choice((0, 1, 2, 999, 1000, 50_000, 9_000_000_000))
                    other = max(field.minimum or 0, min(other, field.maximum or other))
                    found[field.name] = year if field.name == "year" else other
                case "boolean":
                    found[field.name] = chance.random() < 0.5
                case "day":
                    found[field.name] = day().isoformat()
                case "code":
                    found[field.name] = one_of(kind, field.name)
                case "codes":
                    found[field.name] = tuple(
                        sorted({one_of(kind, field.name) for _ in range(chance.choice((1, 1, 2)))})
                    )
        return found

    facts: list[Fact] = []
    kinds = [kind for kind in sorted(book.kinds) if chance.random() < 0.7]
    chosen = [book.roles.kind] * chance.choice((0, 1, 1, 2, 3))
    chosen += [chance.choice(kinds) for _ in range(chance.randint(0, 20))] if kinds else []
    for index, kind in enumerate(chosen):
        since = day()
        until = chance.choice((None, None, since + timedelta(days=chance.randint(1, 900)), day()))
        known_at = KNOWN_AT + timedelta(days=chance.choice((-400, -30, -1, 0, 0, 0, 0, 1)))
        found = fact(
            number,
            kind,
            since,
            None if until is None or until <= since else until,
            ref=f"{number}/{index}",
            known_at=known_at,
            **payload(kind),
        )
        facts.append(found)
        if chance.random() < 0.12:
            again = day() if chance.random() < 0.6 else since
            empty = again if chance.random() < 0.4 else None
            facts.append(
                fact(
                    number,
                    kind,
                    again,
                    empty,
                    ref=f"{number}/{index}/again",
                    known_at=known_at + timedelta(days=chance.choice((0, 1, 500))),
                    corrects=found.digest,
                    **payload(kind),
                )
            )
    chance.shuffle(facts)
    return facts


def register(seed: int, book: Rulebook, as_of: date, entities: int) -> list[tuple[str, list[Fact]]]:
    """Return (id, facts) of many businesses, sorted by id; some have no fact that counts."""
    chance = random.Random(seed)  # noqa: S311 - the same register again for the same seed
    return [(entity_id(number), history(chance, number, book, as_of)) for number in range(entities)]


def later(chance: random.Random, facts: Sequence[Fact], book: Rulebook, after: date, known_at: datetime) -> list[Fact]:
    """Return more facts of the same business that begin after a day; none corrects another."""
    if not facts:
        return []
    number = int(facts[0].entity_id.split(":")[1])
    begin = after + timedelta(days=chance.randint(1, 400))
    fresh = [one for one in history(chance, number, book, begin) if one.corrects is None]
    return [
        Fact(
            one.entity_id,
            one.kind,
            "later",
            one.source_ref,
            Span(max(one.span.from_on, begin), None),
            known_at,
            one.payload,
        )
        for one in fresh
    ]

"""What the record said of a business on the eve of each visit, and whether the visit found something.

Rules kept here:
- Indicators are the engine's own, computed by its own statement as of the day before the visit: what began on the day
  of the visit or later, its result first of all, is not there to be seen.
- Who went is no part of it: an inspector says who is stricter, not which premises are worse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from goodstanding.core.classification import Scale, Scorecard, Weighing
from goodstanding.core.dates import Span
from goodstanding.core.errors import LabelUnknown
from goodstanding.core.fact import Fact, FieldType
from goodstanding.core.inspection import INSPECTORS
from goodstanding.core.ledger import view
from goodstanding.core.rule import Confidence, Rule, Source
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import readings, rows_of
from goodstanding.engine.instant import Instant
from goodstanding.engine.score import Classified, card_in_force

ALWAYS = "years_open"
"""An indicator every registered business has: what a line about a key area alone is written on."""

ADVERSE = "adverse"
"""The label that holds where a visit's result is one the rulebook calls adverse."""

Label = Callable[[Fact], bool]
Parties = Callable[[Sequence[Fact]], Mapping[str, Iterable[Fact]]]
"""Gives every fact of the businesses that one business's facts relate it to, by id."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One past visit and the record on its eve.

    Args:
        ref: The source's key of the visit.
        on: Day of the visit.
        found: Whether the label holds of its result.
        values: Indicators as of the day before; ``None`` where one has nothing to say.
        areas: Key areas the business was in on the day before.
        region: Where it was registered on the day before, or empty.
        points: By the scorecard in force on the day before; ``None`` where none was.
        class_code: Likewise.
        inspectors: Codes of those who went, where the result says: told apart, and never part of a score.
    """

    ref: str
    entity_id: str
    on: date
    found: bool
    values: Mapping[str, int | None]
    areas: frozenset[str]
    region: str = ""
    points: int | None = None
    class_code: str = ""
    inspectors: tuple[str, ...] = ()


@dataclass(slots=True)
class Panel:
    """Visits in the order of their days.

    Args:
        unregistered: Visits left out because nothing registered the business on the eve.
    """

    visits: list[Visit]
    unregistered: int = 0


def label(text: str, book: Rulebook) -> Label:
    """Return what counts as found: ``adverse``, or a whole-number field of the result and a bound, as ``field>=1``.

    Raises:
        LabelUnknown: The rulebook's results have no such field.
    """
    rules = book.inspection
    if text == ADVERSE:
        adverse = {code for code, result in rules.results.items() if result.is_adverse}
        return lambda fact: bool(adverse.intersection(_codes(fact.payload.get(rules.result_field))))
    asked = re.fullmatch(r"(\w+)>=(\d+)", text)
    fields = book.kinds[rules.result_kind].fields
    if asked is None or asked[1] not in fields or fields[asked[1]].type is not FieldType.INTEGER:
        numbers = ", ".join(sorted(f"{name}>=1" for name, one in fields.items() if one.type is FieldType.INTEGER))
        raise LabelUnknown(
            asked=f"To learn what leads to {text}.",
            found=f"Results of the rulebook {book.code} say nothing of that.",
            wants=f"{ADVERSE}" + (f", or a bound such as {numbers}." if numbers else "."),
            next_step="Name one of these with --label.",
        )
    name, bound = asked[1], int(asked[2])

    def holds(fact: Fact) -> bool:
        value = fact.payload.get(name)
        return isinstance(value, int) and value >= bound

    return holds


def _codes(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(code) for code in value) if isinstance(value, tuple) else ()


def learnable(scale: Scale) -> tuple[str, ...]:
    """Return the indicators that may be learned: those whose direction the scale states, in its order."""
    return tuple(scale.directions)


def probe(book: Rulebook, scale: Scale, indicators: Sequence[str]) -> Scorecard:
    """Return a scorecard that reads indicators and every key area, and gives no points."""
    rule = Rule("probe", {}, Span(date.min, None), Source("", "", Confidence.ASSUMED, ""))
    of_all = ((None, 0),)
    lines = [Weighing(name, of_all) for name in dict.fromkeys((*indicators, ALWAYS))]
    lines += [Weighing(ALWAYS, of_all, 0, area) for area in book.areas]
    return Scorecard(rule, scale.code, 0, tuple(lines))


def panel(
    entities: Iterable[tuple[str, Sequence[Fact]]],
    book: Rulebook,
    scale: Scale,
    indicators: Sequence[str],
    found: Label,
    known_at: datetime,
    parties: Parties | None = None,
    known_then: bool = False,
    until: date = date.max,
    counts: Label | None = None,
) -> Panel:
    """Return the visits of some businesses, each with the record on its eve.

    Args:
        entities: Business ids, each with every fact of it.
        indicators: What is read besides the key areas.
        found: What counts as found.
        known_at: What was known by then; UTC.
        parties: Who is read beside each business, where the rulebook relates any.
        known_then: See nothing that was recorded after the eve either. A history taken in at one time was recorded
            after all of it, and cannot be learned from in this way.
        until: Visits from this day on are left out.
        counts: Which visits are rows; by default every one. The others still stand in the record.
    Raises:
        IndicatorUnfit: The rulebook cannot feed an indicator.
    """
    ready = Instant(book, probe(book, scale, indicators))
    in_force = _InForce(book, scale)
    by_kind = readings(book)
    made = Panel([])
    for entity_id, facts in entities:
        seen = view(facts, date.max, known_at)
        visits = [fact for fact in seen.of(book.inspection.result_kind) if fact.span.from_on < until]
        if counts is not None:
            visits = [fact for fact in visits if counts(fact)]
        if not visits:
            continue
        others = parties(facts) if parties is not None else None
        rows = None if known_then else rows_of(facts, book, known_at, by_kind, others)
        if rows is not None:
            ready.give(rows)
        for visit in sorted(visits, key=lambda fact: (fact.span.from_on, fact.source_ref)):
            eve = visit.span.from_on - timedelta(days=1)
            if known_then:
                then = min(known_at, datetime.combine(visit.span.from_on, time(), UTC) - timedelta(microseconds=1))
                rows = rows_of(facts, book, then, by_kind, others)
                ready.give(rows)
            assert rows is not None  # noqa: S101 - given above in either case
            placed = next(iter(ready.on(eve)), None)
            if placed is None:
                made.unregistered += 1
                continue
            now = in_force.on(rows, eve)
            made.visits.append(
                Visit(
                    ref=visit.source_ref,
                    entity_id=entity_id,
                    on=visit.span.from_on,
                    found=found(visit),
                    values={name: placed.values[name] for name in indicators},
                    areas=placed.areas,
                    region=_region(facts, book, eve),
                    points=None if now is None else now.points,
                    class_code="" if now is None else now.class_code,
                    inspectors=_inspectors(visit),
                )
            )
    made.visits.sort(key=lambda visit: (visit.on, len(visit.ref), visit.ref))
    return made


class _InForce:
    """The scorecards in force, one statement for each; the rows given last are kept until others come."""

    def __init__(self, book: Rulebook, scale: Scale) -> None:
        self._book, self._scale = book, scale
        self._ready: dict[int, Instant] = {}
        self._given: dict[int, object] = {}

    def on(self, rows: list[dict[str, object]], eve: date) -> Classified | None:
        if not any(
            card.scale == self._scale.code and card.rule.validity.contains(eve) for card in self._book.scorecards
        ):
            return None
        card = card_in_force(self._book, self._scale.code, eve)
        if id(card) not in self._ready:
            self._ready[id(card)] = Instant(self._book, card)
        ready = self._ready[id(card)]
        if self._given.get(id(card)) is not rows:
            ready.give(rows)
            self._given[id(card)] = rows
        return next(iter(ready.on(eve)), None)


def _inspectors(visit: Fact) -> tuple[str, ...]:
    said = visit.payload.get(INSPECTORS)
    return tuple(filter(None, (code.strip() for code in said.split(",")))) if isinstance(said, str) else ()


def _region(facts: Iterable[Fact], book: Rulebook, eve: date) -> str:
    roles = book.roles
    begun = [fact for fact in facts if fact.kind == roles.kind and fact.span.from_on <= eve]
    said = max(begun, key=lambda fact: fact.span.from_on, default=None)
    value = None if said is None else said.payload.get(roles.region)
    return value if isinstance(value, str) else ""

"""A scorecard compiled: indicators, points, total and class in one expression over the snapshot.

Rules kept here:
- One query gives, for every registered entity, each indicator, the key areas, the signals and direct rules that hold,
  the points and the class; `goodstanding.core.classification.score` is its oracle, and tests hold both together.
- What one line of the card gives follows from the value and the card: it is told where it is asked for, never stored.
- The same expression runs over a bucket of the snapshot (`whole.py` beside this) and over one entity's facts
  (`instant.py`), so both give the same answer.
- A class is a whole number, its place on the scale, and a signal is a table from place to place: nothing is computed
  twice in the text, however many signals a card has.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import chain
from operator import add
from threading import Lock
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from goodstanding.core.classification import Area, Condition, Line, Outcome, Scale, Scorecard, Weighing
from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import FieldType
from goodstanding.core.rule import the_one_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import FACTS, DuckDB
from goodstanding.engine.features import schema
from goodstanding.engine.indicator import Clock, Facts, Indicator, Measure, check_fit, day_clock
from goodstanding.engine.indicators import every

_IBIS_TYPES = {pa.string(): "string", pa.int32(): "int32", pa.int64(): "int64", pa.bool_(): "boolean"}
_BITS = 3  # of a place in a table of places; a scale has at most eight classes, and 16 places fit in 48 bits
_FEW = 2  # parts over the same kinds
_KEPT = 64  # compiled scorecards: days and cards in use at one time are few


@dataclass(frozen=True, slots=True)
class Classified:
    """One entity's class, and all it rests on.

    Args:
        entity_id: Of the business.
        values: The card's indicators; ``None`` where one has nothing to say.
        areas: The card's key areas the entity is in.
        held: Whether each signal and then each direct rule holds, in the card's order.
    """

    entity_id: str
    class_code: str
    points: int
    values: dict[str, int | None]
    areas: frozenset[str]
    held: tuple[bool, ...]

    @property
    def values_json(self) -> str:
        return json.dumps(self.values, separators=(",", ":"))

    def lines(self, card: Scorecard) -> tuple[Line, ...]:
        """Return what each weighing of the card gives, in its order."""
        return tuple(weighing.line(self.values[weighing.indicator], self.areas) for weighing in card.weighings)

    def outcome(self, card: Scorecard) -> Outcome:
        """Return the explanation the engine gives, as `goodstanding.core.classification.score` would."""
        signals = zip(card.signals, self.held, strict=False)
        direct = zip(card.direct, self.held[len(card.signals) :], strict=True)
        return Outcome(
            points=self.points,
            class_code=self.class_code,
            lines=self.lines(card),
            direct=tuple(rule for rule, holds in direct if holds),
            signals=tuple(signal for signal, holds in signals if holds),
        )


def card_in_force(book: Rulebook, scale: str, day: date) -> Scorecard:
    """Return the scorecard of one scale in force on a day.

    Raises:
        NoRuleInForce: None is, or more than one.
    """
    cards = [card for card in book.scorecards if card.scale == scale]
    return the_one_in_force(cards, day, f"The scorecard of scale {scale}")


def expression(book: Rulebook, card: Scorecard, clock: Clock) -> ir.Table:
    """Return one row for each registered entity, with the columns of `result_schema`.

    Raises:
        IndicatorUnfit: An indicator of the card is unknown, or the rulebook cannot feed it.
    """
    columns = {field.name: _IBIS_TYPES[field.type] for field in schema(book)}
    table = ibis.table(columns | {"entity": "int64"}, name=FACTS)
    day = Facts(table, clock, book).day
    begun = table.filter(table.from_day <= day, table.hidden_day.isnull() | (table.hidden_day > day))
    grouped = _by_entity(begun, clock, book, card)
    scale = book.scales[card.scale]
    held = {_held(number): _holds(grouped, condition) for number, condition in enumerate(card.conditions)}
    total = reduce(add, (_points(grouped, weighing) for weighing in card.weighings), _whole(card.base))
    scored = grouped.mutate(points=ibis.greatest(total, _whole(0)), **held)
    placed = scored.mutate(class_position=_position(scored, card, scale))
    return placed.select(*result_schema(card).names)


def result_schema(card: Scorecard) -> pa.Schema:
    """Return the columns of a classification: entity, place of the class, points, indicators, areas, conditions."""
    numbers = ["entity", "class_position", "points", *card.indicators, *(_area(code) for code in card.areas)]
    flags = [_held(number) for number in range(len(card.conditions))]
    return pa.schema([*((name, pa.int64()) for name in numbers), *((name, pa.bool_()) for name in flags)])


def _held(number: int) -> str:
    return f"held_{number}"


def _area(code: str) -> str:
    return f"area_{code}"


def indicators_of(book: Rulebook, card: Scorecard) -> dict[str, Indicator]:
    """Return the indicators a card reads, by name.

    Raises:
        IndicatorUnfit: One is unknown, or the rulebook cannot feed it.
    """
    found = {}
    for name in card.indicators:
        indicator = every().get(name)
        if indicator is None:
            raise IndicatorUnfit(
                asked=f"To weigh {name} as scorecard {card.rule.number} says.",
                found="The engine has no indicator of that name.",
                wants="An indicator of docs/indicators.md.",
                next_step="Mend the name in classification.toml.",
            )
        check_fit(indicator, book)
        found[name] = indicator
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """One aggregate: an indicator, what one of its kinds adds to it, or an area.

    Args:
        empty: What it says of an entity without rows of these kinds.
    """

    name: str
    kinds: frozenset[str]
    measure: Measure
    empty: int | None


def _by_entity(begun: ir.Table, clock: Clock, book: Rulebook, card: Scorecard) -> ir.Table:
    """Return each registered entity's indicators and areas, one column each.

    Parts over the same kinds are one aggregate over the rows of these kinds alone, joined to the registrations: most
    rows are of no use to most indicators, and skipping them by kind is far cheaper than asking each one.
    """
    indicators = indicators_of(book, card)
    areas = [_area_part(book.areas[code]) for code in card.areas]
    parts = {name: _parts(indicator) for name, indicator in indicators.items()}
    joined: ir.Table | None = None
    filled: dict[str, ir.IntegerValue] = {}
    shared = _together([*chain.from_iterable(parts.values()), *areas], book.roles.kind)
    for number, (kinds, together) in enumerate(shared.items()):
        rows = begun.filter(begun.kind.isin(sorted(kinds)))
        facts = Facts(rows, clock, book, kinds)
        grouped = rows.group_by("entity").aggregate(
            **{part.name: part.measure(facts).cast("int64") for part in together}
        )
        # A business that has no registration yet is not classified: the registrations come first.
        joined = grouped if joined is None else joined.left_join(grouped, "entity", rname=f"{{name}}_{number}")
    assert joined is not None  # noqa: S101 - the registrations are always there
    for kinds, together in shared.items():
        for part in together:
            # Where registrations are among the kinds, every entity has rows, and nothing said means nothing to say.
            is_sure = book.roles.kind in kinds or part.empty is None
            filled[part.name] = joined[part.name] if is_sure else joined[part.name].fill_null(part.empty)
    whole = {name: _whole_of(indicator, filled) for name, indicator in indicators.items()}
    return joined.select("entity", **whole, **{area.name: filled[area.name] for area in areas})


def _parts(indicator: Indicator) -> list[_Part]:
    if not isinstance(indicator.measure, Mapping):
        return [_Part(indicator.name, indicator.kinds, indicator.measure, indicator.empty)]
    return [
        _Part(_part(indicator.name, kind), frozenset({kind}), measure, 0) for kind, measure in indicator.measure.items()
    ]


def _part(name: str, kind: str) -> str:
    return f"{name}_of_{kind}"


def _whole_of(indicator: Indicator, filled: Mapping[str, ir.IntegerValue]) -> ir.IntegerValue:
    if indicator.joined is None or not isinstance(indicator.measure, Mapping):
        return filled[indicator.name]
    return indicator.joined({kind: filled[_part(indicator.name, kind)] for kind in indicator.measure}).cast("int64")


def _area_part(area: Area) -> _Part:
    def measure(facts: Facts) -> ir.IntegerScalar:
        several = facts.book.kinds[area.kind].fields[area.field].type is FieldType.CODES
        said = facts.table[area.field]
        holds = facts.holds_any(area.kind, area.field, area.codes) if several else said.isin(sorted(area.codes))
        return facts.any(facts.in_force(area.kind) & holds)

    return _Part(_area(area.code), frozenset({area.kind}), measure, 0)


def _together(parts: Iterable[_Part], registration: str) -> dict[frozenset[str], list[_Part]]:
    """Return parts by the kinds whose rows they share, those of the registrations first.

    Kinds with few parts share one aggregate: joining another costs more than asking its rows for their kind.
    """
    shared: dict[frozenset[str], list[_Part]] = {frozenset({registration}): []}
    for part in parts:
        shared.setdefault(part.kinds, []).append(part)
    rare = [kinds for kinds, some in shared.items() if len(some) <= _FEW and registration not in kinds]
    few = [part for kinds in rare for part in shared.pop(kinds)]
    if few:
        shared.setdefault(frozenset().union(*rare), []).extend(few)
    return shared


def _points(table: ir.Table, weighing: Weighing) -> ir.IntegerValue:
    value = table[weighing.indicator]
    falling: list[tuple[ir.BooleanValue, ir.Value]] = [(value.isnull(), _whole(weighing.missing))]
    rest = _whole(0)
    if weighing.area:
        falling.insert(0, (table[_area(weighing.area)] == 0, _whole(0)))
    for lower, points in reversed(weighing.bins):
        if lower is None:
            rest = _whole(points)
        else:
            falling.append((value >= lower, _whole(points)))
    return ibis.cases(*falling, else_=rest)


def _holds(table: ir.Table, condition: Condition) -> ir.BooleanValue:
    asked = []
    if condition.area:
        asked.append(table[_area(condition.area)] == 1)
    if condition.indicator:
        asked.append(table[condition.indicator].fill_null(0) >= condition.at_least)
    return ibis.and_(*asked)


def _position(table: ir.Table, card: Scorecard, scale: Scale) -> ir.IntegerValue:
    falling = [
        (table.points >= band.lower, _whole(position)) for position, band in reversed(list(enumerate(scale.bands)))
    ]
    moved: ir.IntegerValue = ibis.cases(*falling, else_=_whole(0))
    places = range(len(scale.bands))
    for number, signal in enumerate(card.signals):
        # Place and whether the signal holds, in one number, and the place after it in a table of three bits each: so
        # the place before stands in the text once. A CASE or a minimum would repeat it, doubling the text each time.
        after = [*places, *(signal.moved(place, scale) for place in places)]
        packed = sum(place << (_BITS * key) for key, place in enumerate(after))
        key = moved + table[_held(number)].cast("int64") * len(places)
        # Some engines shift by a small whole number only.
        moved = (_whole(packed) >> (key * _BITS).cast("int32")) & _whole(2**_BITS - 1)
    positions = [moved]
    for number, rule in enumerate(card.direct, len(card.signals)):
        direct = _whole(scale.position(rule.class_code))
        positions.append(ibis.cases((table[_held(number)], direct), else_=_whole(0)))
    return ibis.greatest(*positions) if len(positions) > 1 else moved


def _whole(number: int) -> ir.IntegerScalar:
    return ibis.literal(number, "int64")


_compiled: OrderedDict[tuple[str, int, date, str], tuple[Scorecard, str]] = OrderedDict()
_compiling = Lock()


def compiled(book: Rulebook, card: Scorecard, as_of: date, dialect: str = DuckDB.dialect) -> str:
    """Return the expression for one day as an engine's SQL: built once for a card and a day, then kept.

    Raises:
        IndicatorUnfit: See `expression`.
    """
    # The card is kept beside its text, so no other card can come to have its identity.
    key = (book.digest, id(card), as_of, dialect)
    with _compiling:
        if key not in _compiled:
            sql = str(ibis.to_sql(expression(book, card, day_clock(as_of)), dialect=dialect))
            _compiled[key] = (card, sql)
            if len(_compiled) > _KEPT:
                _compiled.popitem(last=False)
        _compiled.move_to_end(key)
        return _compiled[key][1]


def classified(rows: Iterable[Sequence[Any]], card: Scorecard, scale: Scale) -> list[Classified]:
    """Return rows with the columns of `result_schema`, the id first, as what they say."""
    codes = [band.code for band in scale.bands]
    names, areas = card.indicators, card.areas
    to_areas = 3 + len(names)
    to_held = to_areas + len(areas)
    return [
        Classified(
            entity_id=row[0],
            class_code=codes[row[1]],
            points=row[2],
            values=dict(zip(names, row[3:to_areas], strict=True)),
            areas=frozenset(code for code, is_in in zip(areas, row[to_areas:to_held], strict=True) if is_in),
            held=tuple(map(bool, row[to_held:])),
        )
        for row in rows
    ]

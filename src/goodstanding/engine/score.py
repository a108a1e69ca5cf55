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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from threading import Lock
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from goodstanding.core.classification import Condition, Line, Outcome, Scale, Scorecard, Weighing
from goodstanding.core.rule import the_one_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import DuckDB
from goodstanding.engine.indicator import Clock, day_clock
from goodstanding.engine.measured import area_column, measured

_BITS = 3  # of a place in a table of places; a scale has at most eight classes, and 16 places fit in 48 bits
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
    grouped = measured(book, card, clock)
    scale = book.scales[card.scale]
    held = {_held(number): _holds(grouped, condition) for number, condition in enumerate(card.conditions)}
    total = reduce(add, (_points(grouped, weighing) for weighing in card.weighings), _whole(card.base))
    scored = grouped.mutate(points=ibis.greatest(total, _whole(0)), **held)
    placed = scored.mutate(class_position=_position(scored, card, scale))
    return placed.select(*result_schema(card).names)


def result_schema(card: Scorecard) -> pa.Schema:
    """Return the columns of a classification: entity, place of the class, points, indicators, areas, conditions."""
    numbers = ["entity", "class_position", "points", *card.indicators, *(area_column(code) for code in card.areas)]
    flags = held_columns(card)
    return pa.schema([*((name, pa.int64()) for name in numbers), *((name, pa.bool_()) for name in flags)])


def held_columns(card: Scorecard) -> list[str]:
    """Return the columns that say whether each signal and then each direct rule of a card holds."""
    return [_held(number) for number in range(len(card.conditions))]


def _held(number: int) -> str:
    return f"held_{number}"


def _points(table: ir.Table, weighing: Weighing) -> ir.IntegerValue:
    value = table[weighing.indicator]
    falling: list[tuple[ir.BooleanValue, ir.Value]] = [(value.isnull(), _whole(weighing.missing))]
    rest = _whole(0)
    if weighing.area:
        falling.insert(0, (table[area_column(weighing.area)] == 0, _whole(0)))
    for lower, points in reversed(weighing.bins):
        if lower is None:
            rest = _whole(points)
        else:
            falling.append((value >= lower, _whole(points)))
    return ibis.cases(*falling, else_=rest)


def _holds(table: ir.Table, condition: Condition) -> ir.BooleanValue:
    asked = []
    if condition.area:
        asked.append(table[area_column(condition.area)] == 1)
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

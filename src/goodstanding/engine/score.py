"""A scorecard compiled: indicators, points, total and class in one expression over the snapshot.

`goodstanding.core.classification.score` is the oracle; a test holds both together on every entity.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from goodstanding.core.classification import Outcome, Scale, Scorecard, Weighing, score
from goodstanding.core.fact import Fact
from goodstanding.core.rule import the_one_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import FACTS, DuckDB
from goodstanding.engine.indicator import Facts, check_fit, day_number
from goodstanding.engine.indicators import every
from goodstanding.engine.snapshot import Snapshot, rows_of, schema, table_of

_IBIS_TYPES = {pa.string(): "string", pa.int32(): "int32", pa.int64(): "int64", pa.bool_(): "boolean"}


@dataclass(frozen=True, slots=True)
class Classified:
    """One entity's class, and the indicator values it rests on."""

    entity_id: str
    class_code: str
    points: int
    values: dict[str, int | None]

    @property
    def values_json(self) -> str:
        return json.dumps(self.values, separators=(",", ":"))


def card_in_force(book: Rulebook, scale: str, day: date) -> Scorecard:
    """Return the scorecard of one scale in force on a day.

    Raises:
        NoRuleInForce: None is, or more than one.
    """
    cards = [card for card in book.scorecards if card.scale == scale]
    return the_one_in_force(cards, day, f"The scorecard of scale {scale}")


def expression(book: Rulebook, card: Scorecard, as_of: date) -> ir.Table:
    """Return one row for each registered entity: its id, every indicator, ``points`` and ``class_position``.

    Raises:
        IndicatorUnfit: The rulebook cannot feed an indicator of the card.
    """
    table = ibis.table({name: _IBIS_TYPES[kind] for name, kind in _columns(book)}, name=FACTS)
    day = day_number(as_of)
    begun = table.filter(table.from_day <= day, table.hidden_day.isnull() | (table.hidden_day > day))
    facts = Facts(begun, as_of, book)
    measures = {}
    for name in card.indicators:
        indicator = every()[name]
        check_fit(indicator, book)
        measures[name] = indicator.measure(facts).cast("int64")
    registered = facts.count(facts.of(book.roles.kind)).name("registered")
    # The having clause: a business that has no registration yet is not classified.
    grouped = begun.group_by("entity_id").aggregate(registered=registered, **measures)
    grouped = grouped.filter(grouped.registered > 0).drop("registered")
    scale = book.scales[card.scale]
    lines = [_points(grouped, weighing) for weighing in card.weighings]
    total = reduce(lambda left, right: left + right, lines, ibis.literal(card.base, "int64"))
    scored = grouped.mutate(points=ibis.greatest(total, ibis.literal(0, "int64")))
    return scored.mutate(class_position=_position(scored, card, scale))


def _columns(book: Rulebook) -> list[tuple[str, pa.DataType]]:
    return [(field.name, field.type) for field in schema(book)]


def _points(table: ir.Table, weighing: Weighing) -> ir.IntegerValue:
    value = table[weighing.indicator]
    falling = [(value >= lower, ibis.literal(points, "int64")) for lower, points in reversed(weighing.bins)]
    return ibis.cases(*falling, else_=ibis.literal(0, "int64"))


def _position(table: ir.Table, card: Scorecard, scale: Scale) -> ir.IntegerValue:
    falling = [
        (table.points >= band.lower, ibis.literal(position, "int64"))
        for position, band in reversed(list(enumerate(scale.bands)))
    ]
    positions = [ibis.cases(*falling, else_=ibis.literal(0, "int64"))]
    for rule in card.direct:
        held = table[rule.indicator].fill_null(0) >= rule.at_least
        direct = ibis.literal(scale.position(rule.class_code), "int64")
        positions.append(ibis.cases((held, direct), else_=ibis.literal(0, "int64")))
    return ibis.greatest(*positions) if len(positions) > 1 else positions[0]


def compiled(book: Rulebook, card: Scorecard, as_of: date) -> str:
    """Return the expression as DuckDB's SQL; compile once, run for every bucket."""
    return str(ibis.to_sql(expression(book, card, as_of), dialect=DuckDB.dialect))


def classify_snapshot(
    snapshot: Snapshot, book: Rulebook, card: Scorecard, as_of: date, engine: DuckDB
) -> Iterator[list[Classified]]:
    """Yield the classes of all entities of a snapshot, a bucket at a time."""
    sql = compiled(book, card, as_of)
    for table in engine.run(sql, snapshot.paths):
        yield _classified(table, card, book.scales[card.scale])


def classify_facts(
    facts: Iterable[Fact], book: Rulebook, card: Scorecard, as_of: date, known_at: datetime
) -> Classified | None:
    """Return the class of one entity from its facts, by the same expression; ``None`` where it is not registered."""
    table = table_of(rows_of(facts, book, known_at), book)
    found = DuckDB(threads=1).run_table(compiled(book, card, as_of), table)
    listed = _classified(found, card, book.scales[card.scale])
    return listed[0] if listed else None


def explain(classified: Classified, book: Rulebook, card: Scorecard) -> Outcome:
    """Return points by indicator and the direct rules that held, from the values a class rests on."""
    return score(classified.values, card, book.scales[card.scale])


def _classified(table: pa.Table, card: Scorecard, scale: Scale) -> list[Classified]:
    codes = [band.code for band in scale.bands]
    names = card.indicators
    # A sum of whole numbers leaves DuckDB wider than 64 bits; all of ours fit.
    numbers = [table.column(name).cast(pa.int64()).to_pylist() for name in ("class_position", "points", *names)]
    columns = [table.column("entity_id").to_pylist(), *numbers]
    return [
        Classified(entity_id, codes[position], points, dict(zip(names, values, strict=True)))
        for entity_id, position, points, *values in zip(*columns, strict=True)
    ]

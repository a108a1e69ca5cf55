"""A scorecard compiled: indicators, points, total and class in one expression over the snapshot.

Rules kept here:
- One query gives, for every registered entity, each indicator, the points of each line, the direct rules that hold,
  the total and the class; `goodstanding.core.classification.score` is its oracle, and tests hold both together.
- The same text runs over a bucket of the snapshot and over one entity's facts, so both give the same answer.
- An expression is built once for a scorecard and a day. Building takes longer than running it for one entity.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import add
from pathlib import Path
from threading import Lock, local

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.core.classification import Line, Outcome, Scale, Scorecard, Weighing
from goodstanding.core.errors import IndicatorUnfit, SnapshotHarmed
from goodstanding.core.fact import Fact
from goodstanding.core.rule import the_one_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import FACTS, DuckDB
from goodstanding.engine.features import rows_of, schema, table_of
from goodstanding.engine.indicator import Facts, Indicator, check_fit, day_number
from goodstanding.engine.indicators import every
from goodstanding.engine.snapshot import Snapshot

_IBIS_TYPES = {pa.string(): "string", pa.int32(): "int32", pa.int64(): "int64", pa.bool_(): "boolean"}
_KEPT = 64  # compiled scorecards: days and cards in use at one time are few


@dataclass(frozen=True, slots=True)
class Classified:
    """One entity's class, and all it rests on.

    Args:
        values: The card's indicators; ``None`` where one has nothing to say.
        lines: Points of each weighing, in the card's order.
        held: Whether each direct rule holds, in the card's order.
    """

    entity_id: str
    class_code: str
    points: int
    values: dict[str, int | None]
    lines: tuple[int, ...]
    held: tuple[bool, ...]

    @property
    def values_json(self) -> str:
        return json.dumps(self.values, separators=(",", ":"))

    def outcome(self, card: Scorecard) -> Outcome:
        """Return the explanation the engine gives, as `goodstanding.core.classification.score` would."""
        lines = tuple(
            Line(weighing.indicator, self.values[weighing.indicator], points)
            for weighing, points in zip(card.weighings, self.lines, strict=True)
        )
        direct = tuple(rule for rule, holds in zip(card.direct, self.held, strict=True) if holds)
        return Outcome(self.points, self.class_code, lines, direct)


def card_in_force(book: Rulebook, scale: str, day: date) -> Scorecard:
    """Return the scorecard of one scale in force on a day.

    Raises:
        NoRuleInForce: None is, or more than one.
    """
    cards = [card for card in book.scorecards if card.scale == scale]
    return the_one_in_force(cards, day, f"The scorecard of scale {scale}")


def expression(book: Rulebook, card: Scorecard, as_of: date) -> ir.Table:
    """Return one row for each registered entity, with the columns of `result_schema`.

    Raises:
        IndicatorUnfit: An indicator of the card is unknown, or the rulebook cannot feed it.
    """
    table = ibis.table({field.name: _IBIS_TYPES[field.type] for field in schema(book)}, name=FACTS)
    day = day_number(as_of)
    begun = table.filter(table.from_day <= day, table.hidden_day.isnull() | (table.hidden_day > day))
    facts = Facts(begun, as_of, book)
    measures = {name: indicator.measure(facts).cast("int64") for name, indicator in _indicators(book, card).items()}
    # A business that has no registration yet is not classified.
    registered = facts.count(facts.of(book.roles.kind))
    grouped = begun.group_by("entity_id").aggregate(registered=registered, **measures)
    grouped = grouped.filter(grouped.registered > 0).drop("registered")
    scale = book.scales[card.scale]
    lines = {_line(number): _points(grouped, weighing) for number, weighing in enumerate(card.weighings)}
    direct = {
        _direct(number): grouped[rule.indicator].fill_null(0) >= rule.at_least
        for number, rule in enumerate(card.direct)
    }
    lined = grouped.mutate(**lines, **direct)
    total = reduce(add, (lined[name] for name in lines), ibis.literal(card.base, "int64"))
    scored = lined.mutate(points=ibis.greatest(total, ibis.literal(0, "int64")))
    placed = scored.mutate(class_position=_position(scored, card, scale))
    return placed.select(*result_schema(card).names)


def result_schema(card: Scorecard) -> pa.Schema:
    """Return the columns of a classification: id, place of the class, points, indicators, lines, direct rules."""
    numbers = ["class_position", "points", *card.indicators, *(_line(number) for number in range(len(card.weighings)))]
    flags = [_direct(number) for number in range(len(card.direct))]
    return pa.schema(
        [("entity_id", pa.string()), *((name, pa.int64()) for name in numbers), *((name, pa.bool_()) for name in flags)]
    )


def _line(number: int) -> str:
    return f"line_{number}"


def _direct(number: int) -> str:
    return f"direct_{number}"


def _indicators(book: Rulebook, card: Scorecard) -> dict[str, Indicator]:
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
    for number, rule in enumerate(card.direct):
        direct = ibis.literal(scale.position(rule.class_code), "int64")
        positions.append(ibis.cases((table[_direct(number)], direct), else_=ibis.literal(0, "int64")))
    return ibis.greatest(*positions) if len(positions) > 1 else positions[0]


_compiled: OrderedDict[tuple[str, int, date], tuple[Scorecard, str]] = OrderedDict()
_compiling = Lock()


def compiled(book: Rulebook, card: Scorecard, as_of: date) -> str:
    """Return the expression as DuckDB's SQL: built once for a card and a day, then kept.

    Raises:
        IndicatorUnfit: See `expression`.
    """
    # The card is kept beside its text, so no other card can come to have its identity.
    key = (book.digest, id(card), as_of)
    with _compiling:
        if key not in _compiled:
            sql = str(ibis.to_sql(expression(book, card, as_of), dialect=DuckDB.dialect))
            _compiled[key] = (card, sql)
            if len(_compiled) > _KEPT:
                _compiled.popitem(last=False)
        _compiled.move_to_end(key)
        return _compiled[key][1]


def classify_snapshot(
    snapshot: Snapshot, book: Rulebook, card: Scorecard, as_of: date, engine: DuckDB, folder: Path | None = None
) -> Iterator[list[Classified]]:
    """Yield the classes of all entities of a snapshot, a bucket at a time; see `class_tables`."""
    for table in class_tables(snapshot, book, card, as_of, engine, folder):
        yield _classified(table, card, book.scales[card.scale])


def class_tables(
    snapshot: Snapshot, book: Rulebook, card: Scorecard, as_of: date, engine: DuckDB, folder: Path | None = None
) -> Iterator[pa.Table]:
    """Yield the same as tables with the columns of `result_schema`.

    Args:
        folder: Where each bucket's result is written as Parquet too, under the name of the bucket's file.
    Raises:
        SnapshotHarmed: The snapshot was written under another rulebook.
        IndicatorUnfit: See `expression`.
    """
    if snapshot.rulebook_digest != book.digest:
        raise SnapshotHarmed(
            asked=f"To classify from the snapshot in {snapshot.folder}.",
            found=f"It was written under the rulebook {snapshot.rulebook_digest}.",
            wants=f"One of the rulebook in force, {book.digest}: it decides which facts are features.",
            next_step="Classify again; that writes a snapshot of its own.",
        )
    columns = result_schema(card)
    for path, found in zip(snapshot.paths, engine.run(compiled(book, card, as_of), snapshot.paths), strict=True):
        # A sum of whole numbers leaves DuckDB wider than 64 bits; all of ours fit.
        table = found.cast(columns)
        if folder is not None:
            pq.write_table(table, folder / path.name, compression="zstd")
        yield table


def classify_facts(
    facts: Iterable[Fact], book: Rulebook, card: Scorecard, as_of: date, known_at: datetime
) -> Classified | None:
    """Return the class of one entity from its facts, by the same expression; ``None`` where it is not registered.

    Raises:
        IndicatorUnfit: See `expression`.
    """
    table = table_of(rows_of(facts, book, known_at), book)
    found = _own_engine().run_table(compiled(book, card, as_of), table)
    listed = _classified(found.cast(result_schema(card)), card, book.scales[card.scale])
    return listed[0] if listed else None


_own = local()


def _own_engine() -> DuckDB:
    """Return this thread's engine for single entities; opening one takes as long as half a question to it."""
    engine: DuckDB | None = getattr(_own, "engine", None)
    if engine is None:
        engine = _own.engine = DuckDB(threads=1)
    return engine


def _classified(table: pa.Table, card: Scorecard, scale: Scale) -> list[Classified]:
    codes = [band.code for band in scale.bands]
    names = card.indicators
    after_values = len(names)
    after_lines = after_values + len(card.weighings)
    return [
        Classified(
            entity_id,
            codes[position],
            points,
            dict(zip(names, rest, strict=False)),
            tuple(rest[after_values:after_lines]),
            tuple(rest[after_lines:]),
        )
        for entity_id, position, points, *rest in zip(*(column.to_pylist() for column in table.columns), strict=True)
    ]

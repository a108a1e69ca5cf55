"""What a scorecard reads of every entity: its indicators and its key areas, a column each.

Rules kept here:
- What is computed over the same kinds is one aggregate over the rows of these kinds alone, joined to the registrations:
  most rows are of no use to most indicators, and skipping them by kind is far cheaper than asking each one.
- An indicator sees rows begun by the day and still displayed, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from goodstanding.core.classification import Area, Scorecard
from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import FieldType
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import FACTS
from goodstanding.engine.features import schema
from goodstanding.engine.indicator import Clock, Facts, Indicator, Measure, check_fit
from goodstanding.engine.indicators import every

_IBIS_TYPES = {pa.string(): "string", pa.int32(): "int32", pa.int64(): "int64", pa.bool_(): "boolean"}
_FEW = 2  # parts over the same kinds


def area_column(code: str) -> str:
    return f"area_{code}"


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


def measured(book: Rulebook, card: Scorecard, clock: Clock) -> ir.Table:
    """Return each registered entity with the indicators and key areas of a card, one column each.

    Raises:
        IndicatorUnfit: An indicator of the card is unknown, or the rulebook cannot feed it.
    """
    columns = {field.name: _IBIS_TYPES[field.type] for field in schema(book)}
    table = ibis.table(columns | {"entity": "int64"}, name=FACTS)
    day = Facts(table, clock, book).day
    begun = table.filter(table.from_day <= day, table.hidden_day.isnull() | (table.hidden_day > day))
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

    return _Part(area_column(area.code), frozenset({area.kind}), measure, 0)


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

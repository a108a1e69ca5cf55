"""Scales, key areas and scorecards as classification.toml states them: every mistake by file and key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from goodstanding.core.classification import (
    Area,
    ClassBand,
    Condition,
    Direction,
    DirectRule,
    Scale,
    Scorecard,
    Signal,
    Weighing,
)
from goodstanding.core.fact import Exposure, FactKind, FieldType
from goodstanding.core.reading import Table
from goodstanding.core.rule import overlapping

MAX_CLASSES = 8
"""More than any scheme has; the engine packs the places of classes into one whole number."""

MAX_POINTS = 1_000_000
"""Far above any use; sums of many lines stay far below what an engine's whole numbers hold."""

MAX_VALUE = 10**15
"""Of a bound: above any amount in minor units, and far below what an engine's whole numbers hold."""

MAX_CODE = {"scale": 40, "class": 10}
"""How long a code may be: as the records keep it."""


def read_scales(file: Table, languages: tuple[str, ...], indicators: Collection[str] | None = None) -> dict[str, Scale]:
    """Read ``[scale.<code>]`` of classification.toml.

    Args:
        indicators: Names the engine knows, or ``None`` to leave names unchecked.
    """
    scales = {}
    for code, table in file.named("scale"):
        _check_code(file, f"scale.{code}", code, "scale")
        bands = tuple(
            ClassBand(_class_code(inner), inner.words("title", languages), _points(inner, "lower"))
            for inner in table.tables("class")
        )
        lowers = [band.lower for band in bands]
        if not bands or lowers[0] != 0 or lowers != sorted(set(lowers)):
            raise table.mistake("class", f"Lower bounds {lowers}.", "Bounds that begin at 0 and rise.")
        if len(bands) > MAX_CLASSES:
            raise table.mistake("class", f"{len(bands)} classes.", f"At most {MAX_CLASSES}.")
        if len({band.code for band in bands}) != len(bands):
            raise table.mistake("class", "A class code stands twice.", "Each class once.")
        directions = {}
        if table.has("direction"):
            with table.table("direction") as stated:
                for name in stated.keys:
                    _check_indicator(stated, name, name, indicators)
                    directions[name] = stated.choice(name, Direction)
        scales[code] = Scale(code, table.words("title", languages), bands, directions)
    if not scales:
        raise file.mistake("scale", "No scale.", "One scale at least.")
    return scales


def read_areas(file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind]) -> dict[str, Area]:
    """Read ``[area.<code>]`` of classification.toml."""
    areas = {}
    for code, table in file.named("area", required=False):
        kind, name, codes = table.text("kind"), table.text("field"), frozenset(table.texts("codes"))
        if kind not in kinds:
            raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
        field = kinds[kind].fields.get(name)
        coded = field is not None and field.type in (FieldType.CODE, FieldType.CODES)
        if field is None or not coded or not field.feature or field.exposure is not Exposure.PUBLIC:
            raise table.mistake("field", f"{name!r}.", f"A field of kind {kind} that holds codes and is a feature.")
        odd = sorted(codes - field.codes)
        if odd or not codes:
            raise table.mistake("codes", f"{', '.join(odd) or 'None'}.", f"Codes of table {field.table}.")
        areas[code] = Area(code, table.rule(languages), kind, name, codes)
    return areas


def read_scorecards(
    file: Table,
    languages: tuple[str, ...],
    scales: Mapping[str, Scale],
    areas: Mapping[str, Area],
    indicators: Collection[str] | None,
) -> tuple[Scorecard, ...]:
    """Read ``[[scorecard]]`` of classification.toml.

    Args:
        indicators: Names the engine knows, or ``None`` to leave names unchecked.
    """
    cards: list[Scorecard] = []
    for table in file.tables("scorecard"):
        code = table.text("scale")
        if code not in scales:
            raise table.mistake("scale", f"{code!r}.", "A scale of this file.")
        scale = scales[code]
        card = Scorecard(
            rule=table.rule(languages),
            scale=code,
            base=_points(table, "base", 0),
            weighings=tuple(_read_weighings(table, scale, areas, indicators)),
            direct=tuple(
                _read_direct(inner, languages, scale, areas, indicators)
                for inner in table.tables("direct", required=False)
            ),
            signals=tuple(
                _read_signal(inner, languages, scale, areas, indicators)
                for inner in table.tables("signal", required=False)
            ),
        )
        for other in cards:
            if other.scale == code and overlapping(other.rule.validity, card.rule.validity):
                found = (
                    f"From {card.rule.validity.from_on}, while the version from {other.rule.validity.from_on} holds."
                )
                raise table.mistake("valid_from", found, f"One scorecard of scale {code} on any day.")
        cards.append(card)
    return tuple(cards)


def _read_weighings(
    table: Table, scale: Scale, areas: Mapping[str, Area], indicators: Collection[str] | None
) -> Iterator[Weighing]:
    seen = set()
    for inner in table.tables("weigh"):
        name = inner.text("indicator")
        _check_indicator(inner, "indicator", name, indicators)
        bins = _read_bins(inner)
        rises = [after - before for (_, before), (_, after) in pairwise(bins)]
        direction = scale.directions.get(name)
        if (direction is Direction.RISING and any(step < 0 for step in rises)) or (
            direction is Direction.FALLING and any(step > 0 for step in rises)
        ):
            found = f"Points {[points for _, points in bins]} of {name}."
            wants = f"Points that only go one way: scale {scale.code} says that {name} is {direction.value}."
            raise inner.mistake("bins", found, wants)
        weighing = Weighing(name, bins, _points(inner, "missing", 0), _area(inner, areas))
        if (name, weighing.area) in seen:
            raise inner.mistake("indicator", f"{name!r} is weighed twice.", "Each indicator once, for each area.")
        seen.add((name, weighing.area))
        yield weighing


def _read_direct(
    table: Table,
    languages: tuple[str, ...],
    scale: Scale,
    areas: Mapping[str, Area],
    indicators: Collection[str] | None,
) -> DirectRule:
    rule = DirectRule(table.rule(languages), _read_condition(table, areas, indicators), _class(table, "class", scale))
    name = rule.condition.indicator
    if scale.directions.get(name) is Direction.FALLING:
        found = f"{name!r}: a direct rule only ever sets more risk."
        raise table.mistake("indicator", found, _direction_wanted(scale, name))
    return rule


def _read_signal(
    table: Table,
    languages: tuple[str, ...],
    scale: Scale,
    areas: Mapping[str, Area],
    indicators: Collection[str] | None,
) -> Signal:
    signal = Signal(
        table.rule(languages), _read_condition(table, areas, indicators), _steps(table), _class(table, "bound", scale)
    )
    name = signal.condition.indicator
    against = Direction.FALLING if signal.steps > 0 else Direction.RISING
    if scale.directions.get(name) is against:
        raise table.mistake("steps", f"{signal.steps} for much of {name}.", _direction_wanted(scale, name))
    return signal


def _direction_wanted(scale: Scale, name: str) -> str:
    return f"A move that goes the one way: scale {scale.code} says that {name} is {scale.directions[name].value}."


def _read_bins(table: Table) -> tuple[tuple[int | None, int], ...]:
    """Read ranges of whole numbers, both ends included, that together hold every number once."""
    bins: list[tuple[int | None, int]] = []
    last: int | None = None
    is_open = False
    for inner in table.tables("bins"):
        lower, upper = _value(inner, "from"), _value(inner, "to")
        if is_open:
            raise inner.mistake("from", f"{lower}, after a range without end.", "Only the last range without `to`.")
        if not bins and lower is not None:
            raise inner.mistake("from", f"{lower}: what is below falls in no range.", "A first range without `from`.")
        if bins and lower is None:
            raise inner.mistake("from", "The key is missing.", "Only the first range without `from`.")
        if last is not None and lower is not None and lower != last + 1:
            odd = "overlaps the range before" if lower <= last else "leaves a gap after the range before"
            raise inner.mistake("from", f"{lower} {odd}, which ends with {last}.", f"{last + 1}.")
        if lower is not None and upper is not None and upper < lower:
            raise inner.mistake("to", f"{upper}, below {lower}.", "A last number not below the first.")
        is_open, last = upper is None, upper
        bins.append((lower, _points(inner, "points")))
    if not bins or not is_open:
        found = "No range." if not bins else f"What is above {last} falls in no range."
        raise table.mistake("bins", found, "Ranges of whole numbers, the last one without `to`.")
    return tuple(bins)


def _read_condition(table: Table, areas: Mapping[str, Area], indicators: Collection[str] | None) -> Condition:
    name, area = table.text("indicator", ""), _area(table, areas)
    if not name and not area:
        raise table.mistake("indicator", "The key is missing.", "An indicator, an area, or both.")
    if name:
        _check_indicator(table, "indicator", name, indicators)
    elif table.has("at_least"):
        raise table.mistake("at_least", "There is no indicator.", "A bound only beside an indicator.")
    at_least = table.whole("at_least", 1)
    if not 1 <= at_least <= MAX_VALUE:
        wants = f"From 1, since an indicator with nothing to say counts as 0, to {MAX_VALUE}."
        raise table.mistake("at_least", f"{at_least}.", wants)
    return Condition(name, at_least, area)


def _check_indicator(table: Table, key: str, name: str, indicators: Collection[str] | None) -> None:
    if indicators is not None and name not in indicators:
        raise table.mistake(key, f"{name!r}.", "An indicator of the engine.")


def _area(table: Table, areas: Mapping[str, Area]) -> str:
    code = table.text("area", "")
    if code and code not in areas:
        raise table.mistake("area", f"{code!r}.", "A key area of this file.")
    return code


def _class(table: Table, key: str, scale: Scale) -> str:
    code = table.text(key)
    if code not in {band.code for band in scale.bands}:
        raise table.mistake(key, f"{code!r}.", f"A class of scale {scale.code}.")
    return code


def _steps(table: Table) -> int:
    steps = table.whole("steps")
    if not 0 < abs(steps) < MAX_CLASSES:
        wants = f"Classes towards more risk, or negative for fewer, {MAX_CLASSES - 1} at most."
        raise table.mistake("steps", f"{steps}.", wants)
    return steps


def _points(table: Table, key: str, default: int | None = None) -> int:
    points = table.whole(key) if default is None else table.whole(key, default)
    if abs(points) > MAX_POINTS:
        raise table.mistake(key, f"{points}.", f"Points between -{MAX_POINTS} and {MAX_POINTS}.")
    return points


def _value(table: Table, key: str) -> int | None:
    value = table.maybe_whole(key)
    if value is not None and abs(value) > MAX_VALUE:
        raise table.mistake(key, f"{value}.", f"A number between -{MAX_VALUE} and {MAX_VALUE}.")
    return value


def _class_code(table: Table) -> str:
    code = table.text("code")
    _check_code(table, "code", code, "class")
    return code


def _check_code(table: Table, key: str, code: str, of: str) -> None:
    if not 0 < len(code) <= MAX_CODE[of] or not code.isprintable() or " " in code:
        wants = f"A code of 1 to {MAX_CODE[of]} characters, without spaces."
        raise table.mistake(key, f"{code!r}.", wants)

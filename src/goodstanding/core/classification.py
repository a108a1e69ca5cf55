"""Scales, scorecards, points and classes.

Rules kept here:
- Points are whole numbers; a total is the sum of its lines, never below zero.
- A direct rule sets a class whatever the points say, and only ever towards more risk.
- Scales are named; a class means nothing without its scale and is never compared across scales.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule, overlapping


@dataclass(frozen=True, slots=True)
class ClassBand:
    """One class of a scale: from ``lower`` points on, until the next class begins."""

    code: str
    title: Mapping[str, str]
    lower: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A named set of classes in order of rising risk; the first begins at zero."""

    code: str
    title: Mapping[str, str]
    bands: tuple[ClassBand, ...]

    def position(self, class_code: str) -> int:
        return next(index for index, band in enumerate(self.bands) if band.code == class_code)

    def of_points(self, points: int) -> ClassBand:
        """Return the class whose range ``[lower, next lower)`` holds ``points`` (zero or more)."""
        return self.bands[bisect_right([band.lower for band in self.bands], points) - 1]


@dataclass(frozen=True, slots=True)
class Weighing:
    """How one indicator turns into points: ``bins`` are (lower bound, points), rising; no value gives no points."""

    indicator: str
    bins: tuple[tuple[int, int], ...]

    def points(self, value: int | None) -> int:
        if value is None:
            return 0
        index = bisect_right([lower for lower, _ in self.bins], value) - 1
        return self.bins[index][1] if index >= 0 else 0


@dataclass(frozen=True, slots=True)
class DirectRule:
    """An indicator at or above a bound sets at least this class."""

    rule: Rule
    indicator: str
    at_least: int
    class_code: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One version of the table that turns indicators into points on one scale."""

    rule: Rule
    scale: str
    base: int
    weighings: tuple[Weighing, ...]
    direct: tuple[DirectRule, ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator the card reads, in its order, without repeats."""
        names = [weighing.indicator for weighing in self.weighings] + [rule.indicator for rule in self.direct]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation."""

    indicator: str
    value: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Points and class of one entity, and why.

    Args:
        direct: The direct rules that held, in the card's order; the class is at least the highest they set.
    """

    points: int
    class_code: str
    lines: tuple[Line, ...]
    direct: tuple[DirectRule, ...]


def score(values: Mapping[str, int | None], card: Scorecard, scale: Scale) -> Outcome:
    """Place one entity in a class by its indicator values.

    Args:
        values: Whole numbers by indicator; ``None`` or absence means the indicator has nothing to say.
        card: The scorecard in force; its rule is cited on the decision.
        scale: The scale the card is written for.
    Returns:
        Points, class, one line per weighing, and the direct rules that held.
    Source: the scorecard, cited there by instrument and article.
    """
    lines = tuple(
        Line(
            weighing.indicator,
            values.get(weighing.indicator),
            weighing.points(values.get(weighing.indicator)),
        )
        for weighing in card.weighings
    )
    points = max(0, card.base + sum(line.points for line in lines))
    held = tuple(rule for rule in card.direct if (values.get(rule.indicator) or 0) >= rule.at_least)
    position = scale.position(scale.of_points(points).code)
    for rule in held:
        position = max(position, scale.position(rule.class_code))
    return Outcome(points, scale.bands[position].code, lines, held)


def read_scales(file: Table, languages: tuple[str, ...]) -> dict[str, Scale]:
    """Read ``[scale.<code>]`` of classification.toml."""
    scales = {}
    for code, table in file.named("scale"):
        bands = tuple(
            ClassBand(inner.text("code"), inner.words("title", languages), inner.whole("lower"))
            for inner in table.tables("class")
        )
        lowers = [band.lower for band in bands]
        if not bands or lowers[0] != 0 or lowers != sorted(set(lowers)):
            raise table.mistake("class", f"Lower bounds {lowers}.", "Bounds that begin at 0 and rise.")
        if len({band.code for band in bands}) != len(bands):
            raise table.mistake("class", "A class code stands twice.", "Each class once.")
        scales[code] = Scale(code, table.words("title", languages), bands)
    return scales


def read_scorecards(
    file: Table, languages: tuple[str, ...], scales: Mapping[str, Scale], indicators: Collection[str] | None
) -> tuple[Scorecard, ...]:
    """Read ``[[scorecard]]`` of classification.toml.

    Args:
        indicators: Names the engine knows, or ``None`` to leave names unchecked.
    """

    def indicator_of(table: Table) -> str:
        name = table.text("indicator")
        if indicators is not None and name not in indicators:
            raise table.mistake("indicator", f"{name!r}.", "An indicator of the engine.")
        return name

    cards: list[Scorecard] = []
    for table in file.tables("scorecard"):
        scale = table.text("scale")
        if scale not in scales:
            raise table.mistake("scale", f"{scale!r}.", "A scale of this file.")
        weighings = []
        for inner in table.tables("weigh"):
            name = indicator_of(inner)
            lowers, points = inner.wholes("lower"), inner.wholes("points")
            if len(lowers) != len(points) or list(lowers) != sorted(set(lowers)) or not lowers:
                raise inner.mistake("lower", f"{list(lowers)}.", "Rising bounds, as many as there are points.")
            weighings.append(Weighing(name, tuple(zip(lowers, points, strict=True))))
        direct = []
        for inner in table.tables("direct", required=False):
            name = indicator_of(inner)
            class_code = inner.text("class")
            if class_code not in {band.code for band in scales[scale].bands}:
                raise inner.mistake("class", f"{class_code!r}.", f"A class of scale {scale}.")
            direct.append(DirectRule(inner.rule(languages), name, inner.whole("at_least", 1), class_code))
        card = Scorecard(table.rule(languages), scale, table.whole("base", 0), tuple(weighings), tuple(direct))
        for other in cards:
            if other.scale == scale and overlapping(other.rule.validity, card.rule.validity):
                found = (
                    f"From {card.rule.validity.from_on}, while the version from {other.rule.validity.from_on} holds."
                )
                raise table.mistake("valid_from", found, f"One scorecard of scale {scale} on any day.")
        cards.append(card)
    return tuple(cards)

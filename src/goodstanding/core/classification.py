"""Scales, scorecards, points and classes.

Rules kept here:
- Points are whole numbers; a total is the sum of its lines, never below zero.
- Points give a class; signals move it some steps, either way and never past their bound; direct rules come last, set a
  class whatever the points say, and only ever towards more risk.
- Scales are named; a class means nothing without its scale and is never compared across scales.
- What is bound to a key area counts only for a business of that area.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from goodstanding.core.ledger import View
from goodstanding.core.rule import Rule


class Direction(Enum):
    """Which way points go as an indicator grows."""

    RISING = "rising"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class ClassBand:
    """One class of a scale: from ``lower`` points on, until the next class begins."""

    code: str
    title: Mapping[str, str]
    lower: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A named set of classes in order of rising risk; the first begins at zero.

    Args:
        directions: The way that points of an indicator must go on this scale, where the rulebook states one.
    """

    code: str
    title: Mapping[str, str]
    bands: tuple[ClassBand, ...]
    directions: Mapping[str, Direction]

    def position(self, class_code: str) -> int:
        return next(index for index, band in enumerate(self.bands) if band.code == class_code)

    def of_points(self, points: int) -> ClassBand:
        """Return the class whose range ``[lower, next lower)`` holds ``points`` (zero or more)."""
        return self.bands[bisect_right([band.lower for band in self.bands], points) - 1]


@dataclass(frozen=True, slots=True)
class Area:
    """A key area of supervision: who holds a fact in force, such as a licence, whose field has one of the codes."""

    code: str
    rule: Rule
    kind: str
    field: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Weighing:
    """How one indicator turns into points.

    Args:
        bins: (lower bound, points), rising; ``None`` as the first bound means from the smallest number on.
        missing: Points where the indicator has nothing to say.
        area: Key area it is for, or empty for everyone.
    """

    indicator: str
    bins: tuple[tuple[int | None, int], ...]
    missing: int = 0
    area: str = ""

    def points(self, value: int | None) -> int:
        """Return the points of a value; below the first bound there are none."""
        found = self.bin_of(value)
        return self.missing if value is None else 0 if found is None else self.bins[found][1]

    def line(self, value: int | None, areas: Collection[str]) -> Line:
        """Return what it gives a business in some key areas."""
        applies = not self.area or self.area in areas
        return Line(self.indicator, value, self.points(value) if applies else 0, applies)

    def bin_of(self, value: int | None) -> int | None:
        """Return the place of the bin a value falls in, or ``None`` where it falls in none."""
        if value is None:
            return None
        reached = [place for place, (lower, _) in enumerate(self.bins) if lower is None or lower <= value]
        return reached[-1] if reached else None

    def bounds(self, place: int) -> tuple[int | None, int | None]:
        """Return a bin's first number, and the next one's, excluded; ``None`` where there is no bound."""
        after = self.bins[place + 1][0] if place + 1 < len(self.bins) else None
        return self.bins[place][0], after

    def range_of(self, value: int | None) -> tuple[int | None, int | None] | None:
        """Return the bounds of the bin a value falls in, or ``None`` where it falls in none."""
        place = self.bin_of(value)
        return None if place is None else self.bounds(place)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a direct rule or a signal asks: an indicator at or above a bound, in a key area, or both.

    Args:
        indicator: Or empty where belonging to the area is all that is asked.
        area: Or empty for everyone.
    """

    indicator: str
    at_least: int = 1
    area: str = ""

    def holds(self, values: Mapping[str, int | None], areas: Collection[str]) -> bool:
        if self.area and self.area not in areas:
            return False
        return not self.indicator or (values.get(self.indicator) or 0) >= self.at_least


@dataclass(frozen=True, slots=True)
class DirectRule:
    """A condition that sets at least this class; one that asks for an area alone is that area's floor."""

    rule: Rule
    condition: Condition
    class_code: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A condition that moves the class.

    Args:
        steps: Classes towards more risk, or fewer where negative; never zero.
        bound: Class past which the signal moves nobody.
    """

    rule: Rule
    condition: Condition
    steps: int
    bound: str

    def moved(self, position: int, scale: Scale) -> int:
        """Return where a class at ``position`` comes to stand."""
        bound = scale.position(self.bound)
        if self.steps > 0:
            return max(position, min(position + self.steps, bound))
        return min(position, max(position + self.steps, bound))


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One version of the table that turns indicators into points on one scale.

    Args:
        signals: In the order in which they move the class.
    """

    rule: Rule
    scale: str
    base: int
    weighings: tuple[Weighing, ...]
    direct: tuple[DirectRule, ...] = ()
    signals: tuple[Signal, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the card asks besides points: of its signals, then of its direct rules."""
        return (*(signal.condition for signal in self.signals), *(rule.condition for rule in self.direct))

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator the card reads, in its order, without repeats."""
        names = [weighing.indicator for weighing in self.weighings]
        names += [condition.indicator for condition in self.conditions if condition.indicator]
        return tuple(dict.fromkeys(names))

    @property
    def areas(self) -> tuple[str, ...]:
        """Every key area the card asks for, in its order, without repeats."""
        codes = [weighing.area for weighing in self.weighings]
        codes += [condition.area for condition in self.conditions]
        return tuple(dict.fromkeys(code for code in codes if code))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The card's own rule, then those of its direct rules and signals."""
        return (self.rule, *(one.rule for one in self.direct), *(one.rule for one in self.signals))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation.

    Args:
        applies: Whether the line is for this business; one of another key area gives no points.
    """

    indicator: str
    value: int | None
    points: int
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """Points and class of one entity, and why.

    Args:
        direct: The direct rules that held, in the card's order; the class is at least the highest they set.
        signals: The signals that held, in the card's order.
    """

    points: int
    class_code: str
    lines: tuple[Line, ...]
    direct: tuple[DirectRule, ...]
    signals: tuple[Signal, ...] = ()


def score(values: Mapping[str, int | None], card: Scorecard, scale: Scale, areas: Collection[str] = ()) -> Outcome:
    """Place one entity in a class by its indicator values.

    Args:
        values: Whole numbers by indicator; ``None`` or absence means the indicator has nothing to say.
        card: The scorecard in force; its rule is cited on the decision.
        scale: The scale the card is written for.
        areas: Codes of the key areas the entity is in.
    Returns:
        Points, class, one line per weighing, and the signals and direct rules that held.
    Source: the scorecard, cited there by instrument and article.
    """
    lines = tuple(weighing.line(values.get(weighing.indicator), areas) for weighing in card.weighings)
    points = max(0, card.base + sum(line.points for line in lines))
    position = scale.position(scale.of_points(points).code)
    signals = tuple(signal for signal in card.signals if signal.condition.holds(values, areas))
    for signal in signals:
        position = signal.moved(position, scale)
    direct = tuple(rule for rule in card.direct if rule.condition.holds(values, areas))
    for rule in direct:
        position = max(position, scale.position(rule.class_code))
    return Outcome(points, scale.bands[position].code, lines, direct, signals)


def areas_of(seen: View, areas: Mapping[str, Area]) -> frozenset[str]:
    """Return the codes of the key areas one entity is in on the day of a view."""
    found = set()
    for area in areas.values():
        for fact in seen.in_force(area.kind):
            value = fact.payload.get(area.field)
            if not area.codes.isdisjoint(value if isinstance(value, tuple) else (str(value),)):
                found.add(area.code)
    return frozenset(found)

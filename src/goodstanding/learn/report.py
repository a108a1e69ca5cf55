"""What a learned scorecard is worth on visits it has not seen, beside the one in force: as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from goodstanding.core.classification import Scale
from goodstanding.engine.indicator import day_number
from goodstanding.learn.fit import Learned
from goodstanding.learn.measure import (
    Band,
    Floats,
    Measures,
    Part,
    Whole,
    by_class,
    by_part,
    intervals,
    is_rising,
    measures,
)
from goodstanding.learn.panel import Visit

_TITLES = {
    "auc": "AUC",
    "average_precision": "average precision",
    "days_earlier": "days earlier",
    "first_half": "found in the first half of the days",
    "top_half": "found in the first half of the visits",
    "top_10": "found in the first 10 %",
    "top_20": "found in the first 20 %",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One ranking of the visits.

    Args:
        between: For each measure, the ends of its 95 per cent interval.
    """

    name: str
    measures: Measures
    between: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a learned scorecard is worth.

    Args:
        rankings: The learned scorecard, then the one in force where there was one.
        bands: Rate found by learned class, the lowest class first.
        in_force: Likewise by the classes in force.
        quarters: Stability by quarter of the year.
        regions: By region of the registration.
        inspectors: By inspector, where results say who went; empty where nobody knows.
        learned_from: Rate found by learned class among the visits the points were learned from: what each foretells.
    """

    visits: int
    found: int
    rankings: list[Judged]
    bands: list[Band]
    in_force: list[Band]
    quarters: list[Part]
    regions: list[Part]
    inspectors: list[Part] = field(default_factory=list)
    learned_from: list[Band] = field(default_factory=list)

    @property
    def is_rising(self) -> bool:
        """Whether every learned class found more than the one below it."""
        return is_rising(self.bands)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"is_rising": self.is_rising}


def columns(visits: Sequence[Visit]) -> tuple[Whole, Whole]:
    """Return whether each visit found something, and its day as a whole number."""
    found = np.array([visit.found for visit in visits], dtype=np.int64)
    return found, np.array([day_number(visit.on) for visit in visits], dtype=np.int64)


def judge(name: str, scores: Floats, found: Whole, days: Whole, draws: int = 500) -> Judged:
    """Measure one ranking, with intervals."""
    return Judged(name, measures(scores, found, days), intervals(scores, found, days, draws))


def report(
    learned: Learned, visits: Sequence[Visit], scale: Scale, draws: int = 500, before: Sequence[Visit] = ()
) -> Report:
    """Judge a learned scorecard on visits it was not learned from.

    Args:
        visits: In the order of their keys or days; some found something, some nothing.
        draws: Resamples behind each interval.
        before: Visits it was learned from, whose rates by class are what it foretells.
    """
    found, days = columns(visits)
    codes = [band.code for band in scale.bands]
    points = [learned.points(visit) for visit in visits]
    scores = np.array(points, dtype=np.float64)
    rankings = [judge("learned", scores, found, days, draws)]
    is_in_force = all(visit.points is not None for visit in visits)
    if is_in_force:
        now = np.array([visit.points for visit in visits], dtype=np.float64)
        rankings.append(judge("in force", now, found, days, draws))
    return Report(
        visits=len(visits),
        found=int(found.sum()),
        rankings=rankings,
        bands=by_class(codes, [codes[learned.place(one)] for one in points], found),
        in_force=by_class(codes, [visit.class_code for visit in visits], found) if is_in_force else [],
        quarters=by_part([f"{visit.on.year} Q{(visit.on.month + 2) // 3}" for visit in visits], scores, found),
        regions=by_part([visit.region for visit in visits], scores, found, at_least=200),
        inspectors=_by_inspector(visits, scores, found),
        learned_from=_foretold(learned, before, codes) if before else [],
    )


def _foretold(learned: Learned, before: Sequence[Visit], codes: Sequence[str]) -> list[Band]:
    placed = [codes[learned.place(learned.points(visit))] for visit in before]
    return by_class(codes, placed, columns(before)[0])


def _by_inspector(visits: Sequence[Visit], scores: Floats, found: Whole) -> list[Part]:
    """Return how the ranking holds among the visits that each inspector took part in, where results say who went."""
    went = [(code, place) for place, visit in enumerate(visits) for code in visit.inspectors]
    places = [place for _, place in went]
    return by_part([code for code, _ in went], scores[places], found[places]) if went else []


def lines(found: Report) -> list[str]:
    """Return a report as lines of text."""
    told = [f"{found.visits:,} visits, {found.found:,} with a finding ({found.found / found.visits:.1%})", ""]
    for name, title in _TITLES.items():
        values = []
        for judged in found.rankings:
            low, high = judged.between[name]
            values.append(f"{judged.name} {judged.measures.items()[name]:.3f} ({low:.3f} to {high:.3f})")
        told.append(f"{title}: " + "; ".join(values))
    for title, bands in (("By learned class", found.bands), ("By class in force", found.in_force)):
        if bands:
            told += ["", f"{title}:"]
            told += [
                f"  {band.code}: {band.found:,} of {band.visits:,} = {band.rate:.1%}"
                f" ({band.low:.1%} to {band.high:.1%}), lift {band.lift:.2f}"
                for band in bands
            ]
    told.append("The rate found rises from class to class." if found.is_rising else "The rate found does NOT rise.")
    parts = (("By quarter", found.quarters), ("By region", found.regions), ("By inspector", found.inspectors))
    for title, listed in parts:
        if listed:
            told += ["", f"{title}:"]
            told += [
                f"  {part.name}: {part.visits:,} visits, found {part.rate:.1%}, AUC "
                + ("-" if part.auc is None else f"{part.auc:.3f} ({part.low:.3f} to {part.high:.3f})")
                for part in listed
            ]
    if not found.inspectors:
        told += ["", "By inspector: the results do not say who went, or nobody went often enough to tell."]
    return told

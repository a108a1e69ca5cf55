"""From a panel to whole points: interpret's boosted sums of curves, cut to few ranges and rounded.

Rules kept here:
- An indicator is learned only in the direction its scale states; a curve that may turn is not learned.
- Every indicator has a curve of its own and none depends on another: what the points say is all there is.
- Whoever went on a visit is no input. Where groups of inspectors are known, what they add can be taken out of the
  findings before the points are learned; the points themselves never know a group.
- The same panel gives the same points: every seed is stated.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from goodstanding.core.classification import Direction, Scale, Weighing
from goodstanding.core.errors import TooLittleToLearn
from goodstanding.learn.panel import ALWAYS, Visit

Floats = npt.NDArray[np.float64]

MIN_VISITS = 200
MIN_FOUND = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """How freely the curves may follow the visits; chosen on visits before those of any test; see docs/decisions.

    Args:
        ranges: Most ranges of one indicator.
        rounds: Steps of boosting, each over every curve.
        rate: How far one step goes.
        bags: Curves are averaged over so many samples of the visits.
        visits_a_range: No step rests on fewer visits than these on either side.
        doubling: Points that stand for doubled odds of a finding.
        shares: Of the learned visits, from the lowest class to the highest.
        seed: Of the samples.
    """

    ranges: int = 8
    rounds: int = 200
    rate: float = 0.01
    bags: int = 8
    visits_a_range: int = 50
    doubling: int = 20
    shares: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1)
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Learned:
    """Points learned from a panel.

    Args:
        base: Points to begin with; the sum never falls below zero.
        lowers: Lower bound of each class, from the lowest class; the first is 0.
        visits: How many it was learned from.
        found: How many of these found something.
    """

    base: int
    weighings: tuple[Weighing, ...]
    lowers: tuple[int, ...]
    visits: int
    found: int

    def points(self, visit: Visit) -> int:
        """Return the points of the record on a visit's eve, as a scorecard of these weighings gives them."""
        total = self.base
        for weighing in self.weighings:
            if not weighing.area or weighing.area in visit.areas:
                total += weighing.points(visit.values.get(weighing.indicator) if not weighing.area else 0)
        return max(0, total)

    def place(self, points: int) -> int:
        """Return the place of a class, 0 for the lowest."""
        return sum(lower <= points for lower in self.lowers) - 1


def learn(
    visits: Sequence[Visit],
    indicators: Sequence[str],
    areas: Sequence[str],
    scale: Scale,
    settings: Settings | None = None,
    offsets: Floats | None = None,
) -> Learned:
    """Learn points from visits.

    Args:
        indicators: Their directions are those of the scale.
        areas: Key areas that may have points of their own.
        offsets: For each visit, log-odds that are explained already and not to be learned; see `group_effects`.
    Raises:
        TooLittleToLearn: There are too few visits, or too few that found something or nothing.
    """
    settings = settings or Settings()
    found = np.array([visit.found for visit in visits], dtype=np.int64)
    check_enough(found)
    features = _features(visits, indicators, areas)
    varying = [column for column in range(features.shape[1]) if len(np.unique(features[:, column])) > 1]
    if not varying:
        raise TooLittleToLearn(
            asked=f"To learn a scorecard of scale {scale.code}.",
            found="No indicator whose direction the scale states, and no key area, tells one visit from another.",
            wants="Indicators under [scale.CODE.direction] of classification.toml, or key areas.",
            next_step="State the direction of those that may be learned.",
        )
    constraints = [_way(scale, indicators, column) for column in varying]
    model = _fitted(features[:, varying], found, constraints, settings, offsets)
    per_log_odds = settings.doubling / math.log(2)
    weighings: list[Weighing] = []
    base = 0
    for place, column in enumerate(varying):
        cuts = [math.ceil(cut) for cut in model.bins_[place][0]]
        # The first score is of nothing said, the last of what was never seen.
        scores = [float(score) for score in model.term_scores_[place]][:-1]
        if column < len(indicators):
            weighings += _weighing(indicators[column], cuts, scores, per_log_odds)
        else:
            points = round((scores[2] - scores[1]) * per_log_odds)
            base -= min(0, points)
            if points:
                area = areas[column - len(indicators)]
                weighings.append(Weighing(ALWAYS, ((None, points),), points, area))
    learned = Learned(base, tuple(weighings), (0,), len(found), int(found.sum()))
    lowers = bounds([learned.points(visit) for visit in visits], settings.shares)
    return Learned(base, tuple(weighings), lowers, len(found), int(found.sum()))


def check_enough(found: npt.NDArray[np.int64]) -> None:
    """Refuse visits from which nothing could be learned.

    Raises:
        TooLittleToLearn: There are too few visits, or too few that found something or nothing.
    """
    positive = int(found.sum())
    if len(found) < MIN_VISITS or min(positive, len(found) - positive) < MIN_FOUND:
        raise TooLittleToLearn(
            asked="To learn a scorecard from past visits.",
            found=f"{len(found):,} visits, {positive:,} of which found something.",
            wants=f"At least {MIN_VISITS:,} visits, {MIN_FOUND} with a finding and {MIN_FOUND} without.",
            next_step="Choose a later day to train until, or another label.",
        )


def _features(visits: Sequence[Visit], indicators: Sequence[str], areas: Sequence[str]) -> Floats:
    """Return one row for each visit: indicators, nothing said as not-a-number, then areas as 0 or 1."""
    rows = [
        [math.nan if visit.values[name] is None else float(visit.values[name] or 0) for name in indicators]
        + [float(area in visit.areas) for area in areas]
        for visit in visits
    ]
    return np.array(rows, dtype=np.float64).reshape(len(visits), len(indicators) + len(areas))


def _way(scale: Scale, indicators: Sequence[str], column: int) -> int:
    if column >= len(indicators):
        return 0
    return {Direction.RISING: 1, Direction.FALLING: -1}[scale.directions[indicators[column]]]


def _fitted(
    features: Floats, found: npt.NDArray[np.int64], constraints: list[int], settings: Settings, offsets: Floats | None
) -> Any:
    from interpret.glassbox import ExplainableBoostingClassifier

    model = ExplainableBoostingClassifier(
        feature_types=["continuous"] * features.shape[1],
        monotone_constraints=constraints,
        interactions=0,
        max_bins=settings.ranges,
        max_leaves=2,
        learning_rate=settings.rate,
        max_rounds=settings.rounds,
        early_stopping_rounds=0,
        outer_bags=settings.bags,
        min_samples_leaf=settings.visits_a_range,
        random_state=settings.seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        # Values nobody has on record are what the missing range is for.
        warnings.filterwarnings("ignore", message=".*[Mm]issing.*")
        model.fit(features, found, init_score=offsets)
    return model


def _weighing(name: str, cuts: list[int], scores: list[float], per_log_odds: float) -> list[Weighing]:
    lowest = min(scores)
    missing, *points = [round((score - lowest) * per_log_odds) for score in scores]
    bins: list[tuple[int | None, int]] = [(None, points[0])]
    for cut, value in zip(cuts, points[1:], strict=True):
        if cut == bins[-1][0]:
            bins[-1] = (cut, value)
        elif value != bins[-1][1]:
            bins.append((cut, value))
    return [Weighing(name, tuple(bins), missing)] if len(bins) > 1 or bins[0][1] != missing else []


def bounds(points: Sequence[int], shares: Sequence[float]) -> tuple[int, ...]:
    """Return lower bounds that put such shares of the points, or as near as whole points allow, into the classes.

    Args:
        shares: From the lowest class to the highest; together one.
    """
    ordered = np.sort(np.array(points, dtype=np.int64))
    lowers = [0]
    for below in np.cumsum(shares)[:-1]:
        near = ordered[min(len(ordered) - 1, round(float(below) * len(ordered)))]
        # A class begins at a whole point: the one whose share is the nearer.
        lower = min((int(near), int(near) + 1), key=lambda at: abs(float(np.mean(ordered < at)) - float(below)))
        lowers.append(max(lower, lowers[-1] + 1))
    return tuple(lowers)


def group_effects(
    points: Sequence[int], found: Sequence[bool], groups: Sequence[str], doubling: int
) -> tuple[Floats, Mapping[str, float]]:
    """Estimate what each group of inspectors adds to the findings, beside what the points say, drawn towards nothing.

    Args:
        points: Of the record on the eve of each visit, learned without the groups.
        groups: Who went, or empty where nobody knows; nothing is added there.
    Returns:
        The log-odds to take out of each visit, their mean zero, and each group's.
    """
    from sklearn.linear_model import LogisticRegression

    names = sorted({group for group in groups if group})
    log_odds = np.array(points, dtype=np.float64)[:, None] * math.log(2) / doubling
    # A ridge on indicator columns is a normal random effect; columns of height one and C = 0.5 give it the standard
    # deviation 0.7. The points are already log-odds and so hardly drawn.
    member = np.array([[float(group == name) for name in names] for group in groups]).reshape(len(groups), len(names))
    model = LogisticRegression(C=0.5, max_iter=1000).fit(np.hstack([log_odds, member]), np.array(found, dtype=np.int64))
    effects = model.coef_[0][1:]
    added = member @ effects
    mean = float(added.mean())
    return added - mean, {name: float(effect) - mean for name, effect in zip(names, effects, strict=True)}

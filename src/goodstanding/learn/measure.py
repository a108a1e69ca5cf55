"""How well an order of visits finds what there is to find: by rank, and by the days visits would have been made on.

Rules kept here:
- A score is judged by the schedule it makes: the days on which visits were really made are handed out again along the
  ranking, so every day keeps its number of visits, and what counts is how much earlier the findings come.
- Every figure has an interval from resampled visits: on a few hundred findings a difference of 0.01 says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measures:
    """What one ranking of visits is worth.

    Args:
        auc: Chance that a visit with a finding ranks above one without.
        average_precision: Mean share of findings among the visits down to each finding.
        days_earlier: Mean over findings of real day less simulated day.
        first_half: Share of findings on simulated days by which fewer than half of the visits were made.
        top_half: Share of findings among the first half of the ranking.
        top_10: Share of findings among the first tenth of the ranking.
        top_20: Share of findings among the first fifth.
    """

    auc: float
    average_precision: float
    days_earlier: float
    first_half: float
    top_half: float
    top_10: float
    top_20: float

    def items(self) -> dict[str, float]:
        return asdict(self)


def ranking(scores: Floats) -> Whole:
    """Return places of visits from the highest score to the lowest; ties keep the order they are given in."""
    return np.argsort(-scores, kind="stable").astype(np.int64)


def measures(scores: Floats, found: Whole, days: Whole) -> Measures:
    """Return what a ranking is worth.

    Args:
        scores: Higher goes first; where equal, the order given decides, which should be that of the visits' keys.
        found: 1 where the visit found something; some must be 1 and some 0.
        days: Real days of the visits as whole numbers.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    order = ranking(scores)
    ranked, total = found[order], max(1, int(found.sum()))
    real = days[order]
    simulated = np.sort(days)
    is_found = ranked == 1
    return Measures(
        auc=float(roc_auc_score(found, scores)),
        average_precision=float(average_precision_score(found, scores)),
        days_earlier=float(np.mean((real - simulated)[is_found])),
        first_half=float(np.sum(simulated[is_found] <= half_day(days)) / total),
        top_half=float(ranked[: len(ranked) // 2].sum() / total),
        top_10=float(ranked[: len(ranked) // 10].sum() / total),
        top_20=float(ranked[: len(ranked) // 5].sum() / total),
    )


def half_day(days: Whole) -> int:
    """Return the last day by whose end fewer than half of the visits are made, or the day before the first."""
    kinds, counts = np.unique(days, return_counts=True)
    below = kinds[np.cumsum(counts) < len(days) / 2]
    return int(below[-1]) if len(below) else int(kinds[0]) - 1


def intervals(
    scores: Floats, found: Whole, days: Whole, draws: int = 500, seed: int = 1
) -> Mapping[str, tuple[float, float]]:
    """Return, for each measure, the middle 95 per cent over visits drawn anew with replacement."""
    chance = np.random.default_rng(seed)
    drawn: list[dict[str, float]] = []
    while len(drawn) < draws:
        # Sorted, so that ties keep the order of the keys.
        chosen = np.sort(chance.integers(0, len(found), len(found)))
        if 0 < found[chosen].sum() < len(found):
            drawn.append(measures(scores[chosen], found[chosen], days[chosen]).items())
    return {
        name: tuple(float(edge) for edge in np.quantile([one[name] for one in drawn], [0.025, 0.975]))  # type: ignore[misc]
        for name in drawn[0]
    }


@dataclass(frozen=True, slots=True)
class Band:
    """One class among visits.

    Args:
        lift: Rate found over the rate of all.
        low: Lower end of the 95 per cent Wilson interval of the rate.
        high: Its upper end.
    """

    code: str
    visits: int
    found: int
    rate: float
    lift: float
    low: float
    high: float


def by_class(codes: Sequence[str], placed: Sequence[str], found: Whole) -> list[Band]:
    """Return the rate found in each class, in the order of ``codes``."""
    overall = float(found.mean())
    bands = []
    for code in codes:
        among = found[np.array([one == code for one in placed], dtype=bool)]
        rate = float(among.mean()) if len(among) else 0.0
        low, high = _wilson(int(among.sum()), len(among))
        bands.append(Band(code, len(among), int(among.sum()), rate, rate / overall if overall else 0.0, low, high))
    return bands


def by_share(codes: Sequence[str], shares: Sequence[float], scores: Floats, found: Whole) -> list[Band]:
    """Return the rate found in bands of the ranking: the last share of ``shares`` from its top, and so on down."""
    order = ranking(scores)
    placed = [""] * len(order)
    start = 0
    for code, share in zip(reversed(codes), reversed(shares), strict=True):
        end = len(order) if code == codes[0] else start + round(share * len(order))
        for place in order[start:end]:
            placed[int(place)] = code
        start = end
    return by_class(codes, placed, found)


def is_rising(bands: Sequence[Band]) -> bool:
    """Whether every class found more than the one before it."""
    return all(before.rate < after.rate for before, after in pairwise(bands))


def _wilson(found: int, visits: int) -> tuple[float, float]:
    if visits == 0:
        return 0.0, 1.0
    z = 1.959964
    rate, spread = found / visits, z * z / visits
    middle = (rate + spread / 2) / (1 + spread)
    half = z * float(np.sqrt(rate * (1 - rate) / visits + spread / (4 * visits))) / (1 + spread)
    return middle - half, middle + half


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the visits: a quarter, a region, a group of inspectors.

    Args:
        auc: Inside the part; ``None`` where it found nothing or always something.
        low: Lower end of its 95 per cent interval, after Hanley and McNeil (1982).
        high: Its upper end.
    """

    name: str
    visits: int
    rate: float
    auc: float | None
    low: float | None = None
    high: float | None = None


def by_part(names: Sequence[str], scores: Floats, found: Whole, at_least: int = 50) -> list[Part]:
    """Return how a ranking holds inside parts of the visits; parts below ``at_least`` visits are left out."""
    from sklearn.metrics import roc_auc_score

    parts = []
    listed = np.array(names)
    for name in sorted(set(names)):
        inside = listed == name
        some = found[inside]
        if name and len(some) >= at_least:
            part = Part(str(name), len(some), float(some.mean()), None)
            if 0 < some.sum() < len(some):
                auc = float(roc_auc_score(some, scores[inside]))
                low, high = _around(auc, int(some.sum()), len(some) - int(some.sum()))
                part = replace(part, auc=auc, low=low, high=high)
            parts.append(part)
    return parts


def _around(auc: float, found: int, clean: int) -> tuple[float, float]:
    two_found, two_clean = auc / (2 - auc) - auc**2, 2 * auc**2 / (1 + auc) - auc**2
    variance = (auc * (1 - auc) + (found - 1) * two_found + (clean - 1) * two_clean) / (found * clean)
    half = 1.959964 * float(np.sqrt(variance))
    return max(0.0, auc - half), min(1.0, auc + half)

"""What visits to everybody would find, estimated from a lot whose chances are known.

Every visit stands for as many businesses as the inverse of its chance (Horvitz and Thompson, 1952); a rate is the
number so found over the number so counted (Hájek, 1971), of everybody or of any group. Where drawn ones have no result
yet, the others of their stratum stand for them: that holds only if having a result has nothing to do with what is
found. In strata of unequal weights the intervals are somewhat too short: about 92 in 100 hold, not 95.

These are figures for people to look at. Nothing is decided by them, so they may be fractions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from goodstanding.core.monitoring import Rate, Z

_UNKNOWN = Rate(0, 0, 0.0, 0.0, 1.0)
_WIDEST = 0.25
"""The greatest variance that a yes or no can have."""


@dataclass(frozen=True, slots=True)
class Visited:
    """What one visit of a lot found.

    Args:
        chance: With which probability it was drawn, as (part, whole).
        groups: What it belongs to, by the name of a grouping: ``{"region": "330424"}``.
    """

    stratum: str
    chance: tuple[int, int]
    is_found: bool
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lot:
    """One stratum of a lot: how many units it had, and how many were drawn."""

    units: int
    drawn: int


def estimate(visits: Iterable[Visited], lots: Mapping[str, Lot]) -> Rate:
    """Return the rate that visits to everybody in the frame would find, with its interval of 95 per cent.

    Args:
        lots: Every stratum of the visits, by code.
    """
    weighed = _weighed(visits, lots)
    return _rate(weighed, {*range(len(weighed))}, lots)


def estimates(visits: Iterable[Visited], lots: Mapping[str, Lot], grouping: str) -> dict[str, Rate]:
    """Return the rate of each group of one grouping, by group; a visit without that grouping is in none."""
    weighed = _weighed(visits, lots)
    inside: dict[str, set[int]] = defaultdict(set)
    for index, (one, _) in enumerate(weighed):
        if grouping in one.groups:
            inside[one.groups[grouping]].add(index)
    return {group: _rate(weighed, members, lots) for group, members in sorted(inside.items())}


def _weighed(visits: Iterable[Visited], lots: Mapping[str, Lot]) -> list[tuple[Visited, float]]:
    """Return each visit with how many businesses it stands for."""
    known = list(visits)
    seen = Counter(one.stratum for one in known)
    return [(one, one.chance[1] / one.chance[0] * lots[one.stratum].drawn / seen[one.stratum]) for one in known]


def _rate(weighed: Sequence[tuple[Visited, float]], inside: set[int], lots: Mapping[str, Lot]) -> Rate:
    counted = sum(weighed[index][1] for index in inside)
    if not counted:
        return _UNKNOWN
    found = [index for index in inside if weighed[index][0].is_found]
    share = sum(weighed[index][1] for index in found) / counted
    variance, freedom = _variance(weighed, inside, lots, share, counted)
    visited = Counter(one.stratum for one, _ in weighed)
    # A group may have members where none was drawn: only a frame visited whole leaves nothing to be told.
    is_whole = all(visited[code] >= lot.units for code, lot in lots.items())
    lower, upper = (share, share) if is_whole else _interval(share, variance, freedom, weighed, inside)
    return Rate(len(found), len(inside), share, lower, upper)


def _variance(
    weighed: Sequence[tuple[Visited, float]], inside: set[int], lots: Mapping[str, Lot], share: float, counted: float
) -> tuple[float, int]:
    """Return the variance of a rate, and of how many free deviations it is made.

    A ratio is linearised: each visit of the group deviates by its weight times what it found less the rate, any other
    by nothing. Where few were visited and nothing was found the spread would be nought, so half a finding and half a
    clean visit are added to the group's visits in each stratum, and all counted as many as they were (Jeffreys).

    Source: C.-E. Särndal, B. Swensson, J. Wretman, Model Assisted Survey Sampling, 1992, chapter 5.
    """
    visited = Counter(one.stratum for one, _ in weighed)
    members: dict[str, list[tuple[Visited, float]]] = defaultdict(list)
    for index in inside:
        members[weighed[index][0].stratum].append(weighed[index])
    variance, freedom = 0.0, 0
    for code, own in members.items():
        seen = visited[code]
        left = 1 - seen / lots[code].units
        if left <= 0:
            continue
        if seen == 1:
            # One visit tells nothing of its stratum's spread: the widest is taken.
            variance += left * (lots[code].units / counted) ** 2 * _WIDEST
            continue
        mean = sum(weight for _, weight in own) / len(own)
        parts = [weight * (one.is_found - share) for one, weight in own]
        kept = len(own) / (len(own) + 1)
        total = kept * (sum(parts) + mean * (0.5 - share))
        squares = kept * (sum(part * part for part in parts) + mean * mean * (0.5 - share + share * share))
        variance += left * seen / (seen - 1) * (squares - total * total / seen) / (counted * counted)
        freedom += max(0, len(own) - 1)
    return variance, freedom


def _interval(
    share: float,
    variance: float,
    freedom: int,
    weighed: Sequence[tuple[Visited, float]],
    inside: set[int],
) -> tuple[float, float]:
    """Return Wilson's interval for as many independent visits as would tell a rate as exactly as these do.

    Source: E. L. Korn, B. I. Graubard, Analysis of Health Surveys, 1999, section 2.9; with Wilson's interval.
    """
    reach = _student(freedom)
    if variance and 0 < share < 1:
        visits = share * (1 - share) / variance
    else:
        # All alike, or nothing known of how they differ: as many as their weights are worth (Kish).
        weights = [weighed[index][1] for index in inside]
        visits = sum(weights) ** 2 / sum(weight * weight for weight in weights)
    spread = reach * reach / visits
    middle = (share + spread / 2) / (1 + spread)
    half = reach / (1 + spread) * sqrt(share * (1 - share) / visits + spread / (4 * visits))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _student(freedom: int) -> float:
    """Return the 97.5 % point of Student's distribution, by its first expansion; of the normal one for many.

    Source: M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    freedom = max(freedom, 3)  # of fewer the expansion fails, and nothing is told anyway
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / (freedom * freedom) + third / (freedom * freedom * freedom)

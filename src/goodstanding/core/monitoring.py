"""Measures that say whether a classification still tells what it told: moves, drift, and rates found.

These are figures for people to look at. Nothing is decided by them, so they may be fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

Z = 1.959963984540054
"""Of the normal distribution: 95 per cent lie within."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share found, with the interval that holds the true one in 95 of 100 cases.

    Args:
        found: How many of ``seen``.
    """

    found: int
    seen: int
    share: float
    lower: float
    upper: float


def wilson(found: int, seen: int) -> Rate:
    """Return a share with Wilson's interval; of nothing seen, nothing is known.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if seen == 0:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    share = found / seen
    spread = Z * Z / seen
    middle = (share + spread / 2) / (1 + spread)
    reach = Z / (1 + spread) * sqrt(share * (1 - share) / seen + spread / (4 * seen))
    return Rate(found, seen, share, max(0.0, middle - reach), min(1.0, middle + reach))


def stability(before: Sequence[int], after: Sequence[int]) -> float:
    """Return the population stability index of counts by bin: 0 where the shares are the same.

    By convention below 0.1 is read as stable, above 0.25 as another population. An empty bin counts as half a business.
    """
    first = [max(count, 0.5) for count in before]
    second = [max(count, 0.5) for count in after]
    of_first, of_second = sum(first), sum(second)
    return sum(
        (now / of_second - then / of_first) * log((now / of_second) / (then / of_first))
        for then, now in zip(first, second, strict=True)
    )


def moved(matrix: Mapping[tuple[str, str], int], classes: Sequence[str]) -> tuple[int, int, int]:
    """Return how many came to a safer class, stayed, and came to one of more risk.

    Args:
        matrix: Businesses by (class before, class after); those without one of them are left out.
        classes: In order of rising risk.
    """
    place = {code: index for index, code in enumerate(classes)}
    safer = stayed = riskier = 0
    for (before, after), count in matrix.items():
        if before in place and after in place:
            step = place[after] - place[before]
            safer += count * (step < 0)
            stayed += count * (step == 0)
            riskier += count * (step > 0)
    return safer, stayed, riskier

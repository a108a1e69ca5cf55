"""Chance that can be had again: draws of whole numbers from a seed, the same on every machine.

Nothing here decides anything about a real business; lots are `goodstanding.core.draw`'s.
"""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")

MILLION = 1_000_000


def number_of(*parts: object) -> int:
    """Return a number of 64 bits that depends on the parts alone."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:8], "big")


class Weighted(Generic[T]):
    """Things to choose among, each with a weight; one whose weight is zero is never chosen."""

    __slots__ = ("_bounds", "things")

    def __init__(self, things: Sequence[T], weights: Sequence[int]) -> None:
        self.things = tuple(things)
        self._bounds = tuple(accumulate(weights))

    def __bool__(self) -> bool:
        return bool(self._bounds) and self._bounds[-1] > 0

    def at(self, chance: Chance) -> T:
        return self.by(chance.below(self._bounds[-1]))

    def by(self, number: int) -> T:
        """Return the thing a whole number of zero or more points at."""
        return self.things[bisect_right(self._bounds, number % self._bounds[-1])]


class Chance:
    """One stream of draws. Only ``random.random`` is used, whose sequence the standard library promises to keep."""

    __slots__ = ("_next",)

    def __init__(self, *parts: object) -> None:
        self._next = random.Random(number_of(*parts)).random  # noqa: S311 - invented data, no secret

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to ``bound`` - 1."""
        return int(self._next() * bound)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self._next() * (high - low + 1))

    def hits(self, ppm: int) -> bool:
        """Tell whether something of that probability, in parts per million, happens."""
        return self._next() * MILLION < ppm

    def times(self, ppm: int) -> int:
        """Return how often something of that rate, in parts per million, happens: the whole part and a chance more."""
        return ppm // MILLION + self.hits(ppm % MILLION)

    def one_of(self, things: Sequence[T]) -> T:
        return things[int(self._next() * len(things))]

    def day(self, from_on: date, until_on: date) -> date:
        """Return a day of ``[from_on, until_on)``, which is not empty."""
        return from_on + timedelta(days=self.below((until_on - from_on).days))

"""The smallest lawful changes that lead to a better class: a search over moves, blind to what a move is.

Rules kept here:
- Fewer moves go before more; among as many, the earlier day goes first. No move at all is what time alone does.
- A way is told only where it is worth its moves: it reaches a better class on an earlier day than any part of it.
- Single moves and pairs are all tried; beyond that only all moves together, less every one that is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Generic, TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Reached:
    """The first better class on a course.

    Args:
        on: First day of it.
        points: Points on that day.
        until_on: First later day on which the class is no better than now; ``None`` where none is in sight.
    """

    on: date
    class_code: str
    points: int
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Way(Generic[M]):
    """Some moves, none where time is enough, and what they reach."""

    moves: tuple[M, ...]
    reached: Reached


Reach = Callable[[Sequence[tuple[M, ...]], date | None], Sequence[Reached | None]]
"""Gives for each combination of moves the first better class, looking only at days before the one given."""


def smallest_ways(moves: Sequence[M], reach: Reach[M], most: int = 3) -> tuple[Way[M], ...]:
    """Return the ways to a better class, the smallest first.

    Args:
        moves: What may be done; no two are equal.
        reach: What a combination of moves leads to.
        most: How many ways with moves to return; the quickest of all is among them. Time alone comes on top.
    """
    found: list[tuple[frozenset[int], Way[M]]] = []

    def bound(chosen: frozenset[int]) -> date | None:
        """Return the day before which these moves must reach something to be worth more than some of them."""
        return min((way.reached.on for fewer, way in found if fewer < chosen), default=None)

    def try_out(combos: Sequence[tuple[int, ...]]) -> None:
        bounds = [bound(frozenset(combo)) for combo in combos]
        known = [day for day in bounds if day is not None]
        before = max(known) if len(known) == len(bounds) and known else None
        results = reach([tuple(moves[place] for place in combo) for combo in combos], before)
        for combo, day, reached in zip(combos, bounds, results, strict=True):
            if reached is not None and (day is None or reached.on < day):
                found.append((frozenset(combo), Way(tuple(moves[place] for place in combo), reached)))

    places = range(len(moves))
    for size in range(min(2, len(moves)) + 1):
        try_out(list(combinations(places, size)))
    if len(moves) > 2:
        chosen = _needed(tuple(places), moves, reach, bound(frozenset(places)))
        if len(chosen) > 2:
            try_out([chosen])
    alone = [way for some, way in found if not some]
    others = sorted((way for some, way in found if some), key=lambda way: (len(way.moves), way.reached.on))
    told = others[:most]
    quickest = min(others, key=lambda way: way.reached.on, default=None)
    if quickest is not None and quickest not in told:
        told[-1] = quickest
    return (*alone, *told)


def _needed(places: tuple[int, ...], moves: Sequence[M], reach: Reach[M], before: date | None) -> tuple[int, ...]:
    """Return all moves less those without which the same is reached as early; none where all reach nothing."""

    def day_of(chosen: tuple[int, ...]) -> date | None:
        (reached,) = reach([tuple(moves[place] for place in chosen)], before)
        return None if reached is None else reached.on

    best = day_of(places)
    if best is None:
        return ()
    for place in places:
        fewer = tuple(one for one in places if one != place)
        day = day_of(fewer)
        if day is not None and day <= best:
            places, best = fewer, day
    return places

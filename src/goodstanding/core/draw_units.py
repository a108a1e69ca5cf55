"""Which units of a stratum chance takes, each with its exact probability: tickets, certainties and even steps.

Rules kept here:
1. Where all weights of a stratum are equal, the smallest tickets are drawn: a simple random sample.
2. Where they differ, whatever weighs so much that its share would be a whole visit or more is certain. The others stand
   in the order of their tickets, and even steps over their weights, from a start that the seed gives, take the rest:
   each is drawn with exactly its share.
3. Whole numbers alone decide.

Source: W. G. Madow, On the theory of systematic sampling, II, Annals of Mathematical Statistics 20 (1949); random order
after Goodman and Kish (1950); ``docs/specs/draw.md``, steps 4 and 5.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import gcd

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.draw_plan import Unit

Chance = tuple[int, int]
"""A probability as a fraction in lowest terms."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One unit drawn or in reserve.

    Args:
        ticket: A whole number below 2**256.
        chance: With which probability the unit was to be drawn.
    """

    unit: Unit
    ticket: int
    chance: Chance


def ticket(label: str, seed_value: str, *ids: str) -> int:
    """Return a ticket: SHA-256 over the canonical JSON array of label, seed and ids, as an integer.

    Args:
        label: What is drawn; units use the plan's label, inspectors that label followed by ``/inspector``.
        seed_value: The seed.
        ids: The unit's id; for an inspector the unit's id and the inspector's.

    Returns:
        A whole number from 0 to 2**256 - 1.

    Source: ``docs/specs/draw.md``, step 4.
    """
    return int.from_bytes(hashlib.sha256(canonical_bytes((label, seed_value, *ids))).digest(), "big")


def tickets(*before: str) -> Callable[[str], int]:
    """Return `ticket` for many ids behind the same label and seed, whose bytes are then written once."""
    head = canonical_bytes(before)[:-1] + b","

    def ticket_of(one_id: str) -> int:
        return int.from_bytes(hashlib.sha256(head + canonical_bytes(one_id) + b"]").digest(), "big")

    return ticket_of


def rank(ticket_number: int, weight: int) -> int:
    """Return the number by which reserves of unequal weight are ordered, smallest first.

    Args:
        ticket_number: The unit's ticket.
        weight: The unit's weight, 1 to 2**32.

    Returns:
        Ticket over weight with 32 further binary places, rounded down.

    Source: Ohlsson, Sequential Poisson Sampling, Journal of Official Statistics 14 (1998); spec, step 5.
    """
    return (ticket_number << 32) // weight


def certain(weights: Iterable[int], size: int) -> tuple[int, int]:
    """Return how many of the heaviest units are certain to be drawn, and the weight of all others together.

    Args:
        weights: Of the units of one stratum, in any order.
        size: How many are to be drawn.
    """
    heaviest = sorted(weights, reverse=True)
    rest = sum(heaviest)
    count = 0
    while count < size and (size - count) * heaviest[count] >= rest:
        rest -= heaviest[count]
        count += 1
    return count, rest


def chances(units: Sequence[Unit], size: int) -> dict[str, Chance]:
    """Return with which probability each unit of a stratum is drawn, by id; of a stratum of size 0, none."""
    count, rest = certain((unit.weight for unit in units), size)
    least = min((unit.weight for unit in _by_weight(units)[:count]), default=0)
    return {
        unit.id: (1, 1) if count and unit.weight >= least else _fraction((size - count) * unit.weight, rest)
        for unit in units
    }


def take(units: Sequence[Unit], size: int, reserves: int, label: str, seed_value: str) -> list[Taken]:
    """Return the units of one stratum that are drawn, and behind them the reserves.

    Args:
        units: All units of the stratum.
        size: How many are drawn, at most as many as there are.
        reserves: How many more are listed, as far as there are any.
    """
    if len({unit.weight for unit in units}) == 1:
        ticket_of = tickets(label, seed_value)
        chance = _fraction(size, len(units))
        numbered = ((ticket_of(unit.id), unit.id, unit) for unit in units)
        return [Taken(unit, number, chance) for number, _, unit in heapq.nsmallest(size + reserves, numbered)]
    return _by_steps(units, size, reserves, label, seed_value) if units else []


def _by_steps(units: Sequence[Unit], size: int, reserves: int, label: str, seed_value: str) -> list[Taken]:
    ticket_of = tickets(label, seed_value)
    chance_of = chances(units, size)
    count, rest = certain((unit.weight for unit in units), size)
    by_ticket = sorted(
        (Taken(unit, ticket_of(unit.id), chance_of[unit.id]) for unit in units),
        key=lambda one: (one.ticket, one.unit.id),
    )
    sure = {unit.id for unit in _by_weight(units)[:count]}
    drawn: list[Taken] = []
    left: list[Taken] = []
    reached = 0
    # Of (size - count) steps as long as all weights together, each weight taken as often as there are steps.
    following = ticket(label + "/start", seed_value, units[0].stratum) % rest if rest else 0
    for one in by_ticket:
        if one.unit.id in sure:
            drawn.append(one)
            continue
        reached += (size - count) * one.unit.weight
        if following < reached:
            drawn.append(one)
            following += rest
        else:
            left.append(one)
    left.sort(key=lambda one: (rank(one.ticket, one.unit.weight), one.unit.id))
    return drawn + left[:reserves]


def _by_weight(units: Sequence[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: -unit.weight)


def _fraction(part: int, whole: int) -> Chance:
    common = gcd(part, whole)
    return (part // common, whole // common) if common else (0, 1)

"""The verifiable draw: after the commitment, a public seed decides who is visited and by whom.

A ticket is the SHA-256 of a label, the seed and an id. In every stratum the units with the smallest ticket
over weight are drawn; for every visit the lawful inspectors with the smallest tickets go. Nothing else
enters: no generator, no floating point, no order of input. Therefore:

1. A ticket depends on its own id alone: removing an id moves no other.
2. Two offices may draw apart and merge: the smallest of the smallest are the smallest.
3. Nothing is redrawn: when a unit is closed or an inspector recused, the next ticket in order serves.

``docs/specs/draw.md`` is exact enough for a second implementation, and ``verify/`` is one.
"""

from __future__ import annotations

import hashlib
import heapq
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.draw_commitment import FORMAT, Commitment, commit, instant_text
from goodstanding.core.draw_plan import (
    Bench,
    Inspector,
    Plan,
    SeedKind,
    Stratum,
    Unit,
    check_plan,
    units_short_of_inspectors,
)
from goodstanding.core.errors import NotCommitted, PlanInvalid, TooFewInspectors

__all__ = [
    "FORMAT",
    "Commitment",
    "Draw",
    "Inspector",
    "Plan",
    "Seed",
    "SeedKind",
    "Selection",
    "Stratum",
    "Unit",
    "check_plan",
    "commit",
    "draw",
    "inspector_order",
    "rank",
    "recuse",
    "replace_closed",
    "ticket",
    "units_short_of_inspectors",
]


@dataclass(frozen=True, slots=True)
class Seed:
    """The public chance of one draw.

    Args:
        value: The text that the named event gave, for example dice digits or a beacon's hexadecimal output.
        kind: Kind of that event, as the plan announced it.
        revealed_at: When it became known (UTC), later than the commitment.
    """

    value: str
    kind: SeedKind
    revealed_at: datetime


@dataclass(frozen=True, slots=True)
class Selection:
    """One unit drawn, or listed in reserve, with those who visit it.

    Args:
        stratum: Code of the stratum.
        position: Place in the order of that stratum, from 1; reserves go on counting behind those drawn.
        unit_id: The unit.
        ticket_hex: Its ticket, 64 hexadecimal digits.
        inspectors: Those who go, in the order of their tickets.
        stand_ins: Those who go next if one of them is recused, in order; at most as many as there are seats.
    """

    stratum: str
    position: int
    unit_id: str
    ticket_hex: str
    inspectors: tuple[str, ...]
    stand_ins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """The outcome: who is drawn and who stands in reserve, both by stratum code and then by position."""

    commitment: Commitment
    seed: Seed
    selected: tuple[Selection, ...]
    reserves: tuple[Selection, ...]


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


def rank(ticket_number: int, weight: int) -> int:
    """Return the number by which units of one stratum are ordered, smallest first.

    Args:
        ticket_number: The unit's ticket.
        weight: The unit's weight, 1 to 2**32.

    Returns:
        Ticket over weight with 32 further binary places, rounded down.

    Source: Ohlsson, Sequential Poisson Sampling, Journal of Official Statistics 14 (1998); spec, step 5.
    """
    return (ticket_number << 32) // weight


def draw(plan: Plan, seed: Seed, commitment: Commitment) -> Draw:
    """Draw units and inspectors from a committed plan.

    Args:
        plan: The plan that was committed to.
        seed: The chance, revealed after the commitment.
        commitment: Digest and instant as they were published.

    Returns:
        The draw; the same arguments always give the same one.

    Raises:
        NotCommitted: When the plan is not the one committed to, the seed is not later than the commitment,
            or it is of another kind than the plan announced.
        PlanInvalid: When the plan cannot be drawn from, or the seed is empty or not in form C.
        TooFewInspectors: When a unit that could be drawn has too few lawful inspectors.
    """
    _check_seed(plan, seed, commitment)
    units_by_stratum: dict[str, list[Unit]] = {stratum.code: [] for stratum in plan.strata}
    for unit in plan.frame:
        units_by_stratum[unit.stratum].append(unit)
    bench = Bench(plan.roster)
    selected: list[Selection] = []
    reserves: list[Selection] = []
    for stratum in sorted(plan.strata, key=lambda one: one.code):
        if stratum.size == 0:
            continue
        wanted = stratum.size + plan.reserves_per_stratum
        for position, (number, unit) in enumerate(
            _smallest(units_by_stratum[stratum.code], wanted, plan.label, seed.value), start=1
        ):
            order = _order(plan.label, seed.value, unit.id, bench.lawful_for(unit))
            seats = plan.inspectors_per_visit
            selection = Selection(
                stratum=stratum.code,
                position=position,
                unit_id=unit.id,
                ticket_hex=f"{number:064x}",
                inspectors=order[:seats],
                stand_ins=order[seats : 2 * seats],
            )
            (selected if position <= stratum.size else reserves).append(selection)
    return Draw(commitment=commitment, seed=seed, selected=tuple(selected), reserves=tuple(reserves))


def inspector_order(plan: Plan, seed_value: str, unit_id: str) -> tuple[str, ...]:
    """Return all lawful inspectors of one unit in the order of their tickets.

    Args:
        plan: The plan.
        seed_value: The seed.
        unit_id: A unit of the frame.

    Raises:
        PlanInvalid: When the frame has no such unit.
    """
    for unit in plan.frame:
        if unit.id == unit_id:
            return _order(plan.label, seed_value, unit_id, Bench(plan.roster).lawful_for(unit))
    raise PlanInvalid(
        asked=f"Order the inspectors for unit {unit_id}.",
        found="The frame of the plan has no such unit.",
        wants="Inspectors are drawn for units of the frame.",
        next_step="Look the unit up in the bundle of this draw.",
    )


def recuse(selection: Selection, recused_ids: Collection[str]) -> tuple[str, ...]:
    """Return who visits a unit when some inspectors are recused after the draw: the next tickets serve.

    Args:
        selection: The visit as drawn.
        recused_ids: All inspectors recused from it since.

    Raises:
        TooFewInspectors: When the recorded stand-ins do not fill the seats.
    """
    seats = len(selection.inspectors)
    going = tuple(one for one in (*selection.inspectors, *selection.stand_ins) if one not in recused_ids)[:seats]
    if len(going) < seats:
        raise TooFewInspectors(
            asked=f"Recuse inspectors from the visit to {selection.unit_id}.",
            found=f"Only {len(going)} of the inspectors recorded for this visit are left.",
            wants=f"{seats} inspectors go to each visit, in the order of their tickets.",
            next_step="Take the next inspectors from the whole order of tickets, or put the visit off.",
        )
    return going


def replace_closed(outcome: Draw, closed_ids: Collection[str]) -> tuple[Selection, ...]:
    """Return the visits to make when some units turn out closed: reserves of their stratum are called up.

    Args:
        outcome: The draw.
        closed_ids: All units, drawn or in reserve, that cannot be visited.

    Returns:
        As many visits per stratum as were drawn, or fewer when its reserves are used up, in the order of
        stratum and position.
    """
    wanted: dict[str, int] = {}
    for one in outcome.selected:
        wanted[one.stratum] = wanted.get(one.stratum, 0) + 1
    visits: list[Selection] = []
    for one in sorted((*outcome.selected, *outcome.reserves), key=lambda one: (one.stratum, one.position)):
        if one.unit_id not in closed_ids and wanted[one.stratum] > 0:
            wanted[one.stratum] -= 1
            visits.append(one)
    return tuple(visits)


def _smallest(units: Iterable[Unit], count: int, label: str, seed_value: str) -> list[tuple[int, Unit]]:
    """Return ticket and unit of the smallest ranks; ids are unique, so a unit is never compared."""
    ticket_of = _tickets(label, seed_value)
    ranked = (
        (rank(number, unit.weight), unit.id, number, unit)
        for unit, number in ((unit, ticket_of(unit.id)) for unit in units)
    )
    return [(number, unit) for _, _, number, unit in heapq.nsmallest(count, ranked)]


def _order(label: str, seed_value: str, unit_id: str, lawful: Iterable[str]) -> tuple[str, ...]:
    ticket_of = _tickets(label + "/inspector", seed_value, unit_id)
    return tuple(sorted(lawful, key=lambda one: (ticket_of(one), one)))


def _tickets(*before: str) -> Callable[[str], int]:
    """Return :func:`ticket` for many ids behind the same label and seed, whose bytes are then written once."""
    head = canonical_bytes(before)[:-1] + b","

    def ticket_of(one_id: str) -> int:
        return int.from_bytes(hashlib.sha256(head + canonical_bytes(one_id) + b"]").digest(), "big")

    return ticket_of


def _check_seed(plan: Plan, seed: Seed, commitment: Commitment) -> None:
    if not seed.value or seed.value != seed.value.strip() or not unicodedata.is_normalized("NFC", seed.value):
        raise PlanInvalid(
            asked=f"Draw from the plan {plan.label}.",
            found=f"The seed is {seed.value!r}.",
            wants="A seed is text in normalisation form C without outer blanks.",
            next_step="Write the seed exactly as the event gave it.",
        )
    if commit(plan, commitment.committed_at).digest != commitment.digest:
        raise _not_committed(
            plan,
            "The plan is not the one whose digest was published.",
            "A draw is made from the plan that was committed to, unchanged.",
        )
    if instant_text(seed.revealed_at) <= instant_text(commitment.committed_at):
        raise _not_committed(
            plan,
            f"The seed was known at {instant_text(seed.revealed_at)}, the plan committed at "
            f"{instant_text(commitment.committed_at)}.",
            "The plan is committed before its seed exists.",
        )
    if seed.kind is not plan.seed_kind:
        raise _not_committed(
            plan,
            f"The seed comes from a {seed.kind}, the plan announced a {plan.seed_kind}.",
            "The seed comes from the event that the plan named.",
        )


def _not_committed(plan: Plan, found: str, wants: str) -> NotCommitted:
    return NotCommitted(
        asked=f"Draw from the plan {plan.label}.",
        found=found,
        wants=wants,
        next_step="Commit to the plan as it is, under a new label, and wait for the next event.",
    )

"""The verifiable draw: after the commitment, a public seed decides who is visited and by whom.

A ticket is the SHA-256 of a label, the seed and an id. Which units it takes, and with which exact probability, is in
`draw_units`; for every visit the lawful inspectors with the smallest tickets go, those with work left before those
without. Nothing else enters: no generator, no floating point, no order of input. Nothing is redrawn: when a unit is
closed or an inspector recused, the next ticket in order serves.

``docs/specs/draw.md`` is exact enough for a second implementation, and ``verify/`` is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from goodstanding.core.draw_commitment import FORMAT, Commitment, commit, seal
from goodstanding.core.draw_plan import (
    Bench,
    Inspector,
    Plan,
    Stratum,
    Unit,
    check_plan,
    units_short_of_inspectors,
)
from goodstanding.core.draw_seed import Event, Party, Seed, SeedKind, check_seed
from goodstanding.core.draw_units import Chance, Taken, rank, take, ticket, tickets
from goodstanding.core.errors import NotCommitted, PlanInvalid, TooFewInspectors

__all__ = [
    "FORMAT",
    "Commitment",
    "Draw",
    "Event",
    "Inspector",
    "Party",
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
class Selection:
    """One unit drawn, or listed in reserve, with those who visit it.

    Args:
        stratum: Code of the stratum.
        position: Place in the order of that stratum, from 1; reserves go on counting behind those drawn.
        unit_id: The unit.
        ticket_hex: Its ticket, 64 hexadecimal digits.
        chance: With which probability it was to be drawn.
        inspectors: Those who go, in the order of their tickets.
        stand_ins: Those who go next if one of them is recused, in order; at most as many as there are seats.
    """

    stratum: str
    position: int
    unit_id: str
    ticket_hex: str
    chance: Chance
    inspectors: tuple[str, ...]
    stand_ins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """The outcome: who is drawn and who stands in reserve, both by stratum code and then by position."""

    commitment: Commitment
    seed: Seed
    selected: tuple[Selection, ...]
    reserves: tuple[Selection, ...]


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
    check_plan(plan)
    if seal(plan).digest != commitment.digest:
        raise NotCommitted(
            asked=f"Draw from the plan {plan.label}.",
            found="The plan is not the one whose digest was published.",
            wants="A draw is made from the plan that was committed to, unchanged.",
            next_step="Commit to the plan as it is, under a new label, and wait for the next event.",
        )
    check_seed(plan.label, plan.event, seed, commitment.committed_at)
    units_by_stratum: dict[str, list[Unit]] = {stratum.code: [] for stratum in plan.strata}
    for unit in plan.frame:
        units_by_stratum[unit.stratum].append(unit)
    bench = Bench(plan.roster)
    load: Counter[str] = Counter()
    selected: list[Selection] = []
    behind: list[tuple[Stratum, int, Taken]] = []
    for stratum in sorted(plan.strata, key=lambda one: one.code):
        if stratum.size == 0:
            continue
        units = units_by_stratum[stratum.code]
        taken = take(units, stratum.size, plan.reserves_per_stratum, plan.label, seed.value)
        for position, one in enumerate(taken, start=1):
            if position <= stratum.size:
                selected.append(_visit(plan, seed.value, bench, load, stratum, position, one))
                load.update(selected[-1].inspectors)
            else:
                behind.append((stratum, position, one))
    # Reserves may never be called up: they are given out last, and are no work yet.
    reserves = [_visit(plan, seed.value, bench, load, *one) for one in behind]
    return Draw(commitment=commitment, seed=seed, selected=tuple(selected), reserves=tuple(reserves))


def _visit(
    plan: Plan, seed_value: str, bench: Bench, load: Mapping[str, int], stratum: Stratum, position: int, one: Taken
) -> Selection:
    order = _order(plan.label, seed_value, one.unit.id, bench.lawful_for(one.unit))
    if plan.visits_per_inspector:
        order = tuple(sorted(order, key=lambda inspector: load[inspector] >= plan.visits_per_inspector))
    seats = plan.inspectors_per_visit
    return Selection(
        stratum=stratum.code,
        position=position,
        unit_id=one.unit.id,
        ticket_hex=f"{one.ticket:064x}",
        chance=one.chance,
        inspectors=order[:seats],
        stand_ins=order[seats : 2 * seats],
    )


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


def _order(label: str, seed_value: str, unit_id: str, lawful: Iterable[str]) -> tuple[str, ...]:
    ticket_of = tickets(label + "/inspector", seed_value, unit_id)
    return tuple(sorted(lawful, key=lambda one: (ticket_of(one), one)))

"""A case: one business, one procedure, and the steps taken so far. What may be taken next is decided here alone.

Rules kept here:
- A case is judged by the procedure in force on the day it was opened; a step, by the version of its own rule in force
  on the day it is taken.
- Nothing is taken back: what was done stays on record, and another step goes on from there.
- Every pair is `check_step`, which says all that stands in the way, and `take_step`, which refuses with the same words.
- Where a period ends by itself the calendar acts for the law, never for an officer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from goodstanding.core.dates import Calendar, Period, Unit, period_end
from goodstanding.core.errors import StepRefused
from goodstanding.core.procedure import CALENDAR, OPENING, Clock, Expiry, Procedure
from goodstanding.core.rule import Rule


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts in a role."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One step as taken, or the end of a period that moved the case.

    Args:
        step: Code of the step, or of the period.
        evidence: What proves it, by code of the evidence: a document's digest, a fact's, or words.
    """

    step: str
    on: date
    by: Actor
    evidence: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one business.

    Args:
        about: Digests of the facts it is about.
        taken: In the order taken; nothing is ever taken back.
    """

    number: str
    procedure: str
    entity_id: str
    about: tuple[str, ...]
    opened_on: date
    opened_by: Actor
    taken: tuple[Taken, ...] = ()


class Why(Enum):
    """Why a step cannot be taken."""

    NO_SUCH_STEP = "no_such_step"
    ENDED = "ended"
    WRONG_STATE = "wrong_state"
    WRONG_ROLE = "wrong_role"
    SAME_PERSON = "same_person"
    EVIDENCE_MISSING = "evidence_missing"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    OUT_OF_ORDER = "out_of_order"
    WRONG_MATTER = "wrong_matter"
    GATE_UNMET = "gate_unmet"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way of a step.

    Args:
        what: The state, role, step, evidence or period it turns on, by its code.
        on: The day it turns on, where it turns on one.
        rule: The rule that says so; ``None`` where no step of that name is in force.
    """

    why: Why
    what: str
    rule: Rule | None
    on: date | None = None

    def __str__(self) -> str:
        day = "" if self.on is None else f" on {self.on}"
        number = "" if self.rule is None else f" ({self.rule.number})"
        return f"{self.why.value.replace('_', ' ')}: {self.what}{day}{number}"


@dataclass(frozen=True, slots=True)
class Running:
    """A period as it stands on a day.

    Args:
        due_on: Its last day; ``None`` while it is stopped.
    """

    clock: Clock
    started_on: date
    due_on: date | None

    def is_over(self, day: date) -> bool:
        return self.due_on is not None and self.due_on < day


def state_of(case: Case, procedure: Procedure) -> str:
    """Return the state a case is in."""
    state = procedure.opens_in
    clocks = {clock.code: clock for clock in procedure.clocks}
    for taken in case.taken:
        step = procedure.step_on(taken.step, taken.on)
        leads_to = step.leads_to if step is not None else clocks[taken.step].leads_to
        state = leads_to or state
    return state


def is_told(case: Case, procedure: Procedure) -> bool:
    """Say whether the business knows of a case: from the opening on, or from the step that tells it."""
    return procedure.told_with in {"", *(taken.step for taken in case.taken)}


def running(case: Case, procedure: Procedure, calendar: Calendar) -> dict[str, Running]:
    """Return the periods of a case that were started and not stopped for good, by code, as all its steps leave them.

    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    if state_of(case, procedure) in procedure.ends:
        return {}
    found = {clock.code: _running(case, clock, calendar) for clock in procedure.clocks}
    return {code: one for code, one in found.items() if one is not None}


def _running(case: Case, clock: Clock, calendar: Calendar) -> Running | None:
    started: date | None = case.opened_on if OPENING in clock.starts_with else None
    due = None if started is None else period_end(started, clock.period, calendar)
    waits_for, left = "", 0
    for taken in case.taken:
        if taken.step in clock.starts_with:
            started, due, waits_for = taken.on, period_end(taken.on, clock.period, calendar), ""
        elif started is None:
            continue
        elif taken.step in {*clock.stops_with, clock.code, clock.deems}:
            started, due, waits_for = None, None, ""
        elif due is not None and taken.step in clock.pauses:
            waits_for, left, due = clock.pauses[taken.step], _left(taken.on, due, clock, calendar), None
        elif due is None and taken.step == waits_for:
            due, waits_for = _on_from(taken.on, left, clock, calendar), ""
        elif due is not None and taken.step in clock.extended_by:
            due = period_end(due, clock.extended_by[taken.step], calendar)
    return None if started is None else Running(clock, started, due)


def _left(day: date, due: date, clock: Clock, calendar: Calendar) -> int:
    """Return how many days of a period were left when it stopped: working days where it counts such."""
    if due <= day:
        return 0
    return calendar.working_days_between(day, due) if clock.period.unit is Unit.WORKING_DAY else (due - day).days


def _on_from(day: date, left: int, clock: Clock, calendar: Calendar) -> date:
    unit = Unit.WORKING_DAY if clock.period.unit is Unit.WORKING_DAY else Unit.DAY
    return period_end(day, Period(left, unit), calendar)


def check_step(
    case: Case,
    step: str,
    actor: Actor,
    day: date,
    evidence: Iterable[str],
    procedure: Procedure,
    calendar: Calendar,
) -> tuple[Obstacle, ...]:
    """Return everything that stands in the way of a step; nothing means it is lawful.

    Args:
        day: On which it would be taken.
        evidence: Codes of the evidence that is there.
        procedure: The version in force on the day the case was opened.
    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    wanted = procedure.step_on(step, day)
    if wanted is None:
        return (Obstacle(Why.NO_SUCH_STEP, step, None, day),)
    rule, state = wanted.rule, state_of(case, procedure)
    last_on = case.taken[-1].on if case.taken else case.opened_on
    found = []
    if state in procedure.ends:
        found.append(Obstacle(Why.ENDED, state, rule))
    elif state not in wanted.after:
        found.append(Obstacle(Why.WRONG_STATE, state, rule))
    if actor.role not in wanted.by:
        found.append(Obstacle(Why.WRONG_ROLE, actor.role, rule))
    if day < last_on:
        found.append(Obstacle(Why.OUT_OF_ORDER, step, rule, last_on))
    takers = {(taken.step, taken.by.id) for taken in case.taken} | {(OPENING, case.opened_by.id)}
    found += [
        Obstacle(Why.SAME_PERSON, other, rule)
        for other in sorted(wanted.not_by_taker_of)
        if actor.id != CALENDAR and (other, actor.id) in takers
    ]
    there = set(evidence)
    found += [Obstacle(Why.EVIDENCE_MISSING, code, rule) for code in wanted.needs if code not in there]
    clocks = running(case, procedure, calendar) if wanted.only_after or wanted.only_within else {}
    for code in wanted.only_after:
        clock = clocks.get(code)
        if clock is not None and not clock.is_over(day):
            found.append(Obstacle(Why.TOO_EARLY, code, clock.clock.rule, clock.due_on))
    for code in wanted.only_within:
        clock = clocks.get(code)
        if clock is None or clock.is_over(day):
            found.append(Obstacle(Why.TOO_LATE, code, rule, None if clock is None else clock.due_on))
    return tuple(found)


def take_step(
    case: Case,
    step: str,
    actor: Actor,
    day: date,
    evidence: Mapping[str, str],
    procedure: Procedure,
    calendar: Calendar,
    reason: str = "",
) -> Case:
    """Return the case with one more step taken.

    Raises:
        StepRefused: `check_step` finds something in the way.
    """
    there = [code for code, proof in evidence.items() if proof.strip()]
    obstacles = check_step(case, step, actor, day, there, procedure, calendar)
    if obstacles:
        raise StepRefused(
            asked=f"To take the step {step} in case {case.number} on {day}, as {actor.role}.",
            found="; ".join(map(str, obstacles)) + ".",
            wants=f"What procedure {procedure.code} says of it: state, role, evidence, another person, period.",
            next_step="Put right what is named, or take another step that the case allows.",
        )
    return replace(case, taken=(*case.taken, Taken(step, day, actor, dict(evidence), reason)))


def lawful_steps(
    case: Case, actor: Actor, day: date, procedure: Procedure, calendar: Calendar
) -> dict[str, tuple[Obstacle, ...]]:
    """Return what stands in the way of each step in force on a day, evidence taken for granted; see `check_step`."""
    steps = [one for one in procedure.steps if one.rule.validity.contains(day)]
    return {one.code: check_step(case, one.code, actor, day, one.needs, procedure, calendar) for one in steps}


def expired(case: Case, procedure: Procedure, calendar: Calendar, day: date) -> tuple[Running, ...]:
    """Return the periods of a case that ended before a day, the earliest first.

    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    over = [one for one in running(case, procedure, calendar).values() if one.is_over(day)]
    return tuple(sorted(over, key=lambda one: (one.due_on or date.max, one.clock.code)))


def run_out(case: Case, over: Running, day: date) -> Case:
    """Return the case as the end of a period leaves it: moved on, or with a step that counts as taken.

    Args:
        over: One of `expired` on that day; one that only reminds changes nothing.
    """
    if over.clock.on_expiry is Expiry.REMIND:
        return case
    step = over.clock.deems or over.clock.code
    return replace(case, taken=(*case.taken, Taken(step, day, Actor(CALENDAR, CALENDAR), {}, over.clock.rule.number)))

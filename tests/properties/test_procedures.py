"""Whatever is tried, in whatever order and by whomever: a case never leaves the law, and never comes to a dead end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core import rulebook as rulebooks
from goodstanding.core.case import Actor, Case, check_step, expired, run_out, state_of, take_step
from goodstanding.core.errors import StepRefused
from goodstanding.core.procedure import CALENDAR, OPENING, Expiry, Procedure
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import read_rulebook, rulebook_folder
from tests.law.case import book_names, read_book

CN: Rulebook = rulebooks.load(read_rulebook(rulebook_folder("cn")))
PROCEDURES = CN.procedures.versions
ROLES = ("business", "officer", "chief", "calendar", "stranger")
PEOPLE = ("a", "b", "c", "d")  # one more than any step must be kept apart from
START = date(2026, 1, 5)


@dataclass(frozen=True)
class Attempt:
    """Something somebody tries: a step by its place among those in force, or one that does not exist."""

    step: int
    actor: Actor
    days_later: int
    left_out: int


attempts = st.builds(
    Attempt,
    step=st.integers(0, 39),
    actor=st.builds(Actor, st.sampled_from(PEOPLE), st.sampled_from(ROLES)),
    days_later=st.integers(-2, 12),
    left_out=st.integers(0, 3),
)


def opened(procedure: Procedure) -> Case:
    day = max(START, procedure.rule.validity.from_on)
    return Case("1", procedure.code, "x:1", (), day, Actor("a", "officer"))


def run_to(case: Case, procedure: Procedure, day: date) -> Case:
    over = [one for one in expired(case, procedure, CN.calendar, day) if one.clock.on_expiry is not Expiry.REMIND]
    return run_out(case, over[0], day) if over else case


def check_whole(case: Case, procedure: Procedure) -> None:
    """Judge a history anew, without the code that made it."""
    state, takers, last_on = procedure.opens_in, {(OPENING, case.opened_by.id)}, case.opened_on
    for taken in case.taken:
        assert state not in procedure.ends
        step = procedure.step_on(taken.step, taken.on)
        assert step is not None
        assert taken.by.role in step.by
        assert state in step.after
        assert set(step.needs) <= {code for code, proof in taken.evidence.items() if proof}
        assert taken.on >= last_on
        assert not {(other, taken.by.id) for other in step.not_by_taker_of} & takers
        state, last_on = step.leads_to or state, taken.on
        takers.add((taken.step, taken.by.id))
    assert state == state_of(case, procedure)
    assert state in procedure.states


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda one: f"{one.code}-{one.rule.validity.from_on}")
@settings(deadline=None, max_examples=150)
@given(tried=st.lists(attempts, max_size=25))
def test_no_history_leaves_the_law(procedure: Procedure, tried: list[Attempt]) -> None:
    case = opened(procedure)
    day = case.opened_on
    for attempt in tried:
        day += timedelta(days=attempt.days_later)
        case = run_to(case, procedure, max(day, case.taken[-1].on if case.taken else day))
        codes = [*dict.fromkeys(step.code for step in procedure.steps), "no_such_step"]
        code = codes[attempt.step % len(codes)]
        step = procedure.step_on(code, day)
        needs = () if step is None else step.needs
        # One in four lacks a piece of evidence, or has it empty.
        evidence = {need: "" if place + 1 == attempt.left_out else "x" for place, need in enumerate(needs)}
        obstacles = check_step(
            case, code, attempt.actor, day, [n for n in evidence if evidence[n]], procedure, CN.calendar
        )
        try:
            case = take_step(case, code, attempt.actor, day, evidence, procedure, CN.calendar)
            assert obstacles == ()
        except StepRefused:
            assert obstacles != ()
        check_whole(case, procedure)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda one: f"{one.code}-{one.rule.validity.from_on}")
@settings(deadline=None, max_examples=100)
@given(choices=st.lists(st.integers(0, 5), max_size=12), waits=st.lists(st.integers(0, 6), min_size=12, max_size=12))
def test_every_case_can_go_on_until_its_end(procedure: Procedure, choices: list[int], waits: list[int]) -> None:
    case = opened(procedure)
    day = case.opened_on
    for choice, wait in zip([*choices, *[0] * 12], [*waits, *[6] * 12], strict=False):
        day += timedelta(days=wait)
        case = run_to(case, procedure, day)
        check_whole(case, procedure)
        if state_of(case, procedure) in procedure.ends:
            return
        ways = lawful(case, procedure, day) or lawful(case, procedure, day + timedelta(days=20))
        assert ways, f"nothing can be done in {state_of(case, procedure)} on {day}"
        now_lawful = lawful(case, procedure, day)
        if now_lawful:
            code, actor = now_lawful[choice % len(now_lawful)]
            step = procedure.step_on(code, day)
            assert step is not None
            proofs = dict.fromkeys(step.needs, "x")
            case = take_step(case, code, actor, day, proofs, procedure, CN.calendar)


def lawful(case: Case, procedure: Procedure, day: date) -> list[tuple[str, Actor]]:
    """Return every step that somebody among the people could lawfully take on a day, all evidence there."""
    case = run_to(case, procedure, day)
    return [
        (step.code, actor)
        for step in procedure.steps
        for role in sorted(step.by - {CALENDAR})
        for actor in (Actor(person, role) for person in PEOPLE)
        if check_step(case, step.code, actor, day, step.needs, procedure, CN.calendar) == ()
    ]


def test_an_entry_is_reached_only_after_notice_time_to_answer_review_and_consent() -> None:
    procedure = CN.procedures.on("serious_listing", START)
    enters = [step for step in procedure.steps if step.effect == "enter"]
    assert [step.code for step in enters] == ["list"]
    before: dict[str, set[str]] = {}
    for state in procedure.states:
        before[state] = {one for step in procedure.steps if step.leads_to == state for one in step.after}
    assert enters[0].after == {"consented"}
    assert before["consented"] == {"reviewed"}
    assert before["reviewed"] == {"heard"}
    assert before["heard"] == {"noticed", "hearing"}
    assert before["noticed"] == {"examined"} == {procedure.opens_in}


@pytest.mark.parametrize("name", book_names())
def test_there_is_no_listing_without_an_end(name: str) -> None:
    for definition in read_book(name).lists.lists.values():
        for ground in definition.grounds:
            assert ground.term or ground.ends_next or ground.exits, f"{definition.code}.{ground.code}"

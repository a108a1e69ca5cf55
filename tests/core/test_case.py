"""A case along its procedure: what is lawful on a day, what stands in the way, and what a period's end does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.case import (
    Actor,
    Case,
    Obstacle,
    Why,
    check_step,
    expired,
    lawful_steps,
    run_out,
    running,
    state_of,
    take_step,
)
from goodstanding.core.dates import Calendar
from goodstanding.core.errors import StepRefused
from goodstanding.core.procedure import CALENDAR, Procedure
from tests.core.small_procedure import TEXT, procedures

PROCEDURE = procedures().versions[0]
WEEK = Calendar(frozenset({6, 7}), frozenset({date(2026, 5, 1)}), frozenset(), (2020, 2030))
MONDAY = date(2026, 4, 20)
ANN, BEN = Actor("ann", "officer"), Actor("ben", "officer")
CHIEF, SHOP = Actor("cleo", "chief"), Actor("shop", "business")
NOTICE = {"facts": "digest", "proof": "digest"}


def opened(by: Actor = ANN) -> Case:
    return Case("1", "listing", "e:1", (), MONDAY, by)


def taken(case: Case, *steps: tuple[str, Actor, int]) -> Case:
    """Take steps, each some days after the case was opened."""
    for step, actor, days in steps:
        case = take_step(case, step, actor, MONDAY + timedelta(days=days), NOTICE, PROCEDURE, WEEK)
    return case


def whys(case: Case, step: str, actor: Actor, days: int, evidence: Mapping[str, str] = NOTICE) -> list[tuple[Why, str]]:
    found = check_step(case, step, actor, MONDAY + timedelta(days=days), evidence, PROCEDURE, WEEK)
    return [(one.why, one.what) for one in found]


def due(case: Case, clock: str) -> date | None:
    return running(case, PROCEDURE, WEEK)[clock].due_on


def test_a_case_moves_from_state_to_state() -> None:
    case = opened()
    assert state_of(case, PROCEDURE) == "open"
    case = taken(case, ("notify", ANN, 0))
    assert state_of(case, PROCEDURE) == "noticed"
    case = taken(case, ("answer", SHOP, 5), ("inquire", BEN, 6))
    assert state_of(case, PROCEDURE) == "heard"
    case = taken(case, ("found", BEN, 9), ("decide", CHIEF, 9))
    assert state_of(case, PROCEDURE) == "listed"


def test_a_step_out_of_its_state_is_refused_with_the_state() -> None:
    assert whys(opened(), "decide", CHIEF, 1) == [(Why.WRONG_STATE, "open")]
    assert whys(taken(opened(), ("notify", ANN, 0)), "notify", ANN, 1) == [(Why.WRONG_STATE, "noticed")]


def test_nothing_can_be_done_after_the_end() -> None:
    ended = taken(opened(), ("drop", ANN, 0))
    assert {why for step in PROCEDURE.steps for why, _ in whys(ended, step.code, ANN, 1)} >= {Why.ENDED}
    assert running(ended, PROCEDURE, WEEK) == {}
    assert expired(ended, PROCEDURE, WEEK, MONDAY + timedelta(days=4000)) == ()


def test_a_role_the_law_does_not_name_takes_no_step() -> None:
    assert whys(opened(), "notify", SHOP, 0) == [(Why.WRONG_ROLE, "business")]
    heard = taken(opened(), ("notify", ANN, 0), ("answer", SHOP, 1))
    assert whys(heard, "decide", BEN, 1) == [(Why.WRONG_ROLE, "officer")]


def test_whoever_drafted_does_not_decide() -> None:
    drafted = Actor("ann", "chief")
    heard = taken(opened(BEN), ("notify", ANN, 0), ("answer", SHOP, 1))
    assert whys(heard, "decide", drafted, 1) == [(Why.SAME_PERSON, "notify")]
    assert whys(heard, "decide", Actor("ben", "chief"), 1) == [(Why.SAME_PERSON, "opening")]
    assert whys(heard, "decide", CHIEF, 1) == []


def test_a_step_waits_for_its_evidence_and_blank_evidence_is_none() -> None:
    assert whys(opened(), "notify", ANN, 0, {"facts": "digest"}) == [(Why.EVIDENCE_MISSING, "proof")]
    with pytest.raises(StepRefused, match="evidence missing: proof"):
        take_step(opened(), "notify", ANN, MONDAY, {"facts": "digest", "proof": "  "}, PROCEDURE, WEEK)


def test_a_right_lasts_through_the_last_day_of_its_period() -> None:
    noticed = taken(opened(), ("notify", ANN, 0))
    assert due(noticed, "answering") == MONDAY + timedelta(days=5)
    assert whys(noticed, "answer", SHOP, 5) == []
    assert whys(noticed, "answer", SHOP, 6) == [(Why.TOO_LATE, "answering")]


def test_nobody_decides_before_a_period_has_ended_or_been_used() -> None:
    noticed = taken(opened(), ("notify", ANN, 0))
    assert (Why.TOO_EARLY, "answering") in whys(noticed, "decide", CHIEF, 5)
    heard = taken(noticed, ("answer", SHOP, 2))
    assert whys(heard, "decide", CHIEF, 2) == []


def test_silence_counts_as_the_step_that_the_law_puts_in_its_place() -> None:
    noticed = taken(opened(), ("notify", ANN, 0))
    last = MONDAY + timedelta(days=5)
    assert expired(noticed, PROCEDURE, WEEK, last) == ()
    (over,) = expired(noticed, PROCEDURE, WEEK, last + timedelta(days=1))
    after = run_out(noticed, over, last + timedelta(days=1))
    assert state_of(after, PROCEDURE) == "heard"
    assert after.taken[-1].by == Actor(CALENDAR, CALENDAR)
    assert expired(after, PROCEDURE, WEEK, last + timedelta(days=1)) == ()


def test_only_the_calendar_takes_what_a_period_deems_taken() -> None:
    noticed = taken(opened(), ("notify", ANN, 0))
    assert (Why.WRONG_ROLE, "officer") in whys(noticed, "silent", ANN, 6)


def test_an_authority_that_is_late_is_told_and_nothing_else_happens() -> None:
    heard = taken(opened(), ("notify", ANN, 0), ("answer", SHOP, 1))
    day = MONDAY + timedelta(days=100)
    over = [one for one in expired(heard, PROCEDURE, WEEK, day) if one.clock.code == "deciding"]
    assert len(over) == 1
    assert run_out(heard, over[0], day) == heard


def test_a_period_that_moves_the_case_ends_it() -> None:
    case = opened()
    day = date(2027, 4, 21)
    (over,) = expired(case, PROCEDURE, WEEK, day)
    after = run_out(case, over, day)
    assert over.due_on == date(2027, 4, 20)
    assert state_of(after, PROCEDURE) == "dropped"


def test_working_days_stand_still_while_a_period_is_stopped() -> None:
    # Heard on Tuesday the 21st: ten working days, 1 May off, end on 6 May.
    heard = taken(opened(), ("notify", ANN, 0), ("answer", SHOP, 1))
    assert due(heard, "deciding") == date(2026, 5, 6)
    stopped = taken(heard, ("inquire", BEN, 3))
    assert due(stopped, "deciding") is None
    assert expired(stopped, PROCEDURE, WEEK, date(2026, 6, 1)) == ()
    # Two of ten were used by Thursday the 23rd; eight are left from Monday the 4th of May on.
    assert due(taken(stopped, ("found", BEN, 14)), "deciding") == date(2026, 5, 14)


def test_a_stop_does_not_bring_back_a_period_that_is_over() -> None:
    heard = taken(opened(), ("notify", ANN, 0), ("answer", SHOP, 1))
    late = taken(heard, ("inquire", BEN, 40), ("found", BEN, 44))
    assert due(late, "deciding") == MONDAY + timedelta(days=44)


def test_an_extension_makes_a_period_longer() -> None:
    heard = taken(opened(), ("notify", ANN, 0), ("answer", SHOP, 1), ("extend", CHIEF, 2))
    assert due(heard, "deciding") == date(2026, 5, 13)


def test_no_step_is_dated_before_another() -> None:
    noticed = taken(opened(), ("notify", ANN, 3))
    assert whys(noticed, "drop", ANN, 2) == [(Why.OUT_OF_ORDER, "drop")]
    assert whys(opened(), "drop", ANN, -1) == [(Why.OUT_OF_ORDER, "drop")]


def test_an_unknown_step_is_refused() -> None:
    assert whys(opened(), "pardon", ANN, 0) == [(Why.NO_SUCH_STEP, "pardon")]


def test_a_step_that_the_law_brought_later_does_not_exist_before() -> None:
    later = TEXT.replace(
        'number = "S-drop"\ntitle = { en = "S-drop" }\nvalid_from = 2000-01-01',
        'number = "S-drop"\ntitle = { en = "S-drop" }\nvalid_from = 2026-04-22',
    )
    procedure = procedures(later).versions[0]
    for days, wanted in ((1, (Why.NO_SUCH_STEP,)), (2, ())):
        found = check_step(opened(), "drop", ANN, MONDAY + timedelta(days=days), (), procedure, WEEK)
        assert tuple(one.why for one in found) == wanted


def test_everything_that_stands_in_the_way_is_told_at_once() -> None:
    with pytest.raises(StepRefused) as told:
        take_step(opened(), "decide", ANN, MONDAY - timedelta(days=1), {}, PROCEDURE, WEEK)
    for words in ("wrong state: open", "wrong role: officer", "out of order", "same person: opening", "S-decide"):
        assert words in told.value.found


def test_every_step_is_told_with_what_hinders_it() -> None:
    found = lawful_steps(opened(), ANN, MONDAY, PROCEDURE, WEEK)
    assert set(found) == {step.code for step in PROCEDURE.steps}
    assert [code for code, obstacles in found.items() if not obstacles] == ["notify", "drop"]


ACTORS = st.sampled_from([ANN, BEN, CHIEF, SHOP, Actor("ann", "chief"), Actor("x", "stranger")])
MOVES = st.lists(
    st.tuples(
        st.sampled_from([*(step.code for step in PROCEDURE.steps), "pardon"]),
        ACTORS,
        st.integers(0, 9),
        st.sets(st.sampled_from(["facts", "proof"])),
    ),
    max_size=25,
)


@given(moves=MOVES)
@settings(deadline=None, max_examples=200)
def test_no_history_of_attempts_leaves_the_law(moves: list[tuple[str, Actor, int, set[str]]]) -> None:
    case, day = opened(), MONDAY
    for step, actor, days, evidence in moves:
        day += timedelta(days=days)
        for over in expired(case, PROCEDURE, WEEK, day):
            case = run_out(case, over, day)
        obstacles = check_step(case, step, actor, day, evidence, PROCEDURE, WEEK)
        proofs = dict.fromkeys(evidence, "digest")
        if obstacles:
            with pytest.raises(StepRefused):
                take_step(case, step, actor, day, proofs, PROCEDURE, WEEK)
        else:
            case = take_step(case, step, actor, day, proofs, PROCEDURE, WEEK)
        _hold_to_the_law(case, PROCEDURE)


def _hold_to_the_law(case: Case, procedure: Procedure) -> None:
    """Hold a history to what the law says of it, told without the code that checks steps."""
    steps = {step.code: step for step in procedure.steps}
    state, takers, last = "open", {"opening": {"ann"}}, case.opened_on
    for one in case.taken:
        assert one.on >= last
        assert state not in procedure.ends
        step = steps.get(one.step)
        if step is None:
            assert one.step == "lapsing"
            state = "dropped"
            continue
        assert state in step.after
        assert one.by.role in step.by
        assert set(step.needs) <= set(one.evidence)
        assert not any(one.by.id in takers.get(other, ()) for other in step.not_by_taker_of)
        takers.setdefault(one.step, set()).add(one.by.id)
        state, last = step.leads_to or state, one.on
    assert state == state_of(case, procedure)
    if state == "listed":
        heard = [one for one in case.taken if one.step in ("answer", "silent")]
        assert heard, "Nobody is listed unheard."


def test_an_obstacle_reads_as_a_sentence() -> None:
    assert str(Obstacle(Why.NO_SUCH_STEP, "pardon", None, MONDAY)) == "no such step: pardon on 2026-04-20"

"""The course of one case held to a procedure; see `case.py` beside this for how a file asks for it.

`course = { procedure, opened, by, steps, ... }`: who opened it on which day (`by = "li officer"`), then what was done,
each as one text: day, person, role, step, and after a dash whatever evidence was not there ("2026-03-02 li officer
notify -gravity"). All but the last step must be lawful; periods that are over are run out before each. Then either
`state` and `due` (the last day of each period that runs on the day `on`), or `refused`: why the last step is not
lawful, each as reason and what it turns on ("too_early answering").
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from goodstanding.core.case import Actor, Case, check_step, expired, run_out, running, state_of, take_step
from goodstanding.core.procedure import Expiry, Procedure
from goodstanding.core.rulebook import Rulebook


def hold_course(wanted: dict[str, Any], on: date | None, book: Rulebook) -> None:
    """Hold a procedure to one course; an assertion fails where it goes another way."""
    opened = wanted.pop("opened")
    procedure = book.procedures.on(wanted.pop("procedure"), opened)
    case = Case("1", procedure.code, "case:1", (), opened, Actor(*wanted.pop("by").split()))
    refused, steps = wanted.pop("refused", None), wanted.pop("steps", [])
    for place, said in enumerate(steps, start=1):
        day, person, role, code, *lacks = said.split()
        actor, today = Actor(person, role), date.fromisoformat(day)
        case = _over(case, procedure, today, book)
        step = procedure.step_on(code, today)
        assert step is not None, f"There is no step {code} on {day}."
        assert {f"-{one}" for one in step.needs} >= set(lacks), f"{code} does not ask for {lacks}."
        there = dict.fromkeys((one for one in step.needs if f"-{one}" not in lacks), "x")
        if refused is not None and place == len(steps):
            found = check_step(case, code, actor, today, there, procedure, book.calendar)
            assert sorted(f"{one.why.value} {one.what}" for one in found) == sorted(refused)
            return
        case = take_step(case, code, actor, today, there, procedure, book.calendar)
    assert refused is None, "Nothing was tried that could be refused."
    if on is not None:
        case = _over(case, procedure, on, book)
    found_due = {code: one.due_on for code, one in running(case, procedure, book.calendar).items()}
    assert {"state": state_of(case, procedure), "due": found_due} == {"due": {}, **wanted}


def _over(case: Case, procedure: Procedure, day: date, book: Rulebook) -> Case:
    for one in expired(case, procedure, book.calendar, day):
        if one.clock.on_expiry is not Expiry.REMIND and one.due_on is not None:
            return _over(run_out(case, one, one.due_on + timedelta(days=1)), procedure, day, book)
    return case

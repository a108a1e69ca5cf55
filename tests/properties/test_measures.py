"""Random histories of one business: measures are on exactly while the law calls for them, each switch in its turn."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import ended, withdrawal
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.measures import gaps
from goodstanding.records.models import MeasureSwitch, ProposalRecord
from tests.conftest import NOW

ENTITY = f"uscc:{1:018}"
START = date(2023, 7, 3)
STEPS = ("list", "unlist", "withdraw", "report", "approve", "reject", "wait", "wait long")


def said(kind: str, ref: str, span: Span, **payload: Value) -> Fact:
    return Fact(ENTITY, kind, "test", ref, span, NOW, payload)


def entry(day: date, number: int, list_code: str) -> Fact:
    ground, rule = ("heavier_penalty", "V-01") if list_code == "serious" else ("unreachable_found", "A-04")
    words = {"list": list_code, "ground": ground, "cause": f"year:{number}", "rule": rule}
    return said("list_entry", f"e{number}", Span(day), **words, decision=f"D{number}", authority="Office")


def standing(day: date) -> list[Fact]:
    return list(ledger.view_of(ENTITY, day, NOW).in_force("list_entry"))


def take(step: str, choice: int, day: date, number: int) -> None:
    """Let one thing happen in the world outside the listing decisions."""
    if step == "list":
        ledger.append([entry(day, number, ("serious", "abnormal")[choice % 2])], NOW)
    elif step in ("unlist", "withdraw") and (now_standing := standing(day)):
        chosen = now_standing[choice % len(now_standing)]
        after = (
            ended(chosen, day, "test", f"x{number}", NOW)
            if step == "unlist"
            else withdrawal(chosen, "test", f"x{number}", NOW)
        )
        ledger.append([after], NOW)
    elif step == "report":
        ledger.append([said("annual_report", f"r{number}", Span(day), year=day.year - 1)], NOW)


def live(home: Home, form: str, steps: list[tuple[str, int]]) -> None:
    """Let a business live through some steps, a tick after each, and hold its measures to the law after every one."""
    region = min(home.rulebook.tables["regions"])
    opened = said(
        "registration", "1", Span(date(2015, 1, 5)), name="A", subject_type=form, status="open", region=region
    )
    ledger.append([opened], NOW)
    day = START
    for number, (step, choice) in enumerate(steps):
        take(step, choice, day, number)
        waiting = ProposalRecord.objects.filter(state="open").order_by("id").first()
        if step in ("approve", "reject") and waiting is not None:
            verdict = Verdict.APPROVE if step == "approve" else Verdict.REJECT
            decide(home, waiting.pk, verdict, "li", "Because.", day, NOW)
            # The decision's own transaction has switched what it made or ended.
            assert gaps(home.rulebook, day, NOW) == []
        day += timedelta(days={"wait": 45, "wait long": 400}.get(step, 1))
        tick(home, day, NOW)
        assert gaps(home.rulebook, day, NOW) == []
    acts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in MeasureSwitch.objects.order_by("id"):
        acts[row.measure, row.trigger].append(row.act)
        assert row.basis
        assert row.decision
        assert form == "enterprise" or row.measure != "restricted_when_listed"
    assert all(found in (["on"], ["on", "off"]) for found in acts.values())


@pytest.mark.django_db
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["enterprise", "cooperative", "self_employed"]),
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=10),
)
def test_no_history_leaves_a_measure_on_without_its_trigger(
    home: Home, form: str, steps: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        live(home, form, steps)
        transaction.set_rollback(True)

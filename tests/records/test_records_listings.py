"""The calendar proposes, an officer decides, and the ledger and the outbox learn of it together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.errors import (
    DecisionDiffers,
    DecisionUnknown,
    NoLongerCalledFor,
    ProposalUnknown,
    ReasonMissing,
)
from goodstanding.core.fact import Fact, Value
from goodstanding.home import Home
from goodstanding.records import ledger, listings
from goodstanding.records.decisions import replay
from goodstanding.records.listings import CALENDAR, Verdict, decide, decide_many, tick
from goodstanding.records.models import Decision, OutboxMessage, ProposalRecord
from tests.conftest import NOW

WINDOW_OVER = date(2026, 7, 10)
LATER = date(2026, 10, 30)

pytestmark = pytest.mark.django_db


def fact(kind: str, number: int, from_on: date, ref: str = "", **payload: Value) -> Fact:
    return Fact(f"uscc:{number:018}", kind, "test", ref or f"{kind}/{number}", Span(from_on), NOW, payload)


def business(number: int, region: str, subject_type: str = "enterprise") -> Fact:
    return fact(
        "registration",
        number,
        date(2020, 1, 1),
        name=f"Business {number}",
        subject_type=subject_type,
        status="open",
        region=region,
    )


def deliver(*facts: Fact) -> None:
    ledger.deliver([ledger.Delivered(one) for one in facts], NOW)


@pytest.fixture
def missed(home: Home, region: str) -> Home:
    """Two enterprises, of which the first has not filed the report of 2025; and one self-employed that has not."""
    deliver(
        business(1, region),
        business(2, region),
        business(3, region, "self_employed"),
        fact("annual_report", 2, date(2026, 3, 1), year=2025),
    )
    tick(home, WINDOW_OVER, NOW)
    return home


def open_proposals() -> list[ProposalRecord]:
    return list(ProposalRecord.objects.filter(state="open").order_by("entity_id"))


def decide_all(home: Home, day: date, verdict: Verdict = Verdict.APPROVE, reason: str = "") -> listings.Decided:
    return decide_many(home, [one.pk for one in open_proposals()], verdict, "officer", reason, day, NOW)


def entries(number: int, day: date) -> list[Fact]:
    return list(ledger.view_of(f"uscc:{number:018}", day, NOW).in_force("list_entry"))


def test_a_missed_report_is_proposed_once_for_each_kind_of_business(missed: Home) -> None:
    assert [(one.entity_id[-1], one.list_code, one.rule_number) for one in open_proposals()] == [
        ("1", "abnormal", "A-01"),
        ("3", "abnormal_mark", "S-04"),
    ]
    again = tick(missed, WINDOW_OVER + timedelta(days=1), NOW)
    assert (again.made, again.open) == (0, 2)


def test_nothing_is_listed_before_an_officer_decides(missed: Home) -> None:
    assert entries(1, LATER) == []


def test_an_approval_writes_decision_fact_and_announcement(missed: Home) -> None:
    before = OutboxMessage.objects.count()
    decided = decide_all(missed, WINDOW_OVER)
    assert (decided.count, decided.refusals) == (2, [])
    (entry,) = entries(1, WINDOW_OVER)
    decision = Decision.objects.get(number=entry.payload["decision"])
    assert (entry.payload["list"], entry.payload["rule"]) == ("abnormal", "A-01")
    assert (decision.decided_by, decision.rule_number) == ("officer", "A-01")
    assert OutboxMessage.objects.count() == before + 1
    assert entries(1, WINDOW_OVER - timedelta(days=1)) == []


def test_decision_numbers_rise_and_never_meet(missed: Home) -> None:
    decide_all(missed, WINDOW_OVER)
    numbers = list(Decision.objects.order_by("id").values_list("number", flat=True))
    assert numbers == ["2026-00000001", "2026-00000002"]


def test_a_failure_in_the_middle_leaves_nothing(missed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power fails")

    monkeypatch.setattr(listings.ledger, "append", fail)
    before = ledger.position()
    with pytest.raises(RuntimeError):
        decide_all(missed, WINDOW_OVER)
    assert ledger.position() == before
    assert not Decision.objects.exists()
    assert len(open_proposals()) == 2


def test_a_rejection_needs_a_reason_and_is_not_proposed_again(missed: Home) -> None:
    first = open_proposals()[0]
    with pytest.raises(ReasonMissing):
        decide(missed, first.pk, Verdict.REJECT, "officer", "  ", WINDOW_OVER, NOW)
    decide(missed, first.pk, Verdict.REJECT, "officer", "The report was filed on paper.", WINDOW_OVER, NOW)
    assert tick(missed, WINDOW_OVER + timedelta(days=1), NOW).made == 0
    assert entries(1, LATER) == []


def test_a_proposal_is_decided_once(missed: Home) -> None:
    first = open_proposals()[0]
    decide(missed, first.pk, Verdict.APPROVE, "officer", "", WINDOW_OVER, NOW)
    with pytest.raises(NoLongerCalledFor, match="already"):
        decide(missed, first.pk, Verdict.APPROVE, "officer", "", WINDOW_OVER, NOW)
    assert Decision.objects.count() == 1


def test_what_was_put_right_meanwhile_is_refused_and_the_rest_decided(missed: Home) -> None:
    deliver(fact("annual_report", 1, date(2026, 7, 9), year=2025))
    decided = decide_all(missed, WINDOW_OVER)
    assert decided.count == 1
    ((_, error),) = decided.refusals
    assert error.code == "listing.no_longer_called_for"
    assert entries(1, LATER) == []


def test_what_the_facts_no_longer_call_for_lapses_and_may_be_called_for_again(missed: Home) -> None:
    deliver(fact("annual_report", 1, date(2026, 7, 9), year=2025))
    outcome = tick(missed, WINDOW_OVER, NOW)
    assert (outcome.lapsed, outcome.open) == (1, 1)
    deliver(fact("annual_report", 1, date(2026, 7, 9), year=2024))  # the record is corrected: it was of another year
    assert tick(missed, WINDOW_OVER, NOW).open == 2


def test_a_late_report_lifts_the_entry_from_the_day_of_the_decision(missed: Home) -> None:
    decide_all(missed, WINDOW_OVER)
    deliver(fact("annual_report", 1, date(2026, 9, 1), year=2025))
    tick(missed, LATER, NOW)
    (lift,) = open_proposals()
    assert (lift.act, lift.rule_number) == ("lift", "A-08")
    decide_all(missed, LATER)
    assert entries(1, LATER - timedelta(days=1)) != []
    assert entries(1, LATER) == []


def test_the_calendar_ends_a_mark_on_its_lawful_day_however_late_it_ticks(missed: Home) -> None:
    decide_all(missed, WINDOW_OVER)
    deliver(fact("annual_report", 3, date(2027, 1, 5), year=2026))
    outcome = tick(missed, date(2027, 7, 9), NOW)
    assert outcome.ended == 1
    decision = Decision.objects.get(decided_by=CALENDAR)
    assert decision.outcome["act"] == "end"
    assert entries(3, date(2027, 6, 30)) != []
    assert entries(3, date(2027, 7, 1)) == []


def test_every_decision_replays_even_after_the_facts_moved_on(missed: Home) -> None:
    decide_all(missed, WINDOW_OVER)
    deliver(fact("annual_report", 1, date(2026, 6, 1), year=2025))
    for number in Decision.objects.values_list("number", flat=True):
        assert replay(number, missed.rulebook_of).number == number


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"rule_number": "A-02"}, "rule"),
        ({"facts": ["00" * 32]}, "facts"),
        ({"as_of": date(2026, 5, 1)}, "no such act"),
        ({"ledger_position": 0}, "no such act"),
    ],
)
def test_a_decision_that_does_not_follow_is_found_out(missed: Home, change: dict[str, Any], named: str) -> None:
    decide_all(missed, WINDOW_OVER)
    forged = Decision.objects.get(entity_id=f"uscc:{1:018}")
    forged.pk, forged.number = None, "2026-99999999"
    for name, value in change.items():
        setattr(forged, name, value)
    forged.save(force_insert=True)
    with pytest.raises(DecisionDiffers, match=named):
        replay("2026-99999999", missed.rulebook_of)


def test_unknown_numbers_are_named(missed: Home) -> None:
    with pytest.raises(DecisionUnknown, match="1999-1"):
        replay("1999-1", missed.rulebook_of)
    with pytest.raises(ProposalUnknown):
        decide(missed, 999_999, Verdict.APPROVE, "officer", "", WINDOW_OVER, NOW)


def test_a_business_whose_deadline_leaves_the_calendar_does_not_stop_the_others(home: Home, region: str) -> None:
    last = date(home.rulebook.calendar.covers[1], 12, 28)
    deliver(
        business(1, region),
        business(2, region),
        fact("inspection", 1, last, results=("6",), authority="A"),  # ten working days on is next year
    )
    outcome = tick(home, last, NOW)
    assert outcome.uncounted == [f"uscc:{1:018}"]
    assert [one.entity_id for one in open_proposals()] == [f"uscc:{2:018}"]

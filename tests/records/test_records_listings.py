"""The calendar proposes, an officer decides, and the ledger and the outbox learn of it together."""

from __future__ import annotations

from dataclasses import replace as replaced
from datetime import date, timedelta
from typing import Any

import pytest

from goodstanding.core.dates import Period, Span, Unit, period_end
from goodstanding.core.errors import (
    DeciderMissing,
    DecisionDiffers,
    DecisionUnknown,
    EndsByLaw,
    NoLongerCalledFor,
    ProposalUnknown,
    ReasonMissing,
)
from goodstanding.core.fact import Fact, Value
from goodstanding.home import Home
from goodstanding.records import decisions, ledger, listings
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


def test_a_number_named_twice_is_decided_once(missed: Home) -> None:
    first = open_proposals()[0].pk
    decided = decide_many(missed, [first, first], Verdict.APPROVE, "officer", "", WINDOW_OVER, NOW)
    assert decided.count == 1
    assert [error.code for _, error in decided.refusals] == ["listing.no_longer_called_for"]
    assert len(entries(1, LATER)) == 1


def test_a_bulk_enters_a_lasting_state_once_however_often_it_was_found(home: Home, region: str) -> None:
    deliver(
        business(1, region),
        fact("annual_report", 1, date(2026, 3, 1), year=2025),
        fact("inspection", 1, date(2026, 8, 3), "first", results=("6",), authority="A"),
        fact("inspection", 1, date(2026, 9, 3), "second", results=("6",), authority="A"),
    )
    tick(home, LATER, NOW)
    assert [one.rule_number for one in open_proposals()] == ["A-04", "A-04"]
    decided = decide_all(home, LATER)
    assert (decided.count, len(decided.refusals)) == (1, 1)
    (entry,) = entries(1, LATER)
    assert replay(str(entry.payload["decision"]), home.rulebook_of).rule_number == "A-04"
    assert tick(home, LATER, NOW).lapsed == 1


def test_two_acts_on_one_business_in_one_bulk_both_replay(home: Home, region: str) -> None:
    deliver(
        business(1, region),
        fact("inspection", 1, date(2026, 8, 3), results=("6",), authority="A"),
    )
    tick(home, LATER, NOW)
    assert decide_all(home, LATER).count == 2
    first, second = Decision.objects.order_by("number")
    assert first.ledger_position < second.ledger_position
    for one in (first, second):
        replay(one.number, home.rulebook_of)


@pytest.mark.parametrize("nobody", ["", "  ", CALENDAR])
def test_entering_waits_for_a_person(missed: Home, nobody: str) -> None:
    with pytest.raises(DeciderMissing):
        decide(missed, open_proposals()[0].pk, Verdict.APPROVE, nobody, "", WINDOW_OVER, NOW)
    assert not Decision.objects.exists()


def test_what_ends_by_law_cannot_be_declined(missed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide_all(missed, WINDOW_OVER)
    deliver(fact("annual_report", 3, date(2027, 1, 5), year=2026))
    with monkeypatch.context() as patch:  # the calendar stops between proposing an end and deciding it
        patch.setattr(listings, "decide_many", lambda *_: listings.Decided())
        tick(missed, date(2027, 6, 29), NOW)
        assert not ProposalRecord.objects.filter(act="end").exists()
        tick(missed, date(2027, 7, 1), NOW)
    end = ProposalRecord.objects.get(state="open", act="end")
    with pytest.raises(EndsByLaw):
        decide(missed, end.pk, Verdict.REJECT, "officer", "It should stay.", date(2027, 7, 1), NOW)
    assert tick(missed, date(2027, 7, 2), NOW).ended == 1
    assert entries(3, date(2027, 7, 1)) == []


def test_a_rejected_removal_is_open_again_on_another_fact(missed: Home) -> None:
    decide_all(missed, WINDOW_OVER)
    deliver(fact("annual_report", 1, date(2026, 9, 1), year=2025, employees=1))
    tick(missed, LATER, NOW)
    (lift,) = open_proposals()
    decide(missed, lift.pk, Verdict.REJECT, "officer", "The figures are not those of the books.", LATER, NOW)
    assert tick(missed, LATER, NOW).open == 0
    deliver(fact("annual_report", 1, date(2026, 9, 1), year=2025, employees=9))  # filed again, mended
    outcome = tick(missed, LATER, NOW)
    assert (outcome.made, outcome.open) == (1, 1)
    decide_all(missed, LATER)
    assert entries(1, LATER) == []
    for number in Decision.objects.values_list("number", flat=True):
        replay(number, missed.rulebook_of)


def test_a_decision_made_while_the_calendar_ticks_is_not_undone(missed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_proposals()[0]
    deliver(fact("annual_report", 1, date(2026, 7, 9), year=2025))
    looked = listings._called_for

    def decided_meanwhile(*words: Any) -> Any:
        ProposalRecord.objects.filter(pk=first.pk).update(state="rejected")
        return looked(*words)

    monkeypatch.setattr(listings, "_called_for", decided_meanwhile)
    assert tick(missed, WINDOW_OVER, NOW).lapsed == 0
    assert ProposalRecord.objects.get(pk=first.pk).state == "rejected"


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
        ({"rule_number": "A-02"}, "Its rule"),
        ({"facts": ["00" * 32]}, "Its facts"),
        ({"as_of": date(2026, 5, 1)}, "no such act"),
        ({"ledger_position": 0}, "no such act"),
        ({"entity_id": f"uscc:{2:018}"}, "no such act"),
        ({"decided_on": LATER}, "does not hold the fact"),
        ({"outcome": {"list": "serious"}}, "Its list"),
        ({"outcome": {"cause": "year:2020"}}, "Its cause"),
        ({"outcome": {"arose_on": "2026-01-01"}}, "Its arose_on"),
        ({"outcome": {"due_on": "2026-01-01"}}, "Its due_on"),
    ],
)
def test_a_decision_that_does_not_follow_is_found_out(missed: Home, change: dict[str, Any], named: str) -> None:
    decide_all(missed, WINDOW_OVER)
    kept = Decision.objects.get(entity_id=f"uscc:{1:018}")
    forged = Decision.objects.get(pk=kept.pk)
    for name, value in change.items():
        setattr(forged, name, {**kept.outcome, **value} if name == "outcome" else value)
    with pytest.MonkeyPatch.context() as patch:  # the table itself refuses to be changed
        patch.setattr(decisions, "decision_of", lambda _: forged)
        with pytest.raises(DecisionDiffers, match=named):
            replay(kept.number, missed.rulebook_of)
        patch.setattr(decisions, "decision_of", lambda _: kept)
        replay(kept.number, missed.rulebook_of)


def test_an_approval_without_its_fact_is_found_out(missed: Home) -> None:
    decide(missed, open_proposals()[0].pk, Verdict.REJECT, "officer", "Filed on paper.", WINDOW_OVER, NOW)
    forged = Decision.objects.get()
    replay(forged.number, missed.rulebook_of)
    forged.pk, forged.number = None, "2026-99999999"
    forged.outcome["verdict"] = "approve"
    forged.save(force_insert=True)
    with pytest.raises(DecisionDiffers, match="does not hold the fact"):
        replay("2026-99999999", missed.rulebook_of)


def test_unknown_numbers_are_named(missed: Home) -> None:
    with pytest.raises(DecisionUnknown, match="1999-1"):
        replay("1999-1", missed.rulebook_of)
    with pytest.raises(ProposalUnknown):
        decide(missed, 999_999, Verdict.APPROVE, "officer", "", WINDOW_OVER, NOW)


def last_of(home: Home) -> date:
    """Return a day from which ten working days run into a year whose working days are not published."""
    return date(home.rulebook.calendar.covers[1], 12, 28)


def test_an_entry_does_not_wait_for_next_years_calendar(home: Home, region: str) -> None:
    last = last_of(home)
    deliver(business(1, region), fact("inspection", 1, last, results=("6",), authority="A"))
    outcome = tick(home, last, NOW)
    assert outcome.uncounted == []
    assert [one.rule_number for one in open_proposals()] == ["A-01", "A-04"]
    assert decide_all(home, last).count == 2
    assert {entry.payload["rule"] for entry in entries(1, last)} == {"A-01", "A-04"}
    for number in Decision.objects.values_list("number", flat=True):
        assert replay(number, home.rulebook_of).number == number


def test_a_removal_does_not_wait_for_the_calendar_of_its_own_year(missed: Home) -> None:
    decide_all(missed, WINDOW_OVER)
    cured = last_of(missed) + timedelta(days=30)
    deliver(fact("annual_report", 1, cured, year=2025))
    tick(missed, cured, NOW)
    (lift,) = open_proposals()
    assert lift.act == "lift"
    decide_all(missed, cured)
    assert entries(1, cured) == []


def test_the_last_day_of_an_open_proposal_follows_the_calendar(
    home: Home, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = last_of(home)
    deliver(business(1, region), fact("inspection", 1, last, results=("6",), authority="A"))
    tick(home, last, NOW)
    told = ProposalRecord.objects.get(rule_number="A-04").due_on
    assert not home.rulebook.calendar.tells(told)
    year = last.year + 1
    known = replaced(
        home.rulebook.calendar,
        holidays=home.rulebook.calendar.holidays | {date(year, 1, 1)},
        covers=(home.rulebook.calendar.covers[0], year),
    )
    assert date(year, 1, 1).isoweekday() < 6
    monkeypatch.setitem(vars(home), "rulebook", replaced(home.rulebook, calendar=known))
    outcome = tick(home, last, NOW)
    assert (outcome.made, outcome.lapsed) == (0, 0)
    due_on = ProposalRecord.objects.get(rule_number="A-04").due_on
    assert (due_on, due_on > told) == (period_end(last, Period(10, Unit.WORKING_DAY), known), True)


def test_a_period_that_cannot_be_counted_sets_aside_its_own_ground_and_no_other(
    home: Home, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    abnormal = home.rulebook.lists.lists["abnormal"]
    waiting = tuple(
        replaced(one, waits=Period(10, Unit.WORKING_DAY)) if one.rule.number == "A-04" else one
        for one in abnormal.grounds
    )
    lists = replaced(home.rulebook.lists, lists={"abnormal": replaced(abnormal, grounds=waiting)})
    monkeypatch.setitem(vars(home), "rulebook", replaced(home.rulebook, lists=lists))
    last = last_of(home)
    deliver(business(1, region), business(2, region), fact("inspection", 1, last, results=("6",), authority="A"))
    assert tick(home, last, NOW).uncounted == []  # the wait is not over, whatever next year's holidays are
    assert [(one.entity_id[-1], one.rule_number) for one in open_proposals()] == [("1", "A-01"), ("2", "A-01")]
    outcome = tick(home, last + timedelta(days=40), NOW)
    assert (outcome.uncounted, outcome.lapsed) == ([f"uscc:{1:018}"], 0)
    assert [(one.entity_id[-1], one.rule_number) for one in open_proposals()] == [("1", "A-01"), ("2", "A-01")]

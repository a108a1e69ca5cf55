"""Cases in the records: a listing, its early end, fraud and objection, each step judged and kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from goodstanding.core.case import Actor, state_of
from goodstanding.core.dates import Span
from goodstanding.core.disclosure import due
from goodstanding.core.errors import (
    CaseMatterUnknown,
    CaseOpenAlready,
    CaseUnknown,
    DecisionDiffers,
    EntityUnknown,
    NoLongerCalledFor,
    NoRuleInForce,
    ProcedureNeeded,
    RepairRefused,
    StepRefused,
)
from goodstanding.core.fact import Fact, Value
from goodstanding.core.listing import ground_of, term_end
from goodstanding.home import Home
from goodstanding.records import cases, ledger, measures, outbox
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.models import CaseStep, Decision, OutboxMessage, ProposalRecord
from goodstanding.records.replay import replay
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

WHO = f"uscc:{1:018}"
DAY = date(2025, 3, 3)
OFFICER, OTHER, CHIEF = Actor("li", "officer"), Actor("wang", "officer"), Actor("chen", "chief")
BUSINESS = Actor("owner", "business")


def fact(kind: str, from_on: date, **payload: Value) -> Fact:
    return Fact(WHO, kind, "test", f"{kind}/{from_on}", Span(from_on), NOW, payload)


PENALTY = fact(
    "penalty",
    DAY,
    document="2026-1",
    authority="X",
    penalty_types=("fine",),
    violation="V",
    content="C",
    severity="serious",
)


@pytest.fixture
def register(home: Home, region: str) -> Home:
    """One enterprise with a serious penalty."""
    opened = fact("registration", date(2020, 1, 5), name="A", subject_type="enterprise", status="open", region=region)
    ledger.deliver([ledger.Delivered(one) for one in (opened, PENALTY)], NOW)
    return home


def open_listing(home: Home, actor: Actor = OFFICER, day: date = DAY, about: Fact = PENALTY) -> str:
    return cases.open_case(home.rulebook, "serious_listing", WHO, [about.digest], actor, day, NOW).number


def take(home: Home, number: str, step: str, actor: Actor, day: date, *evidence: str, reason: str = "") -> str:
    """Take a step with something for each evidence named, and return the state it leads to."""
    proofs: Mapping[str, str] = dict.fromkeys(evidence, "on record")
    case = cases.take(home.rulebook, number, step, actor, proofs, reason, day, NOW)
    return state_of(case, cases.procedure_of(home.rulebook, case))


def run_listing(home: Home, about: Fact = PENALTY) -> tuple[str, date]:
    """List by procedure, and return the case and the day of the entry."""
    number = open_listing(home, about=about)
    take(home, number, "notify", OFFICER, DAY, "grounds", "gravity", "proof_of_service")
    later = DAY + timedelta(days=10)
    take(home, number, "review", OTHER, later, "review_opinion")
    take(home, number, "consent", CHIEF, later, "consent")
    assert take(home, number, "list", CHIEF, later, "decision") == "decided"
    assert take(home, number, "serve", OFFICER, later, "proof_of_service") == "listed"
    return number, later


def entries(day: date) -> list[Fact]:
    return list(ledger.view_of(WHO, day, NOW).in_force("list_entry"))


def test_a_listing_runs_through_its_steps_and_its_decision_replays(register: Home) -> None:
    book = register.rulebook
    number, day = run_listing(register)
    (entry,) = entries(day)
    assert entry.payload["list"] == "serious"
    assert term_end(entry, ground_of(entry, book.lists), book.calendar) == date(day.year + 3, day.month, day.day)
    decision = Decision.objects.get()
    assert decision.outcome["case"] == number
    assert replay(decision.number, register.rulebook_of) == decision
    assert [step.step for step in cases.steps_of(number)] == [
        "notify", "silent", "review", "consent", "list", "serve",
    ]  # fmt: skip
    silent = cases.steps_of(number)[1]
    assert (silent.by_id, silent.taken_on) == ("calendar", date(2025, 3, 11))
    assert measures.gaps(book, day, NOW) == []


def test_an_entry_takes_over_that_its_party_is_of_another_province_and_is_sent_home_first(register: Home) -> None:
    book = register.rulebook
    far = Fact(WHO, "penalty", "test", "far", Span(DAY), NOW, {**PENALTY.payload, "other_province": True})
    ledger.deliver([ledger.Delivered(far)], NOW)
    _, day = run_listing(register, far)
    (entry,) = entries(day)
    assert entry.payload["other_province"] is True
    owed = due(entry, book.disclosure, book.calendar)
    assert day == date(2025, 3, 13)
    assert [(one.deadline.rule.number, one.deadline.target, one.due_on) for one in owed] == [
        ("V-15", "home_authority", date(2025, 3, 27)),
        ("V-15", "necips", date(2025, 4, 11)),  # Qingming, Friday 4 April, is no working day
    ]
    assert replay(Decision.objects.get().number, register.rulebook_of)


def test_an_entry_made_by_a_case_settles_the_proposal(register: Home) -> None:
    tick(register, DAY, NOW)
    run_listing(register)
    proposal = ProposalRecord.objects.get(list_code="serious")
    assert proposal.state == "approved"
    assert proposal.decision == Decision.objects.get()


def test_an_entry_with_a_procedure_is_not_approved_from_the_queue_but_may_be_declined(register: Home) -> None:
    tick(register, DAY, NOW)
    proposal = ProposalRecord.objects.get(list_code="serious")
    with pytest.raises(ProcedureNeeded, match="serious_listing"):
        decide(register, proposal.pk, Verdict.APPROVE, "chen", "", DAY, NOW)
    assert entries(DAY) == []
    decide(register, proposal.pk, Verdict.REJECT, "chen", "Not grave.", DAY, NOW)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"area": "work_safety"}, "no_ground"),
        ({"area": "food", "amount_minor": 70, "fine_least_minor": 0, "fine_most_minor": 100}, "fine_not_above"),
    ],
)
def test_an_entry_whose_gate_is_known_not_to_be_met_is_not_proposed_and_the_tick_says_why(
    register: Home, said: dict[str, Value], why: str
) -> None:
    assert tick(register, DAY, NOW).passed_over == {}
    assert ProposalRecord.objects.get(list_code="serious").state == "open"
    payload = {**PENALTY.payload, **said}
    told = Fact(WHO, "penalty", "test", "anew", Span(DAY), NOW, payload, corrects=PENALTY.digest)
    ledger.deliver([ledger.Delivered(told)], NOW)
    for _ in range(2):
        (counted,) = tick(register, DAY, NOW).passed_over.items()
        assert (counted[0].split()[1], counted[1]) == (why, 1)
    assert ProposalRecord.objects.get(list_code="serious").state == "lapsed"
    with pytest.raises(StepRefused, match="gate"):
        open_listing(register, about=told)


def test_nobody_lists_before_the_business_could_answer(register: Home) -> None:
    number = open_listing(register)
    take(register, number, "notify", OFFICER, DAY, "grounds", "gravity", "proof_of_service")
    with pytest.raises(StepRefused, match="too early: answering"):
        take(register, number, "list", CHIEF, DAY, "decision")
    assert entries(DAY) == []


def test_whoever_gave_notice_does_not_review(register: Home) -> None:
    number = open_listing(register)
    take(register, number, "notify", OFFICER, DAY, "grounds", "gravity", "proof_of_service")
    take(register, number, "state", BUSINESS, DAY, "statement")
    with pytest.raises(StepRefused, match="same person: notify"):
        take(register, number, "review", OFFICER, DAY, "review_opinion")


def test_a_step_without_its_evidence_is_refused_and_nothing_is_written(register: Home) -> None:
    number = open_listing(register)
    with pytest.raises(StepRefused, match="evidence missing: gravity"):
        take(register, number, "notify", OFFICER, DAY, "grounds", "proof_of_service")
    assert cases.steps_of(number) == []


def test_an_entry_is_refused_when_the_penalty_has_fallen_and_the_step_is_not_written(register: Home) -> None:
    number = open_listing(register)
    take(register, number, "notify", OFFICER, DAY, "grounds", "gravity", "proof_of_service")
    take(register, number, "state", BUSINESS, DAY, "statement")
    later = DAY + timedelta(days=10)
    take(register, number, "review", OTHER, later, "review_opinion")
    take(register, number, "consent", CHIEF, later, "consent")
    void = Fact(WHO, "penalty", "test", "void", Span(DAY, DAY), NOW, PENALTY.payload, corrects=PENALTY.digest)
    ledger.append([void], NOW)
    with pytest.raises(NoLongerCalledFor):
        take(register, number, "list", CHIEF, later, "decision")
    assert [step.step for step in cases.steps_of(number)] == ["notify", "state", "review", "consent"]
    assert take(register, number, "close", CHIEF, later, "reasons") == "not_listed"


def test_what_an_officer_declined_is_not_entered_by_a_case(register: Home) -> None:
    number = open_listing(register)
    tick(register, DAY, NOW)
    ProposalRecord.objects.filter(list_code="serious").update(state="rejected")
    take(register, number, "notify", OFFICER, DAY, "grounds", "gravity", "proof_of_service")
    take(register, number, "state", BUSINESS, DAY, "statement")
    later = DAY + timedelta(days=10)
    take(register, number, "review", OTHER, later, "review_opinion")
    take(register, number, "consent", CHIEF, later, "consent")
    with pytest.raises(NoLongerCalledFor, match="declined"):
        take(register, number, "list", CHIEF, later, "decision")


def remove(home: Home, day: date) -> None:
    entry = entries(day)[0]
    number = cases.open_case(home.rulebook, "early_removal", WHO, [entry.digest], BUSINESS, day, NOW).number
    take(home, number, "apply", BUSINESS, day, "application", "commitment", "performance")
    take(home, number, "accept", OFFICER, day)
    assert take(home, number, "grant", CHIEF, day, "decision") == "removed"


def test_early_removal_is_refused_before_a_year_and_granted_after(register: Home) -> None:
    _, listed_on = run_listing(register)
    entry = entries(listed_on)[0]
    early = listed_on + timedelta(days=200)
    number = cases.open_case(register.rulebook, "early_removal", WHO, [entry.digest], BUSINESS, early, NOW).number
    with pytest.raises(RepairRefused, match="2026-03-14"):
        take(register, number, "apply", BUSINESS, early, "application", "commitment", "performance")
    day = date(2026, 4, 1)
    take(register, number, "apply", BUSINESS, day, "application", "commitment", "performance")
    take(register, number, "accept", OFFICER, day)
    take(register, number, "grant", CHIEF, day, "decision")
    assert entries(day) == []
    made = Decision.objects.order_by("-id").first()
    assert made is not None
    assert replay(made.number, register.rulebook_of).outcome["act"] == "lift"
    assert measures.gaps(register.rulebook, day, NOW) == []


def test_a_removal_obtained_by_fraud_is_revoked_and_the_time_starts_anew(register: Home) -> None:
    _, listed_on = run_listing(register)
    entry = entries(listed_on)[0]
    remove(register, date(2026, 4, 1))
    day = date(2026, 6, 1)
    number = cases.open_case(register.rulebook, "fraud_reversal", WHO, [entry.digest], OFFICER, day, NOW).number
    take(register, number, "find", OFFICER, day, "fraud")
    take(register, number, "restore", CHIEF, day, "decision")
    (again,) = entries(day)
    book = register.rulebook
    assert term_end(again, ground_of(again, book.lists), book.calendar) == date(2029, 6, 1)
    made = Decision.objects.order_by("-id").first()
    assert made is not None
    assert replay(made.number, register.rulebook_of) == made


def test_what_stands_is_not_restored(register: Home) -> None:
    _, day = run_listing(register)
    entry = entries(day)[0]
    number = cases.open_case(register.rulebook, "fraud_reversal", WHO, [entry.digest], OFFICER, day, NOW).number
    take(register, number, "find", OFFICER, day, "fraud")
    with pytest.raises(NoLongerCalledFor, match="No removal"):
        take(register, number, "restore", CHIEF, day, "decision")


def abnormal(day: date) -> Fact:
    return Fact(
        WHO,
        "list_entry",
        "test",
        "entry",
        Span(day),
        NOW,
        {
            "list": "abnormal",
            "ground": "report_missed",
            "cause": "year:2025",
            "rule": "A-01",
            "decision": "1",
            "authority": "X",
        },
    )


def test_an_objection_found_right_withdraws_the_entry_as_if_it_had_never_been(register: Home) -> None:
    entry = abnormal(DAY)
    ledger.append([entry], NOW)
    book = register.rulebook
    number = cases.open_case(book, "abnormal_objection", WHO, [entry.digest], BUSINESS, DAY, NOW).number
    take(register, number, "object", BUSINESS, DAY, "objection")
    take(register, number, "accept", OFFICER, DAY)
    take(register, number, "find_wrong", OFFICER, DAY, "findings")
    why = "The report of 2025 had been filed on paper."
    assert take(register, number, "correct", CHIEF, DAY, "written_result", reason=why) == "corrected"
    assert entries(DAY) == []
    made = Decision.objects.get(kind="annulment")
    assert cases.steps_of(number)[-1].decision == made.number
    assert replay(made.number, register.rulebook_of) == made


def test_an_objection_comes_too_late_thirty_days_after_publication(register: Home) -> None:
    entry = abnormal(DAY)
    ledger.append([entry], NOW)
    book, day = register.rulebook, date(2026, 12, 21)
    number = cases.open_case(book, "abnormal_objection", WHO, [entry.digest], BUSINESS, day, NOW).number
    take(register, number, "object", BUSINESS, day, "objection")
    take(register, number, "decline", OFFICER, day, "reasons", "written_result")
    outbox.mark_published(list(OutboxMessage.objects.all()), NOW)  # on 20 November
    with pytest.raises(StepRefused, match="too late: opening on 2026-12-20"):
        cases.open_case(book, "abnormal_objection", WHO, [entry.digest], BUSINESS, day, NOW)


def test_a_case_is_opened_only_by_whom_and_about_what_its_procedure_says(register: Home) -> None:
    with pytest.raises(StepRefused, match="wrong role: business"):
        open_listing(register, BUSINESS)
    book = register.rulebook
    with pytest.raises(StepRefused, match="wrong matter"):
        cases.open_case(book, "early_removal", WHO, [PENALTY.digest], OFFICER, DAY, NOW)
    with pytest.raises(CaseMatterUnknown):
        cases.open_case(book, "early_removal", WHO, ["0" * 64], OFFICER, DAY, NOW)
    with pytest.raises(EntityUnknown):
        cases.open_case(book, "early_removal", "uscc:9", [], OFFICER, DAY, NOW)
    with pytest.raises(NoRuleInForce):
        cases.open_case(book, "trial_by_combat", WHO, [], OFFICER, DAY, NOW)
    open_listing(register)
    with pytest.raises(CaseOpenAlready):
        open_listing(register)


def test_the_calendar_runs_periods_out_once_on_their_own_day(register: Home) -> None:
    number = open_listing(register)
    take(register, number, "notify", OFFICER, DAY, "grounds", "gravity", "proof_of_service")
    book = register.rulebook
    assert cases.run_day(book, date(2025, 3, 10), NOW).moved == 0
    assert cases.run_day(book, date(2025, 5, 6), NOW).moved == 1
    assert cases.run_day(book, date(2025, 5, 6), NOW).moved == 0
    assert cases.case_of(number).taken[-1].on == date(2025, 3, 11)
    with pytest.raises(StepRefused):
        take(register, number, "state", BUSINESS, date(2025, 5, 6), "statement")


def test_of_many_cases_the_day_locks_only_those_with_a_period_over(
    register: Home, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    book, many = register.rulebook, 60
    penalties = [
        Fact(WHO, "penalty", "test", f"many/{number}", Span(DAY), NOW, {**PENALTY.payload, "document": f"{number}"})
        for number in range(many)
    ]
    ledger.deliver([ledger.Delivered(one) for one in penalties], NOW)
    told = ("grounds", "gravity", "proof_of_service")
    numbers = [open_listing(register, about=one) for one in penalties]
    due = numbers[::25]
    for number in numbers:
        take(register, number, "notify", OFFICER, DAY if number in due else date(2025, 4, 21), *told)
    with django_assert_max_num_queries(2 + 5 * len(due) + 3):
        assert cases.run_day(book, date(2025, 4, 22), NOW).moved == len(due)
    assert [number for number in numbers if cases.steps_of(number)[-1].step == "silent"] == due
    with django_assert_max_num_queries(5):
        assert cases.run_day(book, date(2025, 4, 22), NOW).moved == 0


def test_steps_are_never_changed_or_deleted(register: Home) -> None:
    number = open_listing(register)
    take(register, number, "close", CHIEF, DAY, "reasons")
    for act in (CaseStep.objects.all().delete, lambda: CaseStep.objects.update(step="list")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert [case.number for case in cases.cases_of(WHO)] == [number]
    assert [case.number for case in cases.latest(5)] == [number]
    with pytest.raises(CaseUnknown):
        cases.case_of("2026-C9999999")


def test_a_replay_finds_a_decision_whose_case_does_not_carry_it(
    register: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_listing(register)
    decision = Decision.objects.get()
    decision.decided_by = OTHER.id  # who reviewed, and may not list
    with pytest.raises(DecisionDiffers, match="same person"):
        cases.replay(decision, register.rulebook)

"""Annulment in the records: all of it or nothing, each undoing with its own decision, and every decision replays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.errors import (
    AnnulmentRefused,
    DecisionDiffers,
    DecisionUnknown,
    NothingToAnnul,
    ReasonMissing,
)
from goodstanding.core.fact import Fact, Value
from goodstanding.home import Home
from goodstanding.records import annulments, ledger
from goodstanding.records.annulments import annul, foresee
from goodstanding.records.listings import Verdict, decide_many, tick
from goodstanding.records.models import Decision, OutboxMessage, ProposalRecord
from goodstanding.records.replay import replay
from tests.conftest import NOW

DAY = date(2026, 3, 2)
SOON = DAY + timedelta(days=20)
THEN = NOW + timedelta(hours=1)
WHY = "The court declared the penalty void on 1 April 2026, judgment 12."

pytestmark = pytest.mark.django_db


def fact(kind: str, number: int, from_on: date, **payload: Value) -> Fact:
    return Fact(f"uscc:{number:018}", kind, "test", f"{kind}/{number}/{from_on}", Span(from_on), NOW, payload)


def inspection(on: date) -> Fact:
    return fact("inspection", 1, on, results=("C",), authority="X")


def approve_all(home: Home, day: date) -> None:
    tick(home, day, NOW)
    waiting = list(ProposalRecord.objects.filter(state="open").values_list("pk", flat=True))
    assert decide_many(home, waiting, Verdict.APPROVE, "officer", "", day, NOW).refusals == []


@pytest.fixture
def listed(home: Home, region: str) -> Home:
    """One enterprise on the abnormal list because an inspection found its report false."""
    opened = fact(
        "registration", 1, date(2026, 1, 5), name="A", subject_type="enterprise", status="open", region=region
    )
    ledger.deliver([ledger.Delivered(one) for one in (opened, inspection(DAY))], NOW)
    approve_all(home, DAY + timedelta(days=1))
    return home


def entries(day: date) -> list[Fact]:
    return list(ledger.view_of(f"uscc:{1:018}", day, THEN).in_force("list_entry"))


def the_decision() -> Decision:
    return Decision.objects.get(kind="listing")


def test_a_preview_tells_all_and_changes_nothing(listed: Home) -> None:
    before = ledger.position(), Decision.objects.count()
    foreseen = foresee(listed.rulebook, inspection(DAY).digest, SOON, THEN)
    assert [one.fact.kind for one in foreseen.undoings] == ["inspection", "list_entry"]
    assert foreseen.due_on is not None
    assert foreseen.due_on > SOON
    assert (ledger.position(), Decision.objects.count()) == before


def test_an_annulled_decision_takes_its_entry_along_and_both_decisions_replay(listed: Home) -> None:
    number = the_decision().number
    messages = OutboxMessage.objects.count()
    (made,) = annul(listed.rulebook, number, "chief", WHY, SOON, THEN)
    assert entries(SOON) == []
    assert (made.kind, made.number, made.rule_number, made.reason) == ("annulment", "2026-A0000001", "V-20", WHY)
    assert made.outcome["undone"] == number
    assert OutboxMessage.objects.count() == messages + 1
    for one in (number, made.number):
        assert replay(one, listed.rulebook_of).number == one


def test_a_void_fact_takes_every_entry_that_rests_on_it_each_with_its_own_decision(listed: Home) -> None:
    made = annul(listed.rulebook, inspection(DAY).digest, "chief", WHY, SOON, THEN)
    assert [(one.outcome["kind"], one.outcome["how"]) for one in made] == [
        ("inspection", "withdraw"),
        ("list_entry", "withdraw"),
    ]
    assert len({one.number for one in made}) == 2
    seen = ledger.view_of(f"uscc:{1:018}", SOON, THEN)
    assert [one.kind for one in seen.facts] == ["registration"]
    for one in made:
        replay(one.number, listed.rulebook_of)


def test_an_entry_on_another_ground_stands(listed: Home) -> None:
    again = inspection(DAY + timedelta(days=2))
    ledger.deliver([ledger.Delivered(again)], NOW)
    approve_all(listed, DAY + timedelta(days=3))
    annul(listed.rulebook, inspection(DAY).digest, "chief", WHY, SOON, THEN)
    (left,) = entries(SOON)
    assert left.payload["cause"] == f"fact:{again.digest}"


def test_an_annulled_removal_puts_the_entry_back_from_its_own_day(listed: Home) -> None:
    (entry,) = entries(SOON)
    cured_on = DAY + timedelta(days=9)
    ledger.deliver([ledger.Delivered(fact("correction_made", 1, cured_on, item="capital"))], NOW)
    approve_all(listed, DAY + timedelta(days=10))
    assert entries(SOON) == []
    removal = Decision.objects.filter(outcome__act="lift").get()
    (made,) = annul(listed.rulebook, removal.number, "chief", WHY, SOON, THEN)
    assert made.outcome["how"] == "restore"
    (again,) = entries(SOON)
    assert (again.span, again.payload) == (entry.span, entry.payload)
    replay(made.number, listed.rulebook_of)
    replay(removal.number, listed.rulebook_of)


def test_nothing_is_annulled_twice(listed: Home) -> None:
    number = the_decision().number
    annul(listed.rulebook, number, "chief", WHY, SOON, THEN)
    with pytest.raises(NothingToAnnul):
        annul(listed.rulebook, number, "chief", WHY, SOON, THEN + timedelta(hours=1))
    assert Decision.objects.filter(kind="annulment").count() == 1


def test_what_was_annulled_is_not_proposed_again(listed: Home) -> None:
    annul(listed.rulebook, the_decision().number, "chief", WHY, SOON, THEN)
    assert tick(listed, SOON + timedelta(days=1), THEN).made == 0


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nothing_falls_without_a_reason(listed: Home, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        annul(listed.rulebook, the_decision().number, "chief", reason, SOON, THEN)
    assert len(entries(SOON)) == 1


@pytest.mark.parametrize("officer", ["officer", "", " "])
def test_whoever_decided_does_not_annul(listed: Home, officer: str) -> None:
    with pytest.raises(AnnulmentRefused):
        annul(listed.rulebook, the_decision().number, officer, WHY, SOON, THEN)
    assert len(entries(SOON)) == 1


@pytest.mark.parametrize("target", ["2026-99999999", "f" * 64, "x", "A1"])
def test_what_is_neither_decision_nor_fact_is_refused(listed: Home, target: str) -> None:
    with pytest.raises(DecisionUnknown):
        foresee(listed.rulebook, target, SOON, THEN)


def test_a_law_without_annulment_annuls_nothing(listed: Home) -> None:
    with pytest.raises(NothingToAnnul, match="no rule"):
        foresee(listed.rulebook, the_decision().number, date(2021, 8, 31), THEN)


def test_a_failure_in_the_middle_leaves_nothing(listed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, calls = ledger.append, []

    def fail(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("the power fails")
        return whole(*given)

    monkeypatch.setattr(annulments.ledger, "append", fail)
    before = ledger.position()
    with pytest.raises(RuntimeError):
        annul(listed.rulebook, inspection(DAY).digest, "chief", WHY, SOON, THEN)
    assert ledger.position() == before
    assert not Decision.objects.filter(kind="annulment").exists()


def test_an_annulment_that_does_not_follow_is_told(listed: Home) -> None:
    (made,) = annul(listed.rulebook, the_decision().number, "chief", WHY, SOON, THEN)
    false = Decision(**{**_columns(made), "number": "2026-A0000009", "outcome": made.outcome | {"how": "restore"}})
    false.save(force_insert=True)
    with pytest.raises(DecisionDiffers, match="no such undoing"):
        replay(false.number, listed.rulebook_of)
    unheld = Decision(**{**_columns(made), "number": "2026-A0000010"})
    unheld.save(force_insert=True)
    with pytest.raises(DecisionDiffers, match="does not hold"):
        replay(unheld.number, listed.rulebook_of)


def _columns(decision: Decision) -> dict[str, Any]:
    return {field.name: getattr(decision, field.name) for field in Decision._meta.fields if field.name != "id"}


def test_the_facts_are_read_when_nobody_else_can_decide_any_more(listed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    lock, read = annulments.lock_numbers, ledger.facts_of

    def locked() -> None:
        order.append("lock")
        lock()

    def facts_of(entity_id: str) -> list[Fact]:
        order.append("read")
        return read(entity_id)

    monkeypatch.setattr(annulments, "lock_numbers", locked)
    monkeypatch.setattr(ledger, "facts_of", facts_of)
    annul(listed.rulebook, inspection(DAY).digest, "chief", WHY, SOON, THEN)
    assert order[:2] == ["lock", "read"]

"""Whom a decision concerns is derived, and what they confirm is recorded once and for good."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from goodstanding.core.dates import Span
from goodstanding.core.errors import ConfirmationRefused, DeciderMissing, DecisionUnknown
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.annulments import annul
from goodstanding.records.confirmations import Given, concerned, confirm, everybody, of_records
from goodstanding.records.decisions import decision_of
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.models import Confirmation, Decision, ProposalRecord
from goodstanding.supervise.measures import Question, may
from tests.conftest import NOW
from tests.records.conftest import registration
from tests.records.test_records_repairs import ASKED, PENALTY, WHO, granted, register, revoked

__all__ = ["register"]

pytestmark = pytest.mark.django_db

ENTITY = f"uscc:{1:018}"
DAY = date(2026, 7, 10)
COUNTER = "采购中心"
APPLIES = "applies:有关政府部门"
"""Who carries out what an abnormal entry brings, by the reference rulebook."""


@pytest.fixture
def number(db: None, home: Home, region: str) -> str:
    """The decision that listed one enterprise for a report it did not file."""
    ledger.deliver([ledger.Delivered(registration(1, region=region))], NOW)
    tick(home, DAY, NOW)
    return decide(home, ProposalRecord.objects.get().pk, Verdict.APPROVE, "li", "", DAY, NOW).number


def names(home: Home, number: str) -> dict[str, bool]:
    """Return whether each whom a decision concerns has confirmed, by name."""
    told = concerned(decision_of(number), home.rulebook)
    return {one.recipient.name: one.confirmation is not None for one in told}


def test_an_entry_concerns_who_carries_out_what_it_brings(home: Home, number: str) -> None:
    found = names(home, number)
    assert found == {APPLIES: False}


def test_whoever_was_answered_that_it_binds_is_told_of_its_end_and_nobody_else(home: Home, number: str) -> None:
    may(home, Question(ENTITY, "procurement", COUNTER, "wang"), DAY, NOW)
    may(home, Question(ENTITY, "procurement", "先前的柜台", "wang"), DAY - timedelta(days=30), NOW)
    report = Fact(ENTITY, "annual_report", "register", "r", Span(date(2026, 7, 1)), NOW, {"year": 2025})
    ledger.deliver([ledger.Delivered(report)], NOW)
    tick(home, DAY, NOW)
    lifted = decide(home, ProposalRecord.objects.get(act="lift").pk, Verdict.APPROVE, "li", "", DAY, NOW)
    for one in (number, lifted.number):
        assert f"asked:{COUNTER}" in names(home, one)
        assert "asked:先前的柜台" not in names(home, one)


def test_an_annulment_is_told_to_the_same(home: Home, number: str) -> None:
    may(home, Question(ENTITY, "procurement", COUNTER, "wang"), DAY, NOW)
    told = set(names(home, number))
    (made,) = annul(home.rulebook, number, "chen", "The court declared it void.", DAY, NOW)
    assert set(names(home, made.number)) == told


def test_a_repair_and_its_revocation_are_told_to_who_shows_the_record(register: Home) -> None:
    granted(register)
    revoked(register, ASKED + timedelta(days=9))
    of = of_records([PENALTY], ledger.facts_of(WHO), register.rulebook)
    assert {"shows:necips", "shows:credit_china"} <= {one.name for one in of}
    for decision in Decision.objects.all():
        assert set(names(register, decision.number)) == {one.name for one in of}


def test_a_decision_that_made_nothing_concerns_nobody(db: None, home: Home, region: str) -> None:
    ledger.deliver([ledger.Delivered(registration(1, region=region))], NOW)
    tick(home, DAY, NOW)
    declined = decide(home, ProposalRecord.objects.get().pk, Verdict.REJECT, "li", "Filed on paper.", DAY, NOW)
    assert names(home, declined.number) == {}


def test_a_confirmation_of_one_decision_covers_that_one_alone(home: Home, number: str) -> None:
    confirm(home.rulebook, Given(APPLIES, " 回执 7 ", DAY, number), "li", DAY, NOW)
    found = names(home, number)
    assert [name for name, is_confirmed in found.items() if is_confirmed] == [APPLIES]
    assert Confirmation.objects.get().reference == "回执 7"


def test_a_confirmation_through_a_day_covers_what_was_decided_by_then(home: Home, number: str) -> None:
    book = home.rulebook
    eve, later = DAY - timedelta(days=1), DAY + timedelta(days=1)
    confirm(book, Given(APPLIES, "1", later, through_on=eve), "li", later, NOW)
    assert not names(home, number)[APPLIES]
    confirm(book, Given(APPLIES, "2", later, through_on=DAY), "li", later, NOW)
    assert names(home, number)[APPLIES]
    assert {"shows:necips", "shows:credit_china"} <= {one.name for one in everybody(book)}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (Given("shows:nobody", "1", DAY, "{}"), "does not concern"),
        (Given(APPLIES, "  ", DAY, "{}"), "No reference"),
        (Given(APPLIES, "1", DAY + timedelta(days=1), "{}"), "is said to have come in"),
        (Given(APPLIES, "1", DAY - timedelta(days=1), "{}"), "is said to have come in"),
        (Given(APPLIES, "1", DAY), "neither"),
        (Given(APPLIES, "1", DAY, "{}", DAY), "both"),
        (Given("shows:nobody", "1", DAY, through_on=DAY), "Nobody of that name"),
        (Given(APPLIES, "1", DAY - timedelta(days=1), through_on=DAY), "days after"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_recorded(home: Home, number: str, given: Given, found: str) -> None:
    given = Given(given.recipient, given.reference, given.received_on, given.decision.format(number), given.through_on)
    with pytest.raises(ConfirmationRefused, match=found):
        confirm(home.rulebook, given, "li", DAY, NOW)
    assert not Confirmation.objects.exists()


def test_nobody_confirms_twice_or_for_a_decision_that_is_not_there(home: Home, number: str) -> None:
    given = Given(APPLIES, "1", DAY, number)
    with pytest.raises(DeciderMissing):
        confirm(home.rulebook, given, " ", DAY, NOW)
    confirm(home.rulebook, given, "li", DAY, NOW)
    with pytest.raises(ConfirmationRefused, match="already, by 1"):
        confirm(home.rulebook, given, "li", DAY, NOW)
    with pytest.raises(DecisionUnknown):
        confirm(home.rulebook, Given(APPLIES, "1", DAY, "2026-99"), "li", DAY, NOW)


def test_a_confirmation_is_never_changed_or_deleted(home: Home, number: str) -> None:
    made = confirm(home.rulebook, Given(APPLIES, "1", DAY, number), "li", DAY, NOW)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Confirmation.objects.filter(pk=made.pk).update(reference="2")
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Confirmation.objects.all().delete()

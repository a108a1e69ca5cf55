"""Annulment in the office: what would fall is seen first, and whoever decided cannot annul."""

from __future__ import annotations

import pytest
from django.test import Client

from goodstanding.home import Home
from goodstanding.office import annulment
from goodstanding.office.accounts import Role
from goodstanding.records.decisions import decision_of
from goodstanding.records.listings import Verdict, decide
from goodstanding.records.models import Decision, ProposalRecord
from tests.conftest import NOW
from tests.office.conftest import SignedIn


@pytest.fixture
def number(office: Home, proposal: ProposalRecord) -> str:
    return decide(office, proposal.pk, Verdict.APPROVE, "the-officer", "", proposal.as_of, NOW).number


def test_a_chief_sees_what_falls_then_annuls_it(number: str, signed_in: SignedIn) -> None:
    chief = signed_in(Role.CHIEF)
    assert f"/office/decision/{number}/annulment" in chief.get(f"/office/decision/{number}").content.decode()
    seen = chief.get(f"/office/decision/{number}/annulment").content.decode()
    assert "V-20" in seen
    assert "textarea" in seen
    assert not Decision.objects.filter(kind="annulment").exists()
    answer = chief.post(f"/office/decision/{number}/annul", {"reason": "The court declared it void."}, follow=True)
    made = Decision.objects.get(kind="annulment")
    assert answer.redirect_chain[-1][0] == f"/office/decision/{made.number}"
    assert number in answer.content.decode()
    listed = chief.get("/office/decisions?lang=en").content.decode()
    assert "Annulment · " in listed
    assert "Plan of a campaign" not in listed
    assert "重新推演结果一致" in answer.content.decode()


def test_nobody_below_a_chief_annuls(number: str, signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    assert officer.get(f"/office/decision/{number}/annulment").status_code == 403
    assert officer.post(f"/office/decision/{number}/annul", {"reason": "x"}).status_code == 403
    assert "annulment" not in officer.get(f"/office/decision/{number}").content.decode()


def test_a_stranger_is_sent_to_sign_in(number: str) -> None:
    assert Client().get(f"/office/decision/{number}/annulment").status_code == 302


def test_an_annulment_without_a_reason_is_refused_and_nothing_falls(number: str, signed_in: SignedIn) -> None:
    answer = signed_in(Role.CHIEF).post(f"/office/decision/{number}/annul", {"reason": "  "})
    assert answer.status_code == 409
    assert not Decision.objects.filter(kind="annulment").exists()


def test_whoever_decided_finds_no_form_and_cannot_post_one(
    number: str, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = signed_in(Role.CHIEF)
    own = decision_of(number)
    own.decided_by = "the-chief"
    monkeypatch.setattr(annulment, "decision_of", lambda _: own)
    assert "textarea" not in chief.get(f"/office/decision/{number}/annulment").content.decode()


def test_what_decided_nothing_cannot_be_annulled(number: str, signed_in: SignedIn) -> None:
    assert signed_in(Role.CHIEF).get("/office/decision/2026-99999999/annulment").status_code == 404


def test_what_was_not_shown_before_is_not_annulled_by_its_digest(number: str, signed_in: SignedIn) -> None:
    entry = decision_of(number).facts[0]
    answer = signed_in(Role.CHIEF).post(f"/office/decision/{entry}/annul", {"reason": "Void."})
    assert answer.status_code == 404
    assert not Decision.objects.filter(kind="annulment").exists()

"""Confirmations in the office: who must learn of a decision, who has confirmed, and who may record it."""

from __future__ import annotations

import pytest

from goodstanding.home import Home
from goodstanding.office.accounts import Role
from goodstanding.records.listings import Verdict, decide
from goodstanding.records.models import Confirmation, ProposalRecord
from tests.conftest import NOW
from tests.office.conftest import SignedIn


@pytest.fixture
def number(office: Home, proposal: ProposalRecord) -> str:
    return decide(office, proposal.pk, Verdict.APPROVE, "the-officer", "", proposal.as_of, NOW).number


def test_an_officer_sees_who_has_not_confirmed_and_records_who_has(number: str, signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    seen = officer.get(f"/office/decision/{number}?lang=en").content.decode()
    assert "the departments concerned" in seen
    assert "Not confirmed" in seen
    sent = {"recipient": "applies:有关政府部门", "reference": "<b>7</b>", "received_on": "2026-07-12"}
    answer = officer.post(f"/office/decision/{number}/confirm", sent, follow=True)
    assert answer.redirect_chain[-1][0] == f"/office/decision/{number}"
    assert "&lt;b&gt;7&lt;/b&gt;" in answer.content.decode()
    assert officer.post(f"/office/decision/{number}/confirm", sent).status_code == 409
    assert Confirmation.objects.count() == 1


def test_everything_through_a_day_is_confirmed_at_once(number: str, signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    sent = {
        "recipient": "shows:credit_china",
        "reference": "8",
        "received_on": "2026-07-12",
        "through_on": "2026-07-11",
    }
    assert officer.post("/office/confirmations", sent, follow=True).status_code == 200
    assert "8" in officer.get("/office/confirmations").content.decode()
    assert officer.post("/office/confirmations", sent | {"through_on": "soon"}).status_code == 409
    assert Confirmation.objects.get().through_on is not None


def test_a_viewer_looks_and_records_nothing(number: str, signed_in: SignedIn) -> None:
    viewer = signed_in(Role.VIEWER)
    assert '<form action="/office/confirmations"' not in viewer.get("/office/confirmations").content.decode()
    assert f"/office/decision/{number}/confirm" not in viewer.get(f"/office/decision/{number}").content.decode()
    sent = {"recipient": "shows:necips", "reference": "7", "received_on": "2026-07-12", "through_on": "2026-07-11"}
    for address in ("/office/confirmations", f"/office/decision/{number}/confirm"):
        assert viewer.post(address, sent).status_code == 403
    assert not Confirmation.objects.exists()


def test_an_annulment_says_first_who_must_learn_of_it(number: str, signed_in: SignedIn) -> None:
    seen = signed_in(Role.CHIEF).get(f"/office/decision/{number}/annulment?lang=en").content.decode()
    assert "Who must learn of it" in seen
    assert "the departments concerned" in seen

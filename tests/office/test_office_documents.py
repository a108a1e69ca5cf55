"""A decision as PDF, for the office and for the business it was served on, and for nobody else."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client

from goodstanding.home import Home
from goodstanding.office.accounts import Role
from goodstanding.records import cases
from goodstanding.records.invitations import invite
from goodstanding.records.listings import Verdict, decide
from goodstanding.records.models import ProposalRecord
from tests.conftest import NOW
from tests.documents.conftest import OFFICER, PENALTY, deliver_business, take
from tests.documents.conftest import WHO as PENALISED
from tests.documents.reading import words_of
from tests.office.conftest import ENTITY, PASSWORD, PERSON, SignedIn


def business(home: Home, entity_id: str, name: str) -> Client:
    """Return a client of a business that came in by its invitation."""
    cache.clear()
    client = Client()
    code = invite(home.rulebook, entity_id, "officer", NOW)
    assert client.post("/office/invited", {"code": code, "name": name, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def register(office: Home) -> Home:
    """The office with a second business, which got a serious penalty."""
    deliver_business(office)
    return office


@pytest.fixture
def decision(office: Home, proposal: ProposalRecord) -> str:
    return decide(office, proposal.pk, Verdict.APPROVE, "chen", f"{PERSON}未到场。", date(2026, 7, 10), NOW).number


def test_the_page_of_a_decision_leads_to_its_document(decision: str, signed_in: SignedIn) -> None:
    client = signed_in(Role.VIEWER)
    assert f'href="/office/decision/{decision}.pdf"' in client.get(f"/office/decision/{decision}").content.decode()
    answer = client.get(f"/office/decision/{decision}.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"] == "no-store"
    assert f"{PERSON}未到场" in words_of(answer.content)


def test_the_document_follows_the_readers_language(decision: str, signed_in: SignedIn) -> None:
    answer = signed_in(Role.VIEWER).get(f"/office/decision/{decision}.pdf?lang=en")
    assert "Wedecide" in words_of(answer.content)
    assert answer["Content-Disposition"] == f'attachment; filename="{decision}-en.pdf"'


def test_a_business_fetches_its_own_decision(office: Home, decision: str) -> None:
    own = business(office, ENTITY, "shop")
    assert f'href="/office/decision/{decision}.pdf"' in own.get("/office/mine").content.decode()
    assert own.get(f"/office/decision/{decision}.pdf").status_code == 200
    # The page of the decision is the office's own.
    assert own.get(f"/office/decision/{decision}").status_code == 403


def test_another_business_and_a_stranger_do_not(office: Home, decision: str, register: Home) -> None:
    other = business(register, PENALISED, "other")
    assert other.get(f"/office/decision/{decision}.pdf").status_code == 403
    assert Client().get(f"/office/decision/{decision}.pdf").status_code == 302


def test_a_decision_without_a_document_or_without_existence_is_refused(
    office: Home, proposal: ProposalRecord, signed_in: SignedIn
) -> None:
    made = decide(office, proposal.pk, Verdict.REJECT, "chen", "已报送。", date(2026, 7, 10), NOW)
    client = signed_in(Role.CHIEF)
    assert client.get(f"/office/decision/{made.number}.pdf").status_code in (400, 404)
    assert f"{made.number}.pdf" not in client.get(f"/office/decision/{made.number}").content.decode()
    assert client.get("/office/decision/2020-00000009.pdf").status_code in (400, 404)


def test_a_case_leads_to_its_notices_once_the_business_is_told(register: Home, signed_in: SignedIn) -> None:
    book, day = register.rulebook, date(2025, 3, 3)
    number = cases.open_case(book, "serious_listing", PENALISED, [PENALTY.digest], OFFICER, day, NOW).number
    own = business(register, PENALISED, "listed")
    assert own.get(f"/office/case/{number}/1.pdf").status_code == 403
    take(register, number, "notify", OFFICER, day, grounds="甲", gravity="乙", proof_of_service="丙")
    assert f'href="/office/case/{number}/1.pdf"' in own.get(f"/office/case/{number}").content.decode()
    for client in (own, signed_in(Role.VIEWER)):
        assert "事先告知" in words_of(client.get(f"/office/case/{number}/1.pdf").content)
    assert own.get(f"/office/case/{number}/7.pdf").status_code in (400, 404)
    assert business(register, ENTITY, "stranger").get(f"/office/case/{number}/1.pdf").status_code == 403


def test_a_certificate_is_given_to_the_office_and_to_the_business_itself(
    office: Home, decision: str, register: Home, signed_in: SignedIn
) -> None:
    address = f"/office/business/{ENTITY}/certificate.pdf"
    viewer, own = signed_in(Role.VIEWER), business(office, ENTITY, "shop")
    assert f'href="{address}"' in viewer.get(f"/office/business/{ENTITY}").content.decode()
    assert f'href="{address}"' in own.get("/office/mine").content.decode()
    for client in (viewer, own):
        assert decision in words_of(client.get(address).content)
    assert business(register, PENALISED, "other").get(address).status_code == 403
    assert Client().get(address).status_code == 302

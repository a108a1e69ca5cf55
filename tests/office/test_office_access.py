"""Signing in, roles, and what strangers are told."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from goodstanding.core.errors import AccountRefused, RoleMissing
from goodstanding.home import Home
from goodstanding.office.accounts import Role, add_account, check_decider
from goodstanding.records.models import Decision, ProposalRecord
from tests.office.conftest import ENTITY, PASSWORD, PERSON, SignedIn

PAGES = ["/office/", "/office/decisions", "/office/campaigns", "/office/quarantine", f"/office/business/{ENTITY}"]


def test_every_page_asks_strangers_to_sign_in(office: Home, proposal: ProposalRecord) -> None:
    for address in [*PAGES, f"/office/proposal/{proposal.pk}"]:
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/office/sign-in?next=/office/")


def test_name_and_password_open_the_office(office: Home) -> None:
    add_account("anna", "viewer", PASSWORD)
    client = Client()
    answer = client.post("/office/sign-in", {"name": "anna", "password": PASSWORD, "next": "/office/decisions"})
    assert (answer.status_code, answer["Location"]) == (302, "/office/decisions")
    assert client.get("/office/").status_code == 200
    client.post("/office/sign-out")
    assert client.get("/office/").status_code == 302


@pytest.mark.parametrize(
    "onward", ["https://elsewhere.example/", "//elsewhere.example/office/", "/entity/x", "javascript:0"]
)
def test_signing_in_leads_nowhere_else(office: Home, onward: str) -> None:
    add_account("anna", "viewer", PASSWORD)
    answer = Client().post("/office/sign-in", {"name": "anna", "password": PASSWORD, "next": onward})
    assert answer["Location"] == "/office/"


def test_guessing_is_slowed_after_five_failures(office: Home) -> None:
    add_account("anna", "viewer", PASSWORD)
    client = Client()
    for _ in range(5):
        assert client.post("/office/sign-in", {"name": "anna", "password": "guess"}).status_code == 403
    assert client.post("/office/sign-in", {"name": "Anna", "password": PASSWORD}).status_code == 429
    assert client.post("/office/sign-in", {"name": "bert", "password": "guess"}).status_code == 403


@pytest.mark.parametrize("name", ["", "no body", "ß" * 150, "a\0b", "名" * 200, "a\nb"])
def test_any_name_may_be_tried(office: Home, name: str) -> None:
    client = Client()
    assert client.post("/office/sign-in", {"name": name, "password": "guess"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "wanted", "lawful"),
    [
        ("the-officer", Role.OFFICER, True),
        ("the-officer", Role.CHIEF, False),
        ("the-viewer", Role.OFFICER, False),
        ("nobody", Role.OFFICER, False),
        ("calendar", Role.OFFICER, False),
    ],
)
def test_decisions_are_made_in_the_name_of_one_who_may(office: Home, name: str, wanted: Role, lawful: bool) -> None:
    for role in (Role.VIEWER, Role.OFFICER):
        add_account(f"the-{role}", role, PASSWORD)
    if lawful:
        check_decider(name, wanted)
        return
    with pytest.raises(RoleMissing, match=wanted):
        check_decider(name, wanted)


@pytest.mark.parametrize(
    ("role", "allowed"), [(Role.VIEWER, False), (Role.INSPECTOR, False), (Role.OFFICER, True), (Role.CHIEF, True)]
)
def test_only_officers_decide(signed_in: SignedIn, proposal: ProposalRecord, role: Role, allowed: bool) -> None:
    answer = signed_in(role).post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve"})
    assert answer.status_code == (302 if allowed else 403)
    assert Decision.objects.exists() is allowed
    if not allowed:
        assert "officer" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "allowed"), [(Role.VIEWER, False), (Role.INSPECTOR, False), (Role.OFFICER, False), (Role.CHIEF, True)]
)
def test_only_a_chief_decides_in_bulk(signed_in: SignedIn, proposal: ProposalRecord, role: Role, allowed: bool) -> None:
    answer = signed_in(role).post("/office/approve", {"proposal": [proposal.pk]})
    assert answer.status_code == (200 if allowed else 403)
    assert Decision.objects.exists() is allowed


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads(signed_in: SignedIn, proposal: ProposalRecord, role: Role) -> None:
    client = signed_in(role)
    for address in [*PAGES, f"/office/proposal/{proposal.pk}"]:
        assert client.get(address).status_code == 200, address


def test_an_account_without_a_role_reads_nothing(office: Home) -> None:
    user = add_account("anna", "viewer", PASSWORD)
    user.groups.clear()
    client = Client()
    client.force_login(user)
    assert client.get("/office/").status_code == 403


@pytest.mark.parametrize(("role", "sees"), [(Role.VIEWER, False), (Role.INSPECTOR, False), (Role.OFFICER, True)])
def test_personal_fields_are_masked_for_those_who_only_look(signed_in: SignedIn, role: Role, sees: bool) -> None:
    content = signed_in(role).get(f"/office/business/{ENTITY}").content.decode()
    assert (PERSON in content) is sees
    assert sees or PERSON[0] + "**" in content


def test_a_form_without_its_token_is_refused(office: Home, proposal: ProposalRecord) -> None:
    user = add_account("anna", "chief", PASSWORD)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    for address in (f"/office/proposal/{proposal.pk}/decide", "/office/approve", "/office/sign-out"):
        answer = client.post(address, {"verdict": "approve"})
        assert answer.status_code == 403
        assert "account.form_untrusted" in answer.content.decode()
    assert not Decision.objects.exists()
    token = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(f"/office/proposal/{proposal.pk}").content.decode()
    )
    assert token is not None
    answer = client.post(
        f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve", "csrfmiddlewaretoken": token[1]}
    )
    assert answer.status_code == 302


def test_a_decision_is_no_address_to_visit(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    client = signed_in(Role.CHIEF)
    for address in (f"/office/proposal/{proposal.pk}/decide", "/office/approve", "/office/sign-out"):
        assert client.get(address).status_code == 405


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("taken", "viewer", PASSWORD),
        ("new", "emperor", PASSWORD),
        ("new", "viewer", "short"),
        ("new", "viewer", "password1234"),
        ("", "viewer", PASSWORD),
        ("two words", "viewer", PASSWORD),
        ("Calendar", "viewer", PASSWORD),
    ],
)
def test_an_account_that_cannot_be_is_refused(office: Home, name: str, role: str, password: str) -> None:
    add_account("taken", "viewer", PASSWORD)
    with pytest.raises(AccountRefused):
        add_account(name, role, password)

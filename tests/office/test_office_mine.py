"""A business signs in by invitation, sees its own file with every way out, and nothing of the office."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from goodstanding.core.dates import Span
from goodstanding.core.errors import EntityUnknown, InvitationRefused
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.office.accounts import Role, business_of, checked
from goodstanding.records import ledger
from goodstanding.records.invitations import VALID_FOR, accept, invite
from goodstanding.records.listings import Verdict, decide
from goodstanding.records.models import BusinessAccount, Invitation, ProposalRecord
from tests.conftest import NOW
from tests.office.conftest import ENTITY, PASSWORD, PERSON, SignedIn

OFFICE = ("/office/", "/office/decisions", "/office/classes", "/office/quarantine", f"/office/business/{ENTITY}")


@pytest.fixture
def own(office: Home) -> Client:
    """A business signed in by its invitation."""
    client = Client()
    code = invite(office.rulebook, ENTITY, "officer", NOW)
    answer = client.post("/office/invited", {"code": code, "name": "shop", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/office/mine")
    return client


def test_an_officer_invites_and_the_business_comes_in(office: Home, signed_in: SignedIn) -> None:
    seen = signed_in(Role.OFFICER).post(f"/office/business/{ENTITY}/invite").content.decode()
    invitation = Invitation.objects.get()
    assert invitation.invited_by == "the-officer"
    assert invitation.code_digest not in seen
    assert "邀请码" in seen


def test_an_inspector_invites_nobody(signed_in: SignedIn) -> None:
    assert signed_in(Role.INSPECTOR).post(f"/office/business/{ENTITY}/invite").status_code == 403
    assert not Invitation.objects.exists()


def test_a_code_is_kept_as_a_hash_and_works_once_in_any_writing(office: Home) -> None:
    code = invite(office.rulebook, ENTITY, "officer", NOW)
    assert len(code) == 19
    assert code not in str(Invitation.objects.values_list())
    account = accept(code.lower().replace("-", " "), checked("shop", PASSWORD), NOW)
    assert account.entity_id == ENTITY
    with pytest.raises(InvitationRefused):
        accept(code, checked("another", PASSWORD), NOW)
    assert BusinessAccount.objects.count() == 1


def test_a_code_out_of_date_or_invented_is_refused_alike(office: Home) -> None:
    code = invite(office.rulebook, ENTITY, "officer", NOW)
    told = set()
    for given, when in ((code, NOW + VALID_FOR + timedelta(seconds=1)), ("0000-0000-0000-0000", NOW), ("", NOW)):
        with pytest.raises(InvitationRefused) as refused:
            accept(given, checked("shop", PASSWORD), when)
        told.add(refused.value.found)
    assert len(told) == 1
    assert accept(code, checked("shop", PASSWORD), NOW + VALID_FOR).entity_id == ENTITY


def test_nobody_unregistered_is_invited(office: Home) -> None:
    with pytest.raises(EntityUnknown):
        invite(office.rulebook, "uscc:nobody", "officer", NOW)


def test_guessing_codes_is_slowed(office: Home) -> None:
    cache.clear()
    client = Client()
    answers = [
        client.post("/office/invited", {"code": f"X{n}", "name": "shop", "password": PASSWORD}).status_code
        for n in range(6)
    ]
    assert answers == [403] * 5 + [429]


def test_a_weak_password_makes_no_account_and_leaves_the_code(office: Home) -> None:
    code = invite(office.rulebook, ENTITY, "officer", NOW)
    answer = Client().post("/office/invited", {"code": code, "name": "shop", "password": "short"})
    assert answer.status_code == 409
    assert Invitation.objects.get().used_at is None


def test_a_business_sees_its_file_and_nothing_of_the_office(own: Client) -> None:
    page = own.get("/office/mine").content.decode()
    assert "示范贸易有限公司" in page
    assert "没有不利记录" in page
    assert PERSON not in page
    for address in OFFICE:
        assert own.get(address).status_code == 403, address


def test_an_entry_is_told_with_basis_and_way_out_in_both_languages(
    own: Client, office: Home, proposal: ProposalRecord
) -> None:
    decide(office, proposal.pk, Verdict.APPROVE, "the-officer", "", proposal.as_of, NOW)
    page = own.get("/office/mine").content.decode()
    assert "A-01" in page
    assert "补办应尽的义务" in page
    assert "Fulfil the duty that is owed" in own.get("/office/mine?lang=en").content.decode()


def test_a_business_objects_from_its_own_file_and_finds_its_case_there(
    own: Client, office: Home, proposal: ProposalRecord
) -> None:
    decide(office, proposal.pk, Verdict.APPROVE, "the-officer", "", proposal.as_of, NOW)
    assert f"/office/business/{ENTITY}/cases" in own.get("/office/mine").content.decode()
    (entry,) = ledger.view_of(ENTITY, proposal.as_of, NOW).of("list_entry")
    offered = own.get(f"/office/business/{ENTITY}/cases").content.decode()
    assert entry.digest in offered
    answer = own.post(
        f"/office/business/{ENTITY}/case", {"procedure": "abnormal_objection", "about": entry.digest}, follow=True
    )
    (address, _) = answer.redirect_chain[-1]
    assert answer.status_code == 200
    assert address in own.get("/office/mine").content.decode()
    assert "the-officer" not in answer.content.decode()


def test_a_penalty_tells_the_day_from_which_repair_may_be_asked_for(own: Client, office: Home) -> None:
    payload = {
        "document_number": "1",
        "violation": "标签",
        "penalty_types": ("fine",),
        "severity": "serious",
        "published_on": "2026-11-02",
        "authority": "X",
    }
    fine = Fact(ENTITY, "penalty", "test", "p", Span(date(2026, 11, 2)), NOW, payload)
    ledger.deliver([ledger.Delivered(fine)], NOW)
    page = own.get("/office/mine?lang=en").content.decode()
    assert "Ask for repair" in page
    assert "from" in page


def test_a_business_goes_home_after_signing_in_and_an_officer_to_the_queue(own: Client, signed_in: SignedIn) -> None:
    cache.clear()
    again = Client().post("/office/sign-in", {"name": "shop", "password": PASSWORD})
    assert again["Location"] == "/office/mine"
    signed_in(Role.OFFICER)
    officer = Client().post("/office/sign-in", {"name": "the-officer", "password": PASSWORD})
    assert officer["Location"] == "/office/"


def test_an_officer_has_no_business_of_its_own(signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    assert officer.get("/office/mine").status_code == 403
    assert "/office/mine" not in officer.get("/office/").content.decode()


def test_a_closed_account_is_no_business(own: Client) -> None:
    account = BusinessAccount.objects.select_related("user").get()
    assert business_of(account.user) == ENTITY
    account.user.is_active = False
    account.user.save()
    assert business_of(account.user) == ""
    assert own.get("/office/mine").status_code == 302

"""Bans in the office: an officer copies a decision, the statute holds it, a chief withdraws what fell."""

from __future__ import annotations

from datetime import date

import pytest

from goodstanding.home import Home
from goodstanding.office import business, decisions
from goodstanding.office.accounts import Role
from goodstanding.records.bans import of_person, person_key
from goodstanding.records.models import Decision
from tests.office.conftest import ENTITY, SignedIn

ADDRESS = f"/office/business/{ENTITY}/ban"
NUMBER = "330881197001010017"
GIVEN = {
    "ban": "food_licence_revoked",
    "from_on": "2026-11-02",
    "term": "5 year",
    "document": "衢市监罚〔2026〕9号",
    "authority": "衢州市市场监督管理局",
    "name": "欧阳明远",
    "number": NUMBER,
}


@pytest.mark.parametrize(("language", "says"), [("zh", "食品生产经营许可证被吊销"), ("en", "Food licence revoked")])
def test_the_form_offers_the_bans_of_statutes_in_force_with_their_terms(
    signed_in: SignedIn, language: str, says: str
) -> None:
    content = signed_in(Role.OFFICER).get(f"{ADDRESS}?lang={language}").content.decode()
    assert says in content
    assert "10 year to life" in content


def test_an_officer_records_a_ban_and_a_chief_withdraws_it(signed_in: SignedIn, office: Home) -> None:
    officer, chief = signed_in(Role.OFFICER), signed_in(Role.CHIEF)
    answer = officer.post(ADDRESS, GIVEN)
    assert (answer.status_code, answer["Location"]) == (302, f"/office/business/{ENTITY}")
    made = Decision.objects.get(kind="ban")
    page = chief.get(f"/office/decision/{made.number}?lang=en").content.decode()
    assert "Ban recorded" in page
    assert "withdraw the ban" in page
    assert "withdraw the ban" not in officer.get(f"/office/decision/{made.number}?lang=en").content.decode()
    assert officer.post(f"/office/ban/{made.number}/withdraw", {"reason": "Void."}).status_code == 403
    assert chief.post(f"/office/ban/{made.number}/withdraw", {"reason": " "}).status_code in (403, 409)
    assert chief.post(f"/office/ban/{made.number}/withdraw", {"reason": "Judgment 12."}).status_code == 302
    assert [fact.span.is_empty for fact in of_person(person_key(office, NUMBER))] == [False, True]
    assert "Ban withdrawn" in chief.get("/office/decisions?lang=en").content.decode()


def test_the_file_names_the_decision_on_a_ban_no_longer_than_the_ban_runs(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = signed_in(Role.OFFICER)
    officer.post(ADDRESS, GIVEN)
    number = Decision.objects.get(kind="ban").number
    file = f"/office/business/{ENTITY}"
    for last, is_told in ((date(2031, 11, 1), True), (date(2031, 11, 2), False)):
        monkeypatch.setattr(business, "today", lambda day=last: day)
        assert (number in officer.get(file).content.decode()) is is_told


def test_a_ban_that_is_over_is_told_to_nobody_but_who_answers_for_it(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = signed_in(Role.OFFICER)
    officer.post(ADDRESS, GIVEN)
    number = Decision.objects.get(kind="ban").number
    for last, is_told in ((date(2031, 11, 1), True), (date(2031, 11, 2), False)):
        monkeypatch.setattr(decisions, "today", lambda day=last: day)
        listed = officer.get("/office/decisions?lang=en").content.decode()
        assert ("Ban recorded" in listed) is is_told
        assert (ENTITY in listed) is is_told
        assert number in listed  # that a decision was taken under this number is no secret
        assert (officer.get(f"/office/decision/{number}").status_code == 200) is is_told
    assert signed_in(Role.CHIEF).get(f"/office/decision/{number}").status_code == 200


def test_neither_the_list_nor_the_file_tells_of_a_ban_that_was_withdrawn(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, chief = signed_in(Role.OFFICER), signed_in(Role.CHIEF)
    officer.post(ADDRESS, GIVEN)
    imposed = Decision.objects.get(kind="ban")
    assert imposed.number in officer.get(f"/office/business/{ENTITY}").content.decode()
    chief.post(f"/office/ban/{imposed.number}/withdraw", {"reason": "Judgment 12."})
    for room in (business, decisions):
        monkeypatch.setattr(room, "today", lambda: date(2026, 11, 20))
    file = officer.get(f"/office/business/{ENTITY}").content.decode()
    for number in Decision.objects.filter(kind="ban").values_list("number", flat=True):
        assert number not in file
        assert officer.get(f"/office/decision/{number}").status_code == 403
        assert chief.get(f"/office/decision/{number}").status_code == 200
    assert ENTITY not in officer.get("/office/decisions").content.decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"term": "6 year"},
        {"term": "a while"},
        {"from_on": "soon"},
        {"name": "", "number": ""},
        {"ban": "bad_character"},
    ],
)
def test_what_no_statute_sets_is_refused(signed_in: SignedIn, changed: dict[str, str]) -> None:
    assert signed_in(Role.OFFICER).post(ADDRESS, GIVEN | changed).status_code in (403, 409)
    assert not Decision.objects.filter(kind="ban").exists()


def test_a_viewer_records_no_ban_and_nobody_one_on_an_unknown_business(signed_in: SignedIn) -> None:
    assert signed_in(Role.VIEWER).get(ADDRESS).status_code == 403
    assert signed_in(Role.OFFICER).get("/office/business/uscc:nobody/ban").status_code == 404

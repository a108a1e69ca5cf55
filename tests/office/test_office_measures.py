"""The point of use in the office: asking, the answer as signed, and what is reported of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from goodstanding.core.dates import Period, Span, Unit
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.office import business, measures
from goodstanding.office.accounts import Role
from goodstanding.records import ledger
from goodstanding.records.bans import Order, Person, impose, person_key
from goodstanding.records.models import MeasureAnswer, MeasureFeedback
from goodstanding.supervise.measures import public_key, verify
from tests.conftest import NOW
from tests.office.conftest import ENTITY, SignedIn

DAY = date(2026, 11, 20)
NUMBER = "330881197001010017"
ASKED = {"entity": ENTITY, "purpose": "commitment", "for": "行政审批局"}


@pytest.fixture
def listed(office: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The one enterprise stands on the serious list; today is a day on which it does."""
    monkeypatch.setattr(measures, "today", lambda: DAY)
    payload = {
        "list": "serious",
        "ground": "heavier_penalty",
        "cause": "year:2024",
        "rule": "V-01",
        "decision": "严列〔2025〕1号",
        "authority": "衢州市市场监督管理局",
    }
    ledger.append([Fact(ENTITY, "list_entry", "other", "1", Span(date(2025, 9, 4)), NOW, payload)], NOW)
    return office


@pytest.mark.parametrize(
    ("language", "says"), [("zh", "不适用告知承诺制"), ("en", "The commitment procedure is closed")]
)
def test_whoever_asks_reads_what_binds_and_on_which_basis(
    signed_in: SignedIn, listed: Home, language: str, says: str
) -> None:
    client = signed_in(Role.VIEWER)
    assert client.get(f"/office/may?lang={language}").status_code == 200
    content = client.post("/office/may", ASKED).content.decode()
    for text in (says, "J-11", "严列〔2025〕1号", MeasureAnswer.objects.get().signature):
        assert text in content


def test_where_nothing_binds_the_page_says_so(signed_in: SignedIn, listed: Home) -> None:
    content = signed_in(Role.VIEWER).post("/office/may?lang=en", {**ASKED, "purpose": "food_management"})
    assert "No measure binds" in content.content.decode()


def test_a_machine_is_handed_the_signed_answer_and_may_fetch_it_again(signed_in: SignedIn, listed: Home) -> None:
    client = signed_in(Role.VIEWER)
    found = client.get("/office/may.json", ASKED).json()
    verify(found, public_key(listed))
    assert [one["measure"] for one in found["answer"]["binds"]] == ["commitment_closed"]
    assert client.get(f"/office/answer/{found['answer']['number']}.json").json() == found


def test_a_machine_cannot_ask_about_a_person(signed_in: SignedIn, listed: Home) -> None:
    answer = signed_in(Role.VIEWER).get(
        "/office/may.json", {"purpose": "food_management", "for": "X", "person": NUMBER}
    )
    assert answer.status_code == 404
    assert not MeasureAnswer.objects.exists()


def test_a_person_is_told_of_by_the_number_shown_and_the_check_code_is_shown_once(
    signed_in: SignedIn, listed: Home
) -> None:
    order = Order("food_licence_revoked", date(2026, 11, 2), Period(5, Unit.YEAR), "衢市监罚〔2026〕9号", "衢州市局")
    impose(listed, ENTITY, order, Person("欧阳明远", NUMBER), "li", DAY, NOW)
    client = signed_in(Role.VIEWER)
    asked = {"entity": "", "purpose": "food_management", "for": "X", "person": NUMBER}
    content = client.post("/office/may?lang=en", asked).content.decode()
    assert "B-01" in content
    assert "Check code for the person" in content
    assert NUMBER not in content
    assert "欧" not in content
    again = client.get(f"/office/answer/{MeasureAnswer.objects.get().number}").content.decode()
    assert "Check code for the person" not in again


def test_an_officer_reports_what_was_done_and_a_viewer_may_not(signed_in: SignedIn, listed: Home) -> None:
    client = signed_in(Role.OFFICER)
    body = client.get("/office/may.json", ASKED).json()["answer"]
    address = f"/office/answer/{body['number']}"
    (one,) = body["binds"]
    said = {"measure": f"{one['measure']}|{one['trigger']}", "did": "applied", "done_on": DAY.isoformat()}
    assert signed_in(Role.VIEWER).post(f"{address}/feedback", said).status_code == 403
    answer = client.post(f"{address}/feedback", said)
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "Applied" in client.get(address + "?lang=en").content.decode()
    assert MeasureFeedback.objects.get().reported_by == "the-officer"


@pytest.mark.parametrize(
    "changed",
    [
        {"did": ""},
        {"done_on": "soon"},
        {"done_on": (DAY + timedelta(days=1)).isoformat()},
        {"did": "not_applied"},
        {"measure": "no_honours|x"},
    ],
)
def test_half_a_report_is_refused(signed_in: SignedIn, listed: Home, changed: dict[str, str]) -> None:
    client = signed_in(Role.OFFICER)
    body = client.get("/office/may.json", ASKED).json()["answer"]
    (one,) = body["binds"]
    said = {"measure": f"{one['measure']}|{one['trigger']}", "did": "applied", "done_on": DAY.isoformat()} | changed
    assert client.post(f"/office/answer/{body['number']}/feedback", said).status_code in (400, 403, 404, 409)
    assert not MeasureFeedback.objects.exists()


@pytest.mark.parametrize("address", ["/office/answer/M2026-x", "/office/answer/M2026-x.json"])
def test_an_answer_nobody_gave_is_not_found(signed_in: SignedIn, listed: Home, address: str) -> None:
    assert signed_in(Role.VIEWER).get(address).status_code in (400, 404)


def test_the_file_of_a_business_tells_a_persons_ban_while_it_runs_and_never_whose_it_is(
    signed_in: SignedIn, listed: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order("food_licence_revoked", date(2026, 11, 2), Period(5, Unit.YEAR), "衢市监罚〔2026〕9号", "衢州市局")
    impose(listed, ENTITY, order, Person("欧阳明远", NUMBER), "li", DAY, NOW)
    client = signed_in(Role.OFFICER)

    def told_on(day: date) -> str:
        monkeypatch.setattr(business, "today", lambda: day)
        return client.get(f"/office/business/{ENTITY}").content.decode()

    assert "衢市监罚〔2026〕9号" in told_on(date(2031, 11, 1))
    assert person_key(listed, NUMBER) not in told_on(date(2031, 11, 1))
    over = told_on(date(2031, 11, 2))
    assert "衢市监罚〔2026〕9号" not in over
    assert "从业禁止" not in over


def test_a_business_is_found_by_its_code_as_people_copy_it(signed_in: SignedIn, listed: Home) -> None:
    code = ENTITY.partition(":")[2]
    said = f" {code[:8].lower()} {code[8:].lower()} "
    assert "J-11" in signed_in(Role.VIEWER).post("/office/may", {**ASKED, "entity": said}).content.decode()
    assert MeasureAnswer.objects.get().entity_id == ENTITY

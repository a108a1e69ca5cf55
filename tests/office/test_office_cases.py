"""Cases in the office: an officer and the business read the same page, and only lawful steps can be taken."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from goodstanding.core.case import Actor, Why
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.look.words import words
from goodstanding.office import cases as pages
from goodstanding.office.accounts import Role
from goodstanding.records import cases, ledger
from goodstanding.records.invitations import invite
from goodstanding.records.models import Decision
from tests.conftest import NOW
from tests.office.conftest import ENTITY, PASSWORD, SignedIn

DAY = date(2026, 11, 16)
NOTICE = {"evidence.grounds": "The penalty.", "evidence.gravity": "Grave.", "evidence.proof_of_service": "S-1"}


@pytest.fixture
def penalty(office: Home, monkeypatch: pytest.MonkeyPatch) -> Fact:
    """A serious penalty of 16 November 2026, on whose day the office is open."""
    fact = Fact(
        ENTITY,
        "penalty",
        "test",
        "p",
        Span(DAY),
        NOW,
        {
            "document": "1",
            "authority": "X",
            "penalty_types": ("fine",),
            "violation": "V",
            "content": "C",
            "severity": "serious",
        },
    )
    ledger.deliver([ledger.Delivered(fact)], NOW)
    on(monkeypatch, DAY)
    return fact


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(pages, "today", lambda: day)


def opened(client: Client, penalty: Fact) -> str:
    said = {"procedure": "serious_listing", "about": penalty.digest}
    answer = client.post(f"/office/business/{ENTITY}/case", said)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def own(office: Home) -> Client:
    client = Client()
    code = invite(office.rulebook, ENTITY, "officer", NOW)
    client.post("/office/invited", {"code": code, "name": "shop", "password": PASSWORD})
    return client


def test_an_officer_opens_gives_notice_and_the_business_answers(
    office: Home, penalty: Fact, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, business = signed_in(Role.OFFICER), own(office)
    assert "严重违法失信名单" in officer.get(f"/office/business/{ENTITY}/cases").content.decode()
    where = opened(officer, penalty)
    seen = officer.get(where).content.decode()
    assert 'name="step" value="notify"' in seen
    assert 'name="step" value="list"' not in seen
    assert business.get(where).status_code == 403  # it has not been told yet
    assert where not in business.get("/office/mine").content.decode()
    officer.post(f"{where}/take", {"step": "notify", **NOTICE})
    assert where in business.get("/office/mine").content.decode()
    told = business.get(where).content.decode()
    assert 'name="step" value="state"' in told
    assert "the-officer" not in told
    business.post(f"{where}/take", {"step": "state", "evidence.statement": "We did not mean to.<script>"})
    seen = officer.get(where).content.decode()
    assert "We did not mean to.&lt;script&gt;" in seen
    assert "须由他人采取" in seen  # whoever gave notice does not review
    assert officer.get("/office/cases").content.decode().count(where) == 1
    assert where in officer.get(f"/office/business/{ENTITY}").content.decode()


def test_a_chief_who_took_no_part_lists_after_the_time_to_answer(
    office: Home, penalty: Fact, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, chief = signed_in(Role.OFFICER), signed_in(Role.CHIEF)
    where = opened(officer, penalty)
    officer.post(f"{where}/take", {"step": "notify", **NOTICE})
    answer = chief.post(f"{where}/take", {"step": "list", "evidence.decision": "D-1"})
    assert answer.status_code == 409
    assert not Decision.objects.filter(kind="listing").exists()
    on(monkeypatch, date(2026, 11, 24))
    assert "期限届满" in chief.get(where).content.decode()
    chief.post(f"{where}/take", {"step": "review", "evidence.review_opinion": "Agreed."})
    chief.post(f"{where}/take", {"step": "consent", "evidence.consent": "C-1"})
    same_hand = chief.post(f"{where}/take", {"step": "list", "evidence.decision": "D-1"})
    assert same_hand.status_code == 409


def test_a_step_without_its_evidence_is_refused(penalty: Fact, signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    where = opened(officer, penalty)
    assert officer.post(f"{where}/take", {"step": "notify"}).status_code == 409
    assert cases.latest(1)[0].taken == ()


def test_a_viewer_reads_and_takes_nothing(penalty: Fact, signed_in: SignedIn) -> None:
    where = opened(signed_in(Role.OFFICER), penalty)
    viewer = signed_in(Role.VIEWER)
    seen = viewer.get(where).content.decode()
    assert 'name="step"' not in seen
    assert "没有角色" in seen
    assert viewer.post(f"{where}/take", {"step": "notify", **NOTICE}).status_code == 403


def test_another_business_and_a_stranger_see_nothing(office: Home, penalty: Fact, signed_in: SignedIn) -> None:
    where = opened(signed_in(Role.OFFICER), penalty)
    other = Fact(f"uscc:{2:018}", "registration", "register", "2", Span(date(2020, 1, 1)), NOW, {
        "name": "B", "subject_type": "enterprise", "status": "open", "region": min(office.rulebook.tables["regions"]),
    })  # fmt: skip
    ledger.deliver([ledger.Delivered(other)], NOW)
    stranger = Client()
    code = invite(office.rulebook, other.entity_id, "officer", NOW)
    stranger.post("/office/invited", {"code": code, "name": "other", "password": PASSWORD})
    assert stranger.get(where).status_code == 403
    assert stranger.post(f"{where}/take", {"step": "state", "evidence.statement": "x"}).status_code == 403
    assert stranger.get(f"/office/business/{ENTITY}/cases").status_code == 403
    assert Client().get(where).status_code == 302


def test_the_business_opens_no_listing_against_itself(office: Home, penalty: Fact) -> None:
    business = own(office)
    said = {"procedure": "serious_listing", "about": penalty.digest}
    assert business.post(f"/office/business/{ENTITY}/case", said).status_code == 409
    assert cases.latest(1) == []
    offered = business.get(f"/office/business/{ENTITY}/cases").content.decode()
    assert 'value="serious_listing"' not in offered
    assert 'value="penalty_repair"' in offered


def test_a_case_that_is_not_there_is_not_found(signed_in: SignedIn) -> None:
    assert signed_in(Role.VIEWER).get("/office/case/2026-C0000009").status_code in (400, 404)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_obstacle_has_its_words(language: str) -> None:
    for why in Why:
        assert words(language)(f"office.obstacle.{why.value}", what="x")


def test_the_opening_and_the_case_say_which_gate_is_met_and_why(
    office: Home, penalty: Fact, signed_in: SignedIn
) -> None:
    officer = signed_in(Role.OFFICER)
    offered = officer.get(f"/office/business/{ENTITY}/cases").content.decode()
    assert "记录未载明法定罚款幅度，以来源认定的失信程度为据：严重" in offered
    assert "记录未载明违法领域" in offered
    assert "主观恶意" in offered
    where = opened(officer, penalty)
    seen = officer.get(where).content.decode()
    assert "列入条件：记录表明的情况" in seen
    officer.post(f"{where}/take", {"step": "notify", **NOTICE})
    assert "列入条件：记录表明的情况" not in own(office).get(where).content.decode()


def test_a_case_is_not_opened_where_the_record_says_that_the_fine_is_no_heavier_one(
    penalty: Fact, signed_in: SignedIn
) -> None:
    range_ = {"amount_minor": 8_500_000, "fine_least_minor": 5_000_000, "fine_most_minor": 10_000_000}
    lesser = Fact(ENTITY, "penalty", "test", "q", Span(DAY), NOW, {**penalty.payload, **range_, "area": "food"})
    ledger.deliver([ledger.Delivered(lesser)], NOW)
    officer = signed_in(Role.OFFICER)
    offered = officer.get(f"/office/business/{ENTITY}/cases").content.decode()
    assert "罚款¥85,000.00，法定幅度¥50,000.00至¥100,000.00，未高于¥85,000.00" in offered
    assert f'value="serious_listing">\n  <input type="hidden" name="about" value="{lesser.digest}"' not in offered
    assert f'value="serious_listing">\n  <input type="hidden" name="about" value="{penalty.digest}"' in offered
    said = {"procedure": "serious_listing", "about": lesser.digest}
    answer = officer.post(f"/office/business/{ENTITY}/case", said)
    assert answer.status_code == 409
    assert cases.latest(1) == []


def test_the_decision_says_where_and_through_which_day_the_entry_must_be_published(
    office: Home, penalty: Fact, signed_in: SignedIn
) -> None:
    book, hands = office.rulebook, {"li": "officer", "wang": "officer", "chen": "chief"}
    far = Fact(ENTITY, "penalty", "test", "q", Span(date(2026, 3, 2)), NOW, {**penalty.payload, "other_province": True})
    ledger.deliver([ledger.Delivered(far)], NOW)
    by = {name: Actor(name, role) for name, role in hands.items()}
    case = cases.open_case(book, "serious_listing", ENTITY, [far.digest], by["li"], date(2026, 3, 2), NOW)
    for step, who, day in (("notify", "li", 2), ("review", "wang", 12), ("consent", "chen", 13), ("list", "chen", 16)):
        needed = book.procedures.on("serious_listing", DAY).versions(step)[0].needs
        cases.take(book, case.number, step, by[who], dict.fromkeys(needed, "x"), "", date(2026, 3, day), NOW)
    number = Decision.objects.get(kind="listing").number
    seen = signed_in(Role.VIEWER).get(f"/office/decision/{number}").content.decode()
    assert "公示义务" in seen
    assert "当事人登记地市场监督管理部门" in seen
    assert "2026年3月30日" in seen
    assert "2026年4月14日" in seen  # Monday 6 April is a holiday
    assert "尚未在本系统公示" in seen


def test_a_case_is_read_and_goes_on_when_a_period_runs_into_a_year_without_published_holidays(
    office: Home, penalty: Fact, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, date(2026, 12, 29))
    officer, business = signed_in(Role.OFFICER), own(office)
    where = opened(officer, penalty)
    assert officer.post(f"{where}/take", {"step": "notify", **NOTICE}).status_code == 302
    assert where in officer.get("/office/cases").content.decode()
    assert officer.get(where).status_code == 200
    assert business.post(f"{where}/take", {"step": "state", "evidence.statement": "We did not."}).status_code == 302
    on(monkeypatch, date(2027, 1, 20))
    assert officer.get(where).status_code == 200
    assert where in officer.get("/office/cases").content.decode()
    assert officer.post(f"{where}/take", {"step": "notify", **NOTICE}).status_code == 409

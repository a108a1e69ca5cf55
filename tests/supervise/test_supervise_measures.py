"""At the point of use: what binds today, signed, and nothing about a person but the bans that run."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta

import pytest

from goodstanding.core.dates import Period, Span, Unit
from goodstanding.core.errors import AnswerUnknown, DeciderMissing, EntityUnknown, PurposeUnknown, ReasonMissing
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import ended
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.bans import Order, Person, impose
from goodstanding.records.models import ClassRecord, ClassRun, MeasureAnswer, MeasureFeedback
from goodstanding.supervise.measures import Question, answer_of, is_about, kept, may, public_key, report, verify
from tests.conftest import NOW

ENTITY = f"uscc:{1:018}"
DAY = date(2026, 11, 20)
NUMBER = "330881197001010017"
COUNTER = "衢州市行政审批局"


def entry(span: Span) -> Fact:
    payload = {
        "list": "serious",
        "ground": "heavier_penalty",
        "cause": "year:2024",
        "rule": "V-01",
        "decision": "严列〔2025〕1号",
        "authority": "衢州市市场监督管理局",
    }
    return Fact(ENTITY, "list_entry", "other", "1", span, NOW, payload)


@pytest.fixture
def register(db: None, home: Home) -> Home:
    payload = {"name": "示范贸易有限公司", "subject_type": "enterprise", "status": "open"}
    payload["region"] = min(home.rulebook.tables["regions"])
    registered = Fact(ENTITY, "registration", "register", "1", Span(date(2020, 1, 1)), NOW, payload)
    ledger.deliver([ledger.Delivered(registered)], NOW)
    return home


def asked(purpose: str = "commitment", entity_id: str = ENTITY, person_number: str = "") -> Question:
    return Question(entity_id, purpose, COUNTER, "zhao", person_number)


def test_where_nothing_binds_the_answer_says_so(register: Home) -> None:
    answer = may(register, asked(), DAY, NOW)
    assert answer.body["binds"] == answer.body["gives"] == []
    assert (answer.body["day"], answer.body["valid_through"]) == ("2026-11-20", "2026-11-20")


def test_a_listing_binds_with_its_basis_its_decision_and_its_executor(register: Home) -> None:
    listed = entry(Span(date(2025, 9, 4)))
    ledger.append([listed], NOW)
    (one,) = may(register, asked(), DAY, NOW).body["binds"]
    assert (one["measure"], one["effect"], one["rule"], one["article"]) == (
        "commitment_closed",
        "barred",
        "J-11",
        "第十五条第三项",
    )
    assert (one["decision"], one["trigger"]) == ("严列〔2025〕1号", listed.digest)
    assert (one["since"], one["until"]) == ("2025-09-04", None)
    assert one["executing"]["en"] == "licensing authorities"


def test_from_the_day_the_listing_ends_nothing_binds_even_if_nobody_switched_anything_off(register: Home) -> None:
    listed = entry(Span(date(2025, 9, 4)))
    ledger.append([listed, ended(listed, DAY, "decisions", "2", NOW)], NOW)
    assert may(register, asked(), DAY, NOW).body["binds"] == []
    assert len(may(register, asked(), DAY - timedelta(days=1), NOW).body["binds"]) == 1


def test_a_class_that_is_treated_well_is_given_its_benefits(register: Home) -> None:
    run = ClassRun.objects.create(
        scale="risk",
        as_of=date(2026, 11, 6),
        known_at=NOW,
        ledger_position=ledger.position(),
        rulebook_digest=register.rulebook_digest,
        scorecard="C-01",
        engine="test",
        made_at=NOW,
        entities=1,
    )
    ClassRecord.objects.create(run=run, entity_id=ENTITY, class_code="A", points=0, values="{}")
    answer = may(register, asked("licence"), DAY, NOW)
    assert [one["measure"] for one in answer.body["gives"]] == ["green_channel", "papers_may_follow"]
    assert {one["trigger"] for one in answer.body["gives"]} == {"class:risk/A"}
    assert answer.body["binds"] == []


def test_a_ban_on_the_business_binds_for_its_own_purpose_only(register: Home) -> None:
    order = Order(
        "tender_fraud", date(2026, 11, 2), Period(2, Unit.YEAR), "衢建罚〔2026〕4号", "衢州市住房和城乡建设局"
    )
    impose(register, ENTITY, order, None, "li", DAY, NOW)
    (one,) = may(register, asked("works_tender"), DAY, NOW).body["binds"]
    assert (one["rule"], one["until"], one["decision"]) == ("J-16", "2028-11-02", "衢建罚〔2026〕4号")
    assert may(register, asked("procurement"), DAY, NOW).body["binds"] == []


def test_a_person_is_told_the_ban_that_runs_and_nothing_after_its_last_day(register: Home) -> None:
    order = Order(
        "food_licence_revoked", date(2026, 11, 2), Period(5, Unit.YEAR), "衢市监罚〔2026〕9号", "衢州市市场监督管理局"
    )
    impose(register, ENTITY, order, Person("欧阳明远", NUMBER), "li", DAY, NOW)
    question = asked("food_management", entity_id="", person_number=NUMBER)
    (one,) = may(register, question, date(2031, 11, 1), NOW).body["binds"]
    assert (one["rule"], one["target"], one["until"]) == ("B-01", "person", "2031-11-02")
    assert may(register, question, date(2031, 11, 2), NOW).body["binds"] == []
    # The listing of a business says nothing of persons, and another person is told nothing.
    assert may(register, asked("food_management"), DAY, NOW).body["binds"] == []
    other = asked("food_management", entity_id="", person_number="330881197001010025")
    assert may(register, other, DAY, NOW).body["binds"] == []


def test_who_was_asked_about_is_not_kept_and_the_asker_can_prove_it(register: Home) -> None:
    answer = may(register, asked("food_management", entity_id="", person_number=NUMBER), DAY, NOW)
    written = json.dumps(list(MeasureAnswer.objects.values()), default=str, ensure_ascii=False)
    assert NUMBER not in written
    assert answer.nonce not in written
    assert kept(answer_of(answer.number)).nonce == ""
    assert is_about(answer.as_json(), register, NUMBER)
    assert not is_about(answer.as_json(), register, "330881197001010025")
    assert not is_about(kept(answer_of(answer.number)).as_json(), register, NUMBER)
    again = may(register, asked("food_management", entity_id="", person_number=NUMBER), DAY, NOW)
    assert again.body["person"] != answer.body["person"]


def test_an_answer_verifies_and_a_changed_one_does_not(register: Home) -> None:
    ledger.append([entry(Span(date(2025, 9, 4)))], NOW)
    handed_out = json.loads(json.dumps(may(register, asked(), DAY, NOW).as_json()))
    key = public_key(register)
    verify(handed_out, key)
    verify(kept(answer_of(handed_out["answer"]["number"])).as_json(), key)
    changed = copy.deepcopy(handed_out)
    changed["answer"]["binds"] = []
    for wrong, by in [(changed, key), (handed_out, "00" * 32), (handed_out, "no key"), ({}, key)]:
        with pytest.raises(AnswerUnknown):
            verify(wrong, by)


def test_what_cannot_be_asked_is_refused_and_nothing_is_kept(register: Home) -> None:
    with pytest.raises(PurposeUnknown):
        may(register, asked("walking"), DAY, NOW)
    with pytest.raises(PurposeUnknown):
        may(register, asked("walking", entity_id="", person_number=NUMBER), DAY, NOW)
    with pytest.raises(EntityUnknown):
        may(register, asked(entity_id="uscc:nobody"), DAY, NOW)
    with pytest.raises(EntityUnknown):
        may(register, asked(entity_id=""), DAY, NOW)
    with pytest.raises(DeciderMissing):
        may(register, Question(ENTITY, "commitment", " ", "zhao"), DAY, NOW)
    assert not MeasureAnswer.objects.exists()


def test_whoever_applies_a_measure_reports_it(register: Home) -> None:
    ledger.append([entry(Span(date(2025, 9, 4)))], NOW)
    answer = may(register, asked(), DAY, NOW)
    (one,) = answer.body["binds"]
    report(answer.number, one["trigger"], one["measure"], True, "", DAY, "zhao", NOW)
    report(answer.number, one["trigger"], one["measure"], False, "Withdrawn by the applicant.", DAY, "zhao", NOW)
    assert [row.did for row in MeasureFeedback.objects.order_by("id")] == ["applied", "not_applied"]


def test_a_report_on_what_the_answer_does_not_hold_is_refused(register: Home) -> None:
    answer = may(register, asked(), DAY, NOW)
    with pytest.raises(AnswerUnknown):
        report(answer.number, "0" * 64, "commitment_closed", True, "", DAY, "zhao", NOW)
    with pytest.raises(AnswerUnknown):
        report("M2026-0", "0" * 64, "commitment_closed", True, "", DAY, "zhao", NOW)


def test_a_measure_left_unapplied_without_a_reason_is_refused(register: Home) -> None:
    ledger.append([entry(Span(date(2025, 9, 4)))], NOW)
    answer = may(register, asked(), DAY, NOW)
    (one,) = answer.body["binds"]
    with pytest.raises(ReasonMissing):
        report(answer.number, one["trigger"], one["measure"], False, " ", DAY, "zhao", NOW)
    with pytest.raises(DeciderMissing):
        report(answer.number, one["trigger"], one["measure"], True, "", DAY, "", NOW)

"""Documents of decisions and steps say what the record says, in two languages, and say it again later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from goodstanding.core.case import Actor, Case, Taken
from goodstanding.core.dates import Span
from goodstanding.core.document import MASK, Role, published
from goodstanding.core.errors import CaseUnknown, DecisionUnknown, DocumentUnknown
from goodstanding.core.fact import Fact, Value
from goodstanding.core.procedure import Procedure, Step
from goodstanding.core.rulebook import Rulebook
from goodstanding.documents.served import decision_document, document_of, step_document, wording_of
from goodstanding.documents.steps import of_step
from goodstanding.documents.typesetting import set_pdf
from goodstanding.home import Home
from goodstanding.records import annulments, cases, ledger
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.models import CaseStep, Decision, ProposalRecord
from tests.conftest import NOW
from tests.documents.conftest import CHIEF, DAY, NAME, OFFICER, PENALTY, PERSON, WHO, fact, take
from tests.documents.reading import squeezed, words_of

LATER = NOW + timedelta(days=30)


def headings(home: Home, number: str, language: str = "zh") -> list[str]:
    found = document_of(home, number, language).paragraphs
    return [one.text for one in found if one.role is Role.HEADING]


def test_an_entry_names_ground_basis_measures_ways_out_and_the_right_to_object(register: Home, entered: str) -> None:
    text = decision_document(register, entered).text
    assert "列入经营异常名录决定书" in text
    assert f"文号：{entered}" in text
    assert f"{NAME}：" in text
    assert "未按规定的期限公示年度报告（A-01，" in text
    assert "自2026年7月10日起，将你单位列入经营异常名录" in text
    assert "补报未报年份的年度报告并公示后移出（A-08，" in text
    assert "（A-12，" in text
    assert "30日内提出" in text
    assert "六十日内申请行政复议，或者六个月内提起行政诉讼（A-13，" in text
    assert text.splitlines()[-3:] == ["示范省市场监督管理局", "（印章）", "2026年7月10日"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_document_is_set_as_it_is_worded(register: Home, entered: str, listed: str, language: str) -> None:
    made = [decision_document(register, one.number, language) for one in Decision.objects.all()]
    made.append(step_document(register, listed, 1, language))
    assert len(made) == 3
    for document in made:
        assert words_of(set_pdf(document)) == squeezed(document.text), document.number
        assert words_of(set_pdf(published(document))) == squeezed(published(document).text)


def test_an_english_document_speaks_english_but_for_names_and_sources(register: Home, entered: str) -> None:
    text = decision_document(register, entered, "en").text
    assert "We decide: from 10 July 2026 your business is entered in the Abnormal-operation list." in text
    assert "to be raised within 30 days of the publication." in text
    assert text.splitlines()[-1] == "10 July 2026"


def test_the_public_reads_the_reason_without_the_person_and_the_telephone(register: Home, entered: str) -> None:
    served = decision_document(register, entered)
    shown = published(served)
    assert f"理由：负责人{PERSON}（电话13800001111）称已报送" in served.text
    assert f"理由：负责人{MASK}（电话{MASK}）称已报送" in shown.text
    assert PERSON not in shown.text
    assert len(shown.paragraphs) == len(served.paragraphs)


def test_a_serious_entry_says_its_term_its_measures_and_its_case(register: Home, listed: str) -> None:
    number = Decision.objects.get().number
    text = decision_document(register, number).text
    assert f"案号：{listed}" in text
    assert "列入期限至2028年3月13日（不含当日）届满" in text
    assert "列入期间的管理措施" in headings(register, number)
    assert "（V-17，" in text


def test_a_notice_says_what_may_be_answered_and_until_when(register: Home, listed: str) -> None:
    notice = step_document(register, listed, 1)
    assert notice.number == f"{listed}-1"
    assert "列入严重违法失信名单告知书" in notice.text
    assert "违法行为持续六个月，涉及三个县。" in notice.text
    assert "陈述、申辩：" in notice.text
    assert notice.text.count("期限至2025年3月10日（含当日）") == 2
    assert document_of(register, f"{listed}-1") == notice


def test_a_notice_tells_no_last_day_that_next_years_holidays_may_move(register: Home) -> None:
    day = date(2026, 12, 29)
    opened = cases.open_case(register.rulebook, "serious_listing", WHO, [PENALTY.digest], OFFICER, day, NOW)
    papers = {"grounds": "G", "gravity": "H", "proof_of_service": "P"}
    cases.take(register.rulebook, opened.number, "notify", OFFICER, papers, "", day, NOW)
    assert step_document(register, opened.number, 1).text.count("期限为2026年12月29日之后5个工作日") == 2
    assert "Time runs for 5 working days after 29 December 2026" in step_document(register, opened.number, 1, "en").text


def test_only_a_step_whose_paper_is_served_is_a_notice(register: Home, listed: str) -> None:
    assert [step.step for step in cases.steps_of(listed)][:4] == ["notify", "silent", "review", "consent"]
    for serial in (2, 3, 4, 99):
        with pytest.raises(DocumentUnknown):
            step_document(register, listed, serial)
    with pytest.raises(CaseUnknown):
        step_document(register, "2020-C0000009", 1)
    with pytest.raises(DecisionUnknown):
        document_of(register, "2020-00000009")


def served_steps(book: Rulebook) -> list[tuple[Procedure, Step]]:
    return [(one, step) for one in book.procedures.versions for step in one.steps if step.serves]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_that_the_rulebook_serves_has_its_notice(register: Home, language: str) -> None:
    wording, facts = wording_of(register, register.rulebook.digest, language), ledger.facts_of(WHO)
    found = served_steps(register.rulebook)
    assert {"notify", "accept", "decline", "refuse", "uphold", "correct"} <= {step.code for _, step in found}
    for procedure, step in found:
        day = max(date(2025, 3, 3), procedure.rule.validity.from_on, step.rule.validity.from_on)
        role = min(step.by - {"business", "calendar"})
        proofs = {code: f"{code} 27" for code in step.needs}
        taken = Taken(step.code, day, Actor("li", role), proofs, "说明。")
        case = Case("2026-C0000001", procedure.code, WHO, (PENALTY.digest,), day, Actor("li", role), (taken,))
        notice = of_step(case, CaseStep(serial=1, written_at=NOW), facts, wording)
        assert notice.title == step.serves[language]
        assert wording.of(step.title) in notice.text
        assert step.rule.number in notice.text
        assert "说明。" in notice.text
        for code in step.needs:
            assert f"{wording.of(register.rulebook.procedures.evidence[code])}" in notice.text
            assert f"{code} 27" in notice.text


def test_a_refusal_says_why_and_names_no_right_that_the_procedure_has_not(register: Home, listed: str) -> None:
    book, day = register.rulebook, date(2026, 4, 1)
    entry = next(one for one in ledger.facts_of(WHO) if one.kind == book.lists.entry_kind)
    owner = Actor("owner", "business")
    number = cases.open_case(book, "early_removal", WHO, [entry.digest], owner, day, NOW).number
    take(register, number, "apply", owner, day, application="甲", commitment="乙", performance="丙")
    take(register, number, "accept", OFFICER, day)
    take(register, number, "refuse", CHIEF, day, reasons="整改尚未完成。")
    accepted, refused = (step_document(register, number, serial) for serial in (2, 3))
    assert "提前移出申请受理通知书" in accepted.text
    assert "理由：整改尚未完成。" in refused.text
    assert [one.text for one in refused.paragraphs if one.role is Role.HEADING] == ["告知内容"]
    with pytest.raises(DocumentUnknown):
        step_document(register, number, 1)


def test_a_removal_names_the_entry_it_ends(register: Home, entered: str) -> None:
    day = date(2026, 8, 3)
    filed = fact("annual_report", day, year=2025)
    ledger.deliver([ledger.Delivered(filed)], NOW)
    tick(register, day, NOW)
    proposal = ProposalRecord.objects.get(act="lift")
    number = decide(register, proposal.pk, Verdict.APPROVE, "chen", "", day, NOW).number
    text = decision_document(register, number).text
    assert "移出经营异常名录决定书" in text
    assert "自2026年8月3日起，将你单位移出经营异常名录" in text
    assert f"原列入决定：{entered}" in text
    assert "你单位的权利" not in text


def test_an_entry_brought_back_after_fraud_says_so_and_counts_its_term_anew(register: Home, listed: str) -> None:
    book, owner = register.rulebook, Actor("owner", "business")
    entry = next(one for one in ledger.facts_of(WHO) if one.kind == book.lists.entry_kind)
    asked, day = date(2026, 4, 1), date(2026, 6, 1)
    early = cases.open_case(book, "early_removal", WHO, [entry.digest], owner, asked, NOW).number
    take(register, early, "apply", owner, asked, application="甲", commitment="乙", performance="丙")
    take(register, early, "accept", OFFICER, asked)
    take(register, early, "grant", CHIEF, asked, decision="丁")
    number = cases.open_case(book, "fraud_reversal", WHO, [entry.digest], OFFICER, day, NOW).number
    take(register, number, "find", OFFICER, day, fraud="戊")
    take(register, number, "restore", CHIEF, day, decision="己")
    text = decision_document(register, Decision.objects.order_by("-id")[0].number).text
    assert "恢复列入严重违法失信名单决定书" in text
    assert "撤销移出，自2026年6月1日起，将你单位恢复列入严重违法失信名单" in text
    assert "列入期限至2029年6月1日（不含当日）届满" in text
    assert "存在应当列入的情形" not in text


def test_a_mark_is_put_on_and_taken_off_and_no_list_is_spoken_of(register: Home) -> None:
    shop, day = f"uscc:{8:018}", date(2026, 7, 10)
    region = min(register.rulebook.tables["regions"])
    said = {"name": "老陈副食店", "subject_type": "self_employed", "status": "open", "region": region}
    ledger.deliver([ledger.Delivered(Fact(shop, "registration", "test", "8", Span(date(2020, 1, 5)), NOW, said))], NOW)
    tick(register, day, NOW)
    proposal = ProposalRecord.objects.get(entity_id=shop)
    put_on = decide(register, proposal.pk, Verdict.APPROVE, "chen", "", day, NOW)
    later = date(2026, 8, 3)
    ledger.deliver([ledger.Delivered(Fact(shop, "annual_report", "test", "9", Span(later), NOW, {"year": 2025}))], NOW)
    tick(register, later, NOW)
    lift = ProposalRecord.objects.get(entity_id=shop, act="lift")
    taken_off = decide(register, lift.pk, Verdict.APPROVE, "chen", "", later, NOW)
    first, second = (decision_document(register, one.number) for one in (put_on, taken_off))
    assert "你单位被标记为经营异常状态" in first.text
    assert "解除标记的条件" in first.text
    assert "解除对你单位的经营异常状态标记" in second.text
    assert f"原标记文号：{put_on.number}" in second.text
    for one in (first, second):
        # The law asks for no written decision of a mark.
        assert "列入" not in one.text
        assert "决定" not in one.text
        assert words_of(set_pdf(one)) == squeezed(one.text)


def test_a_repair_and_its_revocation_name_the_record_and_each_other(db: None, home: Home) -> None:
    book, begun, asked = home.rulebook, date(2026, 1, 12), date(2026, 5, 11)
    region = min(book.tables["regions"])
    opened = fact("registration", date(2020, 1, 5), name=NAME, subject_type="enterprise", status="open", region=region)
    said = {
        "severity": "moderate",
        "violation": "标签不符合规定",
        "decided_on": "2026-01-12",
        "published_on": "2026-01-12",
    }
    fined: dict[str, Value] = {**PENALTY.payload, **said}
    penalty = fact("penalty", begun, **fined)
    ledger.deliver([ledger.Delivered(one) for one in (opened, penalty)], NOW)
    owner, later = Actor("owner", "business"), asked + timedelta(days=2)
    first = cases.open_case(book, "penalty_repair", WHO, [penalty.digest], owner, asked, NOW).number
    take(home, first, "apply", owner, asked, application="甲", commitment="乙", performance="丙")
    take(home, first, "accept", OFFICER, asked)
    take(home, first, "grant", CHIEF, later, decision="丁")
    granted = Decision.objects.get()
    text = decision_document(home, granted.number).text
    assert "信用修复决定书" in text
    assert "准予修复行政处罚（示市监罚〔2025〕17号），自2026年5月13日起停止公示" in text
    assert f"案号：{first}" in text
    assert "（R-09，" in text
    repair = next(one for one in ledger.facts_of(WHO) if one.kind == book.disclosure.repair_kind)
    found_on = later + timedelta(days=30)
    second = cases.open_case(book, "repair_revocation", WHO, [repair.digest], OFFICER, found_on, NOW).number
    take(home, second, "find", OFFICER, found_on, fraud="戊")
    take(home, second, "revoke", CHIEF, found_on, decision="己")
    revoked = Decision.objects.order_by("-id")[0]
    text = decision_document(home, revoked.number).text
    assert f"自2026年6月12日起，撤销对行政处罚（示市监罚〔2025〕17号）的修复。原修复决定：{granted.number}。" in text
    for number in (granted.number, revoked.number):
        for language in ("zh", "en"):
            document = decision_document(home, number, language)
            assert words_of(set_pdf(document)) == squeezed(document.text)


def test_an_annulment_names_what_falls_and_why(register: Home, listed: str) -> None:
    number = Decision.objects.get().number
    made = annulments.annul(register.rulebook, number, "zhao", "行政复议决定书 9 号撤销", date(2025, 4, 1), LATER)
    text = decision_document(register, made[0].number).text
    assert "撤销决定书" in text
    assert number in text
    assert "行政复议决定书 9 号撤销" in text
    assert "自始不存在" in text


def test_a_rejected_proposal_has_no_document(register: Home) -> None:
    tick(register, date(2026, 7, 10), NOW)
    proposal = ProposalRecord.objects.get(list_code="abnormal")
    made = decide(register, proposal.pk, Verdict.REJECT, "chen", "已报送。", date(2026, 7, 10), NOW)
    with pytest.raises(DocumentUnknown):
        decision_document(register, made.number)


def test_a_document_stays_the_same_whatever_comes_after(register: Home, entered: str) -> None:
    before = decision_document(register, entered)
    later: datetime = LATER
    region = min(register.rulebook.tables["regions"])
    renamed = Fact(
        WHO,
        "registration",
        "test",
        f"registration/{date(2020, 1, 5)}",
        Span(date(2020, 1, 5)),
        later,
        {"name": "另一名称有限公司", "subject_type": "enterprise", "status": "open", "region": region},
    )
    ledger.deliver([ledger.Delivered(renamed)], later)
    annulments.annul(register.rulebook, entered, "zhao", "撤销", date(2026, 9, 1), later)
    assert decision_document(register, entered) == before


def test_an_installation_of_invented_businesses_says_so_on_every_document(register: Home, listed: str) -> None:
    (register.path / "sample").touch()
    assert "虚构" in document_of(register, Decision.objects.get().number).text
    assert "invented" in step_document(register, listed, 1, "en").text


def test_the_day_of_a_document_is_the_day_of_the_act(register: Home, listed: str) -> None:
    assert step_document(register, listed, 1).on == DAY

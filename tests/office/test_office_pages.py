"""What the office's pages say and do."""

from __future__ import annotations

import re
from datetime import date

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.office import queue
from goodstanding.office.accounts import Role
from goodstanding.records import ledger
from goodstanding.records.models import ClassRecord, ClassRun, Decision, OutboxMessage, ProposalRecord
from tests.conftest import NOW
from tests.office.conftest import ENTITY, SignedIn


def report_filed() -> None:
    filed = Fact(ENTITY, "annual_report", "reports", "1/2025", Span(date(2026, 7, 1)), NOW, {"year": 2025})
    ledger.deliver([ledger.Delivered(filed)], NOW)


def test_the_queue_names_business_act_rule_and_deadline(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    content = signed_in(Role.VIEWER).get("/office/?lang=en").content.decode()
    for words in ("示范贸易有限公司", "A-01", "Enter", "days overdue", f"/office/proposal/{proposal.pk}"):
        assert words in content


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("list=abnormal&act=enter&ground=annual_report_missed", True),
        ("due=overdue", True),
        ("list=abnormal&act=lift", False),
        ("list=serious", False),
        ("list=nonsense&act=nonsense&ground=nonsense&due=nonsense", True),
    ],
)
def test_the_queue_is_narrowed_by_what_it_knows(
    signed_in: SignedIn, proposal: ProposalRecord, query: str, shown: bool
) -> None:
    content = signed_in(Role.VIEWER).get(f"/office/?{query}").content.decode()
    assert (f"/office/proposal/{proposal.pk}" in content) is shown


def test_a_proposal_shows_rule_source_certainty_facts_and_ways_out(
    signed_in: SignedIn, proposal: ProposalRecord, office: Home
) -> None:
    content = signed_in(Role.OFFICER).get(f"/office/proposal/{proposal.pk}?lang=en").content.decode()
    ground = next(one for one in office.rulebook.lists.lists["abnormal"].grounds if one.rule.number == "A-01")
    for words in (
        ground.rule.title["en"],
        ground.rule.source.instrument,
        "A-08",
        "article read in full",
        "register · 1",
    ):
        assert words in content


def test_an_approval_is_said_and_shown(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    client = signed_in(Role.OFFICER)
    client.get("/office/?lang=en")
    announced = OutboxMessage.objects.count()
    answer = client.post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve"}, follow=True)
    content = answer.content.decode()
    number = Decision.objects.get().number
    assert f"Approved: decision {number}" in content
    assert "This proposal is settled" in content
    assert OutboxMessage.objects.count() == announced + 1
    assert "Taken again, it agrees" in client.get(f"/office/decision/{number}").content.decode()


def test_a_second_click_is_refused_in_words(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    client = signed_in(Role.OFFICER)
    client.post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve"})
    answer = client.post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve"})
    assert answer.status_code == 409
    assert "listing.no_longer_called_for" in answer.content.decode()
    assert Decision.objects.count() == 1


def test_a_rejection_without_a_reason_is_refused(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    client = signed_in(Role.OFFICER)
    answer = client.post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "reject", "reason": " "})
    assert answer.status_code == 409
    assert "act.reason_missing" in answer.content.decode()
    client.post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "reject", "reason": "Filed on paper."})
    decision = Decision.objects.get()
    assert decision.reason == "Filed on paper."
    for address in (f"/office/decision/{decision.number}", "/office/decisions", f"/office/business/{ENTITY}"):
        content = client.get(f"{address}?lang=en").content.decode()
        assert "Rejected" in content
        assert "Approved" not in content


@pytest.mark.parametrize("form", [{}, {"verdict": ""}, {"verdict": "perhaps"}, {"verdict": "APPROVE"}])
def test_a_form_without_a_verdict_decides_nothing(
    signed_in: SignedIn, proposal: ProposalRecord, form: dict[str, str]
) -> None:
    answer = signed_in(Role.OFFICER).post(f"/office/proposal/{proposal.pk}/decide", {"reason": "So it is.", **form})
    assert answer.status_code == 400
    assert "listing.verdict_missing" in answer.content.decode()
    assert not Decision.objects.exists()


def test_what_the_calendar_found_on_a_later_day_is_decided_on_that_day(
    signed_in: SignedIn, proposal: ProposalRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "today", lambda: date(2026, 6, 1))  # before the ground arose
    signed_in(Role.CHIEF).post("/office/approve", {"proposal": [proposal.pk]})
    assert Decision.objects.get().decided_on == proposal.as_of


def test_a_stale_proposal_is_refused_on_the_facts_of_the_day(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    report_filed()
    answer = signed_in(Role.OFFICER).post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve"})
    assert answer.status_code == 409
    assert not Decision.objects.exists()


def test_a_bulk_says_how_many_and_why_not_the_others(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    report_filed()
    content = signed_in(Role.CHIEF).post("/office/approve?lang=en", {"proposal": [proposal.pk, "x"]}).content.decode()
    assert "0 approved" in content
    assert "listing.no_longer_called_for" in content


def test_a_bulk_is_foreseen_before_it_is_decided(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    chief = signed_in(Role.CHIEF)
    assert 'action="/office/approve/foreseen"' in chief.get("/office/").content.decode()
    page = chief.post("/office/approve/foreseen?lang=en", {"proposal": [proposal.pk, "999"]}).content.decode()
    assert "Nothing is decided yet" in page
    assert f'name="proposal" value="{proposal.pk}"' in page
    assert "Approve this one" in page
    assert "listing.proposal_unknown" in page
    assert not Decision.objects.exists()
    assert signed_in(Role.OFFICER).post("/office/approve/foreseen", {"proposal": [proposal.pk]}).status_code == 403


def test_what_the_facts_no_longer_call_for_is_foreseen_as_refused(
    signed_in: SignedIn, proposal: ProposalRecord
) -> None:
    report_filed()
    page = signed_in(Role.CHIEF).post("/office/approve/foreseen?lang=en", {"proposal": [proposal.pk]}).content.decode()
    assert "listing.no_longer_called_for" in page
    assert f'name="proposal" value="{proposal.pk}"' not in page
    assert "Nothing here can be approved" in page


def test_what_was_looked_at_ahead_moves_the_day_of_no_other(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    ahead = ProposalRecord.objects.create(
        **{
            one.attname: getattr(proposal, one.attname)
            for one in ProposalRecord._meta.concrete_fields
            if one.attname not in ("id", "key", "as_of")
        },
        key=proposal.key + "|another",
        as_of=date(2027, 6, 30),
    )
    chief, both = signed_in(Role.CHIEF), {"proposal": [proposal.pk, ahead.pk]}
    today = queue.today()
    foreseen = chief.post("/office/approve/foreseen", both).content.decode()
    assert f'<time datetime="{today.isoformat()}">' in foreseen
    chief.post("/office/approve", both)
    assert Decision.objects.get().decided_on == today < ahead.as_of


def test_a_last_day_in_a_year_without_published_working_days_is_told_as_such(
    signed_in: SignedIn, proposal: ProposalRecord
) -> None:
    viewer, told = signed_in(Role.VIEWER), "the working days of that year are not published yet"
    assert told not in viewer.get(f"/office/proposal/{proposal.pk}?lang=en").content.decode()
    ProposalRecord.objects.filter(pk=proposal.pk).update(due_on=date(2050, 1, 5))
    assert told in viewer.get(f"/office/proposal/{proposal.pk}?lang=en").content.decode()


def test_odd_numbers_in_a_bulk_are_passed_over(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    odd = ["9" * 30, "9" * 5000, "-1", "٣", "²", "1e3", "", str(proposal.pk), str(proposal.pk)]
    answer = signed_in(Role.CHIEF).post("/office/approve?lang=en", {"proposal": odd})
    assert answer.status_code == 200
    assert Decision.objects.count() == 1
    assert "1 approved" in answer.content.decode()


def test_a_proposal_shows_the_class_and_the_values_behind_it(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    run = ClassRun.objects.create(
        scale="risk",
        as_of=date(2026, 11, 6),
        known_at=NOW,
        ledger_position=1,
        rulebook_digest="0" * 64,
        scorecard="C-01",
        engine="test",
        made_at=NOW,
        entities=1,
    )
    values = '{"years_open": 6, "days_since_last_inspection": null}'
    ClassRecord.objects.create(run=run, entity_id=ENTITY, class_code="C", points=45, values=values)
    content = signed_in(Role.VIEWER).get(f"/office/proposal/{proposal.pk}?lang=en").content.decode()
    for words in ("class C, 45 points", "years_open", "days_since_last_inspection"):
        assert words in content


def test_what_was_just_done_is_kept_in_the_session_alone(signed_in: SignedIn, proposal: ProposalRecord) -> None:
    client = signed_in(Role.OFFICER)
    client.post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve"})
    assert "messages" not in client.cookies


def test_an_unexpected_failure_shows_a_reference_and_never_its_text(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(queue, "names_of", fail)
    client = signed_in(Role.VIEWER)
    client.raise_request_exception = False
    answer = client.get("/office/")
    assert answer.status_code == 500
    content = answer.content.decode()
    assert "hunter2" not in content
    reference = re.search(r"[0-9a-f]{8}", "".join(record.getMessage() for record in caplog.records))
    assert reference is not None
    assert reference[0] in content


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/office/nowhere", 404),
        ("/office/proposal/999999", 404),
        ("/office/business/uscc:nobody", 404),
        ("/office/decision/1999-1", 404),
        ("/office/campaign/none", 404),
        ("/office/business/a%00b", 404),
        ("/office/decision/a%00b", 404),
        ("/office/campaign/a%00b", 404),
        (f"/office/proposal/{'9' * 40}", 404),
        (f"/office/campaign/none/visit/{'9' * 40}", 404),
        ("/office/?page=zzz&list='&act=%00", 200),
    ],
)
def test_odd_addresses_get_a_page_in_words(signed_in: SignedIn, address: str, status: int) -> None:
    answer = signed_in(Role.CHIEF).get(address)
    assert answer.status_code == status
    assert "<h1" in answer.content.decode()


@pytest.mark.parametrize(("language", "word"), [("zh", "待办事项"), ("en", "Work queue")])
def test_both_languages_are_spoken_and_nothing_stands_inline(signed_in: SignedIn, language: str, word: str) -> None:
    answer = signed_in(Role.CHIEF).get(f"/office/?lang={language}")
    content = answer.content.decode()
    assert word in content
    assert " style=" not in content
    assert not re.search(r"<script(?![^>]*\ssrc=)", content)
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("language", "says"), [("zh", "没有这个编号的案件。"), ("en", "This cannot be done")])
def test_what_went_wrong_is_said_in_the_language_of_the_reader(
    office: Home, signed_in: SignedIn, language: str, says: str
) -> None:
    officer = signed_in(Role.OFFICER)
    answer = officer.get(f"/office/case/2026-C0000009?lang={language}")
    assert answer.status_code == 404
    assert (says in answer.content.decode()) is (language == "zh")


def test_an_error_leads_back_to_where_the_reader_was_and_nowhere_else(office: Home, signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    target = "/office/proposal/999999/decide"
    told = officer.post(target, {"verdict": "approve"}, headers={"referer": "http://testserver/office/decisions"})
    assert 'href="/office/decisions">' in told.content.decode().partition("<main")[2]
    for stranger in ("http://elsewhere.test/office/decisions", "http://testserver/entity/x"):
        told = officer.post(target, {"verdict": "approve"}, headers={"referer": stranger})
        assert "elsewhere" not in told.content.decode()
        assert 'href="/entity/x' not in told.content.decode()

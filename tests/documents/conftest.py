"""A small register whose business is told, listed, removed and annulled, so that there is something to serve."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from goodstanding.core.case import Actor
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, Value
from goodstanding.home import Home
from goodstanding.records import cases, ledger
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.models import ProposalRecord
from tests.conftest import NOW

WHO = f"uscc:{7:018}"
NAME = "示范贸易有限公司"
PERSON = "欧阳明远"
DAY = date(2025, 3, 3)
OFFICER, REVIEWER, CHIEF = Actor("li", "officer"), Actor("wang", "officer"), Actor("chen", "chief")


def fact(kind: str, from_on: date, **payload: Value) -> Fact:
    return Fact(WHO, kind, "test", f"{kind}/{from_on}", Span(from_on), NOW, payload)


PENALTY = fact(
    "penalty",
    DAY,
    document_number="示市监罚〔2025〕17号",
    decided_on=DAY.isoformat(),
    published_on=DAY.isoformat(),
    authority="示范省市场监督管理局",
    penalty_types=("fine",),
    violation="销售不符合食品安全标准的食品",
    content="罚款人民币伍万元",
    severity="serious",
)


def deliver_business(home: Home) -> None:
    """Put the business and its penalty into the ledger."""
    region = min(home.rulebook.tables["regions"])
    opened = fact(
        "registration",
        date(2020, 1, 5),
        name=NAME,
        subject_type="enterprise",
        status="open",
        region=region,
        legal_representative=PERSON,
    )
    ledger.deliver([ledger.Delivered(one) for one in (opened, PENALTY)], NOW)


@pytest.fixture
def register(db: None, home: Home) -> Home:
    """One enterprise with a serious penalty, that has not filed its report of 2025."""
    deliver_business(home)
    return home


@pytest.fixture
def entered(register: Home) -> str:
    """The number of the decision that entered the business for its missing report, with a reason."""
    day = date(2026, 7, 10)
    tick(register, day, NOW)
    proposal = ProposalRecord.objects.get(list_code="abnormal")
    reason = f"负责人{PERSON}（电话13800001111）称已报送，经查未报送。"
    return decide(register, proposal.pk, Verdict.APPROVE, "chen", reason, day, NOW).number


def take(home: Home, number: str, step: str, actor: Actor, day: date, reason: str = "", **evidence: str) -> None:
    """Take a step of a case."""
    cases.take(home.rulebook, number, step, actor, evidence, reason, day, NOW)


@pytest.fixture
def listed(register: Home) -> str:
    """The number of a case that listed the business, each step with its papers."""
    number = cases.open_case(register.rulebook, "serious_listing", WHO, [PENALTY.digest], OFFICER, DAY, NOW).number
    take(
        register,
        number,
        "notify",
        OFFICER,
        DAY,
        grounds="因销售不符合食品安全标准的食品被处以较重行政处罚，示市监罚〔2025〕17号。",
        gravity="违法行为持续六个月，涉及三个县。",
        proof_of_service="送达回证 2025-88",
    )
    later = DAY + timedelta(days=10)
    take(register, number, "review", REVIEWER, later, review_opinion="同意列入。")
    take(register, number, "consent", CHIEF, later, consent="省局同意文件 12 号")
    take(register, number, "list", CHIEF, later, "违法情节严重。", decision="列入决定书")
    take(register, number, "serve", OFFICER, later, proof_of_service="送达回证 2025-91")
    return number

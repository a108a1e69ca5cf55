"""case open, take and show at the command line: who acts is an account, and its role decides."""

from __future__ import annotations

from datetime import date

import pytest

import goodstanding.cli.case
import goodstanding.cli.supervision  # noqa: F401 - adds its commands
from goodstanding.core.dates import Span
from goodstanding.core.errors import RoleMissing, StepRefused
from goodstanding.core.fact import Fact, Value
from goodstanding.home import Home
from goodstanding.office.accounts import Role, add_account
from goodstanding.records import ledger
from tests.conftest import NOW
from tests.supervise.register import registration
from tests.supervise.test_supervise_measures_cli import told

DAY = "2025-03-03"
LATER = "2025-03-13"


@pytest.fixture
def penalty(home: Home, db: None) -> Fact:
    """One business with a serious penalty, two officers and a chief."""
    opened = registration(2)
    said: dict[str, Value] = {
        "document": "1", "authority": "X", "penalty_types": ("fine",), "violation": "V", "content": "C",
        "severity": "serious",
    }  # fmt: skip
    fact = Fact(opened.entity_id, "penalty", "test", "p", Span(date(2025, 3, 3)), NOW, said)
    ledger.deliver([ledger.Delivered(one) for one in (opened, fact)], NOW)
    for name, role in (("li", Role.OFFICER), ("wang", Role.OFFICER), ("chen", Role.CHIEF), ("gao", Role.VIEWER)):
        add_account(name, role, "correct horse battery")
    return fact


def open_it(penalty: Fact, by: str = "li") -> str:
    words = ("serious_listing", penalty.entity_id, "--about", penalty.digest, "--on", DAY, "--as", by)
    return str(told("case", "open", *words)["case"])


def take(number: str, step: str, by: str, day: str, *evidence: str) -> dict[str, object]:
    proofs = [word for code in evidence for word in ("--evidence", f"{code}=on record")]
    return told("case", "take", number, step, "--as", by, "--on", day, *proofs)


def test_a_listing_goes_its_way_and_the_tick_ends_the_time_to_answer(penalty: Fact) -> None:
    number = open_it(penalty)
    noticed = take(number, "notify", "li", DAY, "grounds", "gravity", "proof_of_service")
    assert noticed["state"] == "noticed"
    assert noticed["due"] == {"answering": "2025-03-10", "hearing_time": "2025-03-10"}
    assert told("tick", "--on", LATER)["periods_over"] == 1
    take(number, "review", "wang", LATER, "review_opinion")
    take(number, "consent", "chen", LATER, "consent")
    decided = take(number, "list", "chen", LATER, "decision")
    assert decided["state"] == "decided"
    assert told("replay", str(decided["decision"]))


def test_what_is_not_lawful_now_says_why(penalty: Fact) -> None:
    number = open_it(penalty)
    seen = told("case", "show", number, "--as", "li", "--on", DAY)
    assert seen["steps"]["notify"] == []
    assert seen["steps"]["serve"] == ["wrong state: examined (V-11)"]
    assert "wrong role: officer (V-12)" in seen["steps"]["list"]


def test_a_case_says_of_each_gate_whether_it_is_met_and_why(penalty: Fact) -> None:
    (seen,) = told("case", "show", open_it(penalty), "--as", "li", "--on", DAY)["gates"]
    assert seen["findings"] == [
        "V-02 open, area open",
        "V-01 met, graded (serious)",
        "V-02 open, weighed",
        "V-03 open, proven by party",
    ]
    assert seen["weights"]["frequency"] == ["1"]
    assert seen["weights"]["penalty_kind"] == ["fine"]


def test_the_same_hand_does_not_do_both(penalty: Fact) -> None:
    number = open_it(penalty)
    take(number, "notify", "li", DAY, "grounds", "gravity", "proof_of_service")
    with pytest.raises(StepRefused, match="same person"):
        take(number, "review", "li", LATER, "review_opinion")


@pytest.mark.parametrize("name", ["gao", "nobody"])
def test_an_account_without_a_role_opens_nothing(penalty: Fact, name: str) -> None:
    with pytest.raises(RoleMissing):
        open_it(penalty, name)

"""What an officer's act brings into the ledger is in the class of the business when the page answers."""

from __future__ import annotations

from datetime import date

import pytest

from goodstanding.home import Home
from goodstanding.office.accounts import Role
from goodstanding.records import classes
from goodstanding.records.models import ClassRun, Decision, ProposalRecord
from goodstanding.supervise.classify import classify_all
from tests.conftest import NOW
from tests.office.conftest import ENTITY, SignedIn


@pytest.fixture
def classified(office: Home) -> ClassRun:
    return classify_all(office, date(2026, 11, 6), NOW, NOW)


@pytest.mark.parametrize(("address", "form"), [("proposal/{}/decide", {"verdict": "approve"}), ("approve", {})])
def test_an_entry_is_in_the_class_at_once(
    signed_in: SignedIn, classified: ClassRun, proposal: ProposalRecord, address: str, form: dict[str, str]
) -> None:
    values = form or {"proposal": [proposal.pk]}
    answer = signed_in(Role.CHIEF).post(f"/office/{address.format(proposal.pk)}", values, follow=True)
    assert answer.status_code == 200
    before = classes.class_by_entity(classified)
    latest = classes.latest(ENTITY, "risk")
    assert latest is not None
    assert (latest.run.base_id, latest.run.placed) == (classified.pk, 1)
    assert latest.points > 0
    assert latest.run.moves in ({}, {before[ENTITY]: {latest.class_code: 1}})


def test_a_rejection_touches_nobody(signed_in: SignedIn, classified: ClassRun, proposal: ProposalRecord) -> None:
    form = {"verdict": "reject", "reason": "Filed on paper."}
    signed_in(Role.OFFICER).post(f"/office/proposal/{proposal.pk}/decide", form)
    assert ClassRun.objects.count() == 1


def test_a_decision_stands_where_nobody_can_be_placed(
    signed_in: SignedIn, classified: ClassRun, proposal: ProposalRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodstanding.office.proposal.PLACED_AT_ONCE", 0)
    answer = signed_in(Role.OFFICER).post(f"/office/proposal/{proposal.pk}/decide", {"verdict": "approve"})
    assert answer.status_code == 302
    assert Decision.objects.count() == 1
    assert ClassRun.objects.count() == 1

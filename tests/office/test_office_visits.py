"""Campaigns in the office: what inspectors record, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from goodstanding.core.draw import Seed, SeedKind
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.office import visits
from goodstanding.office.accounts import Role
from goodstanding.records import ledger
from goodstanding.records.campaigns import draw_campaign, plan_campaign
from goodstanding.records.models import ClassRecord, ClassRun, Inspector, Visit
from tests.conftest import NOW
from tests.office.conftest import ENTITY, SignedIn

DAY = date(2026, 11, 6)
VISITED = date(2026, 11, 10)
ADDRESS = "/office/campaign/autumn"


@pytest.fixture
def visit(office: Home, cn: Rulebook, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """The one visit of a drawn campaign; today is the day after the draw was due."""
    monkeypatch.setattr(visits, "today", lambda: date(2026, 11, 20))
    run = ClassRun.objects.create(
        scale="risk",
        as_of=DAY,
        known_at=NOW,
        ledger_position=ledger.position(),
        rulebook_digest=cn.digest,
        scorecard="C-01",
        engine="test",
        made_at=NOW,
        entities=1,
    )
    ClassRecord.objects.create(run=run, entity_id=ENTITY, class_code="D", points=90, values="{}")
    Inspector.objects.bulk_create(Inspector(code=f"I-{n}", name=f"Inspector {n}") for n in range(3))
    plan_campaign(cn, "autumn", {"zh": "秋季抽查", "en": "Autumn round"}, DAY, NOW, "chief")
    draw_campaign("autumn", Seed("4 1 6 2 3", SeedKind.DECLARED, NOW + timedelta(hours=1)))
    return Visit.objects.get()


def test_an_inspector_records_what_was_found_and_may_mend_it(signed_in: SignedIn, visit: Visit) -> None:
    client = signed_in(Role.INSPECTOR)
    for results in (["1"], ["6"]):
        answer = client.post(f"{ADDRESS}/visit/{visit.pk}", {"result": results, "inspected_on": VISITED.isoformat()})
        assert (answer.status_code, answer["Location"]) == (302, ADDRESS)
    visit.refresh_from_db()
    assert (visit.results, visit.inspected_on, visit.recorded_by) == (["6"], VISITED, "the-inspector")
    (fact,) = ledger.view_of(ENTITY, VISITED, NOW + timedelta(days=3650)).of("inspection")
    assert fact.payload["results"] == ("6",)
    assert "Hit rate by class" in client.get(ADDRESS + "?lang=en").content.decode()


def test_a_viewer_reads_a_campaign_and_records_nothing(signed_in: SignedIn, visit: Visit) -> None:
    client = signed_in(Role.VIEWER)
    content = client.get(ADDRESS).content.decode()
    assert ENTITY in content
    assert "inspected_on" not in content
    answer = client.post(f"{ADDRESS}/visit/{visit.pk}", {"result": ["1"], "inspected_on": VISITED.isoformat()})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("results", "day", "status"),
    [
        ([], "2026-11-10", 400),
        (["nonsense"], "2026-11-10", 400),
        (["1", "6"], "2026-11-10", 400),
        (["1"], "yesterday", 400),
        (["1"], "2026-11-21", 400),
        (["1"], "2026-11-05", 409),
    ],
)
def test_what_cannot_have_been_found_is_refused(
    signed_in: SignedIn, visit: Visit, results: list[str], day: str, status: int
) -> None:
    before = ledger.position()
    answer = signed_in(Role.INSPECTOR).post(f"{ADDRESS}/visit/{visit.pk}", {"result": results, "inspected_on": day})
    assert answer.status_code == status
    assert ledger.position() == before

"""A campaign is committed, then drawn once, and its results are facts."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.draw import Event, Party, Seed, SeedKind
from goodstanding.core.draw_bundle import rerun
from goodstanding.core.draw_seed import seed_of_shares, share_digest
from goodstanding.core.errors import (
    AlreadyDrawn,
    CampaignUnknown,
    ClassRunMissing,
    LabelTaken,
    NobodyToDraw,
    NotCommitted,
    ResultInvalid,
    TooFewInspectors,
)
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import Check, Ground, Mode
from goodstanding.records import ledger
from goodstanding.records.campaigns import (
    Finding,
    campaign_of,
    coverage_of,
    draw_campaign,
    event_of,
    excerpt_of,
    hit_rates,
    left_out_of,
    plan_campaign,
    record_findings,
)
from goodstanding.records.models import Campaign, ClassRecord, ClassRun, Decision, Inspector, OutboxMessage, Visit
from tests.conftest import NOW
from tests.verify.second import checker_module

DAY = date(2026, 11, 6)
LATER = NOW + timedelta(hours=1)
TITLE = {"zh": "秋季抽查", "en": "Autumn round"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(cn: Rulebook, classified: ClassRun) -> Campaign:
    return plan_campaign(cn, "autumn", TITLE, DAY, NOW, "chief")


@pytest.fixture
def drawn(committed: Campaign) -> Campaign:
    return draw_campaign(committed.label, Seed("4 1 6 2 3", SeedKind.DECLARED, LATER))


def test_a_commitment_is_announced_and_recorded_as_a_decision(committed: Campaign) -> None:
    assert OutboxMessage.objects.filter(topic="draw", body={"label": "autumn"}).count() == 1
    assert Decision.objects.get(number="plan/autumn").outcome["commitment"] == committed.commitment


def test_only_active_businesses_are_in_the_frame(committed: Campaign) -> None:
    frame = {unit["id"] for unit in json.loads(committed.plan)["frame"]}
    assert len(frame) == 39
    assert f"uscc:{39:018}" not in frame


def test_a_label_serves_once(cn: Rulebook, committed: Campaign) -> None:
    with pytest.raises(LabelTaken):
        plan_campaign(cn, "autumn", TITLE, DAY, LATER, "chief")


def test_classes_come_before_plans(cn: Rulebook) -> None:
    with pytest.raises(ClassRunMissing):
        plan_campaign(cn, "autumn", TITLE, DAY, NOW, "chief")


def test_a_plan_without_a_lawful_pair_is_not_committed(cn: Rulebook, classified: ClassRun) -> None:
    Inspector.objects.exclude(code="I-0").delete()
    with pytest.raises(TooFewInspectors):
        plan_campaign(cn, "autumn", TITLE, DAY, NOW, "chief")
    assert not Campaign.objects.exists()
    assert not OutboxMessage.objects.filter(topic="draw").exists()


def test_a_recused_inspector_is_never_sent(cn: Rulebook, classified: ClassRun) -> None:
    everybody = [f"uscc:{n:018}" for n in range(40)]
    Inspector.objects.filter(code="I-0").update(recused_from=everybody)
    plan_campaign(cn, "autumn", TITLE, DAY, NOW, "chief")
    draw_campaign("autumn", Seed("seed", SeedKind.DECLARED, LATER))
    assert {tuple(sorted(visit.inspectors)) for visit in Visit.objects.all()} == {("I-1", "I-2")}


def test_the_bundle_holds_for_both_implementations(drawn: Campaign, tmp_path: Path) -> None:
    rerun(json.loads(drawn.bundle))
    file = tmp_path / "bundle.json"
    file.write_text(drawn.bundle, encoding="utf-8")
    verify = Path(__file__).parents[2] / "verify"
    run = subprocess.run(
        [sys.executable, "-I", str(verify), str(file), "--commitment", drawn.commitment], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_campaign_is_drawn_once(drawn: Campaign) -> None:
    with pytest.raises(AlreadyDrawn):
        draw_campaign("autumn", Seed("another seed", SeedKind.DECLARED, LATER))


def test_a_seed_known_before_the_commitment_is_refused(committed: Campaign) -> None:
    with pytest.raises(NotCommitted):
        draw_campaign("autumn", Seed("seed", SeedKind.DECLARED, NOW - timedelta(seconds=1)))
    committed.refresh_from_db()
    assert committed.drawn_at is None


def test_an_unknown_campaign_is_named(cn: Rulebook) -> None:
    with pytest.raises(CampaignUnknown, match="winter"):
        draw_campaign("winter", Seed("seed", SeedKind.DECLARED, NOW))


def test_a_result_is_a_fact_and_a_mended_result_corrects_it(cn: Rulebook, drawn: Campaign) -> None:
    visit = Visit.objects.order_by("id").first()
    assert visit is not None
    day = date(2026, 11, 9)
    assert record_findings(cn, [Finding(visit.pk, ("1",), day)], LATER, "inspector") == 1
    assert record_findings(cn, [Finding(visit.pk, ("1",), day)], LATER, "inspector") == 0
    assert record_findings(cn, [Finding(visit.pk, ("E",), day)], LATER, "inspector") == 1
    seen = ledger.view_of(visit.entity_id, day, LATER)
    assert [fact.payload["results"] for fact in seen.of("inspection")] == [("E",)]


@pytest.mark.parametrize("results", [(), ("no such code",), ("1", "E")])
def test_a_result_the_rulebook_does_not_allow_is_refused(
    cn: Rulebook, drawn: Campaign, results: tuple[str, ...]
) -> None:
    visit = Visit.objects.order_by("id").first()
    assert visit is not None
    before = ledger.position()
    with pytest.raises(ResultInvalid):
        record_findings(cn, [Finding(visit.pk, results, date(2026, 11, 9))], LATER, "inspector")
    assert ledger.position() == before


def test_one_wrong_result_keeps_all_of_them_out(cn: Rulebook, drawn: Campaign) -> None:
    first, second = Visit.objects.order_by("id")[:2]
    findings = [Finding(first.pk, ("1",), date(2026, 11, 9)), Finding(second.pk, ("?",), date(2026, 11, 9))]
    before = ledger.position()
    with pytest.raises(ResultInvalid):
        record_findings(cn, findings, LATER, "inspector")
    assert ledger.position() == before
    assert not Visit.objects.exclude(inspected_on=None).exists()


def test_a_visit_before_its_lot_is_refused(cn: Rulebook, drawn: Campaign) -> None:
    visit = Visit.objects.order_by("id").first()
    assert visit is not None
    with pytest.raises(NotCommitted):
        record_findings(cn, [Finding(visit.pk, ("1",), DAY - timedelta(days=1))], LATER, "inspector")


def test_hit_rates_count_adverse_results_by_class(cn: Rulebook, drawn: Campaign) -> None:
    visits = list(Visit.objects.filter(class_code="D").order_by("id"))
    assert len(visits) >= 2
    day = date(2026, 11, 9)
    record_findings(
        cn, [Finding(visit.pk, ("E",) if n == 0 else ("1",), day) for n, visit in enumerate(visits)], LATER, "inspector"
    )
    (rate,) = hit_rates(cn, "autumn")
    assert (rate.class_code, rate.visited, rate.adverse) == ("D", len(visits), 1)


def checked(number: int, on: date, *results: str) -> Fact:
    payload = {"results": results, "authority": "A"}
    ref = f"check-{number}-{on}"
    return Fact(f"uscc:{number:018}", "inspection", "checks", ref, Span(on), NOW - timedelta(days=1), payload)


def deliver(*facts: Fact) -> None:
    ledger.deliver([ledger.Delivered(fact) for fact in facts], NOW)


def test_who_is_left_out_is_counted_in_what_is_committed_and_named_nowhere(cn: Rulebook, classified: ClassRun) -> None:
    # Found clean a month ago, after the classification was made; entity 1 is of class B, 3 of class D.
    deliver(checked(1, date(2026, 10, 6), "1"), checked(3, date(2026, 10, 6), "1"))
    campaign = plan_campaign(cn, "autumn", TITLE, DAY, NOW, "chief")
    plan = json.loads(campaign.plan)
    assert plan["header"]["title"] == "秋季抽查（未列入抽取范围：I-20 1）"
    assert campaign.title == TITLE
    frame = {unit["id"] for unit in plan["frame"]}
    assert f"uscc:{1:018}" not in frame
    assert f"uscc:{3:018}" in frame
    assert left_out_of("autumn") == {"I-20": 1}
    assert f"{1:018}" not in campaign.plan


def test_a_frame_with_some_left_out_is_drawn_and_verified_as_any(cn: Rulebook, classified: ClassRun) -> None:
    deliver(checked(1, date(2026, 10, 6), "1"), checked(4, date(2026, 10, 6), "1"))
    plan_campaign(cn, "autumn", TITLE, DAY, NOW, "chief")
    drawn = draw_campaign("autumn", Seed("4 1 6 2 3", SeedKind.DECLARED, LATER))
    stated = rerun(json.loads(drawn.bundle))
    assert {one.unit_id for one in stated.draw.selected}.isdisjoint({f"uscc:{1:018}", f"uscc:{4:018}"})


def test_a_visit_drawn_and_still_to_come_counts_toward_the_cap(cn: Rulebook, drawn: Campaign) -> None:
    visited = Visit.objects.get(campaign=drawn, class_code="A")  # the cap of class A is one
    second = plan_campaign(cn, "winter", TITLE, date(2026, 12, 1), LATER, "chief")
    assert left_out_of("winter") == {"I-24": 1}
    assert visited.entity_id not in {unit["id"] for unit in json.loads(second.plan)["frame"]}
    next_year = plan_campaign(cn, "spring", TITLE, date(2027, 2, 1), LATER, "chief")
    assert visited.entity_id in {unit["id"] for unit in json.loads(next_year.plan)["frame"]}


def test_an_exempt_business_is_in_no_frame_until_its_time_is_over(cn: Rulebook, classified: ClassRun) -> None:
    span = Span(date(2026, 10, 1), date(2027, 1, 1))
    payload = {"reason": "重点项目", "authority": "A"}
    deliver(Fact(f"uscc:{3:018}", "no_disturbance", "list", "1", span, NOW - timedelta(days=1), payload))
    plan_campaign(cn, "autumn", TITLE, DAY, NOW, "chief")
    plan_campaign(cn, "january", TITLE, date(2027, 1, 1), NOW, "chief")
    plan_campaign(cn, "lead", TITLE, DAY, NOW, "chief", check=Check(Ground.LEAD))
    assert [left_out_of(label) for label in ("autumn", "january", "lead")] == [{"I-27": 1}, {}, {}]


def test_a_round_on_paper_leaves_out_the_classes_that_must_be_visited(cn: Rulebook, classified: ClassRun) -> None:
    plan = json.loads(plan_campaign(cn, "paper", TITLE, DAY, NOW, "chief", check=Check(mode=Mode.PAPER)).plan)
    assert {stratum["code"] for stratum in plan["strata"]} == {"A", "B"}
    assert left_out_of("paper") == {"C-07": 10, "C-08": 9}


def test_a_lot_among_nobody_is_refused(cn: Rulebook, classified: ClassRun) -> None:
    ClassRecord.objects.exclude(class_code="A").delete()
    with pytest.raises(NobodyToDraw, match="C-05 10"):
        plan_campaign(cn, "own", TITLE, DAY, NOW, "chief", check=Check(Ground.SPECIAL))
    assert not Campaign.objects.exists()


def test_the_public_is_shown_no_line_of_those_who_were_not_drawn(cn: Rulebook, drawn: Campaign) -> None:
    assert not cn.inspection.frame_is_public
    frame = [one["id"] for one in json.loads(drawn.plan)["frame"]]
    document, missing = excerpt_of("autumn")
    shown = {one["line"]["id"] for one in document["lines"]}
    assert shown < {*frame}
    assert missing == []
    asking = next(one for one in frame if one not in shown)
    asked, missing = excerpt_of("autumn", [asking, "uscc:nobody"])
    assert {one["line"]["id"] for one in asked["lines"]} == shown | {asking}
    assert missing == ["uscc:nobody"]
    assert checker_module("excerpt").differences(asked, drawn.commitment) == []


def test_there_is_no_excerpt_before_the_draw(committed: Campaign) -> None:
    with pytest.raises(NotCommitted):
        excerpt_of(committed.label)


def test_every_plan_has_salts_of_its_own(cn: Rulebook, committed: Campaign) -> None:
    second = plan_campaign(cn, "winter", TITLE, DAY, NOW, "chief")
    salts = [{one["salt"] for one in json.loads(one.plan)["frame"]} for one in (committed, second)]
    assert salts[0].isdisjoint(salts[1])
    assert len(salts[0]) == len(json.loads(committed.plan)["frame"])


def test_a_lot_waits_for_the_event_that_was_announced(cn: Rulebook, classified: ClassRun) -> None:
    shares = {"Audit office": "a" * 32, "Chamber": "b" * 32}
    parties = tuple(Party(name, share_digest("spring", name, share)) for name, share in shares.items())
    event = Event(SeedKind.SHARES, "The meeting of May", parties=parties, reveal_by=LATER + timedelta(days=1))
    plan_campaign(cn, "spring", TITLE, DAY, NOW, "chief", event=event, visits_per_inspector=3)
    with pytest.raises(NotCommitted):
        draw_campaign("spring", Seed("declared", SeedKind.DECLARED, LATER))
    opened = Seed(seed_of_shares(shares), SeedKind.SHARES, LATER, shares=tuple(shares.items()))
    with pytest.raises(NotCommitted):
        draw_campaign("spring", dataclasses.replace(opened, revealed_at=LATER + timedelta(days=2)))
    assert event_of(campaign_of("spring")) == event
    assert draw_campaign("spring", opened).seed == seed_of_shares(shares)


def test_a_lot_that_keeps_promises_says_who_had_to_be_seen_by_it(cn: Rulebook, committed: Campaign) -> None:
    assert coverage_of(committed.label) == (0, {})
    covering = plan_campaign(cn, "covering", TITLE, DAY, NOW, "chief", later=())
    certain = [one for one in json.loads(covering.plan)["strata"] if one["code"].endswith("/1-in-1")]
    assert coverage_of("covering") == (sum(one["units"] for one in certain), {})
    assert all(one["size"] == one["units"] for one in certain)

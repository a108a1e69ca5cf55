"""Measures come with the listing and go with it; what is on is at all times what the law calls for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import ended
from goodstanding.core.rulebook import Rulebook, load
from goodstanding.home import Home, read_rulebook, rulebook_folder
from goodstanding.records import ledger, measures
from goodstanding.records.annulments import annul
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.measures import Gap, Switched, follow, follow_all, follow_day, gaps, switched_on
from goodstanding.records.models import MeasureSwitch, ProposalRecord
from tests.conftest import NOW
from tests.records.conftest import registration

ENTITY = f"uscc:{1:018}"
DAY = date(2026, 7, 10)


@pytest.fixture
def listed(db: None, home: Home, region: str) -> Home:
    """One enterprise listed for a report it did not file, by an officer's decision."""
    ledger.deliver([ledger.Delivered(registration(1, region=region))], NOW)
    tick(home, DAY, NOW)
    decide(home, ProposalRecord.objects.get().pk, Verdict.APPROVE, "li", "", DAY, NOW)
    return home


def entry(span: Span, ref: str = "old", list_code: str = "serious") -> Fact:
    payload = {
        "list": list_code,
        "ground": "heavier_penalty",
        "cause": "year:2020",
        "rule": "V-01",
        "decision": "严列〔2024〕1号",
        "authority": "Office",
    }
    return Fact(ENTITY, "list_entry", "other", ref, span, NOW, payload)


def test_a_listing_decision_switches_its_measure_on_in_the_same_breath(listed: Home) -> None:
    (row,) = MeasureSwitch.objects.all()
    decision = ProposalRecord.objects.select_related("decision").get().decision
    assert decision is not None
    assert (row.entity_id, row.measure, row.act, row.rule_number) == (ENTITY, "restricted_when_listed", "on", "D-18")
    assert row.decision == decision.number
    assert row.on_day == DAY
    assert row.basis == "企业信息公示暂行条例（国务院令第654号，第777号修订） 第十八条"
    assert gaps(listed.rulebook, DAY, NOW) == []


def test_a_removal_decision_switches_it_off_on_its_own_day(listed: Home) -> None:
    report = Fact(ENTITY, "annual_report", "register", "r", Span(date(2026, 7, 20)), NOW, {"year": 2025})
    ledger.deliver([ledger.Delivered(report)], NOW)
    later = date(2026, 7, 22)
    tick(listed, later, NOW)
    waiting = ProposalRecord.objects.get(act="lift")
    assert len(switched_on([ENTITY])) == 1
    decide(listed, waiting.pk, Verdict.APPROVE, "li", "", later, NOW)
    assert switched_on([ENTITY]) == []
    assert [(row.act, row.on_day) for row in MeasureSwitch.objects.order_by("id")] == [("on", DAY), ("off", later)]
    assert gaps(listed.rulebook, later, NOW) == []


def test_a_rejected_listing_switches_nothing(db: None, home: Home, region: str) -> None:
    ledger.deliver([ledger.Delivered(registration(1, region=region))], NOW)
    tick(home, DAY, NOW)
    decide(home, ProposalRecord.objects.get().pk, Verdict.REJECT, "li", "Filed on paper.", DAY, NOW)
    assert not MeasureSwitch.objects.exists()


def test_the_daily_tick_follows_listings_that_came_from_elsewhere_and_ends_them_by_law(
    db: None, home: Home, region: str
) -> None:
    facts = [registration(1, region=region), entry(Span(date(2023, 9, 4)))]
    report = Fact(ENTITY, "annual_report", "register", "r", Span(date(2026, 5, 4)), NOW, {"year": 2025})
    ledger.deliver([ledger.Delivered(fact) for fact in [*facts, report]], NOW)
    outcome = tick(home, date(2026, 7, 10), NOW)
    assert outcome.measures == Switched(on=5)
    # Three years are over on 4 September: the entry ends by law, and everything with it, in one tick.
    tick(home, date(2026, 9, 4), NOW)
    assert switched_on([ENTITY]) == []
    assert {row.on_day for row in MeasureSwitch.objects.filter(act="off")} == {date(2026, 9, 4)}
    assert gaps(home.rulebook, date(2026, 9, 4), NOW) == []


def test_following_twice_changes_nothing(listed: Home) -> None:
    assert follow_all(listed.rulebook, DAY, NOW) == Switched()
    assert follow_day(listed.rulebook, DAY, NOW) == Switched()
    assert MeasureSwitch.objects.count() == 1


def test_a_listing_that_ended_elsewhere_is_told_as_a_gap_until_somebody_follows(listed: Home) -> None:
    (stands,) = [fact for fact in ledger.facts_of(ENTITY) if fact.kind == "list_entry"]
    later = DAY + timedelta(days=9)
    ledger.append([ended(stands, later, "court", "annulled", NOW)], NOW)
    book = listed.rulebook
    assert gaps(book, later, NOW) == [Gap(ENTITY, "restricted_when_listed", stands.digest, is_on=True)]
    assert follow_day(book, later, NOW) == Switched(off=1)
    assert gaps(book, later, NOW) == []


def test_a_listing_not_followed_is_told_as_a_gap_too(listed: Home) -> None:
    imported = entry(Span(date(2025, 9, 4)))
    ledger.append([imported], NOW)
    found = gaps(listed.rulebook, DAY, NOW)
    assert {(gap.trigger, gap.is_on) for gap in found} == {(imported.digest, False)}
    assert len(found) == 5


def test_a_line_that_leaves_the_catalogue_ends_what_rested_on_it(listed: Home) -> None:
    files = read_rulebook(rulebook_folder("cn"))
    text = (
        files["measures.toml"]
        .decode()
        .replace(
            'code = "restricted_when_listed"\nnumber = "D-18"',
            'code = "restricted_when_listed"\nvalid_until = 2026-07-15\nnumber = "D-18"',
        )
    )
    changed: Rulebook = load({**files, "measures.toml": text.encode()})
    assert follow_day(changed, date(2026, 7, 14), NOW) == Switched()
    assert follow_day(changed, date(2026, 7, 15), NOW) == Switched(off=1)


def test_nothing_is_followed_when_the_decision_fails(listed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Fact(ENTITY, "annual_report", "register", "r", Span(date(2026, 7, 20)), NOW, {"year": 2025})
    ledger.deliver([ledger.Delivered(report)], NOW)
    later = date(2026, 7, 22)
    tick(listed, later, NOW)

    def fails(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(measures, "follow_decided", fails)
    with pytest.raises(RuntimeError):
        decide(listed, ProposalRecord.objects.get(act="lift").pk, Verdict.APPROVE, "li", "", later, NOW)
    assert len(switched_on([ENTITY])) == 1
    assert ProposalRecord.objects.get(act="lift").state == "open"
    assert gaps(listed.rulebook, later, NOW) == []


def test_a_switch_is_never_changed_deleted_or_made_twice(listed: Home) -> None:
    row = MeasureSwitch.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        MeasureSwitch.objects.update(on_day=date(2020, 1, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        MeasureSwitch.objects.all().delete()
    row.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


def test_a_rulebook_without_measures_switches_nothing(listed: Home) -> None:
    files = {name: text for name, text in read_rulebook(rulebook_folder("cn")).items() if name != "measures.toml"}
    bare = load(files)
    assert follow(bare, [(ENTITY, ledger.facts_of(ENTITY))], DAY, NOW) == Switched()


def test_what_a_listing_brought_falls_when_the_listing_is_annulled(listed: Home) -> None:
    decision = ProposalRecord.objects.select_related("decision").get().decision
    assert decision is not None
    later = DAY + timedelta(days=3)
    annul(listed.rulebook, decision.number, "wang", "Judgment of 2026-07-12.", later, NOW + timedelta(hours=1))
    assert switched_on([ENTITY]) == []
    assert gaps(listed.rulebook, later, NOW + timedelta(hours=1)) == []

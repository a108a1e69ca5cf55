"""Only the touched are placed anew, and the register then stands as if everybody had been."""

from __future__ import annotations

import fcntl
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.errors import ClassificationDue, ClassificationUnderWay, NoRuleInForce
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import withdrawal
from goodstanding.home import Home
from goodstanding.records import classes, ledger
from goodstanding.records.models import ClassRecord, ClassRun
from goodstanding.supervise import changed
from goodstanding.supervise.changed import classify_changed, place_touched
from goodstanding.supervise.classify import classify_all
from tests.conftest import NOW
from tests.engine.histories import DAYS, entity_id
from tests.engine.histories import register as histories
from tests.supervise.register import AS_OF, penalty, registration, reports, said

ALL_YEARS = (2023, 2024, 2025)


def known(facts: list[Fact]) -> None:
    ledger.append(facts, NOW)


@pytest.fixture
def full(home: Home, db: None) -> ClassRun:
    """Three businesses in good standing, all classified."""
    for number in (1, 2, 3):
        known([registration(number), *reports(number, *ALL_YEARS)])
    return classify_all(home, AS_OF, NOW, NOW)


def class_of(number: int) -> str | None:
    found = classes.latest(entity_id(number), "risk")
    return None if found is None else found.class_code


def test_one_penalty_places_one_business_and_nobody_else(home: Home, full: ClassRun) -> None:
    known([penalty(2, date(2026, 10, 1), "serious", "revoke_licence")])
    run = classify_changed(home, AS_OF, NOW, NOW)
    assert run is not None
    stored = ClassRun.objects.get(pk=run.pk)
    (record,) = ClassRecord.objects.filter(run=stored)
    assert record.entity_id == entity_id(2)
    assert (stored.base_id, stored.placed, stored.entities) == (full.pk, 1, 3)
    assert stored.moves == {"A": {record.class_code: 1}}
    assert record.class_code > "A"
    assert stored.counts == {**full.counts, "A": 2, record.class_code: 1}
    assert (stored.scale, stored.scorecard, stored.engine) == (full.scale, full.scorecard, "sqlite")
    assert (stored.ledger_position, stored.complete_through) == (ledger.position(), ledger.position())
    assert classes.class_by_entity(stored) == {entity_id(1): "A", entity_id(2): record.class_code, entity_id(3): "A"}
    assert class_of(2) == record.class_code
    assert classes.current_run(home.rulebook.digest, "risk") == stored


def test_nobody_touched_makes_no_run(home: Home, full: ClassRun) -> None:
    assert classify_changed(home, AS_OF, NOW, NOW) is None
    assert ClassRun.objects.count() == 1


def test_a_run_goes_on_from_the_partial_one_before_and_its_base_is_the_full_one(home: Home, full: ClassRun) -> None:
    known([penalty(2, date(2026, 10, 1))])
    first = classify_changed(home, AS_OF, NOW, NOW)
    known([registration(4)])
    second = classify_changed(home, AS_OF + timedelta(days=1), NOW, NOW)
    assert first is not None
    assert second is not None
    assert (second.base_id, second.placed, second.entities) == (full.pk, 1, 4)
    assert list(second.moves) == [classes.GONE]
    assert classes.class_by_entity(second).keys() == {entity_id(number) for number in (1, 2, 3, 4)}
    assert class_of(2) == classes.class_by_entity(first)[entity_id(2)]
    # Everybody anew says the same of everybody.
    again = classify_all(home, AS_OF + timedelta(days=1), NOW, NOW)
    assert classes.class_by_entity(again) == classes.class_by_entity(second)
    assert again.counts == second.counts


def test_a_business_whose_registration_was_withdrawn_has_no_class_any_more(home: Home, full: ClassRun) -> None:
    known([withdrawal(registration(3), "test", "never", NOW)])
    run = classify_changed(home, AS_OF, NOW, NOW)
    assert run is not None
    assert (run.entities, run.moves) == (2, {"A": {classes.GONE: 1}})
    assert class_of(3) is None
    assert entity_id(3) not in classes.class_by_entity(run)
    # It comes back when it is registered again.
    known([registration(3, date(2013, 1, 1))])
    run = classify_changed(home, AS_OF, NOW, NOW)
    assert run is not None
    assert run.entities == 3
    assert class_of(3) is not None


def test_a_touched_stranger_who_is_not_registered_leaves_no_line(home: Home, full: ClassRun) -> None:
    known([penalty(9, date(2026, 10, 1))])
    run = classify_changed(home, AS_OF, NOW, NOW)
    assert run is not None
    assert (run.placed, run.entities, run.moves) == (0, 3, {})
    # The run remembers that it saw the fact, so nothing is asked twice.
    assert classify_changed(home, AS_OF, NOW, NOW) is None


def test_what_the_last_run_could_not_know_yet_is_found_later(home: Home, db: None) -> None:
    known([registration(1), *reports(1, *ALL_YEARS), registration(2), *reports(2, *ALL_YEARS)])
    late = replace(penalty(1, date(2026, 10, 1)), known_at=NOW + timedelta(hours=2))
    known([late])
    known([said(2, "complaint", date(2026, 10, 1), is_upheld=True)])
    run = classify_all(home, AS_OF, NOW, NOW)
    assert run.complete_through == run.ledger_position - 2
    first = classify_changed(home, AS_OF, NOW + timedelta(hours=1), NOW)
    second = classify_changed(home, AS_OF, NOW + timedelta(hours=2), NOW)
    assert first is not None
    assert second is not None
    assert (first.moves, first.complete_through) == ({}, run.complete_through)
    assert second.complete_through == second.ledger_position
    record = ClassRecord.objects.get(run=second, entity_id=entity_id(1))
    assert record.points > ClassRecord.objects.get(run=run, entity_id=entity_id(1)).points
    assert classify_changed(home, AS_OF, NOW + timedelta(hours=3), NOW) is None


@pytest.mark.parametrize("is_later", [False, True])
def test_a_change_of_a_related_business_touches_who_names_it(home: Home, full: ClassRun, is_later: bool) -> None:
    link = said(1, "investment", date(2024, 1, 1), party=entity_id(2), relation="shareholder")
    known([link])
    if not is_later:
        classify_all(home, AS_OF, NOW, NOW)
    else:
        # Only the ledger knows of the link: the snapshot is older, and a partial run took note of it since.
        assert classify_changed(home, AS_OF, NOW, NOW) is not None
    known([said(2, "court_debt", date(2026, 1, 1), court="x", case_number="x")])
    run = classify_changed(home, AS_OF, NOW, NOW)
    assert run is not None
    assert set(ClassRecord.objects.filter(run=run).values_list("entity_id", flat=True)) == {entity_id(1), entity_id(2)}
    again = classify_all(home, AS_OF, NOW, NOW)
    assert sorted(classes.standing(again)) == sorted(classes.standing(run))


@pytest.mark.parametrize("seed", range(6))
def test_partial_runs_leave_the_register_as_a_full_one_does(home: Home, db: None, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same ledger again for the same seed
    facts = [one for _, own in histories(seed, home.rulebook, DAYS[0], 25) for one in own]
    chance.shuffle(facts)
    facts.sort(key=lambda one: one.corrects is not None)
    known_at = NOW
    cut = chance.randint(1, len(facts))
    known(facts[:cut])
    classify_all(home, DAYS[0], known_at, NOW)
    while cut < len(facts):
        more = chance.randint(1, 120)
        known(facts[cut : cut + more])
        cut += more
        known_at += timedelta(days=chance.choice((0, 0, 1, 400)))
        run = classify_changed(home, DAYS[0], known_at, NOW)
        last = run or classes.current_run(home.rulebook.digest, "risk")
        assert last is not None
        stands = sorted(classes.standing(last))
        anew = classify_all(home, DAYS[0], known_at, NOW)
        assert stands == sorted(classes.standing(anew))
        assert (last.counts, last.entities) == (anew.counts, anew.entities)
        if chance.random() < 0.5:
            # Go on from the partial run, as if nobody had classified everyone in between.
            ClassRecord.objects.filter(run=anew).delete()
            anew.delete()


def test_without_a_full_run_there_is_nothing_to_go_on_from(home: Home, db: None) -> None:
    known([registration(1)])
    with pytest.raises(ClassificationDue, match="Nobody"):
        classify_changed(home, AS_OF, NOW, NOW)


def test_a_partial_run_never_looks_back(home: Home, full: ClassRun) -> None:
    known([penalty(2, date(2026, 10, 1))])
    with pytest.raises(ClassificationDue, match="later"):
        classify_changed(home, AS_OF - timedelta(days=1), NOW, NOW)
    with pytest.raises(ClassificationDue, match="later"):
        classify_changed(home, AS_OF, NOW - timedelta(seconds=1), NOW)
    assert ClassRun.objects.count() == 1


def test_another_scorecard_asks_for_everyone(home: Home, full: ClassRun) -> None:
    book = home.rulebook
    (card,) = (one for one in book.scorecards if one.scale == "risk")
    turn = AS_OF + timedelta(days=1)
    old = replace(card, rule=replace(card.rule, validity=Span(card.rule.validity.from_on, turn)))
    new = replace(card, rule=replace(card.rule, validity=Span(turn)))
    home.__dict__["rulebook"] = replace(book, scorecards=(old, new))
    known([penalty(2, date(2026, 10, 1))])
    with pytest.raises(ClassificationDue, match="scorecard"):
        classify_changed(home, turn, NOW, NOW)
    assert classify_changed(home, AS_OF, NOW, NOW) is not None


def test_too_many_touched_are_left_to_a_run_of_everyone(home: Home, full: ClassRun) -> None:
    known([penalty(number, date(2026, 10, 1)) for number in (1, 2)])
    with pytest.raises(ClassificationDue, match="2 businesses"):
        classify_changed(home, AS_OF, NOW, NOW, at_most=1)
    assert classify_changed(home, AS_OF, NOW, NOW, at_most=2) is not None


def test_a_partial_run_waits_a_little_for_another_and_then_gives_way(
    home: Home, full: ClassRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed, "_PATIENCE_S", 0.05)
    known([penalty(2, date(2026, 10, 1))])
    with (home.folder("classes") / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ClassificationUnderWay):
            classify_changed(home, AS_OF, NOW, NOW)
        assert [one.code for one in place_touched(home, NOW).refused] == [ClassificationUnderWay.code]
    assert len(place_touched(home, NOW).runs) == 1


def test_a_crash_leaves_no_run_and_the_next_makes_up_for_it(
    home: Home, full: ClassRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise RuntimeError("power")

    known([penalty(2, date(2026, 10, 1))])
    with monkeypatch.context() as broken:
        broken.setattr(classes, "record", stop)
        with pytest.raises(RuntimeError, match="power"):
            classify_changed(home, AS_OF, NOW, NOW)
    assert ClassRun.objects.count() == 1
    run = classify_changed(home, AS_OF, NOW, NOW)
    assert run is not None
    assert run.placed == 1


def test_many_touched_are_placed_in_chunks_and_told(
    home: Home, full: ClassRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed, "_CHUNK", 2)
    known([penalty(number, date(2026, 10, 1)) for number in (1, 2, 3)])
    told: list[int] = []
    run = classify_changed(home, AS_OF, NOW, NOW, on_progress=told.append)
    assert run is not None
    assert told == [2, 3]
    assert sum(sum(after.values()) for after in run.moves.values()) <= run.placed == 3


def test_an_act_places_the_touched_on_every_scale_that_was_classified(home: Home, full: ClassRun) -> None:
    classify_all(home, AS_OF, NOW, NOW, "public_credit")
    known([penalty(2, date(2026, 10, 1))])
    placed = place_touched(home, NOW)
    assert [run.scale for run in placed.runs] == ["risk", "public_credit"]
    assert not placed.refused
    assert {run.as_of for run in placed.runs} == {AS_OF}
    assert place_touched(home, NOW).runs == ()


def test_an_act_on_an_installation_never_classified_places_nobody(home: Home, db: None) -> None:
    known([registration(1)])
    placed = place_touched(home, NOW)
    assert (placed.runs, placed.refused) == ((), ())


def test_an_act_looks_at_the_day_of_the_last_run_where_that_is_later(home: Home, full: ClassRun) -> None:
    classify_all(home, AS_OF + timedelta(days=30), NOW, NOW)
    known([penalty(2, date(2026, 10, 1))])
    (run,) = place_touched(home, NOW - timedelta(days=3)).runs
    assert (run.as_of, run.known_at) == (AS_OF + timedelta(days=30), NOW)


def test_an_act_says_why_a_scale_stays_as_it_is(home: Home, full: ClassRun) -> None:
    known([penalty(2, date(2026, 10, 1))])
    placed = place_touched(home, NOW, at_most=0)
    assert [error.code for error in placed.refused] == [ClassificationDue.code]


def test_a_scale_whose_scorecard_has_ended_is_passed_by(home: Home, full: ClassRun) -> None:
    book = home.rulebook
    ends = [
        replace(card, rule=replace(card.rule, validity=Span(card.rule.validity.from_on, AS_OF + timedelta(days=1))))
        for card in book.scorecards
    ]
    home.__dict__["rulebook"] = replace(book, scorecards=tuple(ends))
    known([penalty(2, date(2026, 10, 1))])
    later = NOW + timedelta(days=5)
    placed = place_touched(home, later)
    assert (placed.runs, placed.refused) == ((), ())
    with pytest.raises(NoRuleInForce):
        classify_changed(home, AS_OF + timedelta(days=5), later, later)

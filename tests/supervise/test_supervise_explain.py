"""Why a business is in its class, what changed since, and what would lawfully lead to a better one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from goodstanding.core.classification import Scorecard, score
from goodstanding.core.course import course
from goodstanding.core.dates import add_months
from goodstanding.core.entity import profile
from goodstanding.core.errors import EntityUnknown, NoRuleInForce, ScaleUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.remedy import Means, Remedy
from goodstanding.core.rule import in_force
from goodstanding.core.rulebook import Rulebook, load
from goodstanding.engine.behind import Known, behind, place, rows_in, units
from goodstanding.engine.instant import instant_of
from goodstanding.home import Home, read_rulebook, rulebook_folder
from goodstanding.look import LANGUAGES
from goodstanding.records import ledger
from goodstanding.records.models import ClassRecord
from goodstanding.supervise.ahead import HORIZON_MONTHS, Ahead, GoneBy, Now, look_ahead
from goodstanding.supervise.classify import classify_all
from goodstanding.supervise.explain import Explanation, explain_one
from goodstanding.supervise.telling import Telling
from tests.conftest import NOW
from tests.engine.histories import KNOWN_AT, entity_id, history
from tests.supervise.register import AS_OF, entry, penalty, registration, reports, said


def deliver(*facts: Fact) -> None:
    ledger.deliver([ledger.Delivered(one) for one in facts], NOW)


def explained(home: Home, number: int = 1, day: date = AS_OF, since: date | None = None) -> Explanation:
    return explain_one(home, entity_id(number), day, NOW, "risk", since)


def facts_behind(found: Explanation, indicator: str) -> set[str]:
    return {fact.digest for reason in found.reasons if reason.line.indicator == indicator for fact in reason.facts}


@pytest.mark.django_db
def test_one_business_explained_alone_has_the_class_recorded(home: Home) -> None:
    deliver(registration(1), *reports(1, 2023, 2024, 2025), registration(2), registration(3), penalty(3, AS_OF))
    run = classify_all(home, AS_OF, NOW, NOW, "risk")
    for record in ClassRecord.objects.filter(run=run):
        found = explain_one(home, record.entity_id, AS_OF, NOW, "risk")
        assert (found.placed.class_code, found.placed.points, found.placed.values_json) == (
            record.class_code,
            record.points,
            record.values,
        )
        again = score(found.placed.values, found.card, found.scale, found.placed.areas)
        assert again == found.outcome


@pytest.mark.django_db
def test_points_direct_rules_and_signals_name_the_facts_behind_them(home: Home) -> None:
    listed = entry(1, "serious", "heavier_penalty", date(2026, 3, 2), "fact:x", "V-01")
    fines = [penalty(1, date(2026, 2, day)) for day in (2, 3)]
    deliver(registration(1), *reports(1, *range(2013, 2026)), listed, *fines)
    found = explained(home)
    assert facts_behind(found, "penalties_24m") == {one.digest for one in fines}
    assert facts_behind(found, "listed_serious") == {listed.digest}
    (direct,) = (held for held in found.held if held.rule.rule.number == "C-08")
    assert direct.facts == (listed,)


@pytest.mark.django_db
@pytest.mark.parametrize("entity", ["test:000004", "test:000099", "nonsense"])
def test_a_business_unknown_by_the_day_has_no_explanation(home: Home, entity: str) -> None:
    deliver(registration(4, AS_OF + timedelta(days=1)))
    with pytest.raises(EntityUnknown):
        explain_one(home, entity, AS_OF, NOW)


@pytest.mark.django_db
def test_a_day_or_scale_without_a_scorecard_is_refused(home: Home) -> None:
    deliver(registration(1))
    for day, scale, why in [(date(2010, 1, 1), "risk", NoRuleInForce), (AS_OF, "spaceship", ScaleUnknown)]:
        with pytest.raises(why):
            explain_one(home, entity_id(1), day, NOW, scale)


@pytest.mark.django_db
def test_what_changed_is_told_against_the_last_class_that_was_another_state(home: Home) -> None:
    before = date(2026, 5, 4)
    old = penalty(1, date(2023, 3, 1))
    deliver(registration(1), *reports(1, *range(2013, 2026)), old)
    assert explained(home).change is None
    first = classify_all(home, date(2026, 2, 2), NOW, NOW, "risk")
    run = classify_all(home, before, NOW, NOW, "risk")
    fine = penalty(1, date(2026, 6, 2))
    deliver(fine)
    classify_all(home, AS_OF, NOW, NOW, "risk")
    change = explained(home).change
    assert change is not None
    assert (change.run, change.as_of) == (run.pk, before) != (first.pk, before)
    (line,) = (line for line in change.lines if line.indicator == "penalties_24m")
    assert line.before is not None
    assert line.after is not None
    assert line.before.points < line.after.points
    assert line.new == (fine,)
    assert fine in change.new
    assert old not in change.new


@pytest.mark.django_db
def test_what_left_view_is_among_the_facts_that_no_longer_count(home: Home) -> None:
    old = penalty(1, date(2023, 3, 1))
    deliver(registration(1), *reports(1, *range(2013, 2026)), old)
    change = explained(home, since=date(2026, 1, 5)).change
    assert change is not None
    assert (change.run, change.as_of) == (None, date(2026, 1, 5))
    assert change.gone == (old,)


@pytest.mark.django_db
def test_before_it_was_registered_there_was_nothing_to_change(home: Home) -> None:
    deliver(registration(1, date(2026, 6, 1)))
    assert explained(home, since=date(2026, 5, 1)).change is None


@pytest.mark.django_db
def test_the_best_class_asks_for_nothing(home: Home) -> None:
    deliver(registration(1), *reports(1, *range(2013, 2026)))
    ahead = explained(home).ahead
    assert ahead.is_best
    assert (ahead.time, ahead.paths) == (None, ())


@pytest.mark.django_db
def test_the_end_of_days_is_explained_without_looking_beyond(home: Home) -> None:
    deliver(registration(1), *reports(1, *range(2013, 2026)), registration(2))
    for number in (1, 2):
        ahead = explained(home, number, date.max).ahead
        assert (ahead.through, ahead.time, ahead.paths) == (date.max, None, ())


@pytest.mark.django_db
def test_the_way_off_the_list_is_told_with_its_days_and_rules(home: Home) -> None:
    listed = entry(1, "abnormal", "annual_report_missed", date(2026, 7, 8), "year:2025", "A-01")
    deliver(registration(1, date(2022, 5, 1)), *reports(1, 2022, 2023, 2024), listed)
    found = explained(home)
    path = found.ahead.paths[0]
    (step,) = path.steps
    assert step.remedy.means is Means.FULFIL
    assert [rule.number for rule in step.rules] == ["D-03", "A-08"]
    assert found.scale.position(path.reached.class_code) < found.scale.position(found.outcome.class_code)
    assert path.reached.on <= date(2026, 11, 27)
    gone = [gone for shift in path.shifts for gone in shift.gone if gone.fact.digest == listed.digest]
    for one in gone:
        assert (one.by, one.on) == (GoneBy.LEFT, date(2026, 11, 27))
        assert one.rule is not None
        assert one.rule.number == "A-08"


@pytest.mark.django_db
def test_a_report_filed_late_makes_no_registration_grow_old(home: Home) -> None:
    moved = registration(1, date(2026, 2, 17))
    first = said(1, "registration", date(2012, 5, 1), moved.span.from_on, **dict(moved.payload))
    deliver(first, moved, *reports(1, 2023, 2024))
    (path,) = explained(home).ahead.paths
    (shift,) = (one for one in path.shifts if one.weighing.indicator == "annual_reports_missed_3y")
    assert (shift.before.points, shift.after.points, shift.gone) == (15, 0, ())


@pytest.mark.django_db
def test_a_serious_entry_ends_by_repair_sooner_than_by_time(home: Home) -> None:
    listed = entry(1, "serious", "heavier_penalty", date(2026, 3, 2), "fact:x", "V-01")
    deliver(registration(1), *reports(1, *range(2013, 2026)), listed)
    ahead = explained(home).ahead
    assert ahead.time is not None
    assert ahead.time.reached.on == date(2029, 3, 2)
    assert [(one.rule.number, one.fact) for one in ahead.time.foreseen if one.fact is not None] == [("V-22", listed)]
    assert "C-08" in {one.rule.number for one in ahead.time.released}
    (path,) = ahead.paths
    (step,) = path.steps
    assert (step.remedy.rule.number, step.asked_on, step.is_estimated) == ("V-17", date(2027, 3, 3), True)
    assert path.reached.on == step.counts_on
    assert step.remedy.asks


@pytest.mark.django_db
def test_what_can_never_be_repaired_is_left_to_time(home: Home) -> None:
    fines = [penalty(1, date(2026, 2, day), "serious", "business_stop") for day in (2, 3)]
    deliver(registration(1), *reports(1, *range(2013, 2026)), *fines)
    ahead = explained(home).ahead
    assert not ahead.is_best
    assert ahead.paths == ()
    assert ahead.time is not None
    (shift,) = (one for one in ahead.time.shifts if one.weighing.indicator == "penalties_24m")
    assert {gone.by for gone in shift.gone} <= {GoneBy.AGED, GoneBy.HIDDEN}


def now_of(cn: Rulebook, facts: Sequence[Fact], day: date, card: Scorecard | None = None) -> Now | None:
    known = Known(view(facts, date.max, KNOWN_AT).facts, KNOWN_AT)
    if not known.facts:
        return None
    card = card or next(card for card in cn.scorecards if card.scale == "risk")
    ready = instant_of(cn, card)
    (placed,) = place(ready, [rows_in(units(ready, cn, known))], day)
    who = profile(view(known.facts, day, KNOWN_AT), cn.roles)
    if placed is None or who is None:
        return None
    return Now(known, who, day, card, placed, behind(ready, cn, card, known, day))


def first_better(cn: Rulebook, now: Now, ahead: Ahead, taken: Sequence[Remedy]) -> date | None:
    """Return the first day with a better class, by asking every day."""
    went = course(now.known.facts, now.who, cn, now.day, ahead.through, taken)
    ready = instant_of(cn, now.card)
    rows = rows_in(units(ready, cn, Known(went.facts, KNOWN_AT, hidden=went.hidden)))
    ready.give({**row, "entity": "one"} for row in rows)
    scale = cn.scales["risk"]
    day = now.day
    while day < ahead.through:
        day += timedelta(days=1)
        (placed,) = ready.on(day)
        if scale.position(placed.class_code) < scale.position(now.placed.class_code):
            return day
    return None


@pytest.mark.parametrize("seed", range(2))
def test_every_day_told_is_the_first_when_every_day_is_asked(cn: Rulebook, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same histories again
    compared = 0
    for number in range(60):
        now = now_of(cn, history(chance, number, cn, AS_OF), AS_OF)
        if now is None:
            continue
        ahead = look_ahead(cn, now)
        assert ahead.through == add_months(AS_OF, HORIZON_MONTHS) + timedelta(days=1)
        if ahead.is_best or compared >= 5:
            continue
        compared += 1
        time = None if ahead.time is None else ahead.time.reached.on
        assert time == first_better(cn, now, ahead, ())
        for path in ahead.paths:
            assert path.reached.on == first_better(cn, now, ahead, [step.remedy for step in path.steps])
            assert time is None or path.reached.on < time
    assert compared == 5


def test_every_suggestion_rests_on_a_rule_of_the_rulebook_in_force_and_helps(cn: Rulebook) -> None:
    chance = random.Random(7)  # noqa: S311 - the same histories again
    scale, told = cn.scales["risk"], 0
    for number in range(35):
        now = now_of(cn, history(chance, number, cn, AS_OF), AS_OF)
        if now is None:
            continue
        ahead = look_ahead(cn, now)
        assert len(ahead.paths) <= 3
        for path in (*([ahead.time] if ahead.time else []), *ahead.paths):
            assert scale.position(path.reached.class_code) < scale.position(now.placed.class_code)
            assert AS_OF < path.reached.on <= ahead.through
            cited = [rule for step in path.steps for rule in step.rules] + [one.rule for one in path.foreseen]
            for rule in cited:
                assert rule in cn.rules()[rule.number]
            for step in path.steps:
                assert step.remedy.rule.validity.contains(step.asked_on)
                told += 1
    assert told > 5


BOOKS = sorted(path.parent.name for path in rulebook_folder("cn").parent.glob("*/rulebook.toml"))


@pytest.mark.parametrize("name", BOOKS)
def test_every_scale_of_every_rulebook_can_be_explained_in_every_language(name: str) -> None:
    book = load(read_rulebook(rulebook_folder(name)))
    chance = random.Random(3)  # noqa: S311 - the same histories again
    told = 0
    for card in in_force(book.scorecards, AS_OF):
        for number in range(4):
            now = now_of(book, history(chance, number, book, AS_OF), AS_OF, card)
            if now is None:
                continue
            ahead = look_ahead(book, now)
            for language in LANGUAGES:
                telling = Telling(book, language)
                for path in (*([ahead.time] if ahead.time else []), *ahead.paths):
                    said = [telling.reached(path), *(words for step in path.steps for words in telling.step(step))]
                    said += [telling.foreseen(one) for one in path.foreseen]
                    said += [telling.shift(one) for one in path.shifts]
                    said += [telling.gone(gone) for one in path.shifts for gone in one.gone]
                    assert all(said)
            told += 1
    assert told

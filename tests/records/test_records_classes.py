"""What a partial run leaves standing, and what it says of those it did not touch."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.records import classes, ledger
from goodstanding.records.models import ClassRun
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def run_of(lines: dict[str, str], base: ClassRun | None = None, day: date = DAY, scale: str = "risk") -> ClassRun:
    run = ClassRun.objects.create(
        scale=scale,
        as_of=day,
        known_at=NOW,
        ledger_position=1,
        rulebook_digest="d",
        scorecard="C-01",
        engine="duckdb",
        made_at=NOW,
        base=base,
        entities=len(lines),
    )
    classes.record(run, ((entity_id, code, 7, "{}") for entity_id, code in lines.items()))
    return run


def test_a_full_run_says_its_own_lines() -> None:
    run = run_of({"x:1": "A", "x:2": "B"})
    run_of({"x:1": "D"})
    assert classes.class_by_entity(run) == {"x:1": "A", "x:2": "B"}
    assert sorted(classes.standing(run)) == [("x:1", "A", 7, "{}"), ("x:2", "B", 7, "{}")]


def test_a_partial_run_replaces_the_class_of_the_touched_and_keeps_the_others() -> None:
    full = run_of({"x:1": "A", "x:2": "B", "x:3": "C"})
    first = run_of({"x:1": "D", "x:4": "A"}, full)
    second = run_of({"x:1": "C", "x:3": classes.GONE}, full)
    other = run_of({"x:2": "A"})
    run_of({"x:2": "D"}, other)
    assert classes.class_by_entity(first) == {"x:1": "D", "x:2": "B", "x:3": "C", "x:4": "A"}
    assert classes.class_by_entity(second) == {"x:1": "C", "x:2": "B", "x:4": "A"}
    for run in (full, first, second):
        assert {line[0]: line[1] for line in classes.standing(run)} == classes.class_by_entity(run)
        assert len(list(classes.standing(run))) == len(classes.class_by_entity(run))


def test_some_are_asked_for_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    full = run_of({f"x:{number}": "A" for number in range(9)})
    part = run_of({"x:3": "B", "x:4": classes.GONE}, full)
    monkeypatch.setattr(classes, "_CHUNK", 2)
    assert classes.class_by_entity(part, ["x:1", "x:3", "x:4", "x:99"]) == {"x:1": "A", "x:3": "B"}
    assert classes.class_by_entity(part, []) == {}


def test_the_latest_class_is_that_of_the_partial_run_and_none_for_one_gone() -> None:
    full = run_of({"x:1": "A", "x:2": "B"})
    run_of({"x:1": "C", "x:2": classes.GONE}, full, DAY + timedelta(days=1))
    run_of({"x:1": "B"}, day=DAY - timedelta(days=1))
    found = classes.latest("x:1")
    assert found is not None
    assert found.class_code == "C"
    assert classes.latest("x:2") is None
    assert classes.latest("x:9") is None


def test_the_latest_class_may_be_asked_for_on_one_scale() -> None:
    run_of({"x:1": "A"})
    run_of({"x:1": "7"}, scale="food")
    risk, food = classes.latest("x:1", "risk"), classes.latest("x:1", "food")
    assert (risk and risk.class_code, food and food.class_code) == ("A", "7")
    assert classes.latest("x:1", "spaceship") is None


def said(entity: int, ref: str, minutes: int) -> Fact:
    return Fact(f"x:{entity}", "mark", "test", ref, Span(DAY), NOW + timedelta(minutes=minutes), {})


def test_new_entities_are_those_whose_first_fact_came_since() -> None:
    ledger.append([said(1, "a", 0), said(2, "b", 0)], NOW)
    before = ledger.position()
    ledger.append([said(2, "c", 0), said(3, "d", 0), said(3, "e", 0), said(4, "f", 0)], NOW)
    through = ledger.position()
    assert ledger.new_entities(before, through) == 2
    assert ledger.new_entities(0, through) == 4
    assert ledger.new_entities(through, through) == 0


def test_a_ledger_is_complete_up_to_the_first_fact_learned_later() -> None:
    ledger.append([said(1, "a", 0), said(1, "b", 5), said(1, "c", -5)], NOW)
    last = ledger.position()
    assert ledger.complete_through(NOW + timedelta(minutes=5), last) == last
    assert ledger.complete_through(NOW, last) == last - 2
    assert ledger.complete_through(NOW, last - 2) == last - 2
    # What is certain already is not asked about again.
    assert ledger.complete_through(NOW, last, after=last - 1) == last

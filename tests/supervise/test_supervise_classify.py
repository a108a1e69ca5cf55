"""Classify from the ledger: what the run records, and that one business alone gets the class recorded."""

from __future__ import annotations

import fcntl
import json
from collections import Counter
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from goodstanding.core.classification import score
from goodstanding.core.errors import ClassificationUnderWay, NoRuleInForce, ScaleUnknown
from goodstanding.core.fact import Fact
from goodstanding.engine.score import card_in_force
from goodstanding.engine.snapshot import read
from goodstanding.home import Home
from goodstanding.records import classes, ledger
from goodstanding.records.models import ClassRecord, ClassRun
from goodstanding.supervise import weighed
from goodstanding.supervise.classify import classify_all
from tests.conftest import NOW
from tests.engine.histories import fact

AS_OF = date(2026, 11, 20)
KNOWN_AT = NOW - timedelta(hours=1)


def registration(number: int, on: date = date(2012, 5, 1)) -> Fact:
    said = {"name": f"Business {number}", "subject_type": "enterprise", "status": "open", "region": "330424"}
    return fact(number, "registration", on, known_at=NOW - timedelta(days=30), **said)  # type: ignore[arg-type]


def reports(number: int) -> list[Fact]:
    return [
        fact(number, "annual_report", date(year + 1, 3, 1), year=year, known_at=NOW - timedelta(days=20))
        for year in (2023, 2024, 2025)
    ]


def serious(number: int) -> Fact:
    said = {"list": "serious", "ground": "x", "cause": "x", "rule": "x", "decision": "x", "authority": "x"}
    return fact(number, "list_entry", date(2026, 1, 5), known_at=NOW - timedelta(days=10), **said)  # type: ignore[arg-type]


@pytest.fixture
def register(db: None) -> None:
    """1 reports every year; 2 never does; 3 reports and stands on the serious list; 4 begins tomorrow."""
    facts = [registration(1), *reports(1), registration(2), registration(3), *reports(3), serious(3)]
    facts.append(registration(4, AS_OF + timedelta(days=1)))
    # Known after the instant asked for, so 1 keeps its class.
    late = fact(1, "complaint", date(2026, 11, 1), is_upheld=True, known_at=NOW)
    ledger.deliver([ledger.Delivered(one) for one in [*facts, late]], NOW)


def test_a_run_records_every_business_registered_by_the_day(home: Home, register: None) -> None:
    told: list[int] = []
    run = classify_all(home, AS_OF, KNOWN_AT, NOW, on_progress=told.append)
    stored = ClassRun.objects.get(pk=run.pk)
    found = {record.entity_id: (record.class_code, record.points) for record in ClassRecord.objects.filter(run=stored)}
    assert found == {"test:000001": ("A", 0), "test:000002": ("C", 40), "test:000003": ("D", 60)}
    assert stored.entities == 3
    assert stored.counts == {"A": 1, "B": 0, "C": 1, "D": 1}
    assert (stored.scale, stored.scorecard, stored.engine) == ("risk", "C-01", "duckdb")
    assert (stored.as_of, stored.known_at, stored.made_at) == (AS_OF, KNOWN_AT, NOW)
    assert stored.ledger_position == ledger.position()
    assert stored.rulebook_digest == home.rulebook.digest


def test_a_record_holds_the_values_that_its_points_rest_on(home: Home, register: None) -> None:
    run = classify_all(home, AS_OF, KNOWN_AT, NOW)
    book = home.rulebook
    card = card_in_force(book, run.scale, AS_OF)
    for record in ClassRecord.objects.filter(run=run):
        outcome = score(json.loads(record.values), card, book.scales[card.scale])
        assert (outcome.class_code, outcome.points) == (record.class_code, record.points)


def test_what_became_known_since_counts_in_the_next_run(home: Home, register: None) -> None:
    classify_all(home, AS_OF, KNOWN_AT, NOW)
    run = classify_all(home, AS_OF, NOW, NOW)
    latest = classes.latest("test:000001")
    assert latest is not None
    assert (latest.run_id, latest.points) == (run.pk, 5)
    assert ClassRun.objects.count() == 2
    assert ClassRecord.objects.count() == 6


def test_buckets_change_no_class(home: Home, register: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(run: ClassRun) -> set[tuple[str, str, int, str]]:
        return set(ClassRecord.objects.filter(run=run).values_list("entity_id", "class_code", "points", "values"))

    whole = lines(classify_all(home, AS_OF, KNOWN_AT, NOW))
    monkeypatch.setattr(weighed, "ENTITIES_PER_BUCKET", 1)
    assert lines(classify_all(home, AS_OF, KNOWN_AT, NOW)) == whole
    assert len(read(home.folder("snapshots")).files) == 4


def test_the_classes_stand_in_a_folder_of_the_run_too(home: Home, register: None) -> None:
    run = classify_all(home, AS_OF, KNOWN_AT, NOW)
    files = sorted((home.folder("classes") / str(run.pk)).glob("*.parquet"))
    rows = [row for path in files for row in pq.read_table(path).to_pylist()]
    assert Counter(row["class_position"] for row in rows) == {0: 1, 2: 1, 3: 1}
    assert not list(home.folder("classes").glob("making-*"))


def test_a_crash_while_classifying_leaves_no_run(home: Home, register: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise RuntimeError("power")

    monkeypatch.setattr(classes, "record", stop)
    with pytest.raises(RuntimeError, match="power"):
        classify_all(home, AS_OF, KNOWN_AT, NOW)
    assert not ClassRun.objects.exists()
    assert not list(home.folder("classes").glob("making-*"))


def test_what_a_process_killed_midway_left_behind_is_swept_away_by_the_next(home: Home, register: None) -> None:
    left = home.folder("classes") / "making-killed"
    left.mkdir()
    (left / "bucket-0000.parquet").write_bytes(b"half")
    kept = home.folder("classes") / "7"
    kept.mkdir()
    classify_all(home, AS_OF, KNOWN_AT, NOW)
    assert kept.is_dir()
    assert not left.exists()


def test_a_second_classification_at_the_same_time_is_refused(home: Home, register: None) -> None:
    with (home.folder("classes") / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ClassificationUnderWay):
            classify_all(home, AS_OF, KNOWN_AT, NOW)
    assert classify_all(home, AS_OF, KNOWN_AT, NOW).entities == 3


def test_an_empty_ledger_gives_an_empty_run(home: Home, db: None) -> None:
    run = classify_all(home, AS_OF, KNOWN_AT, NOW)
    assert run.entities == 0
    assert run.counts == {"A": 0, "B": 0, "C": 0, "D": 0}


def test_a_day_or_scale_without_a_scorecard_is_refused_before_anything_is_written(home: Home, register: None) -> None:
    for day, scale, why in [(date(2010, 1, 1), "risk", NoRuleInForce), (AS_OF, "spaceship", ScaleUnknown)]:
        with pytest.raises(why):
            classify_all(home, day, KNOWN_AT, NOW, scale)
    assert not ClassRun.objects.exists()

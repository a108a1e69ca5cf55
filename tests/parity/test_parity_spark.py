"""A real cluster, a master and two workers, says the same of every business as DuckDB; so does what is left of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import DuckDB, Engine
from goodstanding.engine.cluster import Cluster, cluster
from goodstanding.engine.snapshot import Snapshot, write
from goodstanding.engine.spark import Spark
from goodstanding.engine.whole import class_files
from goodstanding.home import Home
from goodstanding.records import classes, ledger
from goodstanding.supervise.classify import classify_all
from tests.engine.histories import DAYS, KNOWN_AT, register
from tests.engine.placing import by_id
from tests.parity.test_parity_indicators import fitting

pytestmark = pytest.mark.spark

BUCKETS = 3
ENTITIES = 300


@dataclass(frozen=True)
class Running:
    """The cluster and the session on it."""

    cluster: Cluster
    engine: Spark


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with cluster() as started, Spark(started.master) as engine:
        yield Running(started, engine)


def everything(book: Rulebook) -> Scorecard:
    """Return the first scorecard, every other indicator that the rulebook can feed weighed besides."""
    card = book.scorecards[0]
    others = (Weighing(name, ((None, 0), (1, 1), (3, 2))) for name in fitting(book) if name not in card.indicators)
    return replace(card, weighings=(*card.weighings, *others))


def lines(snapshot: Snapshot, book: Rulebook, card: Scorecard, engine: Engine) -> list[list[dict[str, Any]]]:
    """Return the classification's lines by entity, a list for each bucket."""
    with TemporaryDirectory(dir=snapshot.folder) as folder:
        files = class_files(snapshot, book, card, DAYS[0], engine, Path(folder))
        return [by_id(*both, card).to_pylist() for both in zip(files, snapshot.paths, strict=True)]


def differing(ours: list[list[dict[str, Any]]], theirs: list[list[dict[str, Any]]]) -> set[str]:
    """Return the columns that differ anywhere; the comparison of two whole lists is too long to print."""
    assert [len(bucket) for bucket in ours] == [len(bucket) for bucket in theirs]
    pairs = [pair for both in zip(ours, theirs, strict=True) for pair in zip(*both, strict=True)]
    return {name for one, other in pairs for name in one if one[name] != other[name]}


@pytest.mark.parametrize("name", ["cn", "chicago"])
def test_a_cluster_agrees_with_one_machine_in_every_column(
    name: str, cn: Rulebook, chicago: Rulebook, running: Running, tmp_path: Path
) -> None:
    book = cn if name == "cn" else chicago
    card = everything(book)
    snapshot = write(tmp_path, register(11, book, DAYS[0], ENTITIES), book, KNOWN_AT, 1, BUCKETS)
    expected = lines(snapshot, book, card, DuckDB(threads=1))
    assert len(expected) == BUCKETS
    assert sum(map(len, expected)) > ENTITIES / 2
    assert differing(expected, lines(snapshot, book, card, running.engine)) == set()
    assert [path.name for path in snapshot.paths[0].parent.iterdir() if path.name.startswith(".")] == []


def test_a_run_on_a_cluster_records_the_same_classes(home: Home, db: None, running: Running) -> None:
    everyone = register(13, home.rulebook, DAYS[0], 40)
    ledger.deliver([ledger.Delivered(fact) for _, facts in everyone for fact in facts], KNOWN_AT)
    runs = [classify_all(home, DAYS[0], KNOWN_AT, KNOWN_AT, engine=engine) for engine in (None, running.engine)]
    assert [run.engine for run in runs] == ["duckdb", "spark"]
    ours, theirs = (sorted(classes.standing(run)) for run in runs)
    assert len(ours) > 10
    assert ours == theirs


def test_what_is_left_of_a_cluster_gives_the_same_answer(chicago: Rulebook, running: Running, tmp_path: Path) -> None:
    card = chicago.scorecards[0]
    snapshot = write(tmp_path, register(12, chicago, DAYS[0], ENTITIES), chicago, KNOWN_AT, 1, BUCKETS)
    found: list[list[list[dict[str, Any]]]] = []
    work = threading.Thread(target=lambda: found.append(lines(snapshot, chicago, card, running.engine)))
    work.start()
    tracker = running.engine.session.sparkContext.statusTracker()
    while work.is_alive() and not tracker.getActiveStageIds():
        time.sleep(0.01)
    assert work.is_alive()
    running.cluster.workers[0].kill()
    work.join()
    assert differing(lines(snapshot, chicago, card, DuckDB(threads=1)), found[0]) == set()

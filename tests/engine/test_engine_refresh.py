"""A refreshed snapshot is the one that would be written anew, and a crash on the way leaves one of the two whole."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.buckets import bucket_of, ids_of, in_buckets
from goodstanding.engine.features import parties_of
from goodstanding.engine.refresh import refresh, serves
from goodstanding.engine.snapshot import Snapshot, check, naming, read, write
from tests.engine.histories import DAYS, KNOWN_AT, entity_id, fact, register
from tests.engine.test_engine_snapshot import content, files_in

HOUR = timedelta(hours=1)


class Ledger:
    """Facts at positions from 1, and what a caller of the engine reads of them."""

    def __init__(self, facts: Sequence[Fact], book: Rulebook) -> None:
        self.facts = facts
        self.book = book

    def ids(self, after: int, through: int) -> set[str]:
        return {one.entity_id for one in self.facts[after:through]}

    def entities(self, ids: Iterable[str], through: int) -> list[tuple[str, list[Fact]]]:
        found = []
        for id_ in ids:
            own = [one for one in self.facts[:through] if one.entity_id == id_]
            others = parties_of(own, self.book)
            found.append((id_, own + [one for one in self.facts[:through] if one.entity_id in others]))
        return found

    def complete_through(self, known_at: datetime, through: int) -> int:
        late = [place for place, one in enumerate(self.facts[:through]) if one.known_at > known_at]
        return late[0] if late else through

    def write(self, folder: Path, known_at: datetime, through: int, buckets: int) -> Snapshot:
        ids = [id_ for ids in in_buckets(self.ids(0, through), buckets) for id_ in ids]
        complete = self.complete_through(known_at, through)
        return write(
            folder, self.entities(ids, through), self.book, known_at, through, buckets, complete_through=complete
        )

    def refresh(self, old: Snapshot, known_at: datetime, through: int) -> Snapshot:
        touched = self.ids(old.complete_through, through)
        # Those who name a touched business: by facts the snapshot knows, or by facts that touch themselves.
        touched |= naming(old, touched)
        new = len(self.ids(0, through)) - len(self.ids(0, old.position))
        complete = self.complete_through(known_at, through)
        found = self.entities(sorted(touched), through)
        return refresh(old, touched, found, self.book, known_at, through, complete, new)


def ledger_of(seed: int, book: Rulebook, entities: int) -> Ledger:
    chance = random.Random(seed)  # noqa: S311 - the same ledger again for the same seed
    facts = [one for _, own in register(seed, book, DAYS[0], entities) for one in own]
    chance.shuffle(facts)
    return Ledger(facts, book)


def plain(snapshot: Snapshot) -> dict[str, Any]:
    """Return all a snapshot says but for where its files lie and how their bytes came out."""
    links = pq.read_table(snapshot.folder / snapshot.links).to_pylist() if snapshot.links else None
    rows = [pq.read_table(path).to_pylist() for path in snapshot.paths]
    ids = [ids_of(path).to_pylist() for path in snapshot.paths]
    bare = replace(snapshot, folder=Path(), files=(), digests={}, links="")
    return {"rows": rows, "ids": ids, "links": links, "bare": bare}


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    steps=st.lists(st.tuples(st.integers(0, 60), st.sampled_from((0, 0, 1, 30, 400))), min_size=1, max_size=4),
    first=st.integers(0, 80),
    known=st.sampled_from((-400, -30, -1, 0)),
    buckets=st.integers(1, 4),
)
def test_a_refreshed_snapshot_equals_one_written_anew(
    cn: Rulebook,
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    steps: list[tuple[int, int]],
    first: int,
    known: int,
    buckets: int,
) -> None:
    ledger = ledger_of(seed, cn, 12)
    folder = tmp_path_factory.mktemp("snapshots")
    position, known_at = min(first, len(ledger.facts)), KNOWN_AT + timedelta(days=known)
    found = ledger.write(folder / "kept", known_at, position, buckets)
    for number, (more, days) in enumerate(steps):
        position, known_at = min(position + more, len(ledger.facts)), known_at + timedelta(days=days)
        assert serves(found, cn, known_at, position, buckets)
        found = ledger.refresh(found, known_at, position)
        anew = ledger.write(folder / str(number), known_at, position, buckets)
        assert plain(found) == plain(anew)
        check(read(folder / "kept"))
        assert files_in(folder / "kept") == sorted([*found.names, "manifest.json"])


@pytest.fixture
def ledger(cn: Rulebook) -> Ledger:
    return ledger_of(3, cn, 30)


@pytest.fixture
def old(ledger: Ledger, tmp_path: Path) -> Snapshot:
    return ledger.write(tmp_path / "old", KNOWN_AT + timedelta(days=1000), len(ledger.facts) - 2, 8)


def test_only_buckets_of_the_touched_are_written(ledger: Ledger, old: Snapshot) -> None:
    touched = ledger.ids(old.complete_through, len(ledger.facts))
    touched |= naming(old, touched)
    wanted = {bucket_of(id_, 8) for id_ in touched}
    assert 0 < len(wanted) < 8
    new = ledger.refresh(old, old.known_at, len(ledger.facts))
    changed = {number for number, (a, b) in enumerate(zip(old.files, new.files, strict=True)) if a != b}
    assert changed == wanted
    for number in set(range(8)) - wanted:
        assert new.digests[new.files[number]] == old.digests[old.files[number]]


def test_a_business_whose_rows_are_gone_leaves_the_file(cn: Rulebook, tmp_path: Path) -> None:
    own = fact(1, "complaint", date(2024, 3, 1), is_upheld=True)
    never = replace(own, span=replace(own.span, until_on=own.span.from_on), corrects=own.digest, digest="")
    ledger = Ledger([own, never], cn)
    assert len(content(ledger.write(tmp_path, KNOWN_AT, 1, 1))) == 1
    assert content(ledger.refresh(read(tmp_path), KNOWN_AT, 2)) == []


def test_a_change_of_a_related_business_reaches_those_that_name_it(cn: Rulebook, tmp_path: Path) -> None:
    day = date(2024, 3, 1)
    link = fact(1, "investment", day, party=entity_id(2), relation="shareholder")
    debt = fact(2, "court_debt", day, court="x", case_number="x")
    ledger = Ledger([link, fact(3, "complaint", day), debt], cn)
    old = ledger.write(tmp_path, KNOWN_AT, 2, 1)
    assert naming(old, [entity_id(2)]) == {entity_id(1)}
    assert naming(old, [entity_id(1)]) == set()
    new = ledger.refresh(old, KNOWN_AT, 3)
    kinds = {(row["entity"], row["kind"]) for row in content(new)}
    assert (entity_id(1), "related.court_debt") in kinds
    assert naming(new, [entity_id(2), entity_id(9)]) == {entity_id(1)}


@pytest.mark.parametrize(
    "asked",
    [
        {"known_at": -HOUR},
        {"position": -1},
        {"buckets": 17},
        {"buckets": 3},
        {"digest": "0" * 64},
        {"layout": 0},
    ],
    ids=lambda asked: next(iter(asked)) + str(next(iter(asked.values())))[:3],
)
def test_what_a_snapshot_cannot_be_brought_to_is_not_served(cn: Rulebook, old: Snapshot, asked: dict[str, Any]) -> None:
    assert serves(old, cn, old.known_at, old.position, 8)
    assert serves(old, cn, old.known_at, old.position, 4)
    assert serves(old, cn, old.known_at, old.position, 16)
    other = replace(old, layout=asked.get("layout", old.layout))
    book = replace(cn, digest=asked.get("digest", cn.digest))
    known_at = old.known_at + asked.get("known_at", 0 * HOUR)
    assert not serves(other, book, known_at, old.position + asked.get("position", 0), asked.get("buckets", 8))


def test_a_snapshot_with_a_harmed_file_is_not_served(cn: Rulebook, old: Snapshot) -> None:
    whole = old.paths[3].read_bytes()
    old.paths[3].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert not serves(old, cn, old.known_at, old.position, 8)


class Crash(Exception):
    """The power went."""


def crashing(at: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does as another until it is called for the ``at``-th time."""
    calls = iter(range(10**6))

    def instead(*arguments: Any, **named: Any) -> Any:
        if next(calls) == at:
            raise Crash
        return real(*arguments, **named)

    return instead


STEPS = [
    *(("pyarrow.parquet.write_table", number) for number in range(3)),
    *(("goodstanding.engine.snapshot.os.fsync", number) for number in range(6)),
    ("goodstanding.engine.snapshot.os.replace", 0),
    *(("pathlib.Path.unlink", number) for number in range(3)),
    ("pathlib.Path.mkdir", 0),
]


@pytest.mark.parametrize(("step", "number"), STEPS)
def test_a_crash_at_any_step_leaves_the_old_one_or_the_new_and_the_next_sweeps_up(
    ledger: Ledger, old: Snapshot, monkeypatch: pytest.MonkeyPatch, step: str, number: int, tmp_path: Path
) -> None:
    through = len(ledger.facts)
    anew = plain(ledger.write(tmp_path / "anew", old.known_at, through, 8))
    before = plain(old)
    # What an earlier crash left: files of a version that never came into force.
    (old.folder / "leftover").mkdir()
    (old.folder / "leftover" / "bucket-0000.parquet").write_bytes(b"half")
    name = step.rpartition(".")[2]
    real = {"write_table": pq.write_table, "fsync": os.fsync, "replace": os.replace}.get(name) or getattr(Path, name)
    with monkeypatch.context() as broken:
        broken.setattr(step, crashing(number, real))
        with pytest.raises(Crash):
            ledger.refresh(old, old.known_at, through)
    left = read(old.folder)
    check(left)
    assert plain(left) in (before, anew)
    done = ledger.refresh(left, old.known_at, through)
    assert plain(done) == anew
    assert files_in(old.folder) == sorted([*done.names, "manifest.json"])


def test_no_snapshot_names_nobody(cn: Rulebook, tmp_path: Path) -> None:
    with pytest.raises(SnapshotHarmed):
        read(tmp_path)
    assert naming(write(tmp_path, [], cn, KNOWN_AT, 0, 1), ["x:1"]) == set()

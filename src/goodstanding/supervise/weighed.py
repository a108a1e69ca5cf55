"""Ledger to engine: the facts that one business's class rests on, its own and those of the businesses it is related to.

Assumption: only some businesses name another, so what is read beside is small next to what is read anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.buckets import ENTITIES_PER_BUCKET, in_buckets
from goodstanding.engine.features import parties_of
from goodstanding.engine.refresh import refresh, serves
from goodstanding.engine.snapshot import Snapshot, naming, read, write
from goodstanding.records import ledger

_CHUNK = 1_000  # businesses read at one time, with those beside them


def parties(book: Rulebook, facts: Iterable[Fact], through: int | None = None) -> dict[str, list[Fact]]:
    """Return the facts that relations may carry over to some businesses, by the other business's id.

    Args:
        facts: Of those businesses.
        through: Ledger position up to which facts are read.
    """
    named = parties_of(facts, book)
    if not named:
        return {}
    carried = sorted({kind for relation in book.related for kind in relation.carries})
    return dict(ledger.by_entity(sorted(named), through, carried))


def entities(book: Rulebook, ids: Sequence[str], through: int) -> Iterator[tuple[str, list[Fact]]]:
    """Yield (id, its facts and those carried over to it) for some businesses, in chunks that bound the memory."""
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ledger.by_entity(ids[start : start + _CHUNK], through))
        if not book.related:
            yield from chunk
            continue
        others = parties(book, (fact for _, own in chunk for fact in own), through)
        for entity_id, own in chunk:
            beside = (fact for other in parties_of(own, book) for fact in others.get(other, ()))
            yield entity_id, [*own, *beside]


def touched_since(folder: Path, book: Rulebook, after: int, through: int) -> set[str]:
    """Return the businesses whose class may be another for facts at positions in ``(after, through]``.

    Those are the ones the facts are about, and those that name one of them as related.

    Args:
        folder: Of the snapshots; the one in force says who names whom, and the ledger what was said since.
    """
    touched = set(ledger.entities_between(after, through))
    if not touched or not book.related:
        return touched
    try:
        snapshot = read(folder)
        known, since = naming(snapshot, touched), snapshot.position
    except SnapshotHarmed:
        known, since = set(), 0
    said = ledger.of_kinds(sorted(relation.kind for relation in book.related), since, through)
    return touched | known | {fact.entity_id for fact in said if not touched.isdisjoint(parties_of([fact], book))}


def snapshot_at(
    folder: Path,
    book: Rulebook,
    known_at: datetime,
    position: int,
    on_progress: Callable[[int], None] | None = None,
) -> Snapshot:
    """Return a snapshot of the ledger as known at an instant up to a position, put in force: the one there brought up
    to date where it serves, else one written anew.

    Only one process may do so at a time.
    """
    try:
        old = read(folder)
    except SnapshotHarmed:
        old = None
    if old is not None:
        new = ledger.new_entities(old.position, position)
        buckets = _buckets(old.entities + new)
        touched = touched_since(folder, book, old.complete_through, position)
        if 2 * len(touched) <= old.entities + new and serves(old, book, known_at, position, buckets):
            complete = ledger.complete_through(known_at, position, old.complete_through)
            ids = [one for bucket in in_buckets(touched, len(old.files)) for one in bucket]
            found = entities(book, ids, position)
            return refresh(old, touched, found, book, known_at, position, complete, new, on_progress)
    everyone = ledger.entities_between(0, position)
    listed = in_buckets(everyone, _buckets(len(everyone)))
    complete = ledger.complete_through(known_at, position)
    found = entities(book, [one for bucket in listed for one in bucket], position)
    return write(folder, found, book, known_at, position, len(listed), on_progress, complete)


def _buckets(count: int) -> int:
    return max(1, -(-count // ENTITIES_PER_BUCKET))

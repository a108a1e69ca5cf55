"""A snapshot brought up to date: what changed is read again, everything else is copied as columns.

Rules kept here:
- A refreshed snapshot equals one written anew at the same position and instant, row for row.
- What a snapshot is too old, too small, harmed or of another rulebook for is not mended: `serves` says no, and the
  caller writes it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.buckets import BucketFiles, file_name, in_buckets
from goodstanding.engine.features import LAYOUT
from goodstanding.engine.snapshot import Snapshot, check, fill, finish, links_of, new_version


def serves(snapshot: Snapshot, book: Rulebook, known_at: datetime, position: int, buckets: int) -> bool:
    """Tell whether a snapshot can be brought up to an instant and a position.

    Args:
        buckets: How many there would be in a snapshot written anew; twice or half as many will do.
    """
    if (snapshot.rulebook_digest, snapshot.layout) != (book.digest, LAYOUT):
        return False
    if known_at < snapshot.known_at or position < snapshot.position:
        return False
    if not len(snapshot.files) <= 2 * buckets <= 4 * len(snapshot.files):
        return False
    try:
        check(snapshot)
    except SnapshotHarmed:
        return False
    return True


def refresh(
    snapshot: Snapshot,
    touched: Collection[str],
    entities: Iterable[tuple[str, list[Fact]]],
    book: Rulebook,
    known_at: datetime,
    position: int,
    complete_through: int,
    new_entities: int,
    on_progress: Callable[[int], None] | None = None,
) -> Snapshot:
    """Replace the rows of some entities, put the result in force and return it.

    Args:
        snapshot: The one in force; it serves.
        touched: Entities with a fact later than the position through which the snapshot is complete, and those that
            name one of them as related.
        entities: The touched, as for `goodstanding.engine.snapshot.write`.
        complete_through: See `goodstanding.engine.snapshot.Snapshot`.
        new_entities: How many entities had no fact up to the snapshot's position.
    """
    by_bucket = in_buckets(touched, len(snapshot.files))
    replaced = {number: ids for number, ids in enumerate(by_bucket) if ids}
    version = new_version(snapshot.folder, position, known_at)
    files = BucketFiles(snapshot.folder / version, len(by_bucket), book, snapshot.paths, replaced)
    _, links = fill(files, entities, book, known_at, on_progress)
    names = list(snapshot.files)
    for number in replaced:
        names[number] = f"{version}/{file_name(number)}"
    bare = replace(
        snapshot,
        known_at=known_at,
        position=position,
        entities=snapshot.entities + new_entities,
        files=tuple(names),
        complete_through=complete_through,
    )
    return finish(bare, version, _links(snapshot, touched, links) if book.related else None)


def _links(snapshot: Snapshot, touched: Collection[str], fresh: pa.Table) -> pa.Table:
    before = links_of(snapshot)
    gone = pa.array(sorted(touched), pa.string())
    return pa.concat_tables([before.filter(pc.invert(pc.is_in(before["entity_id"], value_set=gone))), fresh])

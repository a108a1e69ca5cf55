"""The facts as the engine reads them: one long table in Parquet, in buckets by a hash of the entity.

Rules kept here:
- An entity stands in one bucket, its rows beside each other, ids rising; `features.py` beside this says the columns.
- A snapshot replaces another whole: files are written beside, never over those in force, then the manifest is renamed
  into place. A crash before the rename leaves the old snapshot in force, one after it the new.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import readings, rows_of, schema, table_of

MANIFEST = "manifest.json"
_ROWS = 50_000  # waiting in memory, over all buckets


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A written snapshot.

    Args:
        files: Parquet files of the buckets, in the order of bucket numbers.
        digests: SHA-256, in hex, of each file.
    """

    folder: Path
    known_at: datetime
    position: int
    rulebook_digest: str
    entities: int
    facts: int
    files: tuple[str, ...]
    digests: tuple[str, ...] = ()

    @property
    def paths(self) -> list[Path]:
        return [self.folder / name for name in self.files]


def bucket_of(entity_id: str, buckets: int) -> int:
    """Return the bucket of an entity: the first four bytes of SHA-256 over its id, modulo the number of buckets."""
    return int.from_bytes(hashlib.sha256(entity_id.encode()).digest()[:4], "big") % buckets


def in_buckets(entity_ids: Iterable[str], buckets: int) -> list[list[str]]:
    """Return ids bucket after bucket, sorted inside each."""
    found: list[list[str]] = [[] for _ in range(buckets)]
    for entity_id in entity_ids:
        found[bucket_of(entity_id, buckets)].append(entity_id)
    for listed in found:
        listed.sort()
    return found


def write(
    folder: Path,
    entities: Iterable[tuple[str, list[Fact]]],
    book: Rulebook,
    known_at: datetime,
    position: int,
    buckets: int,
    on_progress: Callable[[int], None] | None = None,
) -> Snapshot:
    """Write a snapshot of every entity and put it in force.

    Args:
        folder: Where snapshots are kept; an earlier one is replaced.
        entities: (id, all its facts up to ``position``), each entity once; inside a bucket sorted by id. Bucket after
            bucket, as `in_buckets` orders ids, makes the largest row groups.
        known_at: Facts learned later are left out; UTC.
        position: Ledger position the facts go up to.
        buckets: Number of files.
    Returns:
        The snapshot as `read` would return it.
    """
    before = _in_force(folder)
    version = f"{position}-{known_at.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    if any(name.startswith(f"{version}/") for name in before):
        version += "-again"
    target = folder / version
    # What a crash left behind is no part of this snapshot.
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    names = [f"{version}/bucket-{number:04}.parquet" for number in range(buckets)]
    columns, by_kind = schema(book), readings(book)
    waiting: list[list[dict[str, Any]]] = [[] for _ in names]
    writers = [pq.ParquetWriter(folder / name, columns, compression="zstd") for name in names]
    count = facts = held = 0
    try:
        for entity_id, found in entities:
            rows = rows_of(found, book, known_at, by_kind)
            waiting[bucket_of(entity_id, buckets)].extend(rows)
            count += 1
            facts += len(rows)
            held += len(rows)
            if held >= _ROWS:
                fullest = max(range(buckets), key=lambda bucket: len(waiting[bucket]))
                writers[fullest].write_table(table_of(waiting[fullest], book))
                held -= len(waiting[fullest])
                waiting[fullest].clear()
            if on_progress is not None and count % 1000 == 0:
                on_progress(count)
        for bucket, rows in enumerate(waiting):
            writers[bucket].write_table(table_of(rows, book))
    finally:
        for writer in writers:
            writer.close()
    for name in names:
        _sync(folder / name)
    _sync(target)
    digests = tuple(_digest(folder / name) for name in names)
    done = Snapshot(folder, known_at, position, book.digest, count, facts, tuple(names), digests)
    put_in_force(done)
    _remove(folder, before)
    return done


def put_in_force(snapshot: Snapshot) -> None:
    """Write the manifest of a snapshot whose files are there; from the rename on it is the one `read` returns."""
    described = asdict(snapshot) | {"known_at": snapshot.known_at.isoformat()}
    del described["folder"]
    beside = snapshot.folder / (MANIFEST + ".new")
    beside.write_text(json.dumps(described, sort_keys=True), encoding="utf-8")
    _sync(beside)
    os.replace(beside, snapshot.folder / MANIFEST)
    _sync(snapshot.folder)


def read(folder: Path) -> Snapshot:
    """Return the snapshot in force.

    Raises:
        SnapshotHarmed: There is none, or one of its files is missing.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        snapshot = Snapshot(
            folder=folder,
            known_at=datetime.fromisoformat(found["known_at"]),
            position=found["position"],
            rulebook_digest=found["rulebook_digest"],
            entities=found["entities"],
            facts=found["facts"],
            files=tuple(found["files"]),
            digests=tuple(found["digests"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _harmed(folder, f"Its manifest cannot be read: {error}.") from None
    missing = [name for name in snapshot.files if not (folder / name).is_file()]
    if missing:
        raise _harmed(folder, f"{missing[0]} is missing.")
    return snapshot


def check(snapshot: Snapshot) -> None:
    """Compare every file with its digest in the manifest.

    Raises:
        SnapshotHarmed: A file is another than was written.
    """
    for name, digest in zip(snapshot.files, snapshot.digests, strict=True):
        if _digest(snapshot.folder / name) != digest:
            raise _harmed(snapshot.folder, f"{name} does not hash to {digest}.")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _harmed(folder: Path, found: str) -> SnapshotHarmed:
    return SnapshotHarmed(
        asked=f"To read the snapshot in {folder}.",
        found=found,
        wants="The files its manifest names.",
        next_step="Classify again: a snapshot is made anew from the ledger and loses nothing.",
    )


def _in_force(folder: Path) -> tuple[str, ...]:
    """Return the files of the snapshot in force; none where there is none, or a harmed one, which needs replacing."""
    try:
        return read(folder).files
    except SnapshotHarmed:
        return ()


def _remove(folder: Path, files: tuple[str, ...]) -> None:
    paths = [folder / name for name in files]
    for path in paths:
        path.unlink(missing_ok=True)
    for version in {path.parent for path in paths}:
        if not any(version.iterdir()):
            version.rmdir()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

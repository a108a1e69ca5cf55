"""The facts as the engine reads them: one long table in Parquet, in buckets by a hash of the entity.

Rules kept here:
- An entity stands in one bucket; `buckets.py` beside this says in which, in what order and under which number,
  `features.py` the columns.
- A snapshot replaces another at once: files are written beside, never over those in force, then the manifest is renamed
  into place. A crash before the rename leaves the old snapshot in force, one after it the new; what it left behind is
  swept away by the next.
- Which entity names which other as related stands beside the buckets, so that a change of one reaches the other.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.buckets import ROW_GROUP, BucketFiles, file_name, ids_name
from goodstanding.engine.features import LAYOUT, apart, parties_of, readings, rows_of

MANIFEST = "manifest.json"
LINKS = "links.parquet"
_LINKS = pa.schema([("party", pa.string()), ("entity_id", pa.string())])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A written snapshot.

    Args:
        files: Parquet files of the buckets, in the order of bucket numbers.
        digests: SHA-256, in hex, by name, of every file: the buckets, their ids and the links.
        complete_through: Position up to which no fact was left out for being learned later than ``known_at``.
        links: File of (party, entity id), sorted: who names whom as related; empty where no rule relates businesses.
        layout: What rows and columns meant when it was written.
    """

    folder: Path
    known_at: datetime
    position: int
    rulebook_digest: str
    entities: int
    facts: int
    files: tuple[str, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    complete_through: int = 0
    links: str = ""
    layout: int = LAYOUT

    @property
    def paths(self) -> list[Path]:
        return [self.folder / name for name in self.files]

    @property
    def names(self) -> list[str]:
        """Every file of it: the buckets, their ids and the links."""
        return [*self.files, *map(ids_name, self.files), *filter(None, [self.links])]


def write(
    folder: Path,
    entities: Iterable[tuple[str, list[Fact]]],
    book: Rulebook,
    known_at: datetime,
    position: int,
    buckets: int,
    on_progress: Callable[[int], None] | None = None,
    complete_through: int = 0,
) -> Snapshot:
    """Write a snapshot of every entity and put it in force.

    Args:
        folder: Where snapshots are kept; an earlier one is replaced.
        entities: (id, all its facts up to ``position`` and those of the businesses it is related to), each entity once.
            Bucket after bucket, as `goodstanding.engine.buckets.in_buckets` orders ids, costs least.
        known_at: Facts learned later are left out; UTC.
        position: Ledger position the facts go up to.
        buckets: Number of files.
        complete_through: See `Snapshot`.
    Returns:
        The snapshot as `read` would return it.
    """
    version = new_version(folder, position, known_at)
    files = BucketFiles(folder / version, buckets, book)
    count, links = fill(files, entities, book, known_at, on_progress)
    names = tuple(f"{version}/{file_name(number)}" for number in range(buckets))
    bare = Snapshot(folder, known_at, position, book.digest, count, 0, names, complete_through=complete_through)
    return finish(bare, version, links if book.related else None)


def new_version(folder: Path, position: int, known_at: datetime) -> str:
    """Make an empty folder for the files of a new snapshot, sweep leftovers, and return the folder's name."""
    sweep(folder)
    version = f"{position}-{known_at.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    while (folder / version).exists():
        version += "-again"
    (folder / version).mkdir(parents=True)
    return version


def fill(
    files: BucketFiles,
    entities: Iterable[tuple[str, list[Fact]]],
    book: Rulebook,
    known_at: datetime,
    on_progress: Callable[[int], None] | None,
) -> tuple[int, pa.Table]:
    """Write the rows of entities; return how many there were, and who of them names whom as related."""
    by_kind = readings(book)
    count = 0
    parties: list[str] = []
    holders: list[str] = []
    for entity_id, found in entities:
        own, others = apart(entity_id, found) if book.related else (found, None)
        files.add(entity_id, rows_of(own, book, known_at, by_kind, others))
        for party in parties_of(own, book):
            parties.append(party)
            holders.append(entity_id)
        count += 1
        if on_progress is not None and count % 1000 == 0:
            on_progress(count)
    files.close()
    return count, pa.table([parties, holders], schema=_LINKS)


def finish(bare: Snapshot, version: str, links: pa.Table | None) -> Snapshot:
    """Put a snapshot in force whose buckets are written, and sweep away what it replaces.

    Args:
        bare: The snapshot but for links, the number of its rows and the digests of new files.
        version: Folder of the files that are new.
        links: Who names whom as related, in any order; ``None`` where no rule relates businesses.
    """
    folder = bare.folder
    name = ""
    if links is not None:
        name = f"{version}/{LINKS}"
        ordered = links.sort_by([("party", "ascending"), ("entity_id", "ascending")])
        pq.write_table(ordered, folder / name, compression="zstd", row_group_size=ROW_GROUP)
    for path in sorted((folder / version).iterdir()):
        _sync(path)
    _sync(folder / version)
    facts = sum(pq.read_metadata(path).num_rows for path in bare.paths)
    whole = replace(bare, facts=facts, links=name)
    done = replace(whole, digests={file: bare.digests.get(file) or _digest(folder / file) for file in whole.names})
    put_in_force(done)
    sweep(folder)
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
            digests=dict(found["digests"]),
            complete_through=found["complete_through"],
            links=found["links"],
            layout=found["layout"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _harmed(folder, f"Its manifest cannot be read: {error}.") from None
    for name in snapshot.names:
        if not (folder / name).is_file():
            raise _harmed(folder, f"{name} is missing.")
    return snapshot


def check(snapshot: Snapshot) -> None:
    """Compare every file with its digest in the manifest.

    Raises:
        SnapshotHarmed: A file is another than was written.
    """
    for name in snapshot.names:
        digest = snapshot.digests.get(name)
        if _digest(snapshot.folder / name) != digest:
            raise _harmed(snapshot.folder, f"{name} does not hash to {digest}.")


def naming(snapshot: Snapshot, parties: Collection[str]) -> set[str]:
    """Return the entities that name one of some others as related, by any fact the snapshot was made from."""
    if not snapshot.links or not parties:
        return set()
    wanted = pa.array(sorted(parties), pa.string())
    found = pq.read_table(snapshot.folder / snapshot.links, filters=pc.field("party").isin(wanted))
    return set(found["entity_id"].to_pylist())


def links_of(snapshot: Snapshot) -> pa.Table:
    """Return who names whom as related, as columns ``party`` and ``entity_id``."""
    return pq.read_table(snapshot.folder / snapshot.links) if snapshot.links else _LINKS.empty_table()


def sweep(folder: Path) -> None:
    """Remove the files that the snapshot in force does not name: replaced ones, and what a crash left behind."""
    try:
        named = set(read(folder).names)
    except SnapshotHarmed:
        # Nothing there can be used, and it is made anew from the ledger.
        named = set()
    beside = folder / (MANIFEST + ".new")
    if beside.exists():
        beside.unlink()
    for version in folder.iterdir() if folder.is_dir() else ():
        if not version.is_dir():
            continue
        for path in version.iterdir():
            if path.relative_to(folder).as_posix() not in named:
                path.unlink()
        if not any(version.iterdir()):
            version.rmdir()


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


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

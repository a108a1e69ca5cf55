"""The facts as the engine reads them: one long table in Parquet, in buckets by a hash of the entity.

Columns: ``entity_id``, ``kind``, ``from_day``, ``until_day`` (excluded, null when open), ``hidden_day`` (first day on
which the public may no longer see it, null when none), ``place`` (of the fact among its entity's, in the order of the
view), ``established_ymd`` (on registrations only: since when the business exists by this one, as YYYYMMDD), and one
column for each feature field of the catalogue: whole numbers, truth values and days as such, codes as text, several
codes as text between bars (``|1|E|``). Rows are sorted by entity inside a bucket.

Rules kept here:
- What has left the public view on its lawful day is no feature either; what was never to be shown never is one. Facts
  of a kind that is not public by nature, such as complaints, are features as long as their catalogue says so.
- Personal and official fields never reach the snapshot.
- A snapshot serves every day, so a row says only what the facts begun by its own first day tell.
- A snapshot replaces another whole: files are written beside, never over those in force, then the manifest is renamed
  into place. A crash before the rename leaves the old snapshot in force, one after it the new.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.core.disclosure import shown
from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.fact import Exposure, Fact, FieldType
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.indicator import day_number, ymd

MANIFEST = "manifest.json"
_ROWS = 50_000  # waiting in memory, over all buckets
_TYPES = {
    FieldType.TEXT: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DAY: pa.int32(),
    FieldType.CODE: pa.string(),
    FieldType.CODES: pa.string(),
}


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


def feature_fields(book: Rulebook) -> dict[str, FieldType]:
    """Return the feature fields of the catalogue with their types, by name, sorted."""
    found = {
        field.name: field.type
        for kind in book.kinds.values()
        for field in kind.fields.values()
        if field.feature and field.exposure is Exposure.PUBLIC
    }
    return dict(sorted(found.items()))


def schema(book: Rulebook) -> pa.Schema:
    """Return the columns of a snapshot under one rulebook."""
    fixed = [
        ("entity_id", pa.string()),
        ("kind", pa.string()),
        ("from_day", pa.int32()),
        ("until_day", pa.int32()),
        ("hidden_day", pa.int32()),
        ("place", pa.int32()),
        ("established_ymd", pa.int32()),
    ]
    return pa.schema(fixed + [(name, _TYPES[type_]) for name, type_ in feature_fields(book).items()])


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


def rows_of(facts: Iterable[Fact], book: Rulebook, known_at: datetime) -> list[dict[str, Any]]:
    """Return the snapshot rows of one entity's facts as known at an instant, in the view's order."""
    seen = view(facts, date.max, known_at)
    first = next(seen.of(book.roles.kind), None)
    fields = feature_fields(book)
    rows = []
    for place, fact in enumerate(seen.facts):
        kind = book.kinds[fact.kind]
        is_registration = fact.kind == book.roles.kind
        if not (kind.is_feature or is_registration):
            continue
        hidden = None
        if kind.is_public and not is_registration:
            when = shown(fact, book.disclosure, book.calendar)
            if when is None or when.span.is_empty:
                continue
            hidden = None if when.span.until_on is None else day_number(when.span.until_on)
        row: dict[str, Any] = {
            "entity_id": fact.entity_id,
            "kind": fact.kind,
            "from_day": day_number(fact.span.from_on),
            "until_day": None if fact.span.until_on is None else day_number(fact.span.until_on),
            "hidden_day": hidden,
            "place": place,
            "established_ymd": _established(fact, first, book) if is_registration and first is not None else None,
        }
        for name, value in fact.payload.items():
            if name in fields and kind.fields[name].feature and kind.fields[name].exposure is Exposure.PUBLIC:
                row[name] = _cell(value, fields[name])
        rows.append(row)
    return rows


def _established(registration: Fact, first: Fact, book: Rulebook) -> int:
    """Return since when the business exists by one registration: its own word, else the earliest one's first day."""
    said = registration.payload.get(book.roles.established)
    return ymd(date.fromisoformat(said) if isinstance(said, str) and said else first.span.from_on)


def _cell(value: Any, type_: FieldType) -> Any:
    if type_ is FieldType.CODES:
        return "|" + "|".join(value) + "|"
    if type_ is FieldType.DAY:
        return day_number(date.fromisoformat(value))
    return value


def table_of(rows: Iterable[Mapping[str, Any]], book: Rulebook) -> pa.Table:
    """Return rows as a table in memory, with the snapshot's columns."""
    columns = schema(book)
    listed = list(rows)
    return pa.table(
        {name: pa.array([row.get(name) for row in listed], columns.field(name).type) for name in columns.names}
    )


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
    columns = schema(book)
    waiting: list[list[dict[str, Any]]] = [[] for _ in names]
    writers = [pq.ParquetWriter(folder / name, columns, compression="zstd") for name in names]
    count = facts = held = 0
    try:
        for entity_id, found in entities:
            rows = rows_of(found, book, known_at)
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

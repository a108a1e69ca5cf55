"""The ledger in the database: append, read, and nothing else.

Rules kept here, on top of those of `goodstanding.core.ledger`:
- Appends are serialised. SQLite has one writer; on PostgreSQL an advisory lock is held until commit, so positions are
  committed in rising order and "up to position N" never changes its meaning.
- An append writes the facts and the outbox message that announces them in one transaction, or neither.
- What one file says twice of one record, differently, is a conflict and is handed back, not recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.dates import Span
from goodstanding.core.errors import LedgerHarmed
from goodstanding.core.fact import Fact, Value, content_digest
from goodstanding.core.ledger import View, check_correction, delivery, view
from goodstanding.records import outbox
from goodstanding.records.copying import add_rows, is_server
from goodstanding.records.models import FactRecord

_LOCK = 0x600D_57A2  # any number, the same in every process
_CHUNK = 5_000
_COLUMNS = (
    *("digest", "entity_id", "kind", "source", "source_ref", "valid_from", "valid_until", "known_at", "payload"),
    *("corrects", "run_id", "row_number"),
)
_READ = ", ".join(("id", *_COLUMNS))


@dataclass(frozen=True, slots=True)
class Delivered:
    """A fact as a source delivered it, and the row of the file it stood in (0: no file)."""

    fact: Fact
    row_number: int = 0


@dataclass(slots=True)
class Receipt:
    """What became of a delivery.

    Args:
        added: Facts appended, withdrawals included.
        unchanged: Deliveries that said nothing new.
        conflicts: Deliveries whose record the same file had already stated otherwise in another row.
        through: Position of the last fact appended, or 0.
    """

    added: int = 0
    unchanged: int = 0
    conflicts: list[Delivered] = field(default_factory=list)
    through: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A fact with its position and provenance."""

    position: int
    fact: Fact
    run_id: int | None
    row_number: int | None


def deliver(
    items: Sequence[Delivered], now: datetime, run_id: int | None = None, same_file_runs: Iterable[int] = ()
) -> Receipt:
    """Append what sources delivered (rule L-3), with its outbox message, in the caller's or its own transaction.

    Args:
        items: In file order; none of them names a correction.
        now: The instant written on the outbox message; UTC.
        run_id: The import run, or ``None`` outside files.
        same_file_runs: Runs over the same file, this one included; a record they stated in another row conflicts.
    """
    runs = frozenset(same_file_runs) | ({run_id} if run_id is not None else frozenset())
    receipt = Receipt()
    with transaction.atomic():
        _serialise()
        records = _records({(item.fact.source, item.fact.source_ref) for item in items})
        additions: list[Stored] = []
        for item in items:
            record = records.setdefault((item.fact.source, item.fact.source_ref), [])
            new = delivery([stored.fact for stored in record], item.fact)
            if not new:
                receipt.unchanged += 1
                continue
            if any(stored.run_id in runs and stored.row_number != item.row_number for stored in record):
                receipt.conflicts.append(item)
                continue
            stored_new = [Stored(0, fact, run_id, item.row_number or None) for fact in new]
            record.extend(stored_new)
            additions.extend(stored_new)
        _insert(additions, receipt, now)
    return receipt


def append(facts: Sequence[Fact], now: datetime) -> Receipt:
    """Append facts that decisions made, corrections included (rules L-1, L-2), with their outbox message.

    Raises:
        CorrectionMismatch: A fact corrects another entity's or kind's fact, or one that is not there.
    """
    receipt = Receipt()
    with transaction.atomic():
        _serialise()
        # No index goes by digest, which would cost every import; what is corrected is of the same entity and kind.
        correcting = [fact for fact in facts if fact.corrects is not None]
        entities, kinds = {fact.entity_id for fact in correcting}, {fact.kind for fact in correcting}
        before = stored_of(sorted(entities), kinds=sorted(kinds)) if correcting else []
        known = {stored.fact.digest: stored.fact for stored in before}
        known.update((fact.digest, fact) for fact in facts)
        for fact in facts:
            if fact.corrects is not None:
                check_correction(fact, known.get(fact.corrects))
        records = _records({(fact.source, fact.source_ref) for fact in facts})
        present = {stored.fact.digest for record in records.values() for stored in record}
        new = [Stored(0, fact, None, None) for fact in facts if fact.digest not in present]
        receipt.unchanged = len(facts) - len(new)
        _insert(new, receipt, now)
    return receipt


def position() -> int:
    """Return the position of the last fact, 0 in an empty ledger."""
    last = FactRecord.objects.order_by("-id").values_list("id", flat=True).first()
    return last or 0


def facts_of(entity_id: str, through: int | None = None) -> list[Fact]:
    """Return every fact of one entity up to a position, in the order of positions."""
    return [stored.fact for stored in stored_of([entity_id], through)]


def view_of(entity_id: str, as_of: date, known_at: datetime, through: int | None = None) -> View:
    """Look at one entity as of a day, as known at an instant, up to a position."""
    return view(facts_of(entity_id, through), as_of, known_at)


def stored_of(entity_ids: Sequence[str], through: int | None = None, kinds: Sequence[str] = ()) -> list[Stored]:
    """Return the facts of some entities, by entity, then position: all of them, or of some kinds alone."""
    where = f"kind IN ({', '.join(['%s'] * len(kinds))}) AND entity_id = ANY" if kinds else "entity_id = ANY"
    found = list(_select(where, list(entity_ids), through, kinds))
    found.sort(key=lambda stored: (stored.fact.entity_id, stored.position))
    return found


def by_entity(
    entity_ids: Sequence[str], through: int | None = None, kinds: Sequence[str] = ()
) -> Iterator[tuple[str, list[Fact]]]:
    """Yield (entity id, its facts) for some entities, in chunks that bound the memory; see `stored_of`."""
    for start in range(0, len(entity_ids), _CHUNK):
        found = stored_of(entity_ids[start : start + _CHUNK], through, kinds)
        for entity_id, group in groupby(found, key=lambda stored: stored.fact.entity_id):
            yield entity_id, [stored.fact for stored in group]


def entities_between(after: int, through: int) -> list[str]:
    """Return the ids of entities with facts at positions in ``(after, through]``, sorted."""
    # From the beginning nearly every row counts. The plus keeps a database from going by position then, which would
    # sort all of them in memory: the index by entity holds ids and positions in the order wanted.
    id_ = "id" if after else "+id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT entity_id FROM fact WHERE {id_} > %s AND {id_} <= %s ORDER BY entity_id",  # noqa: S608 - ours
            [after, through],
        )
        return [entity_id for (entity_id,) in cursor.fetchall()]


def of_kinds(kinds: Sequence[str], after: int, through: int) -> Iterator[Fact]:
    """Yield the facts of some kinds at positions in ``(after, through]``, in order."""
    marks = ", ".join(["%s"] * len(kinds))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_READ} FROM fact WHERE id > %s AND id <= %s AND kind IN ({marks}) ORDER BY id",  # noqa: S608
            [after, through, *kinds],
        )
        while rows := cursor.fetchmany(_CHUNK):
            yield from (_stored(row).fact for row in rows)


def new_entities(after: int, through: int) -> int:
    """Return how many entities have their first fact at a position in ``(after, through]``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(DISTINCT entity_id) FROM fact AS one WHERE id > %s AND id <= %s AND NOT EXISTS "
            "(SELECT 1 FROM fact AS earlier WHERE earlier.entity_id = one.entity_id AND earlier.id <= %s)",
            [after, through, after],
        )
        return int(cursor.fetchone()[0])


def complete_through(known_at: datetime, through: int, after: int = 0) -> int:
    """Return the last position, not beyond ``through``, up to which every fact was known by an instant.

    Args:
        after: A position up to which that is certain already, such as the answer for an earlier instant.
    """
    late = FactRecord.objects.filter(id__gt=after, id__lte=through, known_at__gt=known_at).order_by("id")
    first = late.values_list("id", flat=True).first()
    return through if first is None else first - 1


def stream(after: int, through: int, chunk: int = 50_000) -> Iterator[list[Stored]]:
    """Yield all facts at positions in ``(after, through]`` in order, a chunk at a time."""
    while after < through:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {_READ} FROM fact WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",  # noqa: S608
                [after, through, chunk],
            )
            rows = [_stored(row) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = rows[-1].position


def check_digests(after: int, through: int) -> int:
    """Recompute the digest of every fact at positions in ``(after, through]`` and return how many there are.

    Raises:
        LedgerHarmed: A fact does not hash to its digest.
    """
    count = 0
    for chunk in stream(after, through):
        for stored in chunk:
            if content_digest(stored.fact) != stored.fact.digest:
                raise LedgerHarmed(
                    asked=f"Whether fact {stored.position} is what was recorded.",
                    found=f"Its content does not hash to {stored.fact.digest}.",
                    wants="Every fact hashes to its digest.",
                    next_step="Stop writing, keep the database as it is, and compare it with a backup.",
                )
            count += 1
    return count


def _serialise() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _records(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Stored]]:
    refs: dict[str, list[str]] = {}
    for source, ref in sorted(keys):
        refs.setdefault(source, []).append(ref)
    found: dict[tuple[str, str], list[Stored]] = {}
    for source, wanted in refs.items():
        for stored in _select("source = %s AND source_ref = ANY", wanted, first=[source]):
            found.setdefault((source, stored.fact.source_ref), []).append(stored)
    return found


def _select(
    where: str, values: Sequence[str] | Sequence[bytes], through: int | None = None, first: Sequence[str] = ()
) -> Iterator[Stored]:
    """Select by one column against many values, chunked below both databases' parameter limits."""
    for start in range(0, len(values), _CHUNK):
        chunk = list(values[start : start + _CHUNK])
        marks = ", ".join(["%s"] * len(chunk))
        condition = where.replace("= ANY", f"IN ({marks})")
        limit = "" if through is None else " AND id <= %s"
        with connection.cursor() as cursor:
            values_in_order: list[Any] = [*first, *chunk, *([] if through is None else [through])]
            # No value stands in the text itself.
            cursor.execute(f"SELECT {_READ} FROM fact WHERE {condition}{limit} ORDER BY id", values_in_order)  # noqa: S608
            for row in cursor.fetchall():
                yield _stored(row)


def _insert(additions: Sequence[Stored], receipt: Receipt, now: datetime) -> None:
    if not additions:
        return
    before = position()
    on_server = is_server()
    rows = [_row(stored, on_server) for stored in additions]
    add_rows("fact", _COLUMNS, rows)
    receipt.added += len(rows)
    receipt.through = position()
    outbox.announce_facts(before, receipt.through, now)


def _row(stored: Stored, on_server: bool) -> tuple[Any, ...]:
    fact = stored.fact
    until = fact.span.until_on
    if on_server:
        days: tuple[Any, ...] = (fact.span.from_on, until, fact.known_at)
    else:
        known = fact.known_at.astimezone(UTC).replace(tzinfo=None)
        days = (fact.span.from_on.isoformat(), None if until is None else until.isoformat(), str(known))
    return (
        bytes.fromhex(fact.digest),
        fact.entity_id,
        fact.kind,
        fact.source,
        fact.source_ref,
        *days,
        canonical_bytes(fact.payload).decode(),
        None if fact.corrects is None else bytes.fromhex(fact.corrects),
        stored.run_id,
        stored.row_number,
    )


def _stored(row: Sequence[Any]) -> Stored:
    id_, digest, entity, kind, source, ref, since, until, known, payload, corrects, run, number = row
    fact = Fact(
        entity_id=entity,
        kind=kind,
        source=source,
        source_ref=ref,
        span=Span(_day(since), None if until is None else _day(until)),
        known_at=_instant(known),
        payload=_payload(payload),
        corrects=None if corrects is None else bytes(corrects).hex(),
        digest=bytes(digest).hex(),
    )
    return Stored(id_, fact, run, number)


def _payload(text: str) -> Mapping[str, Value]:
    values: dict[str, Any] = json.loads(text)
    for name, value in values.items():
        if type(value) is list:
            values[name] = tuple(value)
    return values


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)

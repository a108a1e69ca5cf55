"""Import runs and quarantine in the database.

Rules kept here:
- One card reads one file once: a finished run is never begun anew unless asked to, an unfinished one goes on where its
  last committed batch ended, with the instant it first wrote on its facts.
- A batch's facts, its held rows and the count of rows done are one transaction, so a crash between any two of them
  leaves what the last batch left.
- A held row keeps its run, its row number and its bytes for as long as the database lives; only its state moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, QuerySet

from goodstanding.core.errors import HeldRowUnknown, ImportUnderWay, ReasonMissing
from goodstanding.records import ledger
from goodstanding.records.ledger import Delivered, Receipt
from goodstanding.records.models import FactRecord, HeldRow, ImportRun

HEADER_CODE = "file.header"
"""Code of row 0: not a problem but the header under which a file's held rows stand, kept so they can be read again."""

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Held:
    """A row to be held, or held: why, and its bytes."""

    row_number: int
    code: str
    field: str
    found: str
    wants: str
    original: bytes


def open_run(card: str, card_digest: str, file_name: str, file_digest: str, now: datetime, again: bool) -> ImportRun:
    """Return the run of one card over one file: a new one, the unfinished one, or the finished one as it stands.

    Args:
        card: Code of the card.
        file_digest: SHA-256 of the file's bytes, hex.
        now: The known time of a new run's facts; UTC.
        again: Begin a finished run anew, because the source delivered the same bytes once more.
    """
    with transaction.atomic():
        run, is_new = ImportRun.objects.get_or_create(
            card_digest=card_digest,
            file_digest=file_digest,
            defaults={"card": card, "file_name": file_name[:255], "known_at": now, "started_at": now},
        )
        if again and not is_new and run.finished_at is not None:
            run.known_at = run.started_at = now
            run.finished_at = None
            run.rows_done = 0
            run.save()
    return run


def same_file_runs(run: ImportRun) -> list[int]:
    """Return the ids of all runs over the same bytes, this one included."""
    return list(ImportRun.objects.filter(file_digest=run.file_digest).values_list("id", flat=True))


def record_batch(
    run: ImportRun,
    items: Sequence[Delivered],
    held: Sequence[Held],
    rows_done: int,
    same_runs: Iterable[int],
    now: datetime,
    original_of: Callable[[int], bytes],
) -> tuple[Receipt, int]:
    """Commit one batch of a run: its facts, its held rows, and how far the run has come.

    Args:
        items: The batch's facts, in file order.
        held: The batch's rows that gave none.
        rows_done: Number of the batch's last row.
        same_runs: What `same_file_runs` said.
        original_of: Returns the bytes of a row of the batch by its number; asked for rows that turn out to conflict.
    Returns:
        The ledger's receipt, and how many rows were held, conflicting ones included.
    Raises:
        ImportUnderWay: Another process moved the run meanwhile; nothing of this batch is kept.
    """
    with transaction.atomic():
        _advance(run, rows_done)
        receipt = ledger.deliver(items, now, run.id, same_runs)
        conflicts = {item.row_number: item.fact.source_ref for item in receipt.conflicts}
        every = [*held, *(_conflict(number, ref, original_of(number)) for number, ref in conflicts.items())]
        hold(run, every)
        if receipt.added or every:
            ImportRun.objects.filter(id=run.id).update(
                facts_added=F("facts_added") + receipt.added, rows_held=F("rows_held") + len(every)
            )
    run.rows_done = rows_done
    return receipt, len(every)


def hold(run: ImportRun, rows: Iterable[Held]) -> None:
    """Put rows into quarantine; a row the same run holds already stays as it is."""
    HeldRow.objects.bulk_create(
        [
            HeldRow(
                run=run,
                card=run.card,
                row_number=row.row_number,
                code=row.code,
                field=row.field[:80],
                found=row.found,
                wants=row.wants,
                original=row.original,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def keep_header(run: ImportRun, header: bytes, now: datetime) -> None:
    """Keep a file's header beside its held rows, as row 0."""
    HeldRow.objects.get_or_create(
        run=run,
        row_number=0,
        defaults={
            "card": run.card,
            "code": HEADER_CODE,
            "found": "The header of the file.",
            "wants": "Nothing: it is kept so that held rows can be read again.",
            "original": header,
            "state": HeldRow.State.RELEASED,
            "settled_at": now,
        },
    )


def header_of(run: ImportRun) -> bytes:
    """Return the header kept with a run, or nothing."""
    found = HeldRow.objects.filter(run=run, row_number=0, code=HEADER_CODE).values_list("original", flat=True).first()
    return b"" if found is None else bytes(found)


def finish(run: ImportRun, now: datetime) -> None:
    """Record that a run came to the end of its file."""
    ImportRun.objects.filter(id=run.id).update(finished_at=now)
    run.finished_at = now


def known_records(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, date]]:
    """Return entity and first day of the records that sources named, as the ledger last heard of them.

    Args:
        keys: Source and record key.
    """
    wanted: dict[str, set[str]] = {}
    for source, ref in keys:
        wanted.setdefault(source, set()).add(ref)
    found: dict[tuple[str, str], tuple[str, date]] = {}
    columns = ("source_ref", "entity_id", "valid_from", "valid_until")
    for source, refs in wanted.items():
        ordered = sorted(refs)
        for start in range(0, len(ordered), _CHUNK):
            rows = FactRecord.objects.filter(source=source, source_ref__in=ordered[start : start + _CHUNK])
            for ref, entity_id, since, until in rows.order_by("id").values_list(*columns):
                if since == until:
                    found.pop((source, ref), None)  # withdrawn
                else:
                    found[source, ref] = entity_id, since
    return found


def summary(card: str | None = None) -> list[tuple[str, str, int]]:
    """Return (card, code, how many) of the rows in quarantine, sorted."""
    rows = _held(card).values_list("card", "code").annotate(count=Count("id")).order_by("card", "code")
    return list(rows)


def held_rows(card: str | None = None, after: int = 0, limit: int = 100) -> list[HeldRow]:
    """Return rows in quarantine with ids after ``after``, oldest first, at most ``limit``."""
    return list(_held(card).filter(id__gt=after).select_related("run").order_by("id")[:limit])


def held_row(id_: int) -> HeldRow:
    """Return one row in quarantine.

    Raises:
        HeldRowUnknown: There is none of that id, or it was settled before.
    """
    row = _held(None).filter(id=id_).select_related("run").first()
    if row is None:
        raise HeldRowUnknown(
            asked=f"Row {id_} of the quarantine.",
            found="No row of that id is held.",
            wants="The id of a row that is held now.",
            next_step="Run `goodstanding quarantine list` for the ids.",
        )
    return row


def release(run: ImportRun, items: Sequence[Delivered], rows: Sequence[HeldRow], now: datetime) -> tuple[Receipt, int]:
    """Deliver the facts of held rows of one run and let the rows go, in one transaction.

    Returns:
        The ledger's receipt, and how many rows left the quarantine; a row whose record conflicts stays.
    """
    with transaction.atomic():
        receipt = ledger.deliver(items, now, run.id, same_file_runs(run))
        conflicts = {item.row_number for item in receipt.conflicts}
        free = [row.id for row in rows if row.row_number not in conflicts]
        released = HeldRow.objects.filter(id__in=free, state=HeldRow.State.HELD).update(
            state=HeldRow.State.RELEASED, settled_at=now
        )
        for row in rows:
            if row.row_number in conflicts:
                ref = next(i.fact.source_ref for i in receipt.conflicts if i.row_number == row.row_number)
                restate(row, _conflict(row.row_number, ref, b""))
    return receipt, released


def restate(row: HeldRow, why: Held) -> None:
    """Write down why a row is still held after it was tried again; its bytes stay."""
    HeldRow.objects.filter(id=row.id, state=HeldRow.State.HELD).update(
        code=why.code, field=why.field[:80], found=why.found, wants=why.wants
    )


def discard(id_: int, reason: str, by: str, now: datetime) -> None:
    """Record that an officer gave up on a held row, and why.

    Raises:
        ReasonMissing: The reason is empty.
        HeldRowUnknown: No such row is held.
    """
    if not reason.strip():
        raise ReasonMissing(
            asked=f"To discard row {id_} of the quarantine.",
            found="No reason.",
            wants="A reason that a later reader understands.",
            next_step="Give --reason.",
        )
    row = held_row(id_)
    HeldRow.objects.filter(id=row.id, state=HeldRow.State.HELD).update(
        state=HeldRow.State.DISCARDED, settled_at=now, settled_by=by[:150], note=reason.strip()
    )


def _held(card: str | None) -> QuerySet[HeldRow]:
    rows = HeldRow.objects.filter(state=HeldRow.State.HELD)
    return rows if card is None else rows.filter(card=card)


def _advance(run: ImportRun, rows_done: int) -> None:
    moved = ImportRun.objects.filter(id=run.id, rows_done=run.rows_done, finished_at=None).update(rows_done=rows_done)
    if not moved:
        raise ImportUnderWay(
            asked=f"To import {run.file_name} under card {run.card}.",
            found="Another process is importing the same file.",
            wants="One process at a time for one file.",
            next_step="Wait for the other import to end; then run the command again.",
        )


def _conflict(row_number: int, ref: str, original: bytes) -> Held:
    wants = "One statement for one record key in one file; an earlier row says otherwise."
    return Held(row_number, "row.ref_conflict", "ref", ref, wants, original)

"""Held rows once more: read from their original bytes under the card now in force, and delivered if they fit.

The facts are known from the instant of the retry, for before it nobody could have read them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from goodstanding.core.rulebook import Rulebook
from goodstanding.intake import reading_csv, reading_jsonl, reading_parquet, reading_xlsx
from goodstanding.intake.card import Card, FileFormat
from goodstanding.intake.importing import held_for, look_up
from goodstanding.intake.problem import Problem, Reason
from goodstanding.intake.reading import Row
from goodstanding.intake.validate import Validator
from goodstanding.records import imports
from goodstanding.records.imports import Held
from goodstanding.records.ledger import Delivered
from goodstanding.records.models import HeldRow, ImportRun

_CHUNK = 2_000


@dataclass(slots=True)
class RetryOutcome:
    """What became of the rows tried again."""

    tried: int = 0
    released: int = 0
    added: int = 0


def retry(card: Card, book: Rulebook, now: datetime, on_progress: Callable[[int], None] | None = None) -> RetryOutcome:
    """Try all held rows of a card's source again.

    A row released keeps its run and row number; one that stays says why it is held now.

    Args:
        card: The card now in force, mended perhaps; rows held under any earlier card of the same code are tried.
        now: The known time of the facts; UTC.
        on_progress: Told the number of rows tried after every chunk.
    """
    outcome = RetryOutcome()
    after = 0
    while rows := imports.held_rows(card.code, after, _CHUNK):
        after = rows[-1].id
        for run, of_run in groupby(rows, key=lambda row: row.run):
            _retry_rows(run, list(of_run), card, book, now, outcome)
        if on_progress is not None:
            on_progress(outcome.tried)
    return outcome


def _retry_rows(
    run: ImportRun, rows: Sequence[HeldRow], card: Card, book: Rulebook, now: datetime, outcome: RetryOutcome
) -> None:
    header = imports.header_of(run)
    validators: dict[tuple[str, ...], Validator] = {}
    readable: list[tuple[HeldRow, Row, Validator]] = []
    staying: list[tuple[HeldRow, Held]] = []
    for row in rows:
        if row.row_number == 0:
            continue  # a refused header is not a row
        outcome.tried += 1
        columns, read = _read(row, header, card)
        problem = read.problem or _lacking(columns, card)
        if problem is not None:
            staying.append((row, held_for(row.row_number, [problem], b"")))
            continue
        if columns not in validators:
            validators[columns] = Validator(card, book, columns, now)
        readable.append((row, read, validators[columns]))
    keys = {key for _, read, validator in readable for key in validator.references(read.cells)}
    records = look_up(keys) if keys else {}
    items: list[Delivered] = []
    leaving: list[HeldRow] = []
    for row, read, validator in readable:
        facts, problems = validator.read(read.cells, now, records)
        if problems:
            staying.append((row, held_for(row.row_number, problems, b"")))
            continue
        leaving.append(row)
        items.extend(Delivered(fact, row.row_number) for fact in facts)
    receipt, released = imports.release(run, items, leaving, now)
    outcome.released += released
    outcome.added += receipt.added
    for row, why in staying:
        imports.restate(row, why)


def _read(row: HeldRow, header: bytes, card: Card) -> tuple[tuple[str, ...], Row]:
    """Read a held row's bytes as its format writes them; return its columns with it."""
    original = bytes(row.original)
    if row.code == Reason.TOO_LONG.value and not row.field:
        # Only its first bytes were kept. They might read as a row, and would not be the source's.
        return card.columns, Row(row.row_number, (), original, Problem(Reason.TOO_LONG, "", row.found, row.wants))
    match card.layout.format:
        case FileFormat.CSV:
            columns = reading_csv.header_columns(header, card.layout)
            return columns, reading_csv.parse(row.row_number, original, card.layout, len(columns))
        case FileFormat.JSON_LINES:
            return card.columns, reading_jsonl.parse(row.row_number, original, card.layout, card.columns)
        case FileFormat.PARQUET:
            return reading_parquet.parse(row.row_number, original)
        case FileFormat.XLSX:
            return reading_xlsx.parse(row.row_number, original)


def _lacking(columns: Sequence[str], card: Card) -> Problem | None:
    missing = [column for column in card.columns if column not in columns]
    if not missing:
        return None
    return Problem(Reason.COLUMNS, missing[0], "The row has no such column.", "Every column the card names.")

"""The act of importing: one file under one card, in batches that a crash may fall between but not into.

What a crash leaves: the run row with the rows its last committed batch ended at. The next run skips these and goes on
with the same known time, so the ledger ends as one clean run would have left it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from goodstanding.core.errors import CardUnknown, FileUnreadable, HeaderRepeated
from goodstanding.home import Home
from goodstanding.intake.card import Card
from goodstanding.intake.card_reading import load_card
from goodstanding.intake.opening import open_source
from goodstanding.intake.problem import Problem, Reason
from goodstanding.intake.reading import Row, Source, header_problem
from goodstanding.intake.typed_rows import encode
from goodstanding.intake.validate import KnownRecord, RecordKey, Validator
from goodstanding.records import imports
from goodstanding.records.imports import Held
from goodstanding.records.ledger import Delivered

BATCH = 5_000
_BLOCK = 1_048_576

OnProgress = Callable[[int], None]
"""Told the number of rows done after every batch."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one file.

    Args:
        rows: Data rows read in this run of the program; 0 for a repeat.
        added: Facts appended, withdrawals included.
        unchanged: Facts the ledger held already.
        held: Rows put into quarantine.
        left_out: Rows the card leaves out.
        is_repeat: The card had read this very file to its end before; nothing was done.
        resumed_after: Rows an interrupted run had done before this one.
        problems: How many rows were held for each reason.
    """

    card: str
    file: str
    rows: int = 0
    added: int = 0
    unchanged: int = 0
    held: int = 0
    left_out: int = 0
    is_repeat: bool = False
    resumed_after: int = 0
    problems: Counter[str] = field(default_factory=Counter)


def find_card(home: Home, name: str) -> Card:
    """Return a source card, by its code in the installation's rulebook or by its path.

    Raises:
        CardUnknown: Neither.
        CardInvalid: The card has a mistake.
    """
    for path in (home.cards / f"{name}.toml", Path(name)):
        if path.is_file():
            return load_card(path.name, path.read_bytes(), home.rulebook)
    known = ", ".join(sorted(path.stem for path in home.cards.glob("*.toml")))
    raise CardUnknown(
        asked=f"The source card {name}.",
        found="No card of that name or path.",
        wants=f"A card of the rulebook ({known or 'it has none'}), or the path of a TOML file.",
        next_step="Name one of these, or write a card; docs/cards.md is the manual.",
    )


def import_file(
    home: Home, card: Card, path: Path, now: datetime, on_progress: OnProgress | None = None, again: bool = False
) -> ImportOutcome:
    """Import one file: its good rows become facts, its bad rows go to quarantine.

    Args:
        now: The known time of a new run's facts; UTC.
        again: Read the file anew though it was imported before, because the source delivered it once more.
    Raises:
        FileUnreadable: The file is not there or may not be read.
        SourceFileInvalid: The file as a whole is not what the card says.
        HeaderRepeated: The header names a column twice; it is held, and nothing is imported.
        ImportUnderWay: Another process is importing the same file.
    """
    file_digest = digest_of(path)
    with open_source(path, card.layout, card.columns) as source:
        run = imports.open_run(card.code, card.digest, path.name, file_digest, now, again)
        if run.finished_at is not None:
            return ImportOutcome(card.code, path.name, is_repeat=True)
        repeated = header_problem(source.columns)
        if repeated is not None:
            imports.hold(run, [_held(0, repeated, source.header or encode(source.columns, source.columns))])
            raise _header_repeated(path, repeated)
        same_runs = imports.same_file_runs(run)
        validator = Validator(card, home.rulebook, source.columns, max(now, run.known_at))
        start = done = run.rows_done
        tally = _Tally()
        for batch in _batches(source.rows, after=start):
            judged = _judge(batch, source, validator, run.known_at)
            if judged.held and run.rows_held == 0 and source.header:
                imports.keep_header(run, source.header, now)
            by_number = {row.number: row for row in batch}
            done = batch[-1].number
            receipt, held = imports.record_batch(
                run, judged.items, judged.held, done, same_runs, now, partial(_original, by_number, source)
            )
            if receipt.conflicts and source.header:
                imports.keep_header(run, source.header, now)
            tally.add(len(batch), judged, receipt.added, receipt.unchanged, held)
            if on_progress is not None:
                on_progress(done)
        imports.finish(run, now)
    return tally.outcome(card, path, start)


def check_file(
    home: Home, card: Card, path: Path, now: datetime, on_progress: OnProgress | None = None
) -> ImportOutcome:
    """Read a file as an import would, store nothing, and say what an import would hold.

    Rows that only the ledger can judge (one record stated in two ways) are not among them; ``added`` counts the facts
    the file states, those the ledger may hold already included.

    Raises:
        FileUnreadable, SourceFileInvalid, HeaderRepeated: As for `import_file`.
    """
    with open_source(path, card.layout, card.columns) as source:
        repeated = header_problem(source.columns)
        if repeated is not None:
            raise _header_repeated(path, repeated)
        validator = Validator(card, home.rulebook, source.columns, now)
        tally = _Tally()
        for batch in _batches(source.rows, after=0):
            judged = _judge(batch, source, validator, now)
            tally.add(len(batch), judged, len(judged.items), 0, len(judged.held))
            if on_progress is not None:
                on_progress(batch[-1].number)
    return tally.outcome(card, path, 0)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hex, without holding the file in memory.

    Raises:
        FileUnreadable: It is not there or may not be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise FileUnreadable(
            asked=f"To read {path}.",
            found=f"{error.strerror or error}.",
            wants="A file that may be read.",
            next_step="Name another file, or mend its permissions.",
        ) from None
    return digest.hexdigest()


def look_up(keys: Iterable[RecordKey]) -> dict[RecordKey, KnownRecord]:
    """Return what the ledger holds of records that rows name."""
    return {key: KnownRecord(*found) for key, found in imports.known_records(keys).items()}


@dataclass(slots=True)
class _Judged:
    items: list[Delivered]
    held: list[Held]
    left_out: int


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    added: int = 0
    unchanged: int = 0
    held: int = 0
    left_out: int = 0
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, rows: int, judged: _Judged, added: int, unchanged: int, held: int) -> None:
        self.rows += rows
        self.added += added
        self.unchanged += unchanged
        self.held += held
        self.left_out += judged.left_out
        self.problems.update(row.code for row in judged.held)
        if held > len(judged.held):
            self.problems[Reason.REF_CONFLICT.value] += held - len(judged.held)

    def outcome(self, card: Card, path: Path, resumed_after: int) -> ImportOutcome:
        return ImportOutcome(
            card=card.code,
            file=path.name,
            rows=self.rows,
            added=self.added,
            unchanged=self.unchanged,
            held=self.held,
            left_out=self.left_out,
            resumed_after=resumed_after,
            problems=self.problems,
        )


def _batches(rows: Iterator[Row], after: int) -> Iterator[list[Row]]:
    """Yield the rows after a row number, some thousands at a time."""
    for _ in islice(rows, after):
        pass
    while batch := list(islice(rows, BATCH)):
        yield batch


def _judge(batch: Sequence[Row], source: Source, validator: Validator, known_at: datetime) -> _Judged:
    """Turn a batch into facts and rows to hold."""
    judged = _Judged([], [], 0)
    keys = {key for row in batch if row.problem is None for key in validator.references(row.cells)}
    records = look_up(keys) if keys else {}
    for row in batch:
        if row.problem is not None:
            judged.held.append(_held(row.number, row.problem, _bytes(row, source)))
            continue
        facts, problems = validator.read(row.cells, known_at, records)
        if problems:
            judged.held.append(held_for(row.number, problems, _bytes(row, source)))
        elif not facts:
            judged.left_out += 1
        for fact in facts:
            judged.items.append(Delivered(fact, row.number))
    return judged


def held_for(number: int, problems: Sequence[Problem], original: bytes) -> Held:
    """Return a row to hold for its first problem, the others named beside what was found."""
    held = _held(number, problems[0], original)
    if len(problems) == 1:
        return held
    others = "; ".join(f"{problem.reason.value} {problem.field}" for problem in problems[1:20])
    return Held(number, held.code, held.field, f"{held.found} (also: {others})", held.wants, original)


def _held(number: int, problem: Problem, original: bytes) -> Held:
    return Held(number, problem.reason.value, problem.field, problem.found, problem.wants, original)


def _bytes(row: Row, source: Source) -> bytes:
    return row.raw or encode(source.columns, row.cells)


def _original(rows: Mapping[int, Row], source: Source, number: int) -> bytes:
    return _bytes(rows[number], source)


def _header_repeated(path: Path, problem: Problem) -> HeaderRepeated:
    return HeaderRepeated(
        asked=f"To import {path.name}.",
        found=f"Its header names more than once: {problem.found}.",
        wants=problem.wants,
        next_step="Ask the source for a file whose columns have names of their own.",
    )

"""The whole register at once: the compiled scorecard over every bucket of a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.core.classification import Scorecard
from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import Engine
from goodstanding.engine.score import Classified, classified, compiled, result_schema
from goodstanding.engine.snapshot import Snapshot

_SLICE = 10_000  # rows turned into what the records and files want: a second copy of a whole bucket is not needed


def classify_snapshot(
    snapshot: Snapshot, book: Rulebook, card: Scorecard, as_of: date, engine: Engine, folder: Path | None = None
) -> Iterator[list[Classified]]:
    """Yield the classes of all entities of a snapshot, some thousand at a time; see `class_tables`."""
    for table in class_tables(snapshot, book, card, as_of, engine, folder):
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        yield classified(rows, card, book.scales[card.scale])


def class_tables(
    snapshot: Snapshot, book: Rulebook, card: Scorecard, as_of: date, engine: Engine, folder: Path | None = None
) -> Iterator[pa.Table]:
    """Yield the same as tables with the columns of `goodstanding.engine.score.result_schema`, some thousand rows each.

    Args:
        folder: Where each bucket's result is written as Parquet too, under the name of the bucket's file.
    Raises:
        SnapshotHarmed: The snapshot was written under another rulebook.
        IndicatorUnfit: See `goodstanding.engine.score.expression`.
    """
    if snapshot.rulebook_digest != book.digest:
        raise SnapshotHarmed(
            asked=f"To classify from the snapshot in {snapshot.folder}.",
            found=f"It was written under the rulebook {snapshot.rulebook_digest}.",
            wants=f"One of the rulebook in force, {book.digest}: it decides which facts are features.",
            next_step="Classify again; that writes a snapshot of its own.",
        )
    columns = result_schema(card)
    sql = compiled(book, card, as_of, engine.dialect)
    for path, found in zip(snapshot.paths, engine.run(sql, snapshot.paths), strict=True):
        with ExitStack() as files:
            written = None
            if folder is not None:
                written = files.enter_context(pq.ParquetWriter(folder / path.name, columns, compression="zstd"))
            for batch in found.combine_chunks().to_batches(max_chunksize=_SLICE):
                # A sum of whole numbers leaves an engine wider than 64 bits; all of ours fit.
                table = pa.Table.from_batches([batch]).cast(columns)
                if written is not None:
                    written.write_table(table)
                yield table

"""The whole register at once: the compiled scorecard over every bucket of a snapshot.

The engine writes what it finds beside the snapshot, a file for each bucket, and this reads it some thousand rows at a
time: so memory follows neither the register nor a bucket.
"""

from __future__ import annotations

import tempfile
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
from goodstanding.engine.buckets import ids_of, named
from goodstanding.engine.score import Classified, classified, compiled, result_schema
from goodstanding.engine.snapshot import Snapshot

_SLICE = 10_000  # rows turned into what the records want: a second copy of a whole bucket is not needed


def classify_snapshot(
    snapshot: Snapshot, book: Rulebook, card: Scorecard, as_of: date, engine: Engine, folder: Path | None = None
) -> Iterator[list[Classified]]:
    """Yield the classes of all entities of a snapshot, some thousand at a time.

    Args:
        folder: Where the engine's files stay; see `class_files`. Without one they do not outlive the run.
    Raises:
        SnapshotHarmed: See `class_files`.
        IndicatorUnfit: See `goodstanding.engine.score.expression`.
    """
    columns = result_schema(card)
    scale = book.scales[card.scale]
    with ExitStack() as kept:
        if folder is None:
            folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix=".classes-", dir=snapshot.folder)))
        for path, found in zip(snapshot.paths, class_files(snapshot, book, card, as_of, engine, folder), strict=True):
            ids = ids_of(path)
            with pq.ParquetFile(found) as file:
                for batch in file.iter_batches(_SLICE):
                    table = pa.Table.from_batches([batch]).cast(columns)
                    table = table.set_column(0, "entity_id", named(table["entity"], ids))
                    yield classified(zip(*(column.to_pylist() for column in table.columns), strict=True), card, scale)


def class_files(
    snapshot: Snapshot, book: Rulebook, card: Scorecard, as_of: date, engine: Engine, folder: Path
) -> Iterator[Path]:
    """Yield a Parquet file of classes for each bucket of a snapshot, written to a folder under the bucket's name.

    Its columns are those of `goodstanding.engine.score.result_schema`, the whole numbers as wide as the engine likes;
    entities stand there by their number in the snapshot.

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
    yield from engine.run(compiled(book, card, as_of, engine.dialect), snapshot.paths, folder)

"""Where an entity's rows stand: buckets by a hash of its id, one Parquet file each, and how rows come into them.

Rules kept here:
- A file's rows are sorted by kind, entity and place, in groups of some ten thousand, so that a reader skips the kinds
  it has no use for.
- In a file a number stands for an entity: its bucket's number times 2**32, plus its place among the ids of the bucket,
  which stand in a file beside. Engines group and join whole numbers far more cheaply than ids.
- One file is open at a time. What waits in memory is some ten thousand rows, besides the columns of one bucket.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import schema, table_of

ROW_GROUP = 50_000
ENTITIES_PER_BUCKET = 100_000
"""More would cost less, since an engine plans its work for each bucket, and take more memory at one time."""
_ROWS = 50_000  # waiting as Python values, over all buckets
_ORDER = [("kind", "ascending"), ("entity", "ascending"), ("place", "ascending")]
_IDS = pa.schema([("entity_id", pa.string())])
SHIFT = 32
"""Bits of an entity's number below those of its bucket."""


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


def file_name(bucket: int) -> str:
    return f"bucket-{bucket:04}.parquet"


def ids_name(file: str) -> str:
    """Return the name of the file with the ids of a bucket, by the name of the bucket's own file."""
    return file.removesuffix(".parquet") + "-ids.parquet"


def ids_of(path: Path) -> pa.ChunkedArray:
    """Return the ids of the entities of a bucket, given by its file, in the order of their numbers."""
    return pq.read_table(path.with_name(ids_name(path.name)), schema=_IDS)["entity_id"]


def named(numbers: pa.ChunkedArray, ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the ids that the numbers of a bucket's entities stand for."""
    return ids.take(pc.bit_wise_and(numbers, pa.scalar(2**SHIFT - 1, pa.int64())))


def write_bucket(path: Path, bucket: int, table: pa.Table) -> None:
    """Write rows that name their entities by id as a bucket's file, and the ids beside it.

    Args:
        table: With the columns of `goodstanding.engine.features.schema`, in any order.
    """
    ordered = table.sort_by(_ORDER)
    ids = pc.unique(ordered["entity"]).sort()
    numbers = pc.add(pc.index_in(ordered["entity"], value_set=ids).cast(pa.int64()), pa.scalar(bucket << SHIFT))
    stored = ordered.set_column(0, "entity", numbers)
    pq.write_table(stored, path, compression="zstd", row_group_size=ROW_GROUP)
    pq.write_table(pa.table([ids], schema=_IDS), path.with_name(ids_name(path.name)), compression="zstd")


def read_bucket(path: Path) -> pa.Table:
    """Return a bucket's rows, their entities by id."""
    table = pq.read_table(path)
    return table.set_column(0, "entity", named(table["entity"], ids_of(path)))


class BucketFiles:
    """The files of a snapshot in the making.

    Args:
        folder: Where the files go.
        buckets: How many there are in all.
        before: The files that stand for each bucket now; none for a snapshot written anew.
        replaced: Entities by bucket whose rows in ``before`` do not count; only their buckets are written.
    """

    def __init__(
        self,
        folder: Path,
        buckets: int,
        book: Rulebook,
        before: Sequence[Path] = (),
        replaced: Mapping[int, Collection[str]] | None = None,
    ) -> None:
        self._folder = folder
        self._book = book
        self._columns = schema(book)
        self._buckets = buckets
        self._before = before
        self._replaced = replaced
        self._waiting: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        self._parts: defaultdict[int, list[pa.Table]] = defaultdict(list)
        self._held = 0
        self.written: set[int] = set()

    def add(self, entity_id: str, rows: Iterable[dict[str, Any]]) -> None:
        """Take one entity's rows. Entities of one bucket together cost least; in any other order all is rewritten."""
        bucket = bucket_of(entity_id, self._buckets)
        waiting = self._waiting[bucket]
        before = len(waiting)
        waiting.extend(rows)
        self._held += len(waiting) - before
        if self._held >= _ROWS:
            for other in list(self._waiting):
                if other != bucket:
                    self._settle(other)
            self._parts[bucket].append(table_of(self._waiting.pop(bucket), self._book))
            self._held = 0

    def close(self) -> None:
        """Write what still waits; afterwards every bucket to be written is."""
        due = range(self._buckets) if self._replaced is None else self._replaced
        for bucket in sorted({*self._waiting, *self._parts, *(set(due) - self.written)}):
            self._settle(bucket)

    def _settle(self, bucket: int) -> None:
        path = self._folder / file_name(bucket)
        tables = self._parts.pop(bucket, [])
        tables.append(table_of(self._waiting.pop(bucket, []), self._book))
        if bucket in self.written:
            tables.append(read_bucket(path))
        elif self._before:
            kept = read_bucket(self._before[bucket])
            gone = pa.array(sorted((self._replaced or {}).get(bucket, ())), pa.string())
            tables.append(kept.filter(pc.invert(pc.is_in(kept["entity"], value_set=gone))))
        write_bucket(path, bucket, pa.concat_tables([one.select(self._columns.names) for one in tables]))
        self.written.add(bucket)

"""Where an entity's rows stand: buckets by a hash of its id, one Parquet file each, and how rows come into them.

Rules kept here:
- A file's rows are sorted by kind, entity and place, in groups of one kind and some ten thousand, so that a reader
  skips the kinds it has no use for.
- In a file a number stands for an entity: its bucket's number times 2**32, plus its place among the ids of the bucket,
  which stand in a file beside. Engines group and join whole numbers far more cheaply than ids.
- One file is open at a time. What waits in memory is some ten thousand rows, and of one bucket the columns that are
  filled: most are empty in most rows.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import schema, tables_of

ROW_GROUP = 50_000
ENTITIES_PER_BUCKET = 100_000
"""More would cost less, since an engine plans its work for each bucket, and take more memory at one time."""
_ROWS = 50_000  # waiting as Python values, over all buckets
_ORDER = [("entity", "ascending"), ("place", "ascending")]
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


def write_bucket(path: Path, bucket: int, kinds: Mapping[str, Sequence[pa.Table]], columns: pa.Schema) -> None:
    """Write rows that name their entities by id as a bucket's file, and the ids beside it.

    Args:
        kinds: Tables by fact kind, in any order, with the columns that rows of the kind fill.
        columns: Of the snapshot, as `goodstanding.engine.features.schema` gives them.
    """
    tables = {kind: pa.concat_tables(parts, promote_options="default") for kind, parts in sorted(kinds.items())}
    said = [chunk for table in tables.values() for chunk in table["entity"].chunks]
    ids = pc.unique(pa.chunked_array(said, pa.string())).sort()
    stored = columns.set(0, pa.field("entity", pa.int64()))
    with pq.ParquetWriter(path, stored, compression="zstd") as file:
        for table in tables.values():
            ordered = table.sort_by(_ORDER)
            places = pc.index_in(ordered["entity"], value_set=ids).cast(pa.int64())
            numbered = ordered.set_column(0, "entity", pc.add(places, pa.scalar(bucket << SHIFT)))
            for start in range(0, len(numbered), ROW_GROUP):
                file.write_table(_widened(numbered.slice(start, ROW_GROUP), stored))
    pq.write_table(pa.table([ids], schema=_IDS), path.with_name(ids_name(path.name)), compression="zstd")


def _widened(table: pa.Table, columns: pa.Schema) -> pa.Table:
    """Return a table with every column of the snapshot, empty where its kind fills none."""
    given = set(table.column_names)
    return pa.table(
        [table[one.name] if one.name in given else pa.nulls(len(table), one.type) for one in columns], schema=columns
    )


def read_bucket(path: Path) -> Iterator[tuple[str, pa.Table]]:
    """Yield (kind, rows) of a bucket, some ten thousand rows at a time, their entities by id and empty columns left
    out."""
    ids = ids_of(path)
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            filled = [name for name in table.column_names if table[name].null_count < len(table)]
            kind = table["kind"][0].as_py()
            yield kind, table.select(filled).set_column(0, "entity", named(table["entity"], ids))


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
        self._parts: defaultdict[int, defaultdict[str, list[pa.Table]]] = defaultdict(lambda: defaultdict(list))
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
            self._gather(bucket)
            self._held = 0

    def close(self) -> None:
        """Write what still waits; afterwards every bucket to be written is."""
        due = range(self._buckets) if self._replaced is None else self._replaced
        for bucket in sorted({*self._waiting, *self._parts, *(set(due) - self.written)}):
            self._settle(bucket)

    def _gather(self, bucket: int) -> None:
        for kind, table in tables_of(self._waiting.pop(bucket, []), self._book).items():
            self._parts[bucket][kind].append(table)

    def _settle(self, bucket: int) -> None:
        path = self._folder / file_name(bucket)
        self._gather(bucket)
        kinds = self._parts.pop(bucket, defaultdict(list))
        if bucket in self.written:
            for kind, table in read_bucket(path):
                kinds[kind].append(table)
        elif self._before:
            gone = pa.array(sorted((self._replaced or {}).get(bucket, ())), pa.string())
            for kind, table in read_bucket(self._before[bucket]):
                kinds[kind].append(table.filter(pc.invert(pc.is_in(table["entity"], value_set=gone))))
        write_bucket(path, bucket, kinds, self._columns)
        self.written.add(bucket)

"""What the same classification costs on Spark and in DuckDB, on one machine and one snapshot.

Starts a cluster as `make spark-cluster` does, lets both engines place the snapshot of bench/classify.py in turn, some
rounds over, checks that they agree in every number, and prints processor and wall time and their ratios. The first
round is printed apart: there, Java is still compiling itself. Processor time counts master, workers, executors and the
session's own Java. A cluster pays where one machine's disks or cores are the limit; this says what it costs where they
are not.

Usage: python bench/spark.py [--entities N] [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq

from classify import AS_OF, machine, make, the_book, the_card
from goodstanding.engine.backends import DuckDB, Engine
from goodstanding.engine.cluster import cluster
from goodstanding.engine.score import result_schema
from goodstanding.engine.snapshot import Snapshot
from goodstanding.engine.spark import Spark
from goodstanding.engine.whole import class_files


def descendants() -> Iterator[list[str]]:
    """Yield what the kernel says of each process that descends from this one, from the state on."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[path.parent.name] = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
    ours = {str(os.getpid())}
    while more := {pid for pid, stat in found.items() if stat[1] in ours} - ours:
        ours |= more
    yield from (found[pid] for pid in ours - {str(os.getpid())})


def processor_s() -> float:
    """Return seconds of processor that this process and those it started have used."""
    ticks = sum(int(stat[11]) + int(stat[12]) for stat in descendants())
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def run(snapshot: Snapshot, engine: Engine) -> tuple[pa.Table, float, float]:
    """Return the classes by entity, and what they took: processor and wall time, seconds."""
    wall, processor = time.perf_counter(), processor_s()
    with tempfile.TemporaryDirectory(dir=snapshot.folder) as folder:
        files = list(class_files(snapshot, the_book(), the_card(), AS_OF, engine, Path(folder)))
        took = processor_s() - processor, time.perf_counter() - wall
        found = pa.concat_tables(pq.read_table(path).cast(result_schema(the_card())) for path in files)
    return found.sort_by("entity"), *took


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entities", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="goodstanding-bench-") as temporary:
        snapshot = make(Path(temporary), the_book(), given.entities)
        print(f"entities      {snapshot.entities:>12,}  with {snapshot.facts:,} facts in {len(snapshot.files)} buckets")
        print(f"indicators    {len(the_card().indicators):>12}")
        rounds = []
        with cluster() as started, Spark(started.master) as spark:
            duckdb = DuckDB()
            for number in range(given.rounds + 1):
                ours, *on_duckdb = run(snapshot, duckdb)
                theirs, *on_spark = run(snapshot, spark)
                assert ours.equals(theirs)
                rounds.append((on_duckdb, on_spark))
                if number == 0:
                    report("first round", rounds)
        report(f"{given.rounds} more", rounds[1:])
    print(f"machine       {machine()}")


def report(title: str, rounds: list[tuple[list[float], list[float]]]) -> None:
    """Print medians of some rounds."""
    for place, what in enumerate(("processor", "wall")):
        one, other = (median(found[engine][place] for found in rounds) for engine in (0, 1))
        ratio = median(on_spark[place] / on_duckdb[place] for on_duckdb, on_spark in rounds)
        print(f"{title:14}{ratio:>12.1f}  times DuckDB in {what}: {other:.2f} s on Spark, {one:.2f} s in DuckDB")


if __name__ == "__main__":
    main()

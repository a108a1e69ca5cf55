"""How many entities a second a classification places, and how much memory it needs, beside a bare scan.

Makes an invented snapshot in the layout the engine reads (30 facts an entity, no ledger behind them), then runs three
programs in turn, some rounds over, each in a process of its own: DuckDB merely reading the columns that the scorecard
reads, the classification to Parquet, and the same with every row handed to Python as for the records. Prints the
median of each and the ratios to the scan of the same round. Other load on the machine moves seconds; the ratios and
the processor time move less.

Usage: python bench/classify.py [--entities N] [--rounds N] [--threads T] [--keep DIR] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.core import rulebook as rulebooks
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import DuckDB
from goodstanding.engine.indicator import day_number
from goodstanding.engine.indicators import every
from goodstanding.engine.score import card_in_force, compiled
from goodstanding.engine.snapshot import Snapshot, in_buckets, put_in_force, read, schema
from goodstanding.engine.whole import class_tables, classify_snapshot
from goodstanding.home import read_rulebook, rulebook_folder

AS_OF = date(2026, 11, 20)
ENTITIES_PER_BUCKET = 20_000
ROWS_OF_KIND = {
    "registration": 3,
    "annual_report": 8,
    "licence": 4,
    "penalty": 3,
    "inspection": 6,
    "complaint": 4,
    "list_entry": 2,
}
FACTS = sum(ROWS_OF_KIND.values())
PROGRAMS = ("scan", "classify", "with rows")


def the_book() -> Rulebook:
    return rulebooks.load(read_rulebook(rulebook_folder("cn")))


def make(folder: Path, book: Rulebook, entities: int) -> Snapshot:
    """Write an invented snapshot, bucket after bucket, and put it in force."""
    chance = np.random.default_rng(2026)
    names = []
    buckets = in_buckets((f"uscc:{number:018d}" for number in range(entities)), -(-entities // ENTITIES_PER_BUCKET))
    for number, ids in enumerate(buckets):
        names.append(f"bucket-{number:04}.parquet")
        pq.write_table(bucket(chance, ids, book), folder / names[-1], compression="zstd", row_group_size=50_000)
    known_at = datetime(2026, 11, 20, tzinfo=UTC)
    snapshot = Snapshot(folder, known_at, entities * FACTS, book.digest, entities, entities * FACTS, tuple(names))
    put_in_force(snapshot)
    return snapshot


def bucket(chance: np.random.Generator, ids: Sequence[str], book: Rulebook) -> pa.Table:
    """Return one bucket's rows: the same kinds for each entity, on days and with values of chance."""
    count, today = len(ids), day_number(AS_OF)
    kinds = np.repeat(np.array(list(ROWS_OF_KIND)), list(ROWS_OF_KIND.values()))
    from_day = today - chance.integers(0, 9 * 365, (count, FACTS))
    order = np.argsort(from_day, axis=1, kind="stable")
    kind = kinds[order].ravel()
    begun = np.take_along_axis(from_day, order, axis=1).ravel()
    rows = count * FACTS

    def some(values: np.ndarray, *of_kinds: str, share: float = 1.0) -> pa.Array:
        given = np.isin(kind, of_kinds) & (chance.random(rows) < share)
        return pa.array(values, from_pandas=True, mask=~given)

    def codes(table: str) -> np.ndarray:
        return chance.choice(np.array(sorted(book.tables[table])), rows)

    results = np.char.add(np.char.add("|", np.where(chance.random(rows) < 0.8, "1", codes("results"))), "|")
    values = {
        "entity_id": pa.array(np.repeat(np.array(ids), FACTS)),
        "kind": pa.array(kind),
        "from_day": pa.array(begun),
        "until_day": some(begun + chance.integers(1, 900, rows), "registration", "licence", "list_entry", share=0.7),
        "hidden_day": some(begun + chance.integers(90, 1100, rows), "penalty", "inspection"),
        "place": pa.array(np.tile(np.arange(FACTS), count)),
        "established_ymd": some(chance.integers(1990, 2026, rows) * 10_000 + 701, "registration"),
        "subject_type": some(codes("subject_types"), "registration"),
        "status": some(codes("statuses"), "registration"),
        "region": some(codes("regions"), "registration"),
        "sector": some(codes("sectors"), "registration"),
        "capital_minor": some(chance.integers(0, 10**10, rows), "registration"),
        "year": some(chance.integers(2018, 2026, rows), "annual_report"),
        "expires_on": some(begun + chance.integers(365, 1825, rows), "licence", share=0.9),
        "amount_minor": some(chance.integers(0, 10**8, rows), "penalty", share=0.8),
        "severity": some(codes("severities"), "penalty"),
        "results": some(results, "inspection"),
        "is_upheld": some(chance.random(rows) < 0.3, "complaint"),
        "list": some(codes("lists"), "list_entry"),
        "ground": some(codes("grounds"), "list_entry"),
    }
    columns = schema(book)
    return pa.table(
        {
            field.name: values[field.name].cast(field.type) if field.name in values else pa.nulls(rows, field.type)
            for field in columns
        },
        schema=columns,
    )


def columns_read(book: Rulebook) -> list[pa.Field]:
    """Return the snapshot's columns that the compiled scorecard names."""
    sql = compiled(book, card_in_force(book, "risk", AS_OF), AS_OF)
    return [field for field in schema(book) if f'"{field.name}"' in sql]


def scan(snapshot: Snapshot, book: Rulebook, threads: int) -> int:
    """Read every value of those columns, bucket by bucket, and do nothing with them."""
    sums = {pa.string(): "sum(strlen({0}))", pa.bool_(): "sum({0}::tinyint)"}
    wanted = ", ".join(sums.get(field.type, "sum({0})").format(f'"{field.name}"') for field in columns_read(book))
    rows = 0
    with duckdb.connect() as engine:
        engine.execute("SET threads = ?", [threads])
        for path in snapshot.paths:
            found = engine.execute(f"SELECT count(*), {wanted} FROM read_parquet(?)", [str(path)]).fetchone()  # noqa: S608
            assert found is not None
            rows += found[0]
    return rows // FACTS


def run(program: str, folder: Path, threads: int) -> dict[str, Any]:
    """Run one program in this process; return how many entities it saw, its seconds and its memory."""
    book = the_book()
    card = card_in_force(book, "risk", AS_OF)
    compiled(book, card, AS_OF)  # once for a day, so not measured
    snapshot = read(folder)
    engine = DuckDB(threads=threads)
    before = peak()
    wall, cpu = time.perf_counter(), time.process_time()
    if program == "scan":
        seen = scan(snapshot, book, threads)
    elif program == "classify":
        with tempfile.TemporaryDirectory(dir=folder) as results:
            seen = sum(table.num_rows for table in class_tables(snapshot, book, card, AS_OF, engine, Path(results)))
    else:
        seen = sum(len(rows) for rows in classify_snapshot(snapshot, book, card, AS_OF, engine))
    return {
        "seen": seen,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "memory": peak(),
        "before": before,
    }


def peak() -> int:
    """Return the largest resident memory of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would count what the parent held when it made this process
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def child(program: str, folder: Path, threads: int) -> dict[str, Any]:
    """Run one program in a process of its own."""
    arguments = [sys.executable, __file__, "--program", program, "--keep", str(folder), "--threads", str(threads)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def machine() -> str:
    """Return what the figures were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, {versions}"


def figures(rounds: Sequence[Mapping[str, Mapping[str, Any]]], snapshot: Snapshot, threads: int) -> dict[str, Any]:
    """Return the medians, and the ratios to the scan of the same round."""
    book = the_book()
    programs = {}
    for program in PROGRAMS:
        middle = {what: median(found[program][what] for found in rounds) for what in rounds[0][program]}
        programs[program] = {
            "entities_per_s": snapshot.entities / middle["wall"],
            "wall_s": middle["wall"],
            "cpu_s": middle["cpu"],
            "memory_bytes": middle["memory"],
            "memory_before_bytes": middle["before"],
            "wall_ratio": median(found[program]["wall"] / found["scan"]["wall"] for found in rounds),
            "cpu_ratio": median(found[program]["cpu"] / found["scan"]["cpu"] for found in rounds),
        }
    return {
        "entities": snapshot.entities,
        "facts": snapshot.facts,
        "snapshot_bytes": sum(path.stat().st_size for path in snapshot.paths),
        "buckets": len(snapshot.files),
        "threads": threads,
        "rounds": len(rounds),
        "indicators": len(card_in_force(book, "risk", AS_OF).indicators),
        "columns": len(columns_read(book)),
        "programs": programs,
        "machine": machine(),
    }


def report(found: Mapping[str, Any]) -> None:
    """Print figures for a reader."""
    size = found["snapshot_bytes"] / 1e6
    print(f"entities      {found['entities']:>12,}  with {found['facts']:,} facts, {size:,.0f} MB of Parquet")
    print(
        f"indicators    {found['indicators']:>12}  of {len(every())}; {found['buckets']} buckets, "
        f"{found['threads']} threads, medians of {found['rounds']} rounds"
    )
    for name, one in found["programs"].items():
        print(
            f"{name:14}{one['entities_per_s']:>12,.0f}  entities/s; "
            f"{one['wall_s']:.2f} s, {one['cpu_s']:.2f} s of processor"
        )
        memory, before = one["memory_bytes"] / 1e6, one["memory_before_bytes"] / 1e6
        print(f"  memory      {memory:>12,.0f}  MB at the most, {before:,.0f} MB before it began")
        if name != "scan":
            ratio = f"times the scan of the same {found['columns']} columns; of processor {one['cpu_ratio']:.1f}"
            print(f"  ratio       {one['wall_ratio']:>12.1f}  {ratio}")
    print(f"machine       {found['machine']}")


def main() -> None:
    """Measure and print, or run one program for the one that measures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entities", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true", help="Print one line of JSON.")
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options.add_argument("--keep", type=Path, help="Keep the snapshot in this folder, and use the one that is there.")
    options.add_argument("--program", choices=PROGRAMS, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.program:
        print(json.dumps(run(given.program, given.keep, given.threads)))
        return
    with tempfile.TemporaryDirectory(prefix="goodstanding-bench-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        book = the_book()
        is_there = (folder / "manifest.json").is_file()
        snapshot = read(folder) if is_there else make(folder, book, given.entities)
        rounds = []
        for _ in range(given.rounds):
            found = {program: child(program, folder, given.threads) for program in PROGRAMS}
            assert all(one["seen"] == snapshot.entities for one in found.values()), found
            rounds.append(found)
        measured = figures(rounds, snapshot, given.threads)
    if given.json:
        print(json.dumps(measured))
    else:
        report(measured)


if __name__ == "__main__":
    main()

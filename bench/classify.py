"""How many entities a second a classification places, and how much memory it needs, beside a bare scan.

Makes an invented snapshot in the layout the engine reads (20 facts an entity, no ledger behind them), then runs three
programs in turn, some rounds over, each in a process of its own: DuckDB merely reading the columns that the scorecard
reads, the classification to Parquet, and the same with every row handed to Python as for the records. The scorecard is
the one in force, with others of the engine's indicators weighed besides up to forty. Prints the median of each and the
ratios to the scan of the same round. Other load on the machine moves seconds; the ratios and the processor time move
less. With several numbers of entities it prints how the cost of one entity grows from the first to each.

Usage: python bench/classify.py [--entities N [N ...]] [--rounds N] [--threads T] [--keep DIR] [--json]
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
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.core import rulebook as rulebooks
from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import FieldType
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import DuckDB
from goodstanding.engine.buckets import ENTITIES_PER_BUCKET, file_name, in_buckets, write_bucket
from goodstanding.engine.features import feature_fields, readings, schema
from goodstanding.engine.indicator import check_fit, day_number
from goodstanding.engine.indicators import every
from goodstanding.engine.score import card_in_force, compiled
from goodstanding.engine.snapshot import Snapshot, put_in_force, read
from goodstanding.engine.whole import class_files, classify_snapshot
from goodstanding.home import read_rulebook, rulebook_folder

AS_OF = date(2026, 11, 20)
ROWS_OF_KIND = {
    "registration": 2,
    "annual_report": 4,
    "licence": 2,
    "penalty": 2,
    "inspection": 3,
    "complaint": 2,
    "list_entry": 2,
}
OTHER_ROWS = 3  # of kinds of chance
FACTS = sum(ROWS_OF_KIND.values()) + OTHER_ROWS
INDICATORS = 40
PROGRAMS = ("scan", "classify", "with rows")


@cache
def the_book() -> Rulebook:
    return rulebooks.load(read_rulebook(rulebook_folder("cn")))


def make(folder: Path, book: Rulebook, entities: int) -> Snapshot:
    """Write an invented snapshot, bucket after bucket, and put it in force."""
    chance = np.random.default_rng(2026)
    names = []
    buckets = in_buckets((f"uscc:{number:018d}" for number in range(entities)), -(-entities // ENTITIES_PER_BUCKET))
    for number, ids in enumerate(buckets):
        names.append(file_name(number))
        write_bucket(folder / names[-1], number, bucket(chance, ids, book), schema(book))
    known_at = datetime(2026, 11, 20, tzinfo=UTC)
    snapshot = Snapshot(folder, known_at, entities * FACTS, book.digest, entities, entities * FACTS, tuple(names))
    put_in_force(snapshot)
    return snapshot


def bucket(chance: np.random.Generator, ids: Sequence[str], book: Rulebook) -> dict[str, list[pa.Table]]:
    """Return one bucket's rows, by kind and entity: as many of each kind for each entity, on days and with values of
    chance."""
    kinds = list(readings(book))
    others = [kind for kind in kinds if kind not in ROWS_OF_KIND]
    who = np.arange(len(ids))
    spread = chance.integers(0, len(others), len(ids) * OTHER_ROWS)
    blocks = {}
    for kind in sorted(kinds):
        if kind in ROWS_OF_KIND:
            holders = np.repeat(who, ROWS_OF_KIND[kind])
        else:
            holders = np.sort(np.repeat(who, OTHER_ROWS)[spread == others.index(kind)])
        blocks[kind] = [rows_of_kind(chance, kind, holders, ids, book)]
    return blocks


def rows_of_kind(
    chance: np.random.Generator, kind: str, holders: np.ndarray, ids: Sequence[str], book: Rulebook
) -> pa.Table:
    """Return rows of one kind for some entities, given by their place among ``ids``, rising."""
    rows, today = len(holders), day_number(AS_OF)
    begun = today - chance.integers(0, 9 * 365, rows)
    reading = readings(book)[kind]

    def some(values: np.ndarray, share: float) -> pa.Array:
        return pa.array(values, mask=chance.random(rows) >= share)

    def of_field(name: str) -> pa.Array:
        field = feature_fields(book)[name]
        match field.type:
            case FieldType.INTEGER if field.maximum is not None:
                return some(chance.integers(today // 365 + 1960, today // 365 + 1971, rows), 1.0)
            case FieldType.INTEGER:
                return some(10 ** chance.integers(0, 9, rows), 0.9)
            case FieldType.BOOLEAN:
                return some(chance.random(rows) < 0.3, 0.9)
            case FieldType.DAY:
                return some(begun + chance.integers(100, 1825, rows), 0.9)
            case FieldType.CODES:
                return some(1 << chance.integers(0, len(field.codes), rows), 1.0)
            case _:
                return some(chance.choice(np.array(sorted(field.codes) or ["text"]), rows), 1.0)

    fixed = {
        "entity": pa.array(np.array(ids)[holders]),
        "kind": pa.array([kind]).take(pa.array(np.zeros(rows, "int64"))),
        "from_day": pa.array(begun),
        "until_day": some(begun + chance.integers(1, 900, rows), 0.5),
        "hidden_day": some(begun + chance.integers(90, 1100, rows), 0.0 if reading.is_registration else 0.3),
        "place": pa.array(np.arange(rows) % 50),
        "established_ymd": some(chance.integers(1990, 2026, rows) * 10_000 + 701, float(reading.is_registration)),
    }
    columns = []
    for field in schema(book):
        if field.name in fixed:
            columns.append(fixed[field.name].cast(field.type))
        elif field.name in reading.fields:
            columns.append(of_field(field.name).cast(field.type))
        else:
            columns.append(pa.nulls(rows, field.type))
    return pa.table(columns, schema=schema(book))


@cache
def the_card() -> Scorecard:
    """Return the scorecard in force, others that the rulebook can feed weighed besides, up to the number asked for."""
    book = the_book()
    card = card_in_force(book, "risk", AS_OF)
    for name, indicator in every().items():
        if name not in card.indicators and len(card.indicators) < INDICATORS:
            with suppress(IndicatorUnfit):
                check_fit(indicator, book)
                card = replace(card, weighings=(*card.weighings, Weighing(name, ((None, 0), (1, 1), (3, 2)))))
    return card


def columns_read(snapshot: Snapshot, book: Rulebook) -> list[pa.Field]:
    """Return the columns of the snapshot's files that the compiled scorecard names."""
    sql = compiled(book, the_card(), AS_OF)
    return [field for field in pq.read_schema(snapshot.paths[0]) if f'"{field.name}"' in sql]


def scan(snapshot: Snapshot, book: Rulebook, threads: int) -> int:
    """Read every value of those columns, bucket by bucket, and do nothing with them."""
    sums = {pa.string(): "sum(strlen({0}))", pa.bool_(): "sum({0}::tinyint)"}
    wanted = ", ".join(
        sums.get(field.type, "sum({0})").format(f'"{field.name}"') for field in columns_read(snapshot, book)
    )
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
    card = the_card()
    compiled(book, card, AS_OF)  # once for a day, so not measured
    snapshot = read(folder)
    engine = DuckDB(threads=threads)
    before = peak()
    wall, cpu = time.perf_counter(), time.process_time()
    if program == "scan":
        seen = scan(snapshot, book, threads)
    elif program == "classify":
        with tempfile.TemporaryDirectory(dir=folder) as results:
            files = class_files(snapshot, book, card, AS_OF, engine, Path(results))
            seen = sum(pq.read_metadata(path).num_rows for path in files)
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
        "indicators": len(the_card().indicators),
        "columns": len(columns_read(snapshot, book)),
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


def growth(measured: Sequence[Mapping[str, Any]]) -> None:
    """Print how the processor time of one entity grows with the number of entities."""
    first = measured[0]
    for one in measured[1:]:
        for name in PROGRAMS:
            before, after = (found["programs"][name]["cpu_s"] / found["entities"] for found in (first, one))
            print(f"growth        {after / before:>12.2f}  {name}, from {first['entities']:,} to {one['entities']:,}")


def measure(folder: Path, entities: int, rounds: int, threads: int) -> dict[str, Any]:
    """Make a snapshot, or take the one that is there, and run every program in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    is_there = (folder / "manifest.json").is_file()
    snapshot = read(folder) if is_there else make(folder, the_book(), entities)
    done = []
    for _ in range(rounds):
        found = {program: child(program, folder, threads) for program in PROGRAMS}
        assert all(one["seen"] == snapshot.entities for one in found.values()), found
        done.append(found)
    return figures(done, snapshot, threads)


def main() -> None:
    """Measure and print, or run one program for the one that measures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entities", type=int, nargs="+", default=[100_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true", help="Print one line of JSON for each number of entities.")
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options.add_argument("--keep", type=Path, help="Keep snapshots in this folder, and use those that are there.")
    options.add_argument("--program", choices=PROGRAMS, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.program:
        print(json.dumps(run(given.program, given.keep, given.threads)))
        return
    measured = []
    for entities in given.entities:
        with tempfile.TemporaryDirectory(prefix="goodstanding-bench-") as temporary:
            folder = given.keep / str(entities) if given.keep else Path(temporary)
            measured.append(measure(folder, entities, given.rounds, given.threads))
            print(json.dumps(measured[-1])) if given.json else report(measured[-1])
    if not given.json:
        growth(measured)


if __name__ == "__main__":
    main()

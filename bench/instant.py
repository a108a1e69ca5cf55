"""How soon a new fact is in the class of its business, on an installation of many.

Makes an installation whose ledger holds so many businesses with 20 facts each (rows written straight into the table,
with values of chance: what matters is their number and that every kind is read), and takes one full run of everyone for
granted: its classes are recorded without being computed. Then, in one process and in turn, it measures
for one business at a time: its facts read from the ledger; those and what is carried over from related businesses; the
same made rows; the same placed (the class); and the whole act, a penalty delivered to the ledger and its business
placed by a partial run, as an import does it. Then so many changed businesses in one partial run. Prints p50 and p99
by the clock, the processor's time, and its ratio to that of the bare reading of the same run.

Other load on the machine moves the clock; the processor's time and the ratios move less. The folder is removed at the
end, or kept for more measurements with --keep.

Usage: python bench/instant.py [--entities N] [--samples S] [--acts A] [--changed C] [--keep DIR] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, FactKind, FieldType, Value
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.buckets import BucketFiles, file_name
from goodstanding.engine.snapshot import Snapshot, finish, new_version
from goodstanding.home import ENVIRONMENT, Home

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AS_OF = date(2026, 11, 20)
KINDS = (
    *("registration",) * 2,
    *("annual_report",) * 4,
    *("licence",) * 2,
    *("penalty",) * 2,
    *("inspection",) * 3,
    *("complaint",) * 2,
    *("list_entry",) * 2,
    *("commitment", "court_debt", "investment"),
)
TEXTS = 500  # payloads of each kind
ROWS = """
INSERT INTO fact (digest, entity_id, kind, source, source_ref, valid_from, valid_until, known_at, payload)
WITH RECURSIVE business (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM business WHERE n + 1 < :entities)
SELECT randomblob(32), printf('bench:%09d', n), :kind, 'bench', printf('%02d/%09d', :place, n),
       date(:as_of, '-' || ((n * 48271 + :place * 1009) % 3285) || ' days'), NULL, :known,
       replace(text, '"party":""', printf('"party":"bench:%09d"', (n * 16807 + 11) % :entities))
FROM business JOIN payload ON payload.kind = :kind AND payload.number = (n * 7919 + :place * 31) % :texts
"""


def id_of(number: int) -> str:
    return f"bench:{number:09}"


def make(home: Home, entities: int) -> None:
    """Write the ledger's rows, and a full run that has everybody in the first class of the first scale."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    connection.close()  # only one who is alone may turn the journal off
    book = home.rulebook
    band = book.scales[next(iter(book.scales))].bands[0].code
    with sqlite3.connect(home.database) as database:
        for quick in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000"):
            database.execute(f"PRAGMA {quick}")
        # Rows that are new by their making need not be compared with those there, and an index is made quicker at the
        # end: both come back as they were.
        names = ("fact_no_replace", "fact_of_entity")
        asked = "SELECT sql FROM sqlite_master WHERE name = ?"
        put_back = [database.execute(asked, [name]).fetchone()[0] for name in names]
        database.execute("DROP TRIGGER fact_no_replace")
        database.execute("DROP INDEX fact_of_entity")
        write_facts(database, book, entities)
        for statement in put_back:
            database.execute(statement)
        database.execute("PRAGMA journal_mode = WAL")
    from goodstanding.engine.score import card_in_force
    from goodstanding.records import classes, ledger
    from goodstanding.records.models import ClassRun

    card = card_in_force(book, next(iter(book.scales)), AS_OF)
    run = ClassRun.objects.create(
        scale=card.scale,
        as_of=AS_OF,
        known_at=NOW,
        ledger_position=ledger.position(),
        complete_through=ledger.position(),
        rulebook_digest=book.digest,
        scorecard=card.rule.number,
        engine="invented",
        made_at=NOW,
        entities=entities,
        placed=entities,
        counts={band: entities},
    )
    classes.record(run, ((id_of(number), band, 0, "{}") for number in range(entities)))
    keep_links(home, book, entities)


def keep_links(home: Home, book: Rulebook, entities: int) -> None:
    """Put a snapshot in force that holds no rows, but says of everybody whom they name as related."""
    from goodstanding.records import ledger

    with sqlite3.connect(home.database) as database:
        named = "SELECT json_extract(payload, '$.party'), entity_id FROM fact WHERE kind = 'investment'"
        parties, holders = zip(*database.execute(named), strict=True)
    folder, through = home.folder("snapshots"), ledger.position()
    version = new_version(folder, through, NOW)
    BucketFiles(folder / version, 1, book).close()
    name = f"{version}/{file_name(0)}"
    bare = Snapshot(folder, NOW, through, book.digest, entities, 0, (name,), complete_through=through)
    finish(bare, version, pa.table({"party": parties, "entity_id": holders}))


def write_facts(database: sqlite3.Connection, book: Rulebook, entities: int) -> None:
    """Write 20 facts of each business, in the order in which sources deliver, kind by kind.

    The database makes the rows itself, which is quicker than handing it each: what looks like chance in a business's
    row is a whole number by its own number.
    """
    chance = random.Random(2026)  # noqa: S311 - the same ledger again
    days = [AS_OF - timedelta(days=number) for number in range(9 * 365)]
    database.execute("CREATE TEMP TABLE payload (kind TEXT, number INTEGER, text TEXT, PRIMARY KEY (kind, number))")
    for kind in sorted(set(KINDS)):
        texts = [(kind, number, payload(chance, book.kinds[kind], days)) for number in range(TEXTS)]
        database.executemany("INSERT INTO payload VALUES (?, ?, ?)", texts)
    for place, kind in enumerate(KINDS):
        given = {
            "kind": kind,
            "place": place,
            "entities": entities,
            "texts": TEXTS,
            "as_of": AS_OF.isoformat(),
            "known": str((NOW - timedelta(days=1)).replace(tzinfo=None)),
        }
        database.execute(ROWS, given)
        database.commit()


def payload(chance: random.Random, kind: FactKind, days: Sequence[date]) -> str:
    """Return the required and weighed fields of one kind with values of chance, as the ledger keeps them."""
    found: dict[str, Value] = {}
    for field in kind.fields.values():
        match field.type:
            case _ if not (field.required or field.feature):
                continue
            case FieldType.TEXT:
                found[field.name] = "" if field.name == "party" else "text"
            case FieldType.INTEGER:
                found[field.name] = chance.randint(2016, 2026)
            case FieldType.BOOLEAN:
                found[field.name] = chance.random() < 0.5
            case FieldType.DAY:
                found[field.name] = chance.choice(days).isoformat()
            case FieldType.CODE:
                found[field.name] = chance.choice(sorted(field.codes))
            case FieldType.CODES:
                found[field.name] = (chance.choice(sorted(field.codes)),)
    return canonical_bytes(found).decode()


def penalty(number: int, ref: str) -> Fact:
    said: dict[str, Value] = {
        "document_number": ref,
        "violation": "text",
        "penalty_types": ("fine",),
        "severity": "serious",
        "authority": "text",
    }
    return Fact(id_of(number), "penalty", "bench-new", ref, Span(AS_OF - timedelta(days=30)), NOW, said)


def timed(act: Callable[[int], object], numbers: Sequence[int]) -> dict[str, float]:
    """Return what an act takes for one of some businesses: p50 and p99 by the clock, and the mean of the processor."""
    found = []
    before = time.process_time()
    for number in numbers:
        begun = time.perf_counter()
        act(number)
        found.append((time.perf_counter() - begun) * 1000)
    used = (time.process_time() - before) * 1000 / len(numbers)
    found.sort()
    p99 = found[min(len(found) - 1, len(found) * 99 // 100)]
    return {"p50_ms": found[len(found) // 2], "p99_ms": p99, "cpu_ms": used}


def measure(home: Home, entities: int, samples: int, acts: int, changed: int) -> dict[str, Any]:
    """Measure on an installation that is there."""
    from goodstanding.engine.features import apart
    from goodstanding.engine.instant import instant_of
    from goodstanding.engine.score import card_in_force
    from goodstanding.records import ledger
    from goodstanding.supervise.changed import classify_changed
    from goodstanding.supervise.weighed import entities as weighed

    book = home.rulebook
    card = card_in_force(book, next(iter(book.scales)), AS_OF)
    begun = time.perf_counter()
    ready = instant_of(book, card)
    compiling = (time.perf_counter() - begun) * 1000
    chance = random.Random(time.time_ns())  # noqa: S311 - who is asked about is of no consequence
    position = ledger.position()

    def read(number: int) -> tuple[str, list[Fact]]:
        ((entity_id, found),) = weighed(book, [id_of(number)], ledger.position())
        return entity_id, found

    def rows(number: int) -> list[dict[str, Any]]:
        own, others = apart(*read(number))
        return ready.rows_of(own, NOW, others)

    def bare(number: int) -> object:
        return ledger.facts_of(id_of(number))

    def place(number: int) -> object:
        return ready.classify(rows(number), AS_OF)

    def act(number: int) -> object:
        ref = f"{number}/{time.time_ns()}"
        ledger.deliver([ledger.Delivered(penalty(number, ref))], NOW)
        run = classify_changed(home, AS_OF, NOW, NOW)
        assert run is not None
        assert run.placed >= 1
        return run

    programs = {"read its facts": bare, "and those beside it": read, "and made rows": rows, "and placed": place}
    for program in (*programs.values(), act):
        program(0)  # what is done once in a process is not measured
    numbers = [chance.randrange(entities) for _ in range(samples)]
    found = {name: timed(program, numbers) for name, program in programs.items()}
    found["a new penalty to its class"] = timed(act, [chance.randrange(entities) for _ in range(acts)])
    new = [
        ledger.Delivered(penalty(number, f"many/{number}/{time.time_ns()}"))
        for number in chance.sample(range(entities), changed)
    ]
    ledger.deliver(new, NOW)
    begun, before = time.perf_counter(), time.process_time()
    run = classify_changed(home, AS_OF, NOW, NOW)
    wall, cpu = time.perf_counter() - begun, time.process_time() - before
    assert run is not None
    base = found["read its facts"]["cpu_ms"]
    return {
        "entities": entities,
        "facts": position,
        "database_bytes": home.database.stat().st_size,
        "indicators": len(card.indicators),
        "compile_ms": compiling,
        "single": {name: one | {"ratio": one["cpu_ms"] / base} for name, one in found.items()},
        "changed": {"entities": run.placed, "wall_s": wall, "cpu_s": cpu, "each_ms": wall * 1000 / run.placed},
        "samples": samples,
        "acts": acts,
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {sys.version.split()[0]}",
    }


def report(found: dict[str, Any]) -> None:
    """Print figures for a reader."""
    size = found["database_bytes"] / 1e9
    print(f"installation  {found['entities']:>10,}  businesses with {found['facts']:,} facts, {size:.1f} GB of SQLite")
    print(f"scorecard     {found['indicators']:>10}  indicators; compiled once in {found['compile_ms']:,.0f} ms")
    head = f"one business, {found['samples']:,} and {found['acts']:,} of them"
    print(f"{head:36}   p50 ms    p99 ms    cpu ms  times the reading")
    for name, one in found["single"].items():
        print(f"  {name:34}{one['p50_ms']:>9.2f}{one['p99_ms']:>10.2f}{one['cpu_ms']:>10.2f}{one['ratio']:>10.1f}")
    many = found["changed"]
    print(
        f"changed       {many['entities']:>10,}  businesses placed in {many['wall_s']:.2f} s, {many['cpu_s']:.2f} s of "
        f"processor, {many['each_ms']:.2f} ms each"
    )
    print(f"machine       {found['machine']}")


def main() -> None:
    """Make an installation, or take the one that is there, and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entities", type=int, default=100_000)
    options.add_argument("--samples", type=int, default=2_000)
    options.add_argument("--acts", type=int, default=200)
    options.add_argument("--changed", type=int, default=10_000)
    options.add_argument("--keep", type=Path, help="Keep the installation in this folder, and use it if it is there.")
    options.add_argument("--json", action="store_true", help="Print one line of JSON.")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="goodstanding-bench-") as temporary:
        path = given.keep / str(given.entities) if given.keep else Path(temporary) / "home"
        os.environ[ENVIRONMENT] = str(path)
        os.environ.pop("DATABASE_URL", None)
        is_there = (path / "home.toml").is_file()
        home = Home(path) if is_there else Home.create(path, "cn")
        from goodstanding.cli.frame import start_orm

        start_orm()
        if not is_there:
            make(home, given.entities)
        found = measure(home, given.entities, given.samples, given.acts, min(given.changed, given.entities))
    print(json.dumps(found)) if given.json else report(found)


if __name__ == "__main__":
    main()

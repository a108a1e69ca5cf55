"""How many decisions a second a bulk takes on PostgreSQL, beside a bare COPY of the very rows they made.

Invents businesses that missed the yearly report and filed it late: enterprises on the abnormal-operation list, the
self-employed under a mark, in the proportion of removals and restorations that the reference system counts. The
calendar proposes, an officer approves everything, and each business gets a decision, a fact, a settled proposal, the
end of its measures and a place in an outbox message of its own making. Then the same rows are copied, in this run, into
empty tables without an index. Reported: decisions and proposals per second, the copy, their ratio, memory, and what the
reference totals would take at that rate.

With ``--kill N`` the bulk is ended by SIGKILL after N decisions and begun again, and the end state is counted.

Usage: python tests/on_postgresql.py python bench/decisions.py [--businesses N] [--kill N]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, Value

if TYPE_CHECKING:
    from goodstanding.home import Home

REMOVALS, RESTORATIONS = 2_870_000, 9_850_000  # of the reference system
NOW = datetime(2026, 10, 13, 1, 0, tzinfo=UTC)
SINCE, LISTED_ON, FILED_ON, DAY = date(2020, 1, 6), date(2026, 7, 10), date(2026, 10, 12), date(2026, 10, 13)
TABLES = ("fact", "decision", "outbox", "measure_switch")


def facts_of(number: int) -> Iterator[Fact]:
    """Yield what the ledger holds of one invented business before the day."""
    is_enterprise = number * REMOVALS % (REMOVALS + RESTORATIONS) < REMOVALS
    who = f"bench:{number:09}"

    def fact(kind: str, on: date, **payload: Value) -> Fact:
        return Fact(who, kind, "bench", f"{kind}/{number}", Span(on), NOW, payload)

    type_, list_code = ("enterprise", "abnormal") if is_enterprise else ("self_employed", "abnormal_mark")
    rule = "A-01" if is_enterprise else "S-04"
    ground = "annual_report_missed"
    yield fact("registration", SINCE, name=f"B{number}", subject_type=type_, status="open", region="330881")
    entry = {"list": list_code, "ground": ground, "cause": "year:2025", "rule": rule, "decision": f"E{number}"}
    yield fact("list_entry", LISTED_ON, **entry, authority="Bench")
    yield fact("annual_report", FILED_ON, year=2025)


def load(businesses: int) -> None:
    """Copy the invented facts into the ledger."""
    from django.db import connection

    with connection.cursor() as cursor:
        statement = "COPY fact (digest, entity_id, kind, source, source_ref, valid_from, known_at, payload) FROM STDIN"
        with cursor.cursor.copy(statement) as copy:
            for number in range(businesses):
                for one in facts_of(number):
                    payload = canonical_bytes(one.payload).decode()
                    named = (one.entity_id, one.kind, one.source, one.source_ref)
                    copy.write_row((bytes.fromhex(one.digest), *named, one.span.from_on, one.known_at, payload))
        cursor.execute("ANALYZE fact")


@contextmanager
def timed(title: str) -> Iterator[Callable[[], float]]:
    begun, took = time.perf_counter(), [0.0]
    yield lambda: took[0]
    took[0] = time.perf_counter() - begun
    print(f"{title}: {took[0]:.1f} s", flush=True)


def decide(home: Home) -> int:
    """Approve whatever waits, and return how many decisions that took."""
    from goodstanding.records.listings import Verdict, decide_many
    from goodstanding.records.models import ProposalRecord

    waiting = ProposalRecord.objects.filter(state="open").order_by("id").values_list("id", flat=True)
    decided = decide_many(home, waiting.iterator(chunk_size=50_000), Verdict.APPROVE, "officer", "", DAY, NOW)
    assert not decided.refusals, decided.refusals[0][1]
    return decided.count


def decide_killed(home: Home, after: int) -> None:
    """Begin the bulk in a process of its own, and kill it without warning once it has taken some decisions."""
    from goodstanding.records.models import Decision

    child = subprocess.Popen([sys.executable, __file__, "--decide", str(home.path)])
    while Decision.objects.count() < after:
        time.sleep(0.2)
    child.send_signal(signal.SIGKILL)
    child.wait()
    print(f"killed after {Decision.objects.count():,} decisions")


def copied(after: dict[str, int]) -> tuple[int, float]:
    """Copy the rows that were made into empty tables without an index; return their number and the seconds it took."""
    from django.db import connection

    rows, seconds = 0, 0.0
    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
            file.seek(0)
            file.truncate()
            made = f"SELECT * FROM {table} WHERE id > {after[table]}"  # noqa: S608 - names and numbers of ours
            with cursor.cursor.copy(f"COPY ({made}) TO STDOUT") as out:
                for block in out:
                    file.write(block)
            file.seek(0)
            begun = time.perf_counter()
            with cursor.cursor.copy(f"COPY bare_{table} FROM STDIN") as back:
                while block := file.read(1 << 20):
                    back.write(block)
            seconds += time.perf_counter() - begun
            rows += cursor.rowcount
    return rows, seconds


def last_ids() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")  # noqa: S608 - names of ours
            found[table] = cursor.fetchone()[0]
        return found


def end_state() -> dict[str, int]:
    """Count what must be the same however often the bulk was begun."""
    from goodstanding.records.models import Decision, FactRecord, ProposalRecord

    return {
        "decisions": Decision.objects.count(),
        "numbers": Decision.objects.values("number").distinct().count(),
        "businesses": Decision.objects.values("entity_id").distinct().count(),
        "corrections": FactRecord.objects.exclude(corrects=None).count(),
        "settled": ProposalRecord.objects.filter(state="approved").exclude(decision=None).count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--businesses", type=int, default=100_000)
    parser.add_argument("--kill", type=int, default=0)
    parser.add_argument("--decide", default="")
    asked = parser.parse_args()
    from goodstanding.cli.frame import start_orm
    from goodstanding.home import ENVIRONMENT, Home

    if asked.decide:
        os.environ[ENVIRONMENT] = asked.decide
        start_orm()
        decide(Home(Path(asked.decide)))
        return
    with tempfile.TemporaryDirectory(prefix="goodstanding-bench-") as folder:
        path = Path(folder) / "home"
        os.environ[ENVIRONMENT] = str(path)
        home = Home.create(path, "cn")
        start_orm()
        from django.core.management import call_command
        from django.db import connection

        if connection.vendor != "postgresql":
            sys.exit("Run it on PostgreSQL: python tests/on_postgresql.py python bench/decisions.py")
        call_command("migrate", verbosity=0)
        measure(home, asked.businesses, asked.kill)


def measure(home: Home, businesses: int, kill_after: int) -> None:
    from goodstanding.records.listings import tick

    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, PostgreSQL")
    with timed(f"{businesses:,} businesses, 3 facts each, copied in"):
        load(businesses)
    with timed("proposed by the calendar") as proposing:
        made = tick(home, DAY, NOW).made
    assert made == businesses, made
    before = last_ids()
    with timed("decided") as deciding:
        if kill_after:
            decide_killed(home, kill_after)
        decide(home)
    state = end_state()
    assert set(state.values()) == {businesses}, state
    rows, bare = copied(before)
    rate = businesses / deciding()
    total = REMOVALS + RESTORATIONS
    found = {
        "decisions": businesses,
        "decisions_per_second": round(rate),
        "proposals_per_second": round(made / proposing()),
        "rows_copied": rows,
        "copy_seconds": round(bare, 2),
        "times_a_bare_copy": round(deciding() / bare, 1),
        "hours_for_the_reference_totals": round(total / rate / 3600, 1),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

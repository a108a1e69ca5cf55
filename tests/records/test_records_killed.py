"""A bulk of decisions killed without warning and begun again ends as one that was never disturbed, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

PROGRAM = """
import json, os, signal, sys
from itertools import count
from goodstanding.cli.frame import start_orm
from goodstanding.home import Home

start_orm()
from datetime import UTC, date, datetime
from pathlib import Path
from django.core.management import call_command
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.records import ledger, listings, measures
from goodstanding.records.models import Decision, FactRecord, MeasureSwitch, OutboxMessage, ProposalRecord

NOW, DAY = datetime(2026, 10, 13, 1, tzinfo=UTC), date(2026, 10, 13)
home, does = Home(Path(os.environ["GOODSTANDING_HOME"])), sys.argv[1]

def facts_of(number):
    def fact(kind, on, **payload):
        return Fact(f"case:{number:06}", kind, "test", f"{kind}/{number}", Span(on), NOW, payload)
    yield fact("registration", date(2020, 1, 6), name="A", subject_type="enterprise", status="open", region="330881")
    entry = {"list": "abnormal", "ground": "annual_report_missed", "cause": "year:2025", "rule": "A-01"}
    yield fact("list_entry", date(2026, 7, 10), **entry, decision=f"E{number}", authority="A")
    yield fact("annual_report", date(2026, 10, 12), year=2025)

def decide():
    ids = list(ProposalRecord.objects.order_by("id").values_list("id", flat=True))
    return listings.decide_many(home, ids, listings.Verdict.APPROVE, "officer", "", DAY, NOW)

match does:
    case "make":
        call_command("migrate", verbosity=0)
        ledger.append([fact for number in range(1_300) for fact in facts_of(number)], NOW)
        listings.tick(home, DAY, NOW)
    case "kill":
        calls, followed = count(1), measures.follow_decided
        def killed(*words):
            followed(*words)
            if next(calls) == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)  # everything of this part is written, nothing committed
        measures.follow_decided = killed
        decide()
    case "decide":
        done = decide()
        print(json.dumps([done.count, len(done.refusals)]))
    case "state":
        told = list(Decision.objects.order_by("number").values_list("number", "entity_id", "facts", "outcome"))
        made = sorted(fact.hex() for fact in FactRecord.objects.exclude(corrects=None).values_list("digest", flat=True))
        settled = list(ProposalRecord.objects.order_by("key").values_list("key", "state", "decision__number"))
        off = list(MeasureSwitch.objects.order_by("trigger", "serial", "measure").values_list("trigger", "act"))
        spans = [(one.body["after"], one.body["through"]) for one in OutboxMessage.objects.order_by("id")]
        covered = sum(FactRecord.objects.filter(id__gt=after, id__lte=through).count() for after, through in spans)
        print(json.dumps([told, made, settled, off, covered]))
"""


@contextmanager
def database(home: Path) -> Iterator[dict[str, str]]:
    """Give a program's environment with an empty database of its own, of the kind the tests run on."""
    environment = {**os.environ, "GOODSTANDING_HOME": str(home)}
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield environment
        return
    name = f"killed_{home.name}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield environment | {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", PROGRAM, *words], env=environment, stdout=subprocess.PIPE, check=False)


def told(environment: dict[str, str], *words: str) -> object:
    done = run(environment, *words)
    assert done.returncode == 0
    return json.loads(done.stdout or b"null")


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Two installations with the same proposals waiting."""
    from goodstanding.home import Home

    for name in ("calm", "disturbed"):
        Home.create(tmp_path / name, "cn")
    with database(tmp_path / "calm") as calm, database(tmp_path / "disturbed") as disturbed:
        told(calm, "make")
        told(disturbed, "make")
        yield calm, disturbed


def test_a_bulk_killed_in_the_middle_and_begun_again_leaves_what_a_calm_one_leaves(
    places: tuple[dict[str, str], dict[str, str]],
) -> None:
    calm, disturbed = places
    assert told(calm, "decide") == [1_300, 0]
    assert run(disturbed, "kill", "2").returncode == -signal.SIGKILL
    assert told(disturbed, "decide") == [800, 500]  # one part stood, and is not decided again
    assert told(disturbed, "state") == told(calm, "state")

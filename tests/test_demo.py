"""One whole cycle through the command line, as a new user runs it, on a small province."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from goodstanding.portal.store import PublicStore
from goodstanding.publicstore import expand

ROOT = Path(__file__).parents[1]
ENTITIES = 400

pytestmark = pytest.mark.slow


class Installation:
    """A home made by `goodstanding demo`, and its command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.summary: Mapping[str, Any] = {}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        program = [sys.executable, "-c", "from goodstanding.cli import main; main()"]
        return subprocess.run(
            [*program, "--home", str(self.home), "--json", *words], capture_output=True, text=True, env=environment
        )

    def result(self, *words: str) -> dict[str, Any]:
        """Run a command that must succeed and return its result."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("demo") / "home")
    made.summary = made.result("demo", "--entities", str(ENTITIES), "--no-serve")
    return made


def records(installation: Installation) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{installation.home / 'records.sqlite3'}?mode=ro", uri=True)


def test_everyone_imported_is_classified_and_published(installation: Installation) -> None:
    summary = installation.summary
    assert summary["entities"] <= ENTITIES
    assert summary["entities"] >= ENTITIES * 0.98  # the rest has no good registration row
    assert sum(summary["classes"].values()) == summary["entities"]
    assert summary["entities"] <= summary["published"] <= ENTITIES  # a few were registered after the plan
    assert summary["held"] > 0


def test_the_ledger_is_whole_after_the_cycle(installation: Installation) -> None:
    assert installation.result("check")["facts"] == installation.summary["facts"]


def test_a_second_import_adds_nothing(installation: Installation) -> None:
    file = installation.home / "synthetic" / "registrations.csv"
    assert installation.result("import", "registrations", str(file))["added"] == 0


def test_strangers_can_run_the_lot_again(installation: Installation) -> None:
    bundle = installation.summary["bundle"]
    words = [sys.executable, "-I", str(ROOT / "verify"), bundle, "--commitment", installation.summary["commitment"]]
    assert subprocess.run(words, capture_output=True).returncode == 0
    assert installation.result("verify", bundle)["holds"] is True


def test_every_listing_decision_replays(installation: Installation) -> None:
    with records(installation) as database:
        numbers = [row[0] for row in database.execute("SELECT number FROM decision WHERE kind = 'listing' LIMIT 20")]
    assert numbers
    for number in numbers:
        installation.result("replay", number)


def test_the_explanation_adds_up_to_the_recorded_class(installation: Installation) -> None:
    with records(installation) as database:
        entity, class_code, points = database.execute(
            "SELECT entity_id, class_code, points FROM class_of_entity ORDER BY run_id DESC, points DESC LIMIT 1"
        ).fetchone()
    explained = installation.result("explain", entity, "--as-of", "2026-11-20")
    assert (explained["class"], explained["points"]) == (class_code, points)
    assert sum(line["points"] for line in explained["lines"]) == points


def test_no_personal_name_reaches_the_public_store(installation: Installation) -> None:
    with records(installation) as database:
        query = "SELECT entity_id, payload FROM fact WHERE kind = 'registration' LIMIT 200"
        payloads = dict(database.execute(query).fetchall())
    entities = list(payloads)
    names = {json.loads(payload).get("legal_representative") for payload in payloads.values()} - {None}
    assert len(names) > 20
    store = PublicStore(installation.home / "public")
    pages = [store.page(entity_id) for entity_id in entities]
    store.close()
    assert sum(page is not None for page in pages) > 0.9 * len(pages)
    text = "".join(expand(page.frame).decode() for page in pages if page is not None)
    assert not [name for name in names if name in text]


def test_a_demo_never_empties_a_folder_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    done = Installation(tmp_path).run("demo", "--fresh", "--entities", "50", "--no-serve")
    assert done.returncode == 1
    assert json.loads(done.stderr)["code"] == "home.folder_not_ours"
    assert (tmp_path / "thesis.txt").exists()


def test_a_folder_without_an_installation_is_named(tmp_path: Path) -> None:
    done = Installation(tmp_path).run("classify", "--as-of", "2026-11-20")
    assert done.returncode == 2
    assert json.loads(done.stderr)["code"] == "home.missing"

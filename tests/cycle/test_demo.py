"""One whole cycle through the command line, as a new user runs it, on a small province."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from goodstanding.portal.store import PublicStore
from goodstanding.publicstore import expand
from tests.cycle.conftest import ENTITIES, Installation

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


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
    assert installation.result("check")["facts"] >= installation.summary["facts"]  # an officer may have decided since


def test_a_second_import_adds_nothing(installation: Installation) -> None:
    file = installation.home / "synthetic" / "registrations.csv"
    assert installation.result("import", "registrations", str(file))["added"] == 0


def test_strangers_can_run_the_lot_again(installation: Installation) -> None:
    bundle = installation.summary["bundle"]
    words = [sys.executable, "-I", str(ROOT / "verify"), bundle, "--commitment", installation.summary["commitment"]]
    assert subprocess.run(words, capture_output=True).returncode == 0
    assert installation.result("verify", bundle)["holds"] is True


def test_decisions_chosen_by_chance_replay(installation: Installation) -> None:
    with records(installation) as database:
        (number, made) = database.execute(
            "SELECT min(number), count(*) FROM decision WHERE kind = 'listing'"
        ).fetchone()
    assert installation.result("replay", number)["agrees"] is True
    found = installation.result("replay", "--sample", "1000")
    assert found["differing"] == {}
    assert found["agree"] == found["replayed"] == min(1000, made)


def test_nobody_comes_on_the_serious_list_but_through_its_procedure(installation: Installation) -> None:
    with records(installation) as database:
        entered = database.execute(
            "SELECT entity_id, json_extract(outcome, '$.case') FROM decision WHERE kind = 'listing' "
            "AND json_extract(outcome, '$.act') = 'enter' AND json_extract(outcome, '$.list') = 'serious'"
        ).fetchall()
        steps = dict(
            database.execute(
                "SELECT number, group_concat(step, ' ') FROM case_file "
                "JOIN case_step ON case_step.case_id = case_file.id GROUP BY number"
            )
        )
    assert entered
    assert {steps[case] for _, case in entered} == {"notify silent review consent list serve"}


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

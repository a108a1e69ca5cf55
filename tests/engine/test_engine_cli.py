"""classify at the command line: a table and a line for people, the same as JSON."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import goodstanding.cli.engine
import goodstanding.cli.explain
import goodstanding.cli.monitor
import goodstanding.cli.preview
import goodstanding.cli.treatment  # noqa: F401 - each adds its commands
from goodstanding.cli.frame import app
from goodstanding.core.errors import ClassificationDue, ClusterUnreachable, MemoryTooSmall, NoRuleInForce, ScaleUnknown
from goodstanding.home import Home
from goodstanding.records import classes, ledger
from goodstanding.records.models import ClassRun
from tests.conftest import NOW
from tests.engine.histories import entity_id, fact

DAY = "2026-11-20"


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def told(*words: str) -> dict[str, Any]:
    """Return what the program prints as JSON."""
    (line,) = run("--json", *words).stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.fixture
def register(home: Home, db: None) -> None:
    """1 is new and without a stain, 2 is ten years old and stands on the serious list."""
    named = {"subject_type": "enterprise", "status": "open", "region": "330424"}
    entry = {"list": "serious", "ground": "x", "cause": "x", "rule": "x", "decision": "x", "authority": "x"}
    known = NOW - timedelta(days=9)
    facts = [
        fact(1, "registration", date(2026, 3, 1), known_at=known, name="One", **named),  # type: ignore[arg-type]
        fact(2, "registration", date(2015, 3, 1), known_at=known, name="Two", **named),  # type: ignore[arg-type]
        fact(2, "list_entry", date(2026, 1, 5), known_at=NOW - timedelta(days=1), **entry),  # type: ignore[arg-type]
    ]
    ledger.deliver([ledger.Delivered(one) for one in facts], NOW)


@pytest.mark.usefixtures("register")
def test_classify_prints_a_row_a_class_and_one_line_last(home: Home) -> None:
    lines = run("classify", "--as-of", DAY).stdout.strip().splitlines()
    assert lines[-1].startswith(f"Classified 2 businesses on scale risk as of {DAY}")
    assert [line.split()[1] for line in lines if line.startswith("│")] == ["A", "B", "C", "D"]
    assert told("classify", "--as-of", DAY)["counts"] == {"A": 1, "B": 0, "C": 0, "D": 1}


@pytest.mark.usefixtures("register")
def test_classify_looks_from_the_instant_it_is_given(home: Home) -> None:
    before = (NOW - timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%S")
    assert told("classify", "--as-of", DAY, "--known-at", before)["counts"]["D"] == 0


@pytest.mark.usefixtures("register")
def test_a_look_back_does_not_become_how_things_stand(home: Home) -> None:
    today, before = (told("classify", "--as-of", day)["run"] for day in (DAY, "2026-06-01"))
    run_now = classes.current_run(home.rulebook.digest, "risk")
    assert run_now is not None
    assert (run_now.pk, ClassRun.objects.count()) == (today, 2)
    latest = classes.latest(entity_id(1))
    assert latest is not None
    assert latest.run_id == today != before
    again = told("classify", "--as-of", DAY)["run"]
    assert classes.current_run(home.rulebook.digest, "risk") == ClassRun.objects.get(pk=again)
    assert classes.current_run("0" * 64, "risk") is None
    assert classes.current_run(home.rulebook.digest, "spaceship") is None


def complaint(number: int, ref: str) -> ledger.Delivered:
    return ledger.Delivered(fact(number, "complaint", date(2026, 11, 1), ref=ref, is_upheld=True))


@pytest.mark.usefixtures("register")
def test_classify_changed_only_places_the_touched_and_says_who_moved() -> None:
    full = told("classify", "--as-of", DAY)
    ledger.deliver([complaint(1, str(number)) for number in range(9)], NOW)
    found = told("classify", "--as-of", DAY, "--changed-only")
    assert (found["base"], found["placed"], found["entities"]) == (full["run"], 1, 2)
    ((was, after),) = found["moves"].items()
    assert (was, sum(after.values())) == ("A", 1)
    assert sum(found["counts"].values()) == 2
    assert told("classify", "--as-of", DAY, "--changed-only") == {"run": None, "placed": 0}


@pytest.mark.usefixtures("register")
def test_classify_changed_only_prints_a_row_a_move_and_one_line_last() -> None:
    run("classify", "--as-of", DAY)
    assert "Nobody was touched" in run("classify", "--as-of", DAY, "--changed-only").stdout
    ledger.deliver([complaint(1, str(number)) for number in range(9)], NOW)
    lines = run("classify", "--as-of", DAY, "--changed-only").stdout.strip().splitlines()
    assert lines[-1].startswith("Placed 1 of 2 businesses on scale risk")
    assert [line.split()[1] for line in lines if line.startswith("│")] == ["A"]


def test_classify_changed_only_asks_for_a_run_of_everyone_first(home: Home, db: None) -> None:
    with pytest.raises(ClassificationDue):
        run("classify", "--as-of", DAY, "--changed-only")


@pytest.mark.usefixtures("register")
def test_a_cluster_needs_an_address_that_answers(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOODSTANDING_SPARK_MASTER", raising=False)
    on_spark = ["classify", "--as-of", DAY, "--engine", "spark"]
    nowhere = CliRunner().invoke(app, on_spark)
    assert nowhere.exit_code == 2
    assert "GOODSTANDING_SPARK_MASTER" in nowhere.output
    few = CliRunner().invoke(app, [*on_spark, "--changed-only"])
    assert few.exit_code == 2
    with pytest.raises(ClusterUnreachable):
        CliRunner().invoke(app, [*on_spark, "--master", "spark://127.0.0.1:1"], catch_exceptions=False)
    assert ClassRun.objects.count() == 0


def refused(*words: str) -> str:
    """Return what the program says as it refuses an option."""
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 2, done.output
    return " ".join(done.stderr.split())


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as-of", "2206-11-20"), "lies too far ahead"),
        (("--as-of", "9999-12-31"), "lies too far ahead"),
        (("--as-of", DAY, "--known-at", "9999-12-31T23:59:59"), "is yet to come"),
        (("--as-of", DAY, "--known-at", "9999-12-31T23:59:59-12:00"), "is no instant in UTC"),
        (("--as-of", DAY, "--known-at", "0001-01-01T00:00:00+12:00"), "is no instant in UTC"),
        (("--as-of", DAY, "--memory", "lots"), "write it as 512m or 2g"),
        (("--as-of", DAY, "--memory", "0"), "write it as 512m or 2g"),
        (("--as-of", DAY, "--memory", "-1g"), "write it as 512m or 2g"),
    ],
    ids=str,
)
def test_a_slip_of_the_pen_is_refused_before_anything_is_recorded(words: tuple[str, ...], said: str) -> None:
    assert said in refused("classify", *words)
    assert not ClassRun.objects.exists()


@pytest.mark.usefixtures("register")
def test_too_little_memory_is_said_and_nothing_is_recorded() -> None:
    with pytest.raises(MemoryTooSmall, match="1m"):
        run("classify", "--as-of", DAY, "--memory", "1m")
    assert not ClassRun.objects.exists()
    assert told("classify", "--as-of", DAY, "--memory", "512MB")["entities"] == 2


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("words", [("classify",), ("classify", "--changed-only"), ("explain", entity_id(1))], ids=str)
def test_a_day_without_a_scorecard_is_refused_with_file_key_and_remedy(words: tuple[str, ...]) -> None:
    with pytest.raises(NoRuleInForce) as caught:
        run(*words, "--as-of", "2010-01-01")
    error = caught.value
    assert error.found == "In classification.toml scorecard[0] (C-01) is valid from 2022-01-13."
    assert "mend valid_from or valid_until of a scorecard in classification.toml" in error.next_step
    assert error.exit_status == 1


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    "words",
    [
        ("classify", "--as-of", DAY),
        ("classify", "--as-of", DAY, "--changed-only"),
        ("explain", entity_id(1), "--as-of", DAY),
        ("monitor",),
        ("treatment",),
        ("treatment", entity_id(1)),
        ("preview", "--rulebook", "cn"),
    ],
    ids=str,
)
def test_a_scale_that_is_not_there_is_told_apart_from_a_rule_out_of_force(words: tuple[str, ...]) -> None:
    with pytest.raises(ScaleUnknown, match="risk, public_credit, food, local_five"):
        run(*words, "--scale", "riks")


@pytest.mark.usefixtures("register")
def test_a_look_back_at_what_was_known_does_not_become_how_things_stand(home: Home) -> None:
    today = told("classify", "--as-of", DAY)["run"]
    before = (NOW - timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%S")
    told("classify", "--as-of", DAY, "--known-at", before)
    told("classify", "--as-of", DAY, "--known-at", "0001-01-01")
    run_now = classes.current_run(home.rulebook.digest, "risk")
    latest = classes.latest(entity_id(2))
    assert run_now is not None
    assert latest is not None
    assert run_now.pk == latest.run_id == today
    assert latest.class_code == "D"

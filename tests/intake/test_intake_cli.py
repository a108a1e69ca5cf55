"""The commands as people call them, and a process killed in the middle of its work."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import goodstanding.cli.installation
import goodstanding.cli.intake  # noqa: F401 - adds its commands
from goodstanding.cli.frame import app
from goodstanding.core.errors import CardInvalid
from goodstanding.home import Home
from goodstanding.records import classes
from goodstanding.records.models import ClassRun
from goodstanding.supervise import changed
from goodstanding.supervise.classify import alone, classify_all
from tests.intake.conftest import CARD, cells, code, csv_bytes

DAY = date(2026, 11, 20)


def id_of(number: int) -> str:
    return f"uscc:{code(number)}"


PROGRAM = """
import sys
from goodstanding.cli import frame
frame.ROOMS = ("installation", "intake")
frame.start_orm()
from goodstanding.intake import importing
importing.BATCH = 100
frame.main()
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "--json", *arguments]


def environment(home: Path) -> dict[str, str]:
    """The command's own SQLite file, whatever database the tests themselves run on."""
    own = {"GOODSTANDING_HOME": str(home), "DJANGO_SETTINGS_MODULE": "goodstanding.settings"}
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | own


def run(home: Path, *arguments: str) -> dict[str, object]:
    """Run a command in a process of its own and return its result."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, env=environment(home))
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def call(*arguments: str) -> dict[str, object]:
    """Call a command in this process and return its result."""
    done = CliRunner().invoke(app, ["--json", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def first_id(listed: dict[str, object]) -> str:
    rows = listed["rows"]
    assert isinstance(rows, list)
    return str(rows[0]["id"])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A card and a file with two good rows and a bad one."""
    (tmp_path / "card.toml").write_text(CARD.format(format="csv", layout="", more=""), encoding="utf-8")
    (tmp_path / "a.csv").write_bytes(csv_bytes(cells(1), cells(2, 类型="公司"), cells(3)))
    return tmp_path


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_import_check_list_show_retry_and_discard(place: Path) -> None:
    card, file = str(place / "card.toml"), str(place / "a.csv")
    checked = call("import", card, file, "--check")
    assert (checked["is_check"], checked["rows"], checked["added"], checked["held"]) == (True, 3, 2, 1)
    done = call("import", card, file)
    assert (done["rows"], done["added"], done["held"], done["repeats"]) == (3, 2, 1, 0)
    assert done["problems"] == {"row.bad_code": 1}
    again = call("import", card, file)
    assert (again["rows"], again["added"], again["repeats"]) == (0, 0, 1)

    listed = call("quarantine", "list")
    assert listed["reasons"] == [{"card": "registrations", "code": "row.bad_code", "rows": 1}]
    shown = call("quarantine", "show", first_id(listed))
    assert bytes.fromhex(str(shown["original_hex"])) == (place / "a.csv").read_bytes().splitlines(keepends=True)[2]

    mended = place / "mended.toml"
    text = (place / "card.toml").read_text(encoding="utf-8")
    mended.write_text(text.replace('"企业" =', '"公司" = "enterprise", "企业" ='), encoding="utf-8")
    retried = call("quarantine", "retry", "registrations", "--card", str(mended))
    assert (retried["released"], retried["added"], retried["held"]) == (1, 1, 0)
    assert call("quarantine", "list")["held"] == 0

    other = place / "other.toml"
    other.write_text(text.replace('"registrations"', '"other"', 1), encoding="utf-8")
    with pytest.raises(CardInvalid):
        call("quarantine", "retry", "registrations", "--card", str(other))

    (place / "b.csv").write_bytes(csv_bytes(cells(4, 日期="x")))
    call("import", card, str(place / "b.csv"))
    held_id = first_id(call("quarantine", "list", "--card", "registrations"))
    assert str(call("quarantine", "discard", held_id, "--reason", "A wrong file.")["row"]) == held_id


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_what_people_read_says_how_many_and_why_and_never_a_cell(place: Path) -> None:
    (place / "a.csv").write_bytes(csv_bytes(cells(1), cells(2, 名称="张三的店", 类型="公司")))
    for arguments in (["import", str(place / "card.toml"), str(place / "a.csv")], ["quarantine", "list"]):
        read = CliRunner().invoke(app, arguments, catch_exceptions=False).output
        assert "1 rows" in read
        assert "row.bad_code" in read
        assert "张三" not in read


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_a_hostile_row_does_not_speak_to_the_terminal(place: Path) -> None:
    (place / "a.csv").write_bytes(csv_bytes(cells(1, 名称="[bold]x\x1b[2J\u202ey")))
    call("import", str(place / "card.toml"), str(place / "a.csv"))
    held_id = first_id(call("quarantine", "list"))
    printed = CliRunner().invoke(app, ["quarantine", "show", held_id], catch_exceptions=False).output
    assert r"[bold]x\x1b[2J\u202ey" in printed
    assert "\x1b" not in printed


def rows_done(home: Path) -> int:
    try:
        with sqlite3.connect(f"file:{home / 'records.sqlite3'}?mode=ro", uri=True, timeout=5) as records:
            return int(records.execute("SELECT coalesce(sum(rows_done), 0) FROM import_run").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def facts(home: Path) -> list[tuple[str, str, int]]:
    with sqlite3.connect(home / "records.sqlite3") as records:
        found = records.execute("SELECT lower(hex(digest)), source_ref, row_number FROM fact ORDER BY digest")
        return [(str(digest), str(ref), int(row)) for digest, ref, row in found]


def held(home: Path) -> list[tuple[int, str, bytes]]:
    with sqlite3.connect(home / "records.sqlite3") as records:
        return list(records.execute("SELECT row_number, code, original FROM held_row ORDER BY row_number"))


def test_killed_at_several_moments_a_second_run_leaves_what_one_clean_run_leaves(place: Path) -> None:
    rows = [cells(number, **({"日期": "2020-02-30"} if number % 97 == 0 else {})) for number in range(1, 4001)]
    rows.append(cells(5, 名称="says otherwise"))
    file = place / "many.csv"
    file.write_bytes(csv_bytes(*rows))
    arguments = ("import", str(place / "card.toml"), str(file))
    run(place / "clean", "init", "--rulebook", "cn")
    run(place / "killed", "init", "--rulebook", "cn")
    assert run(place / "clean", *arguments)["added"] == 4000 - 41

    killed = place / "killed"
    moments = 0
    for moment in (1, 700, 2000):
        process = subprocess.Popen(command(*arguments), env=environment(killed), stdout=subprocess.DEVNULL)
        while process.poll() is None and rows_done(killed) < moment:
            time.sleep(0.002)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            moments += 1
        process.wait()
    assert moments >= 2, "the import must be interrupted for the test to mean anything"
    run(killed, *arguments)

    assert facts(killed) == facts(place / "clean")
    assert held(killed) == held(place / "clean")
    with sqlite3.connect(killed / "records.sqlite3") as records:
        assert records.execute("SELECT count(DISTINCT known_at) FROM fact").fetchone() == (1,)
        assert records.execute("SELECT count(*) FROM import_run WHERE finished_at IS NULL").fetchone() == (0,)
        (counted,) = records.execute("SELECT facts_added FROM import_run").fetchone()
        assert counted == len(facts(killed))


@pytest.mark.django_db
def test_what_an_import_touches_is_placed_at_once_where_the_register_was_classified(home: Home, place: Path) -> None:
    card, file = str(place / "card.toml"), place / "a.csv"
    assert call("import", card, str(file))["classified"] == []
    run = classify_all(home, DAY, datetime.now(UTC), datetime.now(UTC))
    file.write_bytes(csv_bytes(cells(4), cells(5)))
    (placed,) = call("import", card, str(file))["classified"]  # type: ignore[misc] # a list, as JSON has it
    assert (placed["base"], placed["placed"], placed["entities"]) == (run.pk, 2, run.entities + 2)
    (after,) = placed["moves"].values()
    assert list(placed["moves"]) == [classes.GONE]
    assert sum(after.values()) == 2
    assert {id_of(4), id_of(5)} <= classes.class_by_entity(ClassRun.objects.get(pk=placed["run"])).keys()


@pytest.mark.django_db
def test_an_import_may_leave_classes_as_they_are_and_the_next_act_makes_up_for_it(home: Home, place: Path) -> None:
    card, file = str(place / "card.toml"), place / "a.csv"
    call("import", card, str(file))
    classify_all(home, DAY, datetime.now(UTC), datetime.now(UTC))
    file.write_bytes(csv_bytes(cells(4)))
    assert "classified" not in call("import", card, str(file), "--no-classify")
    assert ClassRun.objects.count() == 1
    (placed,) = call("quarantine", "retry", card)["classified"]  # type: ignore[misc] # a list, as JSON has it
    assert placed["placed"] == 1


@pytest.mark.django_db
def test_an_import_says_to_people_who_was_placed_and_why_nobody_was(home: Home, place: Path) -> None:
    card, file = str(place / "card.toml"), place / "a.csv"
    call("import", card, str(file))
    classify_all(home, DAY, datetime.now(UTC), datetime.now(UTC))
    file.write_bytes(csv_bytes(cells(4)))
    said = CliRunner().invoke(app, ["import", card, str(file)], catch_exceptions=False).stdout
    assert "risk: 1 businesses placed anew" in said
    file.write_bytes(csv_bytes(cells(6)))
    with pytest.MonkeyPatch.context() as short:
        short.setattr(changed, "_PATIENCE_S", 0.0)
        with alone(home.folder("classes")):
            said = CliRunner().invoke(app, ["import", card, str(file)], catch_exceptions=False).stdout
    assert "Nobody was placed anew" in said

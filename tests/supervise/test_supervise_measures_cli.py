"""may, answer, feedback, measures, ban and unban at the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import goodstanding.cli.measures  # noqa: F401 - adds its commands
from goodstanding.cli.frame import app
from goodstanding.core.errors import AnswerUnknown, BanUnlawful, FileUnreadable, RoleMissing
from goodstanding.home import Home
from goodstanding.office.accounts import Role, add_account
from goodstanding.records import ledger
from tests.conftest import NOW
from tests.supervise.register import entry, registration

DAY = "2026-11-20"
WHO = ("--on", DAY, "--as", "wang")


def told(*words: str, typed: str = "", status: int = 0) -> dict[str, Any]:
    """Return what the program prints as JSON."""
    done = CliRunner().invoke(app, ["--json", *words], input=typed, catch_exceptions=False)
    assert done.exit_code == status, done.output
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def register(home: Home, db: None) -> str:
    """One business on the serious list, and the id it goes by."""
    facts = [registration(2), entry(2, "serious", "heavier_penalty", date(2026, 3, 2), "fact:x", "V-01")]
    ledger.deliver([ledger.Delivered(one) for one in facts], NOW)
    add_account("wang", Role.CHIEF, "correct horse battery")
    return facts[0].entity_id


def test_what_binds_is_told_signed_and_reported_on(register: str, tmp_path: Path) -> None:
    found = told("may", register, "--purpose", "commitment", "--for", "审批局", *WHO)
    (one,) = found["answer"]["binds"]
    assert (one["measure"], one["rule"]) == ("commitment_closed", "J-11")
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(found), "utf-8")
    assert told("answer", str(file))["verifies"] is True
    assert told("answer", str(file), "--key", told("answer")["public_key"])["number"] == found["answer"]["number"]
    assert told("feedback", found["answer"]["number"], "commitment_closed", *WHO) == {"reports": 1, "applied": True}
    with pytest.raises(AnswerUnknown):
        told("feedback", found["answer"]["number"], "no_honours", *WHO)
    file.write_text(json.dumps(found).replace("barred", "weighed"), "utf-8")
    with pytest.raises(AnswerUnknown):
        told("answer", str(file))
    file.write_text("{", "utf-8")
    with pytest.raises(FileUnreadable):
        told("answer", str(file))


def test_people_read_a_table(register: str) -> None:
    done = CliRunner().invoke(
        app, ["may", register, "--purpose", "honours", "--for", "X", *WHO], catch_exceptions=False
    )
    assert "no_honours" in done.stdout
    assert "2 bind, 0 are given" in done.stdout.replace("\n", " ")


def test_nobody_asks_without_an_account(register: str) -> None:
    with pytest.raises(RoleMissing):
        told("may", register, "--purpose", "honours", "--for", "X", "--on", DAY, "--as", "nobody")


def test_measures_that_nobody_switched_are_told_and_then_switched(register: str) -> None:
    assert told("measures", "--check", "--on", DAY, status=1)["gaps"] == 5
    assert told("measures", "--on", DAY) == {"on": DAY, "switched_on": 5, "switched_off": 0, "gaps": 0}
    assert told("measures", "--check", "--on", DAY)["gaps"] == 0


def test_a_person_is_barred_recognised_and_free_again(register: str) -> None:
    order = ("--document", "衢市监罚〔2026〕9号", "--authority", "衢州市市场监督管理局", *WHO)
    words = ("ban", register, "food_licence_revoked", "--from", "2026-11-02", "--term")
    made = told(*words, "5 year", *order, "--person", typed="欧阳明远\n330881197001010017\n")
    assert made["until"] == "2031-11-02"
    asked = ("may", "--purpose", "food_management", "--for", "X", "--person", *WHO)
    (one,) = told(*asked, typed="330881197001010017\n")["answer"]["binds"]
    assert one["rule"] == "B-01"
    assert told(*asked, typed="330881197001010025\n")["answer"]["binds"] == []
    told("unban", made["decision"], "--reason", "Judgment of 2026-11-19.", *WHO)
    assert told(*asked, typed="330881197001010017\n")["answer"]["binds"] == []
    with pytest.raises(BanUnlawful):
        told(*words, "a while", *order, "--person", typed="欧阳明远\n330881197001010017\n")

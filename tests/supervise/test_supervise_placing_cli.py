"""tick and decide at the command line: whom they touched is in its class when they are done."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

import goodstanding.cli.supervision  # noqa: F401 - adds its commands
from goodstanding.cli.frame import app
from goodstanding.home import Home
from goodstanding.office.accounts import Role, add_account
from goodstanding.records import ledger
from goodstanding.records.models import ClassRun
from goodstanding.supervise.classify import classify_all
from tests.conftest import NOW
from tests.supervise.register import registration

PASSWORD = "correct horse battery"
DAY = "2026-07-10"


def told(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["--json", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.django_db
def test_a_decision_is_in_the_class_when_the_command_is_done(home: Home) -> None:
    ledger.append([registration(1)], NOW)
    add_account("chief", Role.CHIEF, PASSWORD)
    assert told("tick", "--on", DAY)["classified"] == []
    run = classify_all(home, date(2026, 7, 10), datetime.now(UTC), datetime.now(UTC))
    assert told("tick", "--on", DAY)["classified"] == []
    decided = told("decide", "--on", DAY, "--as", "chief", "--all")
    assert decided["decided"] > 0
    (placed,) = decided["classified"]
    assert (placed["base"], placed["placed"]) == (run.pk, 1)
    assert decided["not_classified"] == []
    assert ClassRun.objects.count() == 2

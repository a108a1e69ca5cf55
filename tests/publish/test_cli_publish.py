"""The publish command."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from goodstanding.cli import publish as _command  # noqa: F401 - importing it adds the command
from goodstanding.cli.frame import app
from goodstanding.home import Home


def run(*words: str) -> str:
    """Run the program and return what it printed."""
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.usefixtures("recorded")
def test_it_prints_one_line_last_and_the_same_as_json(home: Home) -> None:
    line = run("publish", "--on", "2026-11-20").strip().splitlines()[-1]
    assert line.startswith("Published 12 pages and 0 draws as of 2026-11-20;")
    told = json.loads(run("--json", "publish", "--on", "2026-11-20", "--rebuild"))
    assert (told["written"], told["entities"], told["as_of"]) == (12, 12, "2026-11-20")


def test_a_day_that_is_none_is_refused_before_anything_is_opened(home: Home) -> None:
    done = CliRunner().invoke(app, ["publish", "--on", "yesterday"])
    assert done.exit_code == 2
    assert not (home.path / "public").exists()

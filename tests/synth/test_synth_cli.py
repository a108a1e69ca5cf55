"""The command writes the province and says in one line what it wrote."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

import goodstanding.cli.synth  # noqa: F401 - adds the command
from goodstanding.cli.frame import app
from goodstanding.synth.province import read_truth


def test_the_command_writes_a_province(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["--json", "synth", "--out", str(out), "--entities", "30", "--years", "2", "--until", "2026-06-30"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    values = json.loads(done.stdout)
    assert values["entities"] == 30
    assert values["rows"] >= sum(values["facts"].values()) > 30
    assert {pair["file"] for pair in values["files"]} < {path.name for path in out.iterdir()}
    assert len(read_truth(out)) == 30


def test_the_same_words_give_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        done = CliRunner().invoke(app, ["synth", "--out", str(tmp_path / name), "--entities", "20", "--seed", "s"])
        assert done.exit_code == 0, done.output
        assert "20 synthetic businesses" in done.output
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert first == second


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["synth", "--out", str(tmp_path / "out"), "--until", "2026-02-30"])
    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()

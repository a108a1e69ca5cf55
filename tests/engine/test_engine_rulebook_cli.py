"""A rulebook with a mistake in its classification is refused at the command line: file, key, remedy, exit status."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from goodstanding.cli.frame import main
from goodstanding.home import ENVIRONMENT, rulebook_folder

FIRST = "{ from = 1, to = 2, points = 8 }"
FALLING = 'years_open = "falling"'
MISTAKES = {
    "overlapping bins": (FIRST, "{ from = 0, to = 2, points = 8 }", "scorecard[0].weigh[0].bins[1].from"),
    "a gap": (FIRST, "{ from = 2, to = 2, points = 8 }", "scorecard[0].weigh[0].bins[1].from"),
    "an unknown indicator": (
        'indicator = "years_open"',
        'indicator = "years_opened"',
        "scorecard[0].weigh[0].indicator",
    ),
    "an unknown indicator with a direction": (FALLING, f'{FALLING}\nyears = "rising"', "scale.risk.direction.years"),
    "an unknown indicator in a signal": (
        'indicator = "honours"\nat_least = 2',
        'indicator = "honour"\nat_least = 2',
        "scorecard[0].signal[2].indicator",
    ),
    "points against the direction": (FALLING, 'years_open = "rising"', "scorecard[0].weigh[0].bins"),
    "class bounds out of order": ("lower = 35", "lower = 10", "scale.risk.class"),
    "a bound that is no whole number": ("lower = 35", "lower = 35.5", "scale.risk.class[2].lower"),
    "a card that ends before it begins": (
        "base = 0",
        "valid_until = 2021-01-01\nbase = 0",
        "scorecard[0].valid_until",
    ),
}


def left(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """Return the exit status of the program, and what it says on standard error."""
    monkeypatch.setattr(sys, "argv", ["goodstanding", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0), capsys.readouterr().err


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with a copy of the reference rulebook."""
    return Path(shutil.copytree(rulebook_folder("cn"), tmp_path / "mine"))


def write(copied: Path, file: str, old: str, new: str) -> None:
    text = (copied / file).read_text(encoding="utf-8")
    assert old in text
    (copied / file).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("command", ["rulebook", "init"])
def test_a_mistake_is_refused_with_file_key_and_remedy(
    copied: Path,
    tmp_path: Path,
    command: str,
    mistake: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "home"))
    old, new, key = MISTAKES[mistake]
    write(copied, "classification.toml", old, new)
    words = ("rulebook", str(copied)) if command == "rulebook" else ("init", "--rulebook", str(copied))
    status, said = left(capsys, monkeypatch, *words)
    assert status == 2
    assert f"To read {key} in classification.toml." in said
    assert f"next: Mend {key} in classification.toml and load the rulebook again." in said
    assert not (tmp_path / "home" / "home.toml").exists()


@pytest.mark.parametrize("command", ["rulebook", "init"])
def test_facts_that_cannot_feed_a_scorecard_are_refused_before_anything_is_installed(
    copied: Path,
    tmp_path: Path,
    command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "home"))
    write(copied, "facts.toml", 'is_upheld = { type = "boolean", feature = true', 'is_upheld = { type = "boolean"')
    words = ("rulebook", str(copied)) if command == "rulebook" else ("init", "--rulebook", str(copied))
    status, said = left(capsys, monkeypatch, *words)
    assert status == 2
    assert "Field is_upheld of kind complaint is missing or no feature." in said
    assert "facts.toml" in said
    assert not (tmp_path / "home" / "home.toml").exists()

"""`goodstanding learn` writes a proposal and its report, and puts nothing in force."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import goodstanding.cli.learn  # noqa: F401 - adds its command
from goodstanding.cli.frame import app
from goodstanding.core.errors import FileUnreadable, RulebookInvalid, ScaleUnknown, TooLittleToLearn
from goodstanding.home import ENVIRONMENT, Home, read_rulebook, rulebook_folder
from goodstanding.learn.proposal import pasted
from goodstanding.records import ledger
from tests.conftest import NOW
from tests.learn.city import city

pytestmark = pytest.mark.django_db


@pytest.fixture
def kitchens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    path = tmp_path / "city"
    monkeypatch.setenv(ENVIRONMENT, str(path))
    made = Home.create(path, "chicago")
    ledger.deliver([ledger.Delivered(fact) for facts in city().values() for fact in facts], NOW)
    return made


def learn(*words: str) -> None:
    asked = ["learn", "--label", "critical_violations>=1", "--draws", "20", *words]
    done = CliRunner().invoke(app, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output


def test_a_proposal_comes_with_its_report_and_changes_nothing(kitchens: Home, tmp_path: Path) -> None:
    out = tmp_path / "proposed" / "card.toml"
    before = kitchens.rulebook_digest
    learn("--train-until", "2013-06-01", "--out", str(out))
    book = pasted(read_rulebook(rulebook_folder("chicago")), out.read_text("utf-8"), "2014-01-01")
    assert "plan_learned" in book.scales
    assert "days earlier" in out.with_suffix(".txt").read_text("utf-8")
    told = json.loads(out.with_suffix(".json").read_text("utf-8"))
    assert told["rankings"][0]["measures"]["auc"] > 0.6
    assert [band["code"] for band in told["learned_from"]] == [band["code"] for band in told["bands"]]
    assert "Calibration by class" in out.with_suffix(".en.html").read_text("utf-8")
    assert "各类别的校准" in out.with_suffix(".zh.html").read_text("utf-8")
    assert Home(kitchens.path).rulebook_digest == before
    assert "plan_learned" not in Home(kitchens.path).rulebook.scales


def test_a_scale_the_rulebook_lacks_is_refused(kitchens: Home, tmp_path: Path) -> None:
    with pytest.raises(ScaleUnknown, match="credit"):
        learn("--scale", "credit", "--train-until", "2013-06-01", "--out", str(tmp_path / "card.toml"))


def test_without_visits_to_judge_by_nothing_is_written(kitchens: Home, tmp_path: Path) -> None:
    out = tmp_path / "card.toml"
    with pytest.raises(TooLittleToLearn):
        learn("--train-until", "2015-01-01", "--out", str(out))
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--test-from", "2013-05-31"), "not judged on visits that it was learned from"),
        (("--code", "plan"), "a new scale's code"),
        (("--code", "my scale"), "a new scale's code"),
        (("--code", "x]\n[scale.y"), "a new scale's code"),
        (("--code", "学习"), "a new scale's code"),
        (("--code", "x" * 41), "a new scale's code"),
    ],
    ids=str,
)
def test_what_could_only_mislead_or_fail_is_refused_first(
    kitchens: Home, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "card.toml"
    done = CliRunner().invoke(app, ["learn", "--train-until", "2013-06-01", "--out", str(out), *words])
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not out.exists()


def test_a_scale_with_other_classes_than_are_learned_is_refused(home: Home, tmp_path: Path) -> None:
    words = ("--scale", "food", "--train-until", "2026-01-01", "--out", str(tmp_path / "card.toml"))
    done = CliRunner().invoke(app, ["learn", *words])
    assert done.exit_code == 2
    assert "Scale food has 5 classes" in " ".join(done.stderr.split())


def test_a_proposal_that_cannot_be_written_is_refused_before_the_work(kitchens: Home, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(FileUnreadable, match="may be written"):
        learn("--train-until", "2013-06-01", "--out", str(in_the_way / "card.toml"))
    done = CliRunner().invoke(app, ["learn", "--train-until", "2013-06-01", "--out", str(tmp_path)])
    assert done.exit_code == 2


def test_a_proposal_whose_points_a_person_turned_about_is_refused(kitchens: Home, tmp_path: Path) -> None:
    out = tmp_path / "card.toml"
    learn("--train-until", "2013-06-01", "--out", str(out))
    text = out.read_text("utf-8")
    with pytest.raises(RulebookInvalid, match=r"says that \w+ is falling") as caught:
        pasted(read_rulebook(rulebook_folder("chicago")), text.replace('= "rising"', '= "falling"'), "2014-01-01")
    assert caught.value.asked.endswith(".bins in classification.toml.")

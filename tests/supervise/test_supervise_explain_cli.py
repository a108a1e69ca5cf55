"""explain at the command line: reasons, changes and ways for people in two languages, and all of it as JSON."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import goodstanding.cli.explain  # noqa: F401 - adds its command
from goodstanding.cli.frame import app
from goodstanding.core.errors import EntityUnknown
from goodstanding.home import Home
from goodstanding.records import ledger
from tests.conftest import NOW
from tests.engine.histories import entity_id
from tests.supervise.register import entry, penalty, registration, reports

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
    """1 owes nothing; 2 stands on the serious list and was fined; 3 is on the list for a report it never filed."""
    facts = [
        *(registration(1), *reports(1, *range(2013, 2026))),
        *(registration(2), *reports(2, *range(2013, 2026)), penalty(2, date(2026, 2, 2))),
        entry(2, "serious", "heavier_penalty", date(2026, 3, 2), "fact:x", "V-01"),
        *(registration(3, date(2022, 5, 1)), *reports(3, 2022, 2023, 2024)),
        entry(3, "abnormal", "annual_report_missed", date(2026, 7, 8), "year:2025", "A-01"),
    ]
    ledger.deliver([ledger.Delivered(one) for one in facts], NOW)


@pytest.mark.usefixtures("register")
def test_every_line_has_its_bin_its_facts_and_the_rules_their_sources(home: Home) -> None:
    found = told("explain", entity_id(2), "--as-of", DAY, "--scale", "risk")
    card = next(card for card in home.rulebook.scorecards if card.scale == "risk")
    assert [line["indicator"] for line in found["lines"]] == [weighing.indicator for weighing in card.weighings]
    assert found["points"] == max(0, found["base"] + sum(line["points"] for line in found["lines"]))
    by_name = {line["indicator"]: line for line in found["lines"] if not line["area"]}
    assert by_name["years_open"]["value"] == 14
    assert by_name["days_since_last_inspection"]["bin"] is None
    (penalty_fact,) = by_name["penalties_24m"]["facts"]
    assert (penalty_fact["kind"], penalty_fact["from"], len(penalty_fact["digest"])) == ("penalty", "2026-02-02", 64)
    direct = {one["number"]: one for one in found["direct"]}
    assert direct["C-08"]["class"] == found["class"] == "D"
    assert len(direct["C-08"]["facts"]) == 1
    assert found["scorecard"]["number"] == card.rule.number
    assert found["scorecard"]["source"]["instrument"] == card.rule.source.instrument


@pytest.mark.usefixtures("register")
def test_the_ways_carry_days_rules_and_what_else_is_asked() -> None:
    ahead = told("explain", entity_id(2), "--as-of", DAY)["ahead"]
    assert ahead["time"]["on"] == "2029-03-02"
    repair = next(step for way in ahead["ways"] for step in way["steps"] if step["rules"][0]["number"] == "V-17")
    assert (repair["means"], repair["asked_on"], repair["is_estimated"]) == ("repair", "2027-03-03", True)
    assert set(repair["asks"]) == {"zh", "en"}
    assert told("explain", entity_id(1), "--as-of", DAY)["ahead"]["is_best"]


@pytest.mark.usefixtures("register")
def test_changes_are_told_since_a_day_asked_for_or_the_last_class() -> None:
    assert told("explain", entity_id(2), "--as-of", DAY)["change"] is None
    change = told("explain", entity_id(2), "--as-of", DAY, "--since", "2026-01-05")["change"]
    assert (change["run"], change["as_of"], change["class"]) == (None, "2026-01-05", "A")
    assert {fact["kind"] for fact in change["new"]} == {"penalty", "list_entry", "annual_report"}
    assert "listed_serious" in {line["indicator"] for line in change["lines"]}


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ["Years since establishment", "Set at least class D", "On 5 Jan 2026 it was class A", "Time alone", "V-17"],
        ),
        ("zh", ["成立年限", "至少判定为D类", "2026年1月5日 为 A类", "只需等待", "V-17"]),
    ],
)
def test_people_are_told_in_their_language(language: str, said: list[str]) -> None:
    words = ["explain", entity_id(2), "--as-of", DAY, "--since", "2026-01-05", "--language", language]
    text = run(*words).stdout
    for one in said:
        assert one in text
    assert text.strip().splitlines()[-1].startswith(entity_id(2))


@pytest.mark.usefixtures("register")
def test_the_late_report_is_a_way_off_the_list() -> None:
    text = run("explain", entity_id(3), "--as-of", DAY).stdout
    assert "File the report for 2025" in text
    assert "A-08" in text
    assert "It supposes that the report for 2026 is filed by 30 Jun 2027" in text or "Way 1" in text


@pytest.mark.usefixtures("register")
def test_the_best_class_and_no_change_are_said_plainly() -> None:
    text = run("explain", entity_id(1), "--as-of", DAY).stdout
    assert "This is the best class already." in text
    assert "No earlier class is recorded." in text


@pytest.mark.usefixtures("register")
def test_explain_knows_no_business_that_is_not_there_and_no_tongue_it_does_not_speak() -> None:
    with pytest.raises(EntityUnknown):
        CliRunner().invoke(app, ["explain", "test:9", "--as-of", DAY], catch_exceptions=False)
    assert CliRunner().invoke(app, ["explain", entity_id(2), "--language", "la"]).exit_code == 2

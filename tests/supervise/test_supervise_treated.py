"""How one business is treated, and whether a lot may draw it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

import goodstanding.cli.treatment  # noqa: F401 - adds its command
from goodstanding.cli import frame
from goodstanding.core.errors import ClassRunMissing, EntityUnknown
from goodstanding.core.treatment import Check, Ground
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.supervise.classify import classify_all
from goodstanding.supervise.treated import treated
from tests.conftest import NOW
from tests.engine.histories import entity_id
from tests.supervise.register import AS_OF, registration, reports, said

pytestmark = pytest.mark.django_db
GOOD, FINED = entity_id(1), entity_id(2)


@pytest.fixture
def register(home: Home) -> Home:
    """1 reports, and was found clean in September; 2 never reports."""
    facts = [registration(1), *reports(1, 2023, 2024, 2025), registration(2)]
    facts.append(said(1, "inspection", date(2026, 9, 1), results=("1",), authority="Office"))
    ledger.deliver([ledger.Delivered(one) for one in facts], NOW)
    return home


def test_a_clean_check_leaves_a_business_in_peace_until_a_day(register: Home) -> None:
    classify_all(register, AS_OF, NOW, NOW)
    found = treated(register.rulebook, GOOD, AS_OF, NOW)
    assert (found.class_code, found.treatment.class_code, found.past.checks_this_year) == ("A", "A", 1)
    assert found.left_out is not None
    assert (found.left_out.rule.number, found.left_out.until_on) == ("I-20", date(2027, 9, 2))
    assert treated(register.rulebook, GOOD, AS_OF, NOW, check=Check(Ground.COMPLAINT)).left_out is None
    assert treated(register.rulebook, FINED, AS_OF, NOW).left_out is None


def test_a_class_comes_first(register: Home) -> None:
    with pytest.raises(ClassRunMissing, match="never classified on scale risk"):
        treated(register.rulebook, GOOD, AS_OF, NOW)


def test_an_unknown_business_is_refused(register: Home) -> None:
    with pytest.raises(EntityUnknown):
        treated(register.rulebook, "test:999999", AS_OF, NOW)
    with pytest.raises(EntityUnknown):
        treated(register.rulebook, GOOD, date(2012, 5, 1) - timedelta(days=1), NOW)


def test_the_command_says_the_rule_and_the_day_in_either_language(register: Home) -> None:
    classify_all(register, AS_OF, NOW, NOW)
    asked = ["treatment", GOOD, "--as-of", str(AS_OF), "--known-at", NOW.isoformat()]
    runner = CliRunner()
    assert "may be drawn again from 2027-09-02" in runner.invoke(frame.app, asked).output
    assert "自 2027-09-02 起可再抽取" in runner.invoke(frame.app, [*asked, "--language", "zh"]).output
    told = json.loads(runner.invoke(frame.app, ["--json", *asked]).output)
    assert told["left_out"] == {"rule": "I-20", "until": "2027-09-02"}
    assert told["treatment"]["benefits"] == ["green_channel", "papers_may_follow"]
    own_accord = runner.invoke(frame.app, [*asked, "--ground", "special"]).output
    assert "as long as its class stays" in own_accord
    assert "may be drawn on" in runner.invoke(frame.app, [*asked, "--ground", "lead"]).output


def test_without_a_business_every_treatment_is_listed(register: Home) -> None:
    told = json.loads(CliRunner().invoke(frame.app, ["--json", "treatment", "--as-of", str(AS_OF)]).output)
    everywhere = {one["class"]: one["ratio_ppm"] for one in told["treatments"] if not one["area"]}
    assert everywhere == {"A": 10_000, "B": 20_000, "C": 100_000, "D": 300_000}
    plain = CliRunner().invoke(frame.app, ["treatment", "--as-of", str(AS_OF), "--language", "zh"]).output
    assert "30.0 %" in plain

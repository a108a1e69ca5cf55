"""replay at the command line: decisions chosen by chance agree; one that does not is named and fails the command."""

from __future__ import annotations

import json
from datetime import date

import pytest
from typer.testing import CliRunner, Result

import goodstanding.cli.supervision  # noqa: F401 - adds its commands
from goodstanding.cli.frame import app
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.listings import Verdict, decide_many, tick
from goodstanding.records.models import Decision, ProposalRecord
from goodstanding.records.replay import sample
from tests.conftest import NOW
from tests.supervise.register import registration

DAY = date(2026, 7, 10)


def replayed(*words: str) -> Result:
    return CliRunner().invoke(app, ["--json", "replay", *words])


@pytest.fixture
def decided(home: Home, db: None) -> Home:
    """Nine businesses entered for reports they never filed."""
    ledger.deliver([ledger.Delivered(registration(number)) for number in range(1, 10)], NOW)
    tick(home, DAY, NOW)
    ids = list(ProposalRecord.objects.values_list("id", flat=True))
    assert decide_many(home, ids, Verdict.APPROVE, "officer", "", DAY, NOW).count == 9
    return home


def test_as_many_as_asked_for_are_taken_again(decided: Home) -> None:
    done = replayed("--sample", "4")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"replayed": 4, "agree": 4, "differing": {}}
    assert json.loads(replayed("--sample", "1000").stdout)["agree"] == 9


def test_the_same_seed_chooses_the_same(decided: Home) -> None:
    assert sample(3, "1") == sample(3, "1")
    assert len({tuple(sample(3, str(seed))) for seed in range(20)}) > 1


def test_a_decision_that_differs_is_named_and_fails_the_command(decided: Home) -> None:
    true = Decision.objects.order_by("id").first()
    assert true is not None
    false = Decision(**{field.attname: getattr(true, field.attname) for field in Decision._meta.concrete_fields})
    false.pk, false.number, false.outcome = None, "2026-99999999", true.outcome | {"cause": "year:1999"}
    false.save()
    done = replayed("--sample", "1000")
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert (told["replayed"], told["agree"], list(told["differing"])) == (10, 9, ["2026-99999999"])
    assert "cause" in told["differing"]["2026-99999999"]["found"]


def test_a_number_and_a_sample_together_are_refused(decided: Home) -> None:
    assert replayed("2026-00000001", "--sample", "3").exit_code == 2
    assert replayed().exit_code == 2

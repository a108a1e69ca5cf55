"""An import of the province takes every good row and holds every wrong one, for the reason it was made wrong by."""

from __future__ import annotations

from collections import Counter

import pytest

from goodstanding.home import Home
from goodstanding.intake.importing import find_card, import_file
from goodstanding.records.models import FactRecord, HeldRow
from goodstanding.synth.province import read_truth
from tests.conftest import NOW
from tests.synth.conftest import Province

pytestmark = pytest.mark.django_db


def test_nothing_is_lost_and_nothing_invented(home: Home, province: Province) -> None:
    for file in province.manifest["files"]:
        outcome = import_file(home, find_card(home, file["card"]), province.folder / file["file"], NOW)
        assert outcome.rows == file["rows"], file["file"]
        assert outcome.problems == file["spoilt"], file["file"]
        assert outcome.held == sum(file["spoilt"].values())
        assert outcome.added == file["facts"], file["file"]
        assert outcome.unchanged == file["repeated"], file["file"]
        assert outcome.left_out == 0
    kinds = Counter(FactRecord.objects.values_list("kind", flat=True))
    assert kinds == Counter(province.manifest["facts"])
    held = HeldRow.objects.filter(state=HeldRow.State.HELD)
    assert held.count() == sum(sum(file["spoilt"].values()) for file in province.manifest["files"])
    assert all(bytes(original) for original in held.values_list("original", flat=True))


def test_who_is_registered_is_as_the_truth_says(home: Home, province: Province) -> None:
    for file, card in province.made.imports:
        if card == "registrations":
            import_file(home, find_card(home, card), province.folder / file, NOW)
    registered = set(FactRecord.objects.values_list("entity_id", flat=True))
    assert registered == {entity for entity, row in read_truth(province.folder).items() if row.is_registered}
    assert len(registered) == province.made.registered == province.manifest["registered"]


def test_a_second_import_adds_nothing(home: Home, province: Province) -> None:
    for again in (False, True):
        for file, card in province.made.imports:
            if file in ("penalties.csv", "licences.parquet", "complaints.xlsx", "inspections.jsonl"):
                outcome = import_file(home, find_card(home, card), province.folder / file, NOW, again=again)
                assert bool(outcome.added) is not again

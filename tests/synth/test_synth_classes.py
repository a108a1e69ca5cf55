"""A province's classes say what is true of it: the riskier the class, the more an inspection finds."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from goodstanding.cli.demo import tick_and_decide
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.score import card_in_force
from goodstanding.home import Home
from goodstanding.intake.importing import find_card, import_file
from goodstanding.records.models import ClassRecord, ClassRun
from goodstanding.supervise.classify import classify_all
from goodstanding.synth.province import read_truth
from tests.conftest import NOW
from tests.synth.conftest import Province, make

LISTED_ON = date(2026, 7, 10)
AS_OF = date(2026, 11, 6)


@pytest.fixture(scope="module")
def town(cn: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Province:
    """A province large enough to have some businesses of every class."""
    return make(cn, tmp_path_factory.mktemp("town") / "files", 2_500)


@pytest.fixture
def run(home: Home, db: None, town: Province) -> ClassRun:
    """The town's classes, once the officers have decided all that the calendar made due."""
    for file in town.manifest["files"]:
        outcome = import_file(home, find_card(home, file["card"]), town.folder / file["file"], NOW)
        assert outcome.problems == file["spoilt"], file["file"]
    tick_and_decide(home, LISTED_ON, NOW, lambda _: None)
    return classify_all(home, AS_OF, NOW, NOW)


@pytest.fixture
def adverse(home: Home, run: ClassRun, town: Province) -> dict[str, list[int]]:
    """By class: the probability, in parts per million, that an inspection of each open business finds something."""
    truth = read_truth(town.folder)
    active = home.rulebook.roles.active_statuses
    found: dict[str, list[int]] = defaultdict(list)
    for entity_id, class_code in ClassRecord.objects.filter(run=run).values_list("entity_id", "class_code"):
        if truth[entity_id].status in active:
            found[class_code].append(truth[entity_id].finding_ppm)
    return found


def test_classes_rise_with_the_truth_and_are_of_the_sizes_published(
    cn: Rulebook, adverse: dict[str, list[int]]
) -> None:
    codes = [band.code for band in cn.scales["risk"].bands]
    assert set(adverse) == set(codes)
    every = sum(len(of_class) for of_class in adverse.values())
    share = {code: 100 * len(adverse[code]) / every for code in codes}
    # Guangdong counted 40 per cent of class A, Bayannur 73, 19, 5 and 3 per cent of A to D.
    assert 40 <= share["A"] <= 80, share
    assert 10 <= share["B"] <= 40, share
    assert 3 <= share["C"] <= 14, share
    assert 0.5 <= share["D"] <= 7, share
    means = [sum(adverse[code]) / len(adverse[code]) for code in codes]
    assert all(lower * 1.2 < higher for lower, higher in pairwise(means)), means
    assert means[-1] > 4 * means[0]


def test_nine_indicators_in_ten_of_the_risk_scale_tell_some_businesses_from_others(
    cn: Rulebook, home: Home, run: ClassRun
) -> None:
    indicators = set(card_in_force(cn, run.scale, AS_OF).indicators)
    values = pq.read_table(home.folder("classes") / str(run.pk), columns=sorted(indicators))
    still = {name for name in indicators if pc.count_distinct(values[name], mode="all").as_py() < 2}
    assert 10 * len(still) <= len(indicators), still


def test_every_scale_of_the_rulebook_stands_by_itself(cn: Rulebook, home: Home, db: None, province: Province) -> None:
    """The same businesses under four scorecards: food grades for the food trade alone, and letters that differ."""
    for file in province.manifest["files"]:
        import_file(home, find_card(home, file["card"]), province.folder / file["file"], NOW)
    placed = {}
    for scale in cn.scales:
        run = classify_all(home, AS_OF, NOW, NOW, scale)
        placed[scale] = dict(ClassRecord.objects.filter(run=run).values_list("entity_id", "class_code"))
        assert run.scale == scale
        assert set(placed[scale].values()) <= {band.code for band in cn.scales[scale].bands}
        assert len(set(placed[scale].values())) > 1, scale
    truth = read_truth(province.folder)
    trades = {truth[entity_id].sector for entity_id, code in placed["food"].items() if code != "none"}
    assert trades <= {"F", "H", "C"}
    odd = [id_ for id_, code in placed["risk"].items() if placed["public_credit"][id_] != code]
    assert odd

"""On the real inspections: no score knows anything of the day it is for, or of a later one."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.learn.fit import learn
from goodstanding.learn.panel import Visit, learnable
from tests.engine.histories import fact
from tests.learn.city import registered, visit
from tests.learn.test_learn_panel import visits_of

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "chicago-food-inspections"
EDGE = date(2014, 1, 1)

pytestmark = [
    pytest.mark.chicago,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the published files are not in {DATA}"),
]


@pytest.fixture(scope="module")
def premises() -> dict[str, list[Fact]]:
    """Some hundreds of premises with all their inspections, and what the register says of them."""
    columns = ["inspection_id", "licence_number", "inspection_date", "criticalcount", "seriouscount", "minorcount"]
    rows = pq.read_table(DATA / "inspections.parquet", columns=columns).to_pylist()
    chosen = sorted({row["licence_number"] for row in rows if row["licence_number"]})[::30]
    everyone: dict[int, list[Fact]] = {number: [registered(number)] for number in chosen}
    for row in rows:
        if row["licence_number"] in everyone:
            on: datetime = row["inspection_date"]
            more = {"serious_violations": row["seriouscount"], "minor_violations": row["minorcount"]}
            number, key = row["licence_number"], row["inspection_id"]
            everyone[number].append(visit(number, on.date(), row["criticalcount"], place=key, **more))
    return {facts[0].entity_id: facts for facts in everyone.values()}


def alter(everyone: dict[str, list[Fact]]) -> dict[str, list[Fact]]:
    """Return the same past with another future: later results dealt out anew, doubled, and others beside them."""
    chance = random.Random(5)  # noqa: S311 - an invented future
    late = [one for facts in everyone.values() for one in facts if one.span.from_on >= EDGE]
    payloads = [dict(one.payload) for one in late]
    chance.shuffle(payloads)
    dealt = iter(payloads)
    changed = {}
    for id_, facts in everyone.items():
        number = int(id_.rsplit(":", 1)[1])
        new = [one if one.span.from_on < EDGE else replace(one, payload=next(dealt)) for one in facts]
        new.append(visit(number, EDGE + timedelta(days=1), 9, place=90_000_000 + number))
        new.append(fact(number, "premises", EDGE, ref="late", facility="school", risk_category="3"))
        changed[id_] = new
    return changed


def test_another_future_moves_no_point_of_the_past(premises: dict[str, list[Fact]], chicago: Rulebook) -> None:
    scale = chicago.scales["plan"]

    def points(everyone: dict[str, list[Fact]]) -> tuple[dict[str, int], dict[str, int | None]]:
        seen: list[Visit] = visits_of(everyone, chicago)
        card = learn([one for one in seen if one.on < EDGE], learnable(scale), tuple(chicago.areas), scale)
        # A visit on the first day that differs rests on what was before it alone.
        of_interest = [one for one in seen if one.on <= EDGE]
        return {one.ref: card.points(one) for one in of_interest}, {one.ref: one.points for one in of_interest}

    before, after = points(premises), points(alter(premises))
    assert len(before[0]) > 400
    assert before == after


def test_the_register_of_premises_is_made_of_no_result(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        from chicago_files import write_files
    finally:
        sys.path.pop(0)
    write_files(DATA, tmp_path / "plain")
    turned = tmp_path / "turned"
    turned.mkdir()
    for path in DATA.glob("*.parquet"):
        (turned / path.name).symlink_to(path)
    table = pq.read_table(DATA / "inspections.parquet")
    for name in ("results", "criticalcount", "seriouscount", "minorcount", "sanitarian_group"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].combine_chunks().take(list(reversed(range(len(table))))))
    (turned / "inspections.parquet").unlink()
    pq.write_table(table, turned / "inspections.parquet")
    write_files(turned, tmp_path / "again")
    for name in ("premises.parquet", "accounts.parquet"):
        assert pq.read_table(tmp_path / "plain" / name) == pq.read_table(tmp_path / "again" / name)

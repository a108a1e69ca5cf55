"""A city that publishes points and letters comes in by cards alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from goodstanding.core.published import read_published
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home, rulebook_folder
from goodstanding.intake.importing import ImportOutcome, check_file, find_card, import_file
from goodstanding.records.ledger import view_of
from goodstanding.records.models import HeldRow
from goodstanding.supervise.aftermath import hit_rates
from tests.conftest import NOW

DATA = Path(__file__).parents[3] / "shared" / "data" / "nyc-restaurant-inspections"
COMMON = ["Cycle Inspection / Initial Inspection", "Cycle Inspection / Re-inspection"]

pytestmark = [
    pytest.mark.published,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the published files are not in {DATA}"),
]


@pytest.fixture
def city(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "city", "nyc")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Sixty named restaurants and every nameless one, with the visits and violations of the sixty."""
    register = pq.read_table(DATA / "restaurants.parquet")
    inspections, violations = (pq.read_table(DATA / f"{name}.parquet") for name in ("inspections", "violations"))
    sixty = register.filter(pc.is_valid(register["dba"])).slice(0, 60)["camis"]
    inspections = inspections.filter(pc.is_in(inspections["camis"], sixty))
    tables = {
        "restaurants": register.filter(pc.or_(pc.is_in(register["camis"], sixty), pc.is_null(register["dba"]))),
        "inspections": inspections,
        "violations": violations.filter(pc.is_in(violations["inspection_key"], inspections["inspection_key"])),
    }
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    return tmp_path


def take(city: Home, name: str, path: Path) -> ImportOutcome:
    return import_file(city, find_card(city, name), path / f"{name}.parquet", NOW)


def test_points_fall_in_their_bands_and_violations_find_their_visit(city: Home, files: Path) -> None:
    take(city, "restaurants", files)
    inspections = take(city, "inspections", files)
    assert (inspections.added, inspections.held) == (inspections.rows, 0)
    violations = take(city, "violations", files)
    assert (violations.added + violations.unchanged, violations.held) == (violations.rows, 0)

    seen = view_of("camis:30075445", date(2012, 12, 31), NOW)
    registered = seen.current("registration")
    assert registered is not None
    assert registered.payload["name"] == "MORRIS PARK BAKE SHOP"
    assert registered.payload["borough"] == "bronx"
    (visit,) = (fact for fact in seen.of("inspection") if fact.source_ref == "2")
    assert visit.payload["score"] == 25
    assert visit.payload["results"] == ("conditions",)
    assert (visit.payload["programme"], visit.payload["visit"]) == ("cycle", "initial")
    (check,) = (fact for fact in seen.of("programme_check") if fact.source_ref == "3")
    assert check.payload["programme"] == "trans_fat"
    assert check.span.from_on == visit.span.from_on
    found = {fact.payload["code"]: fact for fact in seen.of("violation") if fact.payload["inspection_id"] == "2"}
    assert {"02G", "04L", "06C"} <= set(found)
    assert found["04L"].payload["severity"] == "critical"
    assert {fact.span.from_on for fact in found.values()} == {visit.span.from_on}


def test_premises_without_a_name_are_held_and_no_others(city: Home, files: Path) -> None:
    outcome = take(city, "restaurants", files)
    assert (outcome.added, outcome.held) == (60, 354)
    assert outcome.problems == {"row.missing_key": 354}
    assert set(HeldRow.objects.values_list("field", flat=True)) == {"name"}


def test_a_class_is_held_to_the_first_initial_visit_of_the_cycle_after_its_day(
    city: Home, files: Path, nyc: Rulebook
) -> None:
    take(city, "inspections", files)
    outcome = read_published((rulebook_folder("nyc") / "field" / "files.toml").read_bytes(), nyc).outcome
    day = date(2014, 12, 31)
    table = pq.read_table(files / "inspections.parquet").to_pylist()
    first: dict[int, int] = {}
    for row in sorted(table, key=lambda row: row["inspection_date"]):
        if row["inspection_type"] == "Cycle Inspection / Initial Inspection" and row["inspection_date"].date() > day:
            first.setdefault(row["camis"], row["score"])
    (rate,) = hit_rates(outcome, {f"camis:{row['camis']}": "A" for row in table}, day)
    assert (rate.class_code, rate.visited) == ("A", len(first))
    assert rate.found == sum(score >= 28 for score in first.values()) > 0


def test_every_kind_of_visit_in_the_published_file_fits(city: Home, tmp_path: Path) -> None:
    table = pq.read_table(DATA / "inspections.parquet")
    rare = table.filter(pc.invert(pc.is_in(table["inspection_type"], pa.array(COMMON)))).slice(0, 10_000)
    pq.write_table(pa.concat_tables([rare, table.slice(0, 20_000)]), tmp_path / "slice.parquet")
    outcome = check_file(city, find_card(city, "inspections"), tmp_path / "slice.parquet", NOW)
    assert (outcome.rows, outcome.added, outcome.held) == (30_000, 30_000, 0)

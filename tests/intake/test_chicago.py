"""The cards of the food inspectorate read its published files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from goodstanding.home import Home
from goodstanding.intake.importing import ImportOutcome, check_file, find_card, import_file
from goodstanding.records.ledger import facts_of, view_of
from goodstanding.records.models import FactRecord, HeldRow
from tests.conftest import NOW

DATA = Path(__file__).parents[3] / "shared" / "data" / "chicago-food-inspections"

pytestmark = [
    pytest.mark.chicago,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the published files are not in {DATA}"),
]


@pytest.fixture
def city(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "city", "chicago")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Six hundred inspections with their licences and violations, and complaints of every sort of trouble."""
    inspections = pq.read_table(DATA / "inspections.parquet").slice(0, 600)
    licences, violations = (pq.read_table(DATA / f"{name}.parquet") for name in ("licences", "violations"))
    complaints = pq.read_table(DATA / "complaints.parquet")
    nowhere = pc.is_null(complaints["latitude"])
    tables = {
        "inspections": inspections,
        "licences": licences.filter(pc.is_in(licences["licence_number"], inspections["licence_number"])),
        "violations": violations.filter(pc.is_in(violations["inspection_id"], inspections["inspection_id"])),
        "complaints": pa.concat_tables([complaints.slice(0, 300), complaints.filter(nowhere)]),
    }
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    return tmp_path


def take(city: Home, name: str, path: Path) -> ImportOutcome:
    return import_file(city, find_card(city, name), path / f"{name}.parquet", NOW)


def test_licences_inspections_and_violations_meet_in_one_establishment(city: Home, files: Path) -> None:
    licences = take(city, "licences", files)
    assert (licences.added, licences.held) == (2 * licences.rows, 0)
    inspections = take(city, "inspections", files)
    assert (inspections.rows, inspections.added, inspections.held) == (600, 600, 0)
    violations = take(city, "violations", files)
    assert (violations.added, violations.held) == (violations.rows, 0)

    seen = view_of("licence:1475890", date(2011, 10, 18), NOW)
    (visit,) = (fact for fact in seen.of("inspection") if fact.source_ref == "507211")
    assert visit.span.from_on == date(2011, 10, 18)
    assert visit.payload["results"] == ("pass",)
    assert visit.payload["minor_violations"] == 3
    found = [fact for fact in seen.of("violation") if fact.payload["inspection_id"] == "507211"]
    assert [fact.payload["severity"] for fact in found] == ["minor"] * 3
    assert {fact.span.from_on for fact in found} == {date(2011, 10, 18)}
    registered = seen.current("registration")
    assert registered is not None
    assert registered.span.from_on == date(2011, 4, 16)
    assert registered.span.until_on == date(2013, 4, 16), "the last day of the term is included"
    assert registered.payload["name"] == "PANERA BREAD"
    assert registered.payload["zip"] == "60659"
    assert registered.payload["latitude_micro"] == 41991919


def test_a_violation_waits_for_its_inspection(city: Home, files: Path) -> None:
    outcome = take(city, "violations", files)
    assert outcome.added == 0
    assert outcome.problems == {"row.unknown_record": outcome.rows}


def test_a_complaint_is_about_a_place_and_needs_one(city: Home, files: Path) -> None:
    outcome = take(city, "complaints", files)
    assert outcome.problems["row.missing_key"] >= 24
    (first,) = (fact for fact in facts_of("place:41806,-87670") if fact.source_ref == "00-00002158")
    assert first.span.from_on == date(2000, 1, 3)
    assert first.payload["completed_on"] == "2011-03-28"
    assert first.payload["status"] == "completed"
    assert outcome.added == FactRecord.objects.count()
    assert HeldRow.objects.filter(state="held").count() == outcome.held


def test_every_row_of_the_published_inspections_fits(city: Home) -> None:
    outcome = check_file(city, find_card(city, "inspections"), DATA / "inspections.parquet", NOW)
    assert (outcome.rows, outcome.added, outcome.held) == (27_600, 27_600, 0)

"""A city that publishes what became of each charge comes in by cards alone; what fell leaves the public eye."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from goodstanding.core.disclosure import public_items
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.intake.importing import ImportOutcome, check_file, find_card, import_file
from goodstanding.records.ledger import facts_of, view_of
from goodstanding.records.models import FactRecord
from tests.conftest import NOW
from tests.parity.oracles import past_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "toronto-dinesafe"
CONVICTED = {"fined", "fined_probation", "probation", "suspended", "closed"}
FELL = {"withdrawn", "dismissed", "quashed"}
END = date(2022, 1, 1)

pytestmark = [
    pytest.mark.published,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the published files are not in {DATA}"),
]


@pytest.fixture
def city(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "city", "toronto")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Every infraction that went to court, and the premises and visits it belongs to."""
    infractions = pq.read_table(DATA / "infractions.parquet")
    infractions = infractions.filter(pc.is_valid(infractions["outcome"]))
    tables = {"infractions": infractions}
    for name, key in (("establishments", "establishment_id"), ("inspections", "inspection_id")):
        table = pq.read_table(DATA / f"{name}.parquet")
        tables[name] = table.filter(pc.is_in(table[key], infractions[key]))
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    return tmp_path


def take(city: Home, name: str, path: Path) -> ImportOutcome:
    return import_file(city, find_card(city, name), path / f"{name}.parquet", NOW)


def shown(entity_id: str, book: Rulebook) -> list[Fact]:
    seen = view_of(entity_id, END, NOW)
    return [item.fact for item in public_items(seen, book.kinds, book.disclosure, book.calendar)]


def test_every_charge_comes_in_with_its_outcome_and_its_fine_in_cents(city: Home, files: Path) -> None:
    for name in ("establishments", "inspections"):
        outcome = take(city, name, files)
        assert (outcome.added, outcome.held) == (outcome.rows, 0)
    infractions = take(city, "infractions", files)
    assert (infractions.rows, infractions.added, infractions.held) == (1_153, 2 * 1_153, 0)
    charges = [fact for fact in facts_of_kind("penalty") if fact.payload.get("amount_minor")]
    assert len(charges) == 620
    assert sum(amount for fact in charges if isinstance(amount := fact.payload["amount_minor"], int)) == 31_564_550


def facts_of_kind(kind: str) -> list[Fact]:
    entities = FactRecord.objects.filter(kind=kind).order_by("entity_id").values_list("entity_id", flat=True).distinct()
    return [fact for entity_id in entities for fact in facts_of(entity_id) if fact.kind == kind]


def test_a_charge_that_fell_is_shown_nowhere_and_counts_nowhere(city: Home, files: Path, toronto: Rulebook) -> None:
    for name in ("establishments", "infractions"):
        take(city, name, files)
    fell = [fact for fact in facts_of_kind("penalty") if fact.payload["outcome"] in FELL]
    assert len(fell) == 174
    for entity_id in {fact.entity_id for fact in fell}:
        public = shown(entity_id, toronto)
        assert {fact.payload.get("outcome") for fact in public} <= {None, "pending", *CONVICTED}
        assert {fact.payload["outcome"] for fact in public if fact.kind == "penalty"} <= CONVICTED
        past = past_of(facts_of(entity_id), toronto, END, NOW)
        assert past is not None
        assert {fact.payload["outcome"] for fact in past.of("penalty")} <= CONVICTED


def test_a_charge_leaves_the_public_eye_when_a_later_file_says_that_it_was_withdrawn(
    city: Home, files: Path, tmp_path: Path, toronto: Rulebook
) -> None:
    take(city, "establishments", files)
    table = pq.read_table(files / "infractions.parquet")
    one = table.filter(pc.equal(table["outcome"], "Conviction - Fined")).slice(0, 1)
    entity_id = f"establishment:{one['establishment_id'][0]}"
    for number, (outcome, kinds) in enumerate(
        [
            ("Pending", ["violation"]),
            ("Conviction - Fined", ["penalty", "violation"]),
            ("Charges Quashed", []),
        ]
    ):
        told = one.set_column(one.schema.get_field_index("outcome"), "outcome", pa.array([outcome]))
        pq.write_table(told, tmp_path / f"{number}.parquet")
        delivered = import_file(city, find_card(city, "infractions"), tmp_path / f"{number}.parquet", NOW)
        assert (delivered.added, delivered.held) == (2, 0)
        found = [fact.kind for fact in shown(entity_id, toronto) if fact.kind != "registration"]
        assert sorted(found) == kinds, outcome


@pytest.mark.parametrize(("name", "rows", "facts"), [("inspections", 20_000, 20_000), ("infractions", 20_000, 20_329)])
def test_every_row_of_the_published_files_fits(city: Home, tmp_path: Path, name: str, rows: int, facts: int) -> None:
    pq.write_table(pq.read_table(DATA / f"{name}.parquet").slice(60_000, rows), tmp_path / "slice.parquet")
    outcome = check_file(city, find_card(city, name), tmp_path / "slice.parquet", NOW)
    assert (outcome.rows, outcome.added, outcome.held) == (rows, facts, 0)

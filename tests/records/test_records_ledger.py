"""The ledger in the database, the same on SQLite and PostgreSQL: what it refuses, what it keeps, what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from goodstanding.core.dates import Span
from goodstanding.core.errors import CorrectionMismatch, LedgerHarmed
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import ended, view, withdrawal
from goodstanding.records import ledger
from goodstanding.records.ledger import Delivered
from goodstanding.records.models import FactRecord, ImportRun, OutboxMessage
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
LATEST = NOW + timedelta(hours=2)
DAY = date(2026, 1, 1)


def fact(ref: str = "r1", name: Value = "甲", entity: str = "x:1", known_at: datetime = NOW, **more: Value) -> Fact:
    payload = {"name": name, **more}
    return Fact(entity, "registration", "office", ref, Span(date(2020, 1, 1)), known_at, payload)


def deliver(*facts: Fact, now: datetime = NOW) -> ledger.Receipt:
    return ledger.deliver([Delivered(one, row) for row, one in enumerate(facts, 1)], now)


def names(known_at: datetime, entity: str = "x:1", through: int | None = None) -> list[Value]:
    return [seen.payload["name"] for seen in ledger.view_of(entity, DAY, known_at, through).facts]


# -- what the database refuses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET payload = '{}'",
        "UPDATE fact SET known_at = known_at WHERE id = (SELECT max(id) FROM fact)",
        "DELETE FROM fact",
        "DELETE FROM fact WHERE id = (SELECT max(id) FROM fact)",
        pytest.param(
            "INSERT OR REPLACE INTO fact SELECT * FROM fact",
            marks=pytest.mark.skipif(connection.vendor != "sqlite", reason="never: only SQLite has INSERT OR REPLACE"),
        ),
        pytest.param(
            "TRUNCATE fact CASCADE",
            marks=pytest.mark.skipif(connection.vendor == "sqlite", reason="never: SQLite has no TRUNCATE"),
        ),
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_a_fact(statement: str) -> None:
    deliver(fact("r1"), fact("r2", entity="x:2"))
    before = ledger.stored_of(["x:1", "x:2"])
    connection.check_constraints()  # PostgreSQL truncates no table whose foreign keys are still to be checked
    with (
        pytest.raises(DatabaseError, match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert ledger.stored_of(["x:1", "x:2"]) == before


def test_the_orm_cannot_change_or_delete_a_fact_either() -> None:
    deliver(fact())
    record = FactRecord.objects.get()
    record.payload = "{}"
    for act in (record.save, record.delete, FactRecord.objects.all().delete):
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            act()
    assert FactRecord.objects.get().payload == '{"name":"甲"}'


def test_the_database_refuses_the_same_statement_of_one_record_twice() -> None:
    deliver(fact())
    record = FactRecord.objects.get()
    record.pk = None
    record._state.adding = True
    with pytest.raises(DatabaseError), transaction.atomic():
        record.save()
    assert FactRecord.objects.count() == 1


# -- what it keeps -----------------------------------------------------------------------------------------------------


def test_a_fact_comes_back_as_it_went_in() -> None:
    given = Fact(
        entity_id="x:1",
        kind="inspection",
        source="office",
        source_ref="檢/1 ' \" \\ %s",
        span=Span(date(2020, 2, 29), date(2021, 3, 1)),
        known_at=datetime(2026, 11, 20, 17, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8))),
        payload={"results": ("A", "B"), "count": -7, "good": True, "note": "名\n\t\u2028𠀀", "big": 2**60},
    )
    deliver(given)
    (stored,) = ledger.stored_of(["x:1"])
    assert stored.fact == given
    assert stored.fact.known_at.utcoffset() == timedelta(0)
    assert stored.row_number == 1
    assert ledger.check_digests(0, ledger.position()) == 1


def test_the_same_delivery_twice_is_one_fact_with_the_instant_it_was_first_known() -> None:
    first = deliver(fact())
    again = deliver(fact(known_at=LATER), now=LATER)
    assert (first.added, first.unchanged) == (1, 0)
    assert (again.added, again.unchanged) == (0, 1)
    assert [one.known_at for one in ledger.facts_of("x:1")] == [NOW]


def test_the_order_of_fields_and_the_form_of_letters_make_no_other_fact() -> None:
    deliver(fact(name="Caf\u00e9", size=1))
    one = Fact("x:1", "registration", "office", "r1", Span(date(2020, 1, 1)), LATER, {"size": 1, "name": "Caf\u00e9"})
    assert deliver(one).unchanged == 1
    decomposed = fact(name="Cafe\u0301", size=1)
    assert decomposed.digest == one.digest


def test_an_appended_fact_with_the_same_digest_is_not_added_again() -> None:
    given = fact()
    assert ledger.append([given], NOW).added == 1
    receipt = ledger.append([given], LATER)
    assert (receipt.added, receipt.unchanged) == (0, 1)


def test_another_content_under_the_same_record_corrects_what_it_said() -> None:
    deliver(fact(name="甲"))
    receipt = deliver(fact(name="乙", known_at=LATER), now=LATER)
    assert receipt.added == 1
    first, second = ledger.facts_of("x:1")
    assert second.corrects == first.digest
    assert (names(NOW), names(LATER)) == (["甲"], ["乙"])


def test_a_record_may_return_to_what_it_said_before() -> None:
    for known_at, name in ((NOW, "甲"), (LATER, "乙"), (LATEST, "甲")):
        deliver(fact(name=name, known_at=known_at), now=known_at)
    assert (names(NOW), names(LATER), names(LATEST)) == (["甲"], ["乙"], ["甲"])
    assert deliver(fact(name="甲")).unchanged == 1
    assert FactRecord.objects.count() == 3


def test_a_record_that_moves_to_another_business_leaves_the_first() -> None:
    for known_at, entity in ((NOW, "x:1"), (LATER, "x:2"), (LATEST, "x:1")):
        deliver(fact(entity=entity, known_at=known_at), now=known_at)
    assert [names(at, "x:1") for at in (NOW, LATER, LATEST)] == [["甲"], [], ["甲"]]
    assert [names(at, "x:2") for at in (NOW, LATER, LATEST)] == [[], ["甲"], []]
    assert ledger.check_digests(0, ledger.position()) == 5


def test_what_one_file_says_twice_differently_is_handed_back() -> None:
    run = ImportRun.objects.create(
        card="c", card_digest="d", file_name="f", file_digest="e", known_at=NOW, started_at=NOW
    )
    items = [Delivered(fact(name=name), row) for row, name in enumerate("甲乙甲", 1)]
    receipt = ledger.deliver(items, NOW, run.id)
    assert (receipt.added, receipt.unchanged) == (1, 1)
    assert [item.row_number for item in receipt.conflicts] == [2]
    other = ImportRun.objects.create(
        card="c", card_digest="d2", file_name="f", file_digest="e", known_at=NOW, started_at=NOW
    )
    mended = ledger.deliver([Delivered(fact(name="丙", known_at=LATER), 1)], LATER, other.id, [run.id, other.id])
    assert mended.added == 1, "the same row read by a mended card corrects itself"
    assert names(LATER) == ["丙"]


def test_a_correction_must_name_a_fact_of_the_same_business_and_kind() -> None:
    given = fact()
    deliver(given)
    stranger = Fact("x:2", "registration", "officer", "1", given.span, LATER, given.payload, given.digest)
    nothing = Fact("x:1", "registration", "officer", "1", given.span, LATER, given.payload, "0" * 64)
    for wrong in (stranger, nothing):
        with pytest.raises(CorrectionMismatch):
            ledger.append([wrong], LATER)
    assert ledger.facts_of("x:1") == [given]


def test_a_correction_may_stand_in_the_same_append_as_what_it_corrects() -> None:
    given = fact()
    assert ledger.append([given, withdrawal(given, "officer", "1", NOW)], NOW).added == 2
    assert names(NOW) == []


def test_a_fact_is_ended_by_a_correction_and_stays_visible_as_ended() -> None:
    given = fact()
    deliver(given)
    ledger.append([ended(given, date(2025, 6, 1), "officer", "1", LATER)], LATER)
    seen = ledger.view_of("x:1", DAY, LATER)
    assert seen.current("registration") is None
    assert [one.span.until_on for one in seen.facts] == [date(2025, 6, 1)]
    assert ledger.view_of("x:1", DAY, NOW).current("registration") == given


def test_facts_and_their_announcement_are_one_transaction() -> None:
    class PlugPulled(Exception):
        pass

    def deliver_and_crash() -> None:
        deliver(fact())
        assert OutboxMessage.objects.count() == 1
        raise PlugPulled

    with pytest.raises(PlugPulled), transaction.atomic():
        deliver_and_crash()
    assert (FactRecord.objects.count(), OutboxMessage.objects.count()) == (0, 0)
    deliver(fact(), fact("r2"))
    deliver(fact())
    (message,) = OutboxMessage.objects.all()
    announced = FactRecord.objects.filter(id__gt=message.body["after"], id__lte=message.body["through"])
    assert (announced.count(), message.topic) == (2, "facts")


# -- what it says ------------------------------------------------------------------------------------------------------


def test_the_database_view_is_the_view_of_the_core() -> None:
    facts = [fact(f"r{number}", name=str(number % 3), known_at=NOW + timedelta(minutes=number)) for number in range(9)]
    deliver(*facts)
    deliver(*(fact(f"r{number}", name="new", known_at=LATEST) for number in range(0, 9, 2)))
    everything = ledger.facts_of("x:1")
    for known_at in (NOW, NOW + timedelta(minutes=4), LATER, LATEST):
        assert ledger.view_of("x:1", DAY, known_at) == view(everything, DAY, known_at)


def test_a_position_names_one_set_of_facts_for_ever() -> None:
    deliver(fact(name="甲"))
    then = ledger.position()
    deliver(fact(name="乙"), fact("r2", name="丙"))
    assert names(LATEST, through=then) == ["甲"]
    assert sorted(map(str, names(LATEST))) == ["丙", "乙"]
    assert len(ledger.facts_of("x:1", then)) == 1


def test_the_stream_hands_out_every_fact_once_in_order() -> None:
    start = ledger.position()
    deliver(*(fact(f"r{number}", entity=f"x:{number}") for number in range(11)))
    through = ledger.position()
    chunks = list(ledger.stream(start, through, chunk=4))
    assert [len(chunk) for chunk in chunks] == [4, 4, 3]
    positions = [stored.position for chunk in chunks for stored in chunk]
    assert positions == sorted(set(positions))
    assert (positions[0] > start, positions[-1]) == (True, through)
    middle = positions[5]
    assert [stored.position for chunk in ledger.stream(middle, through) for stored in chunk] == positions[6:]
    assert list(ledger.stream(through, through)) == []
    assert ledger.entities_between(middle, through) == sorted(f"x:{number}" for number in range(6, 11))


def test_facts_come_by_entity_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_CHUNK", 2)
    deliver(*(fact(f"r{number}", entity=f"x:{number % 5}") for number in range(10)))
    found = dict(ledger.by_entity([f"x:{number}" for number in range(5)]))
    assert {entity: len(facts) for entity, facts in found.items()} == {f"x:{number}": 2 for number in range(5)}
    assert all(one.entity_id == entity for entity, facts in found.items() for one in facts)


def test_a_fact_that_does_not_hash_to_its_digest_is_found() -> None:
    forged = Fact("x:1", "registration", "o", "r", Span(date(2020, 1, 1)), NOW, {"name": "甲"}, digest="ab" * 32)
    ledger.append([fact(), forged], NOW)
    with pytest.raises(LedgerHarmed, match="abab"):
        ledger.check_digests(0, ledger.position())


def test_an_empty_ledger_says_nothing() -> None:
    assert ledger.facts_of("x:none") == []
    assert list(ledger.by_entity([])) == []
    assert deliver().added == 0


# -- two writers -------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from datetime import UTC, date, datetime
import django
django.setup()
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.records import ledger
from goodstanding.records.ledger import Delivered
from goodstanding.records.models import FactRecord

who, at = sys.argv[1], datetime(2026, 11, 20, tzinfo=UTC)
def fact(ref, name):
    return Fact("x:" + ref, "registration", "office", ref, Span(date(2020, 1, 1)), at, {"name": name})
for batch in range(25):
    own = [fact(f"{who}-{batch}-{number}", "own") for number in range(4)]
    shared = [fact(f"shared-{batch}-{number}", "shared") for number in range(4)]
    ledger.deliver([Delivered(one, row) for row, one in enumerate(own + shared, 1)], at)
    through = ledger.position()
    print(through, FactRecord.objects.filter(id__lte=through).count())
"""

AFTER = """
import sys
import django
django.setup()
from goodstanding.records import ledger
from goodstanding.records.models import FactRecord, OutboxMessage
for line in sys.stdin:
    through, count = map(int, line.split())
    assert FactRecord.objects.filter(id__lte=through).count() == count, (through, count)
refs = list(FactRecord.objects.values_list("source_ref", flat=True))
assert len(refs) == len(set(refs)), "a fact was added twice"
ends = [(message.body["after"], message.body["through"]) for message in OutboxMessage.objects.order_by("id")]
assert all(one[1] <= other[0] for one, other in zip(ends, ends[1:])), ends
assert sum(FactRecord.objects.filter(id__gt=after, id__lte=through).count() for after, through in ends) == len(refs)
assert ledger.check_digests(0, ledger.position()) == len(refs)
print(len(refs))
"""

MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of processes with an empty ledger of their own, on the kind of database the tests run on."""
    environment = {**os.environ, "GOODSTANDING_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "goodstanding.settings"}
    url = os.environ.get("DATABASE_URL")
    if not url:
        subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True)
        yield environment
        return
    import psycopg

    name = f"writers_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type,unused-ignore] # a name made here
        try:
            environment["DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + name
            subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True)
            yield environment
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type,unused-ignore]


def test_two_writers_at_once_lose_nothing_repeat_nothing_and_keep_positions_in_order(
    own_database: dict[str, str],
) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, who], env=own_database, stdout=subprocess.PIPE, text=True)
        for who in ("one", "two")
    ]
    said = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    after = subprocess.run(
        [sys.executable, "-c", AFTER], env=own_database, input="".join(said), capture_output=True, text=True
    )
    assert after.returncode == 0, after.stderr
    assert int(after.stdout) == 25 * 4 * 3

"""The text of a decision is published with the entry it made, masked, and goes with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from goodstanding import publicstore
from goodstanding.core.document import MASK, published
from goodstanding.documents.served import decision_document
from goodstanding.home import Home
from goodstanding.portal.app import Portal
from goodstanding.portal.day import as_of_day
from goodstanding.publish.publisher import publish
from goodstanding.records import annulments, ledger
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.models import ProposalRecord
from tests.conftest import NOW
from tests.documents.conftest import PERSON, WHO, deliver_business

DAY = date(2026, 7, 10)


@pytest.fixture
def entered(db: None, home: Home) -> str:
    """A business entered for its missing report; the number of the decision."""
    deliver_business(home)
    tick(home, DAY, NOW)
    proposal = ProposalRecord.objects.get(list_code="abnormal")
    return decide(home, proposal.pk, Verdict.APPROVE, "chen", f"{PERSON}未到场。", DAY, NOW).number


def published_on(home: Home, day: date) -> dict[str, Any]:
    """Publish, and return the document of the business as stored."""
    publish(home, day, datetime.combine(max(day, NOW.date()), time(12), UTC))
    store = publicstore.open_store(home.folder("public"), writes=False)
    try:
        entity = publicstore.parts(store, writes=False)[publicstore.Part.ENTITY]
        with store.begin() as reading:
            page = publicstore.unpack(reading.get(publicstore.entity_key(WHO), db=entity))
    finally:
        store.close()
    found: dict[str, Any] = json.loads(publicstore.expand(page.frame))
    return found


def letter_of(document: dict[str, Any]) -> dict[str, Any] | None:
    return next((item["document"] for item in document["items"] if "document" in item), None)


def test_the_published_text_is_the_served_one_with_the_person_masked(home: Home, entered: str) -> None:
    document = published_on(home, DAY)
    letter = letter_of(document)
    assert letter is not None
    assert letter["number"] == entered
    for language in ("zh", "en"):
        served = decision_document(home, entered, language)
        assert letter["text"][language] == [
            {"role": one.role.value, "text": one.text} for one in published(served).paragraphs
        ]
        assert letter["title"][language] == served.title
    assert f"{MASK}未到场。" in json.dumps(letter, ensure_ascii=False)
    assert PERSON not in json.dumps(document, ensure_ascii=False)


def test_the_text_is_the_same_whenever_it_is_published(home: Home, entered: str) -> None:
    assert letter_of(published_on(home, DAY)) == letter_of(published_on(home, date(2026, 9, 1)))


def test_the_text_goes_with_the_entry(home: Home, entered: str) -> None:
    assert letter_of(published_on(home, DAY)) is not None
    later = datetime(2026, 12, 1, 9, tzinfo=UTC)
    annulments.annul(home.rulebook, entered, "zhao", "撤销", date(2026, 12, 1), later)
    assert entered not in json.dumps(published_on(home, date(2026, 12, 2)), ensure_ascii=False)


def test_a_reader_on_a_later_day_finds_no_text_of_an_entry_that_ended(home: Home, entered: str) -> None:
    document = published_on(home, DAY)
    item = next(one for one in document["items"] if "document" in one)
    item["until_on"] = document["next_change_on"] = "2026-08-01"
    assert letter_of(as_of_day(document, date(2026, 7, 31)) or {}) is not None
    assert letter_of(as_of_day(document, date(2026, 8, 1)) or {}) is None


def test_an_entry_of_another_source_has_no_text_whatever_number_it_bears(home: Home, entered: str) -> None:
    entry = next(one for one in ledger.facts_of(WHO) if one.kind == home.rulebook.lists.entry_kind)
    said = {**entry.payload, "ground": "order_unmet", "decision": "9"}
    ledger.append([replace(entry, source="another", source_ref="1", payload=said, digest="")], NOW)
    items = [one for one in published_on(home, DAY)["items"] if one["kind"] == home.rulebook.lists.entry_kind]
    assert {(one["values"]["decision"], "document" in one) for one in items} == {(entered, True), ("9", False)}


def test_the_page_shows_the_text_in_the_readers_language(home: Home, entered: str) -> None:
    published_on(home, DAY)
    portal = Portal(Path(home.folder("public")), lambda: datetime(2026, 7, 10, 4, tzinfo=UTC))
    for query, words in (("", "自2026年7月10日起"), ("lang=en", "from 10 July 2026")):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/entity/{WHO}", "QUERY_STRING": query}
        page = portal.answer(environ).body.decode()
        assert words in page
        assert PERSON not in page
    portal.store.close()

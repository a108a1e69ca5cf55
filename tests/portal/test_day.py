"""What is due to disappear on a day is gone that day, whoever has or has not published since."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.portal.day import as_of_day
from goodstanding.publish.document import Terms
from goodstanding.publish.publisher import document_of
from tests.portal.conftest import Reader
from tests.publish.register import KEY, KNOWN_AT, NAMES, entity_id, entry, history, penalty, registration

FIRST = f"/entity/{entity_id(0)}"
FINE = "盐市监处罚〔2026〕77号"
"""A penalty whose last day is 15 December 2026."""


@pytest.mark.parametrize("target", [FIRST, FIRST + ".json"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_its_last_day_a_record_is_there_and_on_the_next_it_is_gone(
    reader: Reader, target: str, language: str
) -> None:
    target += f"?lang={language}"
    reader.day = "2026-12-15"
    assert FINE in reader.get(target).text
    reader.day = "2026-12-16"
    assert FINE not in reader.get(target).text


def test_with_it_goes_every_word_that_tells_it_was_there(reader: Reader) -> None:
    reader.day = "2027-03-13"
    for text in ("处罚", "penalty", "R-22", "R-23"):
        assert text not in reader.get(FIRST + ".json").text
    reader.day = "2027-03-12"
    assert "处罚" in reader.get(FIRST + ".json").text


def test_the_tag_changes_with_the_day_so_that_no_cache_keeps_it(reader: Reader) -> None:
    for target in (FIRST, FIRST + ".json"):
        reader.day = "2026-12-15"
        tag = reader.get(target).headers["ETag"]
        assert reader.get(target, if_none_match=tag).status == 304
        reader.day = "2026-12-16"
        assert reader.get(target, if_none_match=tag).status == 200


def test_the_stored_frame_is_not_sent_once_its_day_has_come(reader: Reader) -> None:
    reader.day = "2026-12-15"
    assert reader.get(FIRST + ".json", accept_encoding="zstd").headers["Content-Encoding"] == "zstd"
    reader.day = "2026-12-16"
    late = reader.get(FIRST + ".json", accept_encoding="zstd")
    assert "Content-Encoding" not in late.headers
    assert FINE not in late.text


def documents(facts: list[Fact], terms: Terms, day: date) -> Any:
    return document_of(facts, day, datetime.combine(date(2040, 1, 1), time(), KNOWN_AT.tzinfo), terms)


DAYS = st.integers(0, 3000).map(lambda n: date(2024, 1, 1) + timedelta(days=n))


@st.composite
def business(draw: st.DrawFn) -> list[Fact]:
    """A business with penalties and entries of any age, all begun before 2027."""
    begun = st.integers(0, 1000).map(lambda n: (date(2024, 1, 1) + timedelta(days=n)).isoformat())
    facts = [registration(0, NAMES[0])]
    for number, on in enumerate(draw(st.lists(begun, max_size=4))):
        facts.append(penalty(0, str(number), on, draw(st.sampled_from(["minor", "moderate", "serious"]))))
    for on in draw(st.lists(begun, max_size=3, unique=True)):
        until = draw(st.one_of(st.none(), st.integers(1, 1500)))
        end = None if until is None else (date.fromisoformat(on) + timedelta(days=until)).isoformat()
        facts.append(entry(0, on, end, draw(st.sampled_from(["abnormal", "serious"]))))
    return facts


@settings(deadline=None, max_examples=60)
@given(facts=business(), later=st.integers(0, 1800))
def test_reading_late_equals_publishing_that_day(cn: Rulebook, facts: list[Fact], later: int) -> None:
    terms = Terms.of(cn, KEY)
    published_on = date(2026, 12, 31)
    today = published_on + timedelta(days=later)
    stored, fresh = documents(facts, terms, published_on), documents(facts, terms, today)
    read = as_of_day(stored, today)
    assert read is not None
    assert {**read, "as_of": "", "items": None} == {**fresh, "as_of": "", "items": None}
    by_id = lambda items: sorted(items, key=lambda item: item["id"])  # noqa: E731
    assert by_id(read["items"]) == by_id(fresh["items"])


def test_reading_on_the_day_of_publication_changes_nothing(cn: Rulebook) -> None:
    terms = Terms.of(cn, KEY)
    stored = documents(history(0, NAMES[0]), terms, date(2026, 11, 20))
    assert as_of_day(stored, date(2026, 11, 20)) is stored


def test_an_entry_that_has_ended_no_longer_stands(cn: Rulebook) -> None:
    terms = Terms.of(cn, KEY)
    stored = documents([registration(0, NAMES[0]), entry(0, "2026-07-08", "2026-12-01")], terms, date(2026, 11, 20))
    assert len(stored["standing"]) == 1
    read = as_of_day(stored, date(2026, 12, 1))
    assert read is not None
    assert read["standing"] == []
    assert [item["kind"] for item in read["items"]] == ["registration", "list_entry"][::-1]


def test_a_business_whose_registration_may_no_longer_be_shown_has_no_page(cn: Rulebook) -> None:
    terms = Terms.of(cn, KEY)
    stored = documents([registration(0, NAMES[0])], terms, date(2026, 11, 20))
    ending = {**stored["items"][0], "shown_until": "2026-12-01"}
    assert as_of_day(stored | {"items": [ending], "next_change_on": "2026-12-01"}, date(2026, 12, 1)) is None


def test_a_registration_that_has_ended_is_no_longer_active(cn: Rulebook) -> None:
    terms = Terms.of(cn, KEY)
    one = registration(0, NAMES[0], "2015-03-02", "2026-12-01")
    assert one.span == Span(date(2015, 3, 2), date(2026, 12, 1))
    stored = documents([one], terms, date(2026, 11, 20))
    read = as_of_day(stored, date(2026, 12, 1))
    assert stored["is_active"] is True
    assert read is not None
    assert read["is_active"] is False


def test_on_the_day_an_entry_ends_the_reader_no_longer_tells_what_it_brought(cn: Rulebook) -> None:
    facts = [registration(0, NAMES[0]), entry(0, "2026-07-08", "2027-01-05", "abnormal")]
    stored = documents(facts, Terms.of(cn, KEY), date(2026, 12, 31))
    before, after = (as_of_day(stored, day) for day in (date(2027, 1, 4), date(2027, 1, 5)))
    assert before is not None
    assert after is not None
    assert [one["code"] for one in before["items"][0]["measures"]] == ["restricted_when_listed"]
    assert all("measures" not in item for item in after["items"])
    assert "D-18" not in after["rules"]

"""Who a business is, read from its registration."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.entity import Profile, profile
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import view
from tests.core import small_law

BOOK = small_law.book()
KNOWN = datetime(2025, 1, 1, tzinfo=UTC)


def registration(on: date, until: date | None = None, **fields: Value) -> Fact:
    payload: dict[str, Value] = {"name": "Mill", "status": "open", "form": "firm", **fields}
    return Fact("number:1", "registration", "register", on.isoformat(), Span(on, until), KNOWN, payload)


def on(day: date, *facts: Fact) -> Profile:
    who = profile(view(facts, day, KNOWN), BOOK.roles)
    assert who is not None
    return who


def test_nobody_registered_is_nobody() -> None:
    assert profile(view([], date(2025, 1, 1), KNOWN), BOOK.roles) is None


def test_fields_play_the_parts_the_rulebook_gives_them() -> None:
    who = on(date(2025, 1, 1), registration(date(2020, 1, 1)))
    assert (who.entity_id, who.name, who.subject_type, who.status) == ("number:1", "Mill", "firm", "open")
    assert (who.region, who.sector, who.address) == ("", "", "")


def test_a_field_that_says_nothing_is_empty_text() -> None:
    payload: dict[str, Value] = {"name": "Mill"}
    bare = Fact("number:1", "registration", "register", "1", Span(date(2020, 1, 1)), KNOWN, payload)
    who = on(date(2025, 1, 1), bare)
    assert (who.subject_type, who.status) == ("", "")
    assert not who.is_active


@pytest.mark.parametrize(("status", "active"), [("open", True), ("closed", False)])
def test_only_an_active_status_is_active(status: str, active: bool) -> None:
    assert on(date(2025, 1, 1), registration(date(2020, 1, 1), status=status)).is_active is active


def test_a_registration_that_ended_keeps_the_name_but_is_not_active() -> None:
    who = on(date(2025, 1, 1), registration(date(2020, 1, 1), date(2024, 1, 1)))
    assert who.name == "Mill"
    assert not who.is_active


def test_the_latest_registration_in_force_speaks() -> None:
    old = registration(date(2020, 1, 1), date(2024, 1, 1))
    new = registration(date(2024, 1, 1), name="New Mill")
    assert on(date(2023, 12, 31), old, new).name == "Mill"
    assert on(date(2024, 1, 1), old, new).name == "New Mill"


def test_a_business_is_as_old_as_its_first_registration() -> None:
    old = registration(date(2020, 1, 1), date(2024, 1, 1))
    new = registration(date(2024, 1, 1), name="New Mill")
    assert on(date(2025, 1, 1), old, new).established_on == date(2020, 1, 1)


def test_what_the_register_says_of_its_age_goes_first() -> None:
    assert on(date(2025, 1, 1), registration(date(2020, 1, 1), established_on="1998-05-04")).established_on == date(
        1998, 5, 4
    )

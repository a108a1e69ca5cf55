"""Yearly duties: windows, who is bound, what fulfils them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from tests.core import small_law

DUTY = small_law.book().duties["report"]
KNOWN = datetime(2025, 12, 31, tzinfo=UTC)


def report(on: date, year: int) -> Fact:
    return Fact("number:1", "report", "desk", on.isoformat(), Span(on), KNOWN, {"year": year})


def test_the_window_s_last_day_belongs_to_it() -> None:
    assert DUTY.window_end(2025) == date(2025, 4, 30)
    assert DUTY.last_closed_window(date(2025, 4, 30)) == 2024
    assert DUTY.last_closed_window(date(2025, 5, 1)) == 2025


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)))
@settings(deadline=None)
def test_the_last_closed_window_is_closed_and_the_next_is_not(day: date) -> None:
    year = DUTY.last_closed_window(day)
    assert DUTY.window_end(year) < day <= DUTY.window_end(year + 1)


@pytest.mark.parametrize(("registered", "bound"), [(date(2024, 12, 31), True), (date(2025, 1, 1), False)])
def test_the_first_window_is_that_of_the_year_after_registration(registered: date, bound: bool) -> None:
    assert DUTY.binds(registered, 2025) is bound


def test_only_the_report_on_that_year_fulfils() -> None:
    seen = view([report(date(2025, 3, 1), 2023), report(date(2025, 4, 1), 2024)], date(2025, 5, 1), KNOWN)
    found = DUTY.fulfilment(seen, 2024)
    assert found is not None
    assert found.span.from_on == date(2025, 4, 1)
    assert DUTY.fulfilment(seen, 2022) is None


def test_the_earliest_report_counts() -> None:
    seen = view([report(date(2025, 6, 1), 2024), report(date(2025, 4, 1), 2024)], date(2025, 7, 1), KNOWN)
    found = DUTY.fulfilment(seen, 2024)
    assert found is not None
    assert found.span.from_on == date(2025, 4, 1)

"""Spans, periods and working days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Calendar, Period, Span, Unit, add_months, period_end
from goodstanding.core.errors import CalendarYearUnknown, SpanReversed
from goodstanding.core.rule import overlapping

CALENDAR = Calendar(
    rest_weekdays=frozenset({6, 7}),
    holidays=frozenset({date(2025, 10, day) for day in (1, 2, 3, 6, 7, 8)}),
    makeup_days=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
    covers=(2024, 2026),
)
DAYS = st.dates(date(2024, 2, 1), date(2026, 6, 30))


def test_a_span_holds_its_first_day_and_not_its_last() -> None:
    span = Span(date(2025, 1, 1), date(2025, 1, 3))
    assert [span.contains(date(2025, 1, day)) for day in (1, 2, 3)] == [True, True, False]
    assert not span.contains(date(2024, 12, 31))


def test_an_open_span_goes_on() -> None:
    assert Span(date(2025, 1, 1)).contains(date.max)


def test_equal_days_make_the_empty_span() -> None:
    empty = Span(date(2025, 1, 1), date(2025, 1, 1))
    assert empty.is_empty
    assert not empty.contains(date(2025, 1, 1))
    assert not Span(date(2025, 1, 1)).is_empty


def test_a_reversed_span_is_refused() -> None:
    with pytest.raises(SpanReversed) as caught:
        Span(date(2025, 1, 2), date(2025, 1, 1))
    assert "2025-01-02" in caught.value.asked


@given(st.lists(DAYS, min_size=4, max_size=4), st.booleans(), st.booleans())
@settings(deadline=None)
def test_spans_overlap_exactly_when_a_day_is_in_both(days: list[date], first_open: bool, second_open: bool) -> None:
    a, b, c, d = days
    first = Span(min(a, b), None if first_open else max(a, b) + timedelta(days=1))
    second = Span(min(c, d), None if second_open else max(c, d) + timedelta(days=1))
    later = max(first.from_on, second.from_on)
    assert overlapping(first, second) is (first.contains(later) and second.contains(later))
    assert overlapping(first, second) is overlapping(second, first)


def test_make_up_days_are_worked_and_holidays_are_not() -> None:
    assert CALENDAR.is_working_day(date(2025, 9, 28))
    assert not CALENDAR.is_working_day(date(2025, 9, 27))
    assert not CALENDAR.is_working_day(date(2025, 10, 8))
    assert CALENDAR.is_working_day(date(2025, 10, 9))


def test_the_event_s_own_day_is_not_counted() -> None:
    assert period_end(date(2025, 9, 29), Period(1, Unit.WORKING_DAY), CALENDAR) == date(2025, 9, 30)
    assert period_end(date(2025, 9, 1), Period(10, Unit.DAY), CALENDAR) == date(2025, 9, 11)


def test_working_days_run_over_a_long_holiday() -> None:
    assert period_end(date(2025, 9, 26), Period(10, Unit.WORKING_DAY), CALENDAR) == date(2025, 10, 16)


def test_no_days_end_on_the_day_itself_even_a_sunday() -> None:
    assert period_end(date(2025, 9, 21), Period(0, Unit.WORKING_DAY), CALENDAR) == date(2025, 9, 21)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 1, 15), -1, date(2024, 12, 15)),
    ],
)
def test_a_month_that_has_no_such_day_ends_on_its_last(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end
    assert period_end(start, Period(months, Unit.MONTH), CALENDAR) == end


def test_a_year_is_twelve_months() -> None:
    assert period_end(date(2024, 2, 29), Period(3, Unit.YEAR), CALENDAR) == date(2027, 2, 28)


def test_a_year_the_calendar_does_not_cover_is_refused() -> None:
    with pytest.raises(CalendarYearUnknown) as caught:
        CALENDAR.add_working_days(date(2026, 12, 31), 1)
    assert "2024 to 2026" in caught.value.found
    assert "calendar.toml" in caught.value.next_step
    assert period_end(date(2026, 12, 31), Period(1, Unit.DAY), CALENDAR) == date(2027, 1, 1)


def test_a_calendar_that_may_estimate_counts_weekdays_beyond() -> None:
    wide = Calendar(
        CALENDAR.rest_weekdays, CALENDAR.holidays, CALENDAR.makeup_days, (2024, 2026), estimates_beyond=True
    )
    assert wide.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 1)


@given(DAYS, st.integers(1, 60))
@settings(deadline=None)
def test_the_last_of_n_working_days_is_worked_and_the_nth(start: date, number: int) -> None:
    end = CALENDAR.add_working_days(start, number)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(start, end) == number


@given(DAYS, DAYS, st.integers(0, 40), st.sampled_from(list(Unit)))
@settings(deadline=None)
def test_a_later_start_never_ends_earlier(first: date, second: date, number: int, unit: Unit) -> None:
    early, late = sorted((first, second))
    period = Period(min(number, 5) if unit is Unit.YEAR else number, unit)
    assert period_end(early, period, CALENDAR) <= period_end(late, period, CALENDAR)


@given(DAYS, st.integers(1, 200), st.integers(0, 500))
@settings(deadline=None)
def test_what_is_over_on_a_covered_day_is_so_whatever_the_holidays_after(start: date, number: int, later: int) -> None:
    day = min(start + timedelta(days=later), date(2026, 12, 31))
    period = Period(number, Unit.WORKING_DAY)
    off = frozenset(date(2027, 1, 1) + timedelta(days=n) for n in range(20))
    known = Calendar(CALENDAR.rest_weekdays, CALENDAR.holidays | off, CALENDAR.makeup_days, (2024, 2027), True)
    assert (period_end(start, period, CALENDAR.as_of(day)) < day) == (period_end(start, period, known) < day)


def test_on_a_day_not_covered_nothing_is_estimated() -> None:
    assert CALENDAR.as_of(date(2027, 1, 1)) == CALENDAR

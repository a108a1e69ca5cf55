"""The calendars written out in the rulebooks agree, day by day, with packages that others keep."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from goodstanding.core.dates import Calendar
from goodstanding.core.errors import CalendarYearUnknown
from tests.law.case import read_book


def days_of(calendar: Calendar) -> list[date]:
    first, last = date(calendar.covers[0], 1, 1), date(calendar.covers[1], 12, 31)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_the_mainland_calendar_works_on_the_days_the_state_council_says() -> None:
    calendar = read_book("cn").calendar
    odd = [day for day in days_of(calendar) if calendar.is_working_day(day) is not chinese_calendar.is_workday(day)]
    assert odd == []
    assert calendar.covers == (2004, 2026)


def test_the_mainland_calendar_refuses_a_year_whose_notice_is_not_out() -> None:
    with pytest.raises(CalendarYearUnknown):
        read_book("cn").calendar.add_working_days(date(2026, 12, 31), 1)


def test_the_city_calendar_rests_on_federal_holidays() -> None:
    calendar = read_book("chicago").calendar
    federal = holidays.US(years=range(calendar.covers[0], calendar.covers[1] + 1))
    wanted = [day for day in days_of(calendar) if day.isoweekday() < 6 and day not in federal]
    assert [day for day in days_of(calendar) if calendar.is_working_day(day)] == wanted


@pytest.mark.parametrize(("name", "country", "part"), [("nyc", "US", "NY"), ("toronto", "CA", "ON")])
def test_the_calendars_of_other_cities_rest_on_the_holidays_of_their_state_or_province(
    name: str, country: str, part: str
) -> None:
    calendar = read_book(name).calendar
    kept = holidays.country_holidays(country, subdiv=part, years=range(calendar.covers[0], calendar.covers[1] + 2))
    wanted = [day for day in days_of(calendar) if day.isoweekday() < 6 and day not in kept]
    assert [day for day in days_of(calendar) if calendar.is_working_day(day)] == wanted


@pytest.mark.parametrize("name", ["cn", "chicago", "nyc", "toronto"])
def test_only_days_that_a_plain_week_decides_otherwise_are_written_down(name: str) -> None:
    calendar = read_book(name).calendar
    assert [day for day in calendar.holidays if day.isoweekday() in calendar.rest_weekdays] == []
    assert [day for day in calendar.makeup_days if day.isoweekday() not in calendar.rest_weekdays] == []

"""Days, spans, periods and the calendar they are counted in.

Rules kept here:
- A span includes its first day and excludes its last: ``[from_on, until_on)``; no end means open.
- A period starts on the day after the event that starts it: the event's own day is never counted.
- Working days are counted in a calendar the rulebook supplies, make-up working days included; a year the calendar
  does not cover is refused unless the rulebook says how to estimate it.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from goodstanding.core.errors import CalendarYearUnknown, SpanReversed


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days: first day included, ``until_on`` excluded, ``None`` open.

    Raises:
        SpanReversed: ``until_on`` lies before ``from_on``. Equal days make the empty span.
    """

    from_on: date
    until_on: date | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on < self.from_on:
            raise SpanReversed(
                asked=f"A span from {self.from_on} until {self.until_on}.",
                found="The end lies before the beginning.",
                wants="The end on or after the beginning; the end day itself is excluded.",
                next_step="Exchange or mend the two days.",
            )

    @property
    def is_empty(self) -> bool:
        return self.until_on == self.from_on

    def contains(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


class Unit(Enum):
    """How a period counts."""

    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A number of units, such as ten working days or three years."""

    number: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked.

    Args:
        rest_weekdays: ISO weekdays (Monday 1 … Sunday 7) without work.
        holidays: Days off that a plain week would have worked.
        makeup_days: Days worked that a plain week would have rested.
        covers: The years whose holidays are known for certain, first and last.
        estimates_beyond: Whether years outside ``covers`` may be counted by weekdays alone.
    """

    rest_weekdays: frozenset[int]
    holidays: frozenset[date]
    makeup_days: frozenset[date]
    covers: tuple[int, int]
    estimates_beyond: bool = False

    def is_working_day(self, day: date) -> bool:
        """Tell whether ``day`` is worked.

        Raises:
            CalendarYearUnknown: The year is not covered and may not be estimated.
        """
        if not (self.tells(day) or self.estimates_beyond):
            raise CalendarYearUnknown(
                asked=f"Whether {day} is a working day.",
                found=f"The calendar covers {self.covers[0]} to {self.covers[1]}.",
                wants="Working days are counted only in years whose holidays are published.",
                next_step="Add the year's holidays to the rulebook's calendar.toml.",
            )
        if day in self.makeup_days:
            return True
        return day.isoweekday() not in self.rest_weekdays and day not in self.holidays

    def tells(self, day: date) -> bool:
        """Tell whether the holidays of a day's year are known for certain."""
        return self.covers[0] <= day.year <= self.covers[1]

    def as_of(self, day: date) -> Calendar:
        """Return the calendar to judge by on a day whether a period is over.

        On a covered day it is certain that a period which runs beyond the covered years is not over, whatever their
        holidays will be: its end may be estimated, and nothing turns on the estimate. On any other day nothing is.
        """
        return lenient(self) if self.tells(day) else self

    def add_working_days(self, day: date, number: int) -> date:
        """Return the ``number``-th working day after ``day``; zero returns ``day`` itself."""
        while number > 0:
            day += timedelta(days=1)
            if self.is_working_day(day):
                number -= 1
        return day

    def working_days_between(self, after: date, through: date) -> int:
        """Count working days later than ``after``, up to and including ``through``."""
        days = (after + timedelta(days=n) for n in range(1, (through - after).days + 1))
        return sum(1 for day in days if self.is_working_day(day))


def lenient(calendar: Calendar) -> Calendar:
    """Return the calendar that counts years without published holidays by weekdays alone: to tell by, not to judge."""
    return replace(calendar, estimates_beyond=True)


def add_months(day: date, months: int) -> date:
    """Return the same day of the month ``months`` later, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_end(start: date, period: Period, calendar: Calendar) -> date:
    """Return the last day of a period that an event on ``start`` sets running.

    Ten days from the 1st end on the 11th; one month from 31 January ends on the last day of February. Whether a period
    that ends on a day of rest rolls over is a rule of its own and not assumed here.

    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    match period.unit:
        case Unit.WORKING_DAY:
            return calendar.add_working_days(start, period.number)
        case Unit.DAY:
            return start + timedelta(days=period.number)
        case Unit.MONTH:
            return add_months(start, period.number)
        case Unit.YEAR:
            return add_months(start, period.number * 12)

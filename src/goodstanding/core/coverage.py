"""Coverage: everybody is checked so often as promised, and yet nobody knows in which lot.

Rules kept here:
- A business that must be seen within so many lots, this one included, is drawn from it with one chance in as many; so
  each of those lots was as likely from the beginning, and the last one is certain.
- What is promised counts from the last check, or from when the business was first registered, and never from before the
  promise itself was made.
- Lots that are not planned yet are supposed on the days of this year's, year for year.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from goodstanding.core.dates import Calendar, Period, Unit, add_months, period_end
from goodstanding.core.treatment import Frequency


def due_on(frequency: Frequency, since: date, calendar: Calendar) -> date:
    """Return the last day on which a business must have been seen again.

    Args:
        frequency: What is promised; so many times in a period are one time in so much of it, rounded down.
        since: Day from which the promise counts.
    """
    per = frequency.per
    if frequency.times > 1 and per.unit is Unit.YEAR:
        per = Period(per.number * 12, Unit.MONTH)
    return period_end(since, Period(max(1, per.number // frequency.times), per.unit), calendar)


def lots_left(due: date, day: date, later: Collection[date]) -> int:
    """Return how many lots there are until a business must have been seen, this one included.

    Args:
        due: The last day for it; one that is over leaves this lot alone.
        day: Day of this lot.
        later: Days of the lots that follow within a year of it.
    """
    years = range(max(0, due.year - day.year) + 1)
    supposed = (add_months(one, 12 * year) for year in years for one in (day, *later))
    return 1 + sum(day < one <= due for one in supposed)

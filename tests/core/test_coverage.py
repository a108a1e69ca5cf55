"""Everybody is seen so often as promised, by lots of which nobody knows which it will be."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from goodstanding.core.coverage import due_on, lots_left
from goodstanding.core.dates import Calendar, Period, Unit, add_months
from goodstanding.core.draw_units import take
from goodstanding.core.plan import Candidate, Terms, stratify, treatments_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import Frequency, Past
from tests.core.small_law import book

SPRING, AUTUMN = date(2026, 4, 15), date(2026, 10, 15)
TWO_YEARS = Frequency(1, Period(2, Unit.YEAR))
PROMISED = """[[treatment]]
scale = "risk"
class = "low"
ratio_ppm = 10_000
frequency = { number = 1, per = { number = 2, unit = "year" } }"""


def promising() -> Terms:
    general = """[[treatment]]
scale = "risk"
class = "low"
ratio_ppm = 10_000"""
    law = book("inspection", general, PROMISED)
    return Terms(law.supervision, treatments_in_force(law.supervision, "risk", SPRING), law.calendar, SPRING)


@pytest.fixture
def calendar() -> Calendar:
    return promising().calendar


@pytest.mark.parametrize(
    ("due", "left"),
    [
        (date(2025, 1, 1), 1),  # over
        (SPRING, 1),
        (date(2026, 10, 14), 1),
        (AUTUMN, 2),
        (date(2027, 4, 14), 2),
        (date(2027, 4, 15), 3),
        (date(2028, 10, 15), 6),
    ],
)
def test_lots_are_counted_through_the_day_that_is_promised(due: date, left: int) -> None:
    assert lots_left(due, SPRING, (AUTUMN,)) == left


def test_a_lot_without_others_comes_again_next_year() -> None:
    assert lots_left(date(2028, 4, 15), SPRING, ()) == 3
    assert lots_left(date(2028, 4, 14), SPRING, ()) == 2


@pytest.mark.parametrize(
    ("times", "per", "due"),
    [
        (1, Period(2, Unit.YEAR), date(2028, 4, 15)),
        (2, Period(1, Unit.YEAR), date(2026, 10, 15)),
        (5, Period(1, Unit.YEAR), date(2026, 6, 15)),
        (3, Period(1, Unit.MONTH), date(2026, 5, 15)),
        (1, Period(90, Unit.DAY), date(2026, 7, 14)),
    ],
)
def test_what_is_promised_is_due_a_period_after_the_last_check(
    calendar: Calendar, times: int, per: Period, due: date
) -> None:
    assert due_on(Frequency(times, per), SPRING, calendar) == due


def lot(terms: Terms, day: date, later: tuple[date, ...], seen: dict[str, date], label: str) -> list[str]:
    """Draw one lot that keeps the promise, from businesses registered when the first was drawn."""
    at = Terms(terms.supervision, terms.treatments, terms.calendar, day, later=later)
    everybody = [Candidate(who, "low", "", past=Past(last_check_on=on), since=SPRING) for who, on in seen.items()]
    framed = stratify(everybody, at)
    return [
        one.unit.id
        for stratum in framed.strata
        for one in take([u for u in framed.units if u.stratum == stratum.code], stratum.size, 0, label, "seed")
    ]


def test_over_the_years_nobody_waits_longer_than_promised_and_no_lot_is_the_sure_one() -> None:
    terms = promising()
    seen = {f"number:{n:03}": SPRING for n in range(400)}
    first: Counter[int] = Counter()
    visited: set[str] = set()
    for number in range(1, 13):
        day = add_months(SPRING, 6 * number)
        for who in lot(terms, day, (add_months(day, 6),), seen, f"lot {number}"):
            # Due two years after the last check: the fourth lot is the last that keeps it.
            assert day <= add_months(seen[who], 24)
            if who not in visited:
                first[number] += 1
                visited.add(who)
            seen[who] = day
        assert all(day < add_months(last, 24) for last in seen.values())
    assert len(visited) == 400
    assert sum(first.values()) == sum(first[number] for number in range(1, 5))
    # A quarter each: chi-square with three degrees of freedom, 16.3 being its 99.9 % point; the seeds are fixed.
    assert sum((first[number] - 100) ** 2 for number in range(1, 5)) / 100 < 16.3


def test_where_no_promise_is_to_be_kept_the_strata_are_those_of_the_classes() -> None:
    everybody = [Candidate(f"number:{n}", "low", "", since=SPRING) for n in range(40)]
    assert [one.code for one in stratify(everybody, promising()).strata] == ["low"]


def test_who_must_be_seen_and_is_kept_out_is_told_by_rule(cn: Rulebook) -> None:
    day = date(2026, 11, 6)
    at = Terms(cn.supervision, treatments_in_force(cn.supervision, "risk", day), cn.calendar, day, later=())
    long_ago = date(2023, 1, 5)
    often = Past(checks_this_year=9, last_check_on=long_ago)
    everybody = [
        Candidate("uscc:1", "B", "", {"food"}, often),
        Candidate("uscc:2", "B", "", {"food"}, Past(last_check_on=long_ago)),
        Candidate("uscc:3", "B", "", (), Past(last_check_on=long_ago)),  # nothing is promised for its class alone
    ]
    framed = stratify(everybody, at)
    assert framed.last_lot == 1
    assert {one.code: one.size for one in framed.strata} == {"B": 1, "B/food/1-in-1": 1}
    assert framed.left_out == framed.unmet == {"I-24": 1}

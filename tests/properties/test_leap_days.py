"""Terms that begin on, or would end on, 29 February: every period of the reference rulebook, on every day around one.

What is expected is counted here by hand, day by day, and not by the functions under test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from goodstanding.core.dates import Period, Span, Unit, add_months, period_end
from goodstanding.core.disclosure import public_items, shown
from goodstanding.core.entity import profile
from goodstanding.core.errors import BanUnlawful
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act, called_for, ground_of, term_end
from goodstanding.core.measure import Target, ban_span, bans_on, said
from goodstanding.core.repair import Lack, eligibility, first_application
from goodstanding.core.rulebook import Rulebook

WHO = f"uscc:{1:018}"
KNOWN = datetime(2022, 1, 1, tzinfo=UTC)
MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
LEAP = date(2024, 2, 29)
AROUND = [
    date(year, 2, day) + timedelta(days=more) for year in range(2023, 2029) for day, more in ((27, 0), (28, 0), (28, 1))
] + [date(2024, 3, 1), date(2028, 3, 1), date(2023, 11, 29), date(2023, 11, 30), date(2027, 8, 29), date(2027, 8, 31)]
"""The last of February and the first of March with and without a leap day, and days half a year or less before."""


def fact(kind: str, on: date, until: date | None = None, **payload: Value) -> Fact:
    return Fact(WHO, kind, "test", f"{kind}/{on}", Span(on, until), KNOWN, payload)


def registered() -> Fact:
    return fact("registration", date(2015, 3, 2), name="A", subject_type="enterprise", status="open", region="330402")


def same_day(start: date, months: int) -> date:
    """Return the day of that number some months on; where there is none, the month's last, found by trying."""
    month = start.month - 1 + months
    year, month, day = start.year + month // 12, month % 12 + 1, start.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def counted(start: date, period: Period) -> date:
    return same_day(start, period.number * MONTHS[period.unit])


def in_months(periods: Iterator[Period | None]) -> set[Period]:
    return {one for one in periods if one is not None and one.unit in MONTHS}


def periods_of(book: Rulebook) -> set[Period]:
    """Return every period in months and years that the rulebook counts with."""
    grounds = [ground for one in book.lists.lists.values() for ground in one.grounds]
    found = in_months(one.period for one in (*book.disclosure.display, *book.disclosure.elsewhere))
    found |= in_months(one.after for one in book.repairs)
    found |= in_months(period for one in grounds for period in (one.term, one.looks_back, one.waits))
    return found | in_months(
        period for one in book.measures.bans for period in (one.least, one.most, *(one.either or ()))
    )


def test_a_period_ends_on_the_day_of_its_number_or_on_the_last_of_its_month(cn: Rulebook) -> None:
    periods = periods_of(cn)
    assert {Period(3, Unit.YEAR), Period(3, Unit.MONTH), Period(1, Unit.YEAR)} <= periods
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(366 * 6)]
    for period in periods:
        ends = [period_end(day, period, cn.calendar) for day in days]
        assert ends == [counted(day, period) for day in days]
        # Whoever began later never ends earlier, and a month's end at most holds back what comes three days after.
        assert all(timedelta() <= later - earlier <= timedelta(days=4) for earlier, later in pairwise(ends))


@pytest.mark.parametrize("months", [1, 3, 6, 12, 24, 36])
def test_what_looks_back_over_a_leap_day_never_looks_further_back_on_a_later_day(months: int) -> None:
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(366 * 6)]
    bounds = [add_months(day, -months) for day in days]
    assert bounds == [same_day(day, -months) for day in days]
    assert all(earlier <= later for earlier, later in pairwise(bounds))


@pytest.mark.parametrize("listed_on", AROUND)
def test_three_years_on_the_list_end_on_their_day_and_not_a_day_before(cn: Rulebook, listed_on: date) -> None:
    cause = fact("penalty", listed_on, severity="serious")
    words = {"list": "serious", "ground": "heavier_penalty", "cause": f"fact:{cause.digest}", "rule": "V-01"}
    entry = fact("list_entry", listed_on, None, **words, decision="1", authority="A")
    end = counted(listed_on, Period(3, Unit.YEAR))
    assert term_end(entry, ground_of(entry, cn.lists), cn.calendar) == end
    for day, ends in ((end - timedelta(days=1), False), (end, True)):
        seen = view([registered(), cause, entry], day, KNOWN)
        who = profile(seen, cn.roles)
        assert who is not None
        found = called_for(seen, who, cn.lists, cn.duties, cn.calendar).proposals
        assert [one.due_on for one in found if one.act is Act.END] == [end] * ends


def penalty(on: date, severity: str, **more: Value) -> Fact:
    return fact("penalty", on, severity=severity, penalty_types=("fine",), published_on=on.isoformat(), **more)


def is_in_view(book: Rulebook, day: date, *facts: Fact) -> bool:
    """Tell whether the first of some facts stands among what the public may see on a day."""
    items = public_items(view(facts, day, KNOWN), book.kinds, book.disclosure, book.calendar)
    return facts[0].digest in {item.fact.digest for item in items}


@pytest.mark.parametrize("begun_on", AROUND)
@pytest.mark.parametrize("severity", ["minor", "moderate", "serious"])
def test_a_record_is_in_view_through_the_last_day_of_its_period_and_never_after(
    cn: Rulebook, begun_on: date, severity: str
) -> None:
    told = penalty(begun_on, severity)
    when = shown(told, cn.disclosure, cn.calendar)
    assert when is not None
    (period,) = {one.period for one in cn.disclosure.display if one.rule is when.rule}
    assert period is not None
    last = counted(begun_on, period)
    for day, is_told in ((begun_on, True), (last, True), (last + timedelta(days=1), False)):
        assert is_in_view(cn, day, told) is is_told


@pytest.mark.parametrize("revoked_on", AROUND)
def test_a_record_counted_anew_from_a_revoked_repair_is_in_view_as_long_again(cn: Rulebook, revoked_on: date) -> None:
    told = penalty(date(2026, 1, 5), "serious")
    repair = fact("repair", revoked_on - timedelta(days=40), revoked_on, fact=told.digest, record=told.digest)
    last = counted(max(revoked_on, date(2026, 1, 5)), Period(3, Unit.YEAR))
    assert is_in_view(cn, last, told, repair)
    assert not is_in_view(cn, last + timedelta(days=1), told, repair)


@pytest.mark.parametrize("ban_until", [date(2032, 2, 29), date(2031, 2, 28), date(2031, 3, 1)])
def test_a_display_lengthened_to_a_day_ends_with_that_day(cn: Rulebook, ban_until: date) -> None:
    told = penalty(date(2026, 2, 28), "serious", ban_until=ban_until.isoformat())
    assert is_in_view(cn, ban_until, told)
    assert not is_in_view(cn, ban_until + timedelta(days=1), told)


@pytest.mark.parametrize("begun_on", AROUND)
@pytest.mark.parametrize("severity", ["moderate", "serious"])
def test_a_repair_is_asked_for_once_its_shortest_time_has_passed_whole(
    cn: Rulebook, begun_on: date, severity: str
) -> None:
    told, asked_on = penalty(begun_on, severity), date(2026, 4, 2)  # under the rules of that day and after
    found = first_application(told, cn.repairs, cn.calendar, max(begun_on, asked_on))
    assert found is not None
    first, repair = found
    assert repair.after is not None
    assert first == max(counted(begun_on, repair.after) + timedelta(days=1), begun_on, asked_on)
    for day in {first, max(first - timedelta(days=1), begun_on, asked_on)}:
        asked = eligibility(told, view([registered(), told], day, KNOWN), "list_entry", cn.repairs, cn.calendar)
        waiting = [one.until_on for one in asked.missing if one.lack is Lack.WAITING]
        assert (waiting, asked.from_on) == ([first] * (day < first), first)


@pytest.mark.parametrize("from_on", AROUND)
def test_every_term_a_statute_sets_is_lawful_from_every_day_and_ends_on_its_own(cn: Rulebook, from_on: date) -> None:
    for ban in cn.measures.bans:
        if not ban.rule.validity.contains(from_on):
            continue
        for term in {ban.least, ban.most, *(ban.either or ())}:
            span = ban_span(ban, from_on, term, cn.calendar)
            assert span == Span(from_on, None if term is None else counted(from_on, term))
            if term is None or span.until_on is None or ban.either:
                continue
            # A year is twelve months, whichever day it begins on.
            in_months_ = Period(term.number * MONTHS[term.unit], Unit.MONTH)
            assert ban_span(ban, from_on, in_months_, cn.calendar) == span
            if term == ban.least and in_months_.number > 1:
                with pytest.raises(BanUnlawful):
                    ban_span(ban, from_on, Period(in_months_.number - 1, Unit.MONTH), cn.calendar)


@pytest.mark.parametrize("from_on", AROUND)
def test_a_ban_binds_on_its_last_day_and_nobody_on_the_day_after(cn: Rulebook, from_on: date) -> None:
    line = next(one for one in cn.measures.bans if one.code == "food_licence_revoked")
    assert (line.target, line.least) == (Target.PERSON, Period(5, Unit.YEAR))
    span = ban_span(line, from_on, line.least, cn.calendar)
    end = counted(from_on, Period(5, Unit.YEAR))
    words = {"ban": line.code, "basis": "x", "term": said(line.least), "decision": "1", "authority": "A"}
    made = fact(cn.measures.ban_kinds[Target.PERSON], from_on, span.until_on, **words, person="Z**", person_key="k")
    for day, binds in ((from_on, True), (end - timedelta(days=1), True), (end, False)):
        assert bool(bans_on(view([made], day, KNOWN), cn.measures, Target.PERSON, "k")) is binds
        assert is_in_view(cn, day, made) is binds


@pytest.mark.parametrize("established_on", [date(2024, 2, 28), LEAP, date(2024, 3, 1)])
def test_a_business_founded_on_a_leap_day_owes_its_reports_like_its_neighbours(
    cn: Rulebook, established_on: date
) -> None:
    for duty in cn.duties.values():
        asked = [year for year in range(2023, 2032) if duty.binds(established_on, year)]
        assert asked == [year for year in range(2023, 2032) if duty.binds(date(2024, 6, 1), year)]
        assert all(duty.window_end(year).month == duty.window_through[0] for year in asked)

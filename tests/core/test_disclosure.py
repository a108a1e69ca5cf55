"""What is public, from when until when, and due where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.disclosure import Condition, Hiding, due, hidden, masked, public_items, shown
from goodstanding.core.errors import CalendarYearUnknown
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import view
from tests.core import small_law

BOOK = small_law.book()
KNOWN = datetime(2025, 1, 1, tzinfo=UTC)


def fact(kind: str, on: date, until: date | None = None, **payload: Value) -> Fact:
    return Fact("number:1", kind, "desk", on.isoformat(), Span(on, until), KNOWN, payload)


def check(on: date = date(2025, 3, 3), until: date | None = None, **payload: Value) -> Fact:
    return fact("check", on, until, **{"results": ("bad",), **payload})


def span_of(of: Fact) -> Span:
    found = shown(of, BOOK.disclosure, BOOK.calendar)
    assert found is not None
    return found.span


def test_a_condition_without_a_field_always_agrees() -> None:
    assert Condition().agrees({})


def test_a_condition_wants_one_of_its_values() -> None:
    condition = Condition("a", frozenset({"x", True}))
    assert condition.agrees({"a": "x"})
    assert condition.agrees({"a": True})
    assert not condition.agrees({"a": "y"})
    assert not condition.agrees({"a": None})
    assert not condition.agrees({})


def test_of_several_codes_one_is_enough_unless_only_these_are_wanted() -> None:
    values = frozenset({"x", "y"})
    assert Condition("a", values).agrees({"a": ("x", "z")})
    assert not Condition("a", values, only=True).agrees({"a": ("x", "z")})
    assert Condition("a", values, only=True).agrees({"a": ("x",)})
    assert not Condition("a", values).agrees({"a": ("z",)})


def test_display_runs_from_the_named_day_and_its_last_day_is_still_shown() -> None:
    assert span_of(check(seen_on="2025-03-10")) == Span(date(2025, 3, 3), date(2025, 4, 11))


def test_without_the_named_day_it_runs_from_the_fact_s_first() -> None:
    assert span_of(check()) == Span(date(2025, 3, 3), date(2025, 4, 4))


def test_a_later_day_lengthens_and_an_earlier_one_does_not_shorten() -> None:
    assert span_of(check(lasts_until="2025-12-31")).until_on == date(2026, 1, 1)
    assert span_of(check(lasts_until="2025-03-05")).until_on == date(2025, 4, 4)


def test_the_first_rule_that_agrees_counts_and_may_hide() -> None:
    assert shown(check(results=("good",)), BOOK.disclosure, BOOK.calendar) is None
    found = shown(check(results=("bad", "good")), BOOK.disclosure, BOOK.calendar)
    assert found is not None
    assert found.rule.number == "X-2"


def test_no_rule_in_force_on_the_first_day_shows_nothing() -> None:
    assert shown(check(date(1999, 12, 31)), BOOK.disclosure, BOOK.calendar) is None


def test_no_period_is_shown_without_an_end_even_after_the_fact_ended() -> None:
    assert span_of(fact("registration", date(2020, 1, 1), date(2021, 1, 1), name="Mill")).until_on is None


def test_display_may_end_with_the_fact() -> None:
    book = small_law.book("disclosure", 'extends_with = "lasts_until"', "ends_with_span = true")
    assert shown(check(until=date(2025, 3, 20)), book.disclosure, book.calendar).span.until_on == date(2025, 3, 20)  # type: ignore[union-attr]
    assert shown(check(until=date(2025, 9, 9)), book.disclosure, book.calendar).span.until_on == date(2025, 4, 4)  # type: ignore[union-attr]


@given(st.dates(date(2021, 1, 1), date(2025, 1, 1)), st.dates(date(2021, 1, 1), date(2025, 1, 1)), st.booleans())
@settings(deadline=None)
def test_a_display_never_ends_before_it_begins(on: date, seen_on: date, lasts: bool) -> None:
    longer = {"lasts_until": "2026-01-01"} if lasts else {}
    span = span_of(check(on, None, seen_on=seen_on.isoformat(), **longer))
    assert span.from_on == on
    assert span.until_on is not None
    assert span.until_on >= on


def test_one_fact_may_owe_several_targets() -> None:
    found = due(check(date(2025, 4, 30), is_final=True), BOOK.disclosure, BOOK.calendar)
    assert [(item.deadline.target, item.deadline.rule.number, item.due_on) for item in found] == [
        ("gazette", "X-4", date(2025, 5, 5)),
        ("court", "X-5", date(2025, 5, 7)),
    ]


@pytest.mark.parametrize("is_final", [False, None])
def test_a_deadline_whose_condition_fails_is_not_owed(is_final: bool | None) -> None:
    found = due(check(is_final=is_final), BOOK.disclosure, BOOK.calendar)
    assert [item.deadline.target for item in found] == ["gazette"]


def test_a_kind_without_deadlines_owes_none() -> None:
    assert due(fact("registration", date(2025, 3, 3), name="Mill"), BOOK.disclosure, BOOK.calendar) == ()


def test_a_deadline_outside_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarYearUnknown):
        due(check(date(2030, 12, 31)), BOOK.disclosure, BOOK.calendar)


@pytest.mark.parametrize(("text", "mask"), [("", "**"), ("李", "李**"), ("李明", "李**"), ("Ada Lovelace", "A**")])
def test_a_mask_keeps_the_first_character_and_not_the_length(text: str, mask: str) -> None:
    assert masked(text) == mask


def items(day: date, *facts: Fact) -> list[tuple[str, dict[str, Value]]]:
    found = public_items(view(facts, day, KNOWN), BOOK.kinds, BOOK.disclosure, BOOK.calendar)
    return [(item.fact.kind, dict(item.values)) for item in found]


def test_personal_fields_are_masked_and_official_ones_left_out() -> None:
    registration = fact("registration", date(2020, 1, 1), name="Mill", owner="Ada", note="watch")
    assert items(date(2025, 1, 1), registration) == [("registration", {"name": "Mill", "owner": "A**"})]


HIDING = Hiding(BOOK.kinds["check"].rule, "report", "check", unless=Condition("results", frozenset({"good"})))


def kept_back(day: date, *facts: Fact) -> list[date]:
    """Return the first days of what is kept back while a report lasts: checks that are not good."""
    found = hidden(view(facts, day, KNOWN), replace(BOOK.disclosure, hidings=(HIDING,)))
    return sorted(one.span.from_on for one in facts if one.digest in found)


def test_what_began_no_later_than_the_fact_that_hides_is_kept_back_as_long_as_it_lasts() -> None:
    lasting = fact("report", date(2025, 3, 10), date(2025, 4, 1), year=2024)
    facts = [check(on) for on in (date(2025, 3, 3), date(2025, 3, 10), date(2025, 3, 11))]
    assert kept_back(date(2025, 3, 9), *facts, lasting) == []
    assert kept_back(date(2025, 3, 10), *facts, lasting) == [date(2025, 3, 3), date(2025, 3, 10)]
    assert kept_back(date(2025, 3, 31), *facts, lasting) == [date(2025, 3, 3), date(2025, 3, 10)]
    assert kept_back(date(2025, 4, 1), *facts, lasting) == []


def test_what_it_is_not_meant_for_is_not_kept_back() -> None:
    lasting = fact("report", date(2025, 3, 10), year=2024)
    good = check(date(2025, 3, 4), results=("good",))
    assert kept_back(date(2025, 3, 20), good, fact("registration", date(2020, 1, 1), name="Mill"), lasting) == []


def test_a_rule_not_in_force_on_the_first_day_of_the_fact_that_hides_keeps_nothing_back() -> None:
    begins = BOOK.kinds["check"].rule.validity.from_on
    on = begins - timedelta(days=1)
    assert kept_back(begins, check(on), fact("report", on, year=2024)) == []


def test_several_that_hide_do_so_together_and_the_first_is_told() -> None:
    first = fact("report", date(2025, 3, 10), date(2025, 3, 20), year=2023)
    second = fact("report", date(2025, 3, 15), date(2025, 4, 1), year=2024)
    one = check(date(2025, 3, 3))
    book = replace(BOOK.disclosure, hidings=(HIDING,))
    assert hidden(view([second, one, first], date(2025, 3, 16), KNOWN), book)[one.digest].cause == first
    assert hidden(view([second, one, first], date(2025, 3, 20), KNOWN), book)[one.digest].cause == second


def test_what_is_not_public_or_over_is_absent() -> None:
    facts = (
        fact("registration", date(2020, 1, 1), name="Mill"),
        fact("report", date(2025, 3, 1), year=2024),
        check(),
        check(date(2025, 3, 5), results=("good",)),
    )
    assert [kind for kind, _ in items(date(2025, 4, 3), *facts)] == ["registration", "check"]
    assert [kind for kind, _ in items(date(2025, 4, 4), *facts)] == ["registration"]

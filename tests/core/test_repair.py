"""From which day repair may be asked for, by which rule, and what a rulebook may not say about it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.fact import Fact, Value
from goodstanding.core.repair import first_application, repair_of
from goodstanding.core.rulebook import Rulebook
from tests.core import small_law

KNOWN = datetime(2025, 1, 1, tzinfo=UTC)
SOURCE = small_law.SOURCE
NEVER = f"""
[[repair]]
kind = "check"
when = {{ field = "results", values = ["worse"] }}
is_possible = false
number = "R-1"
{SOURCE}
"""
OLD = f"""
[[repair]]
kind = "check"
counted_from = "seen_on"
after = {{ number = 6, unit = "month" }}
within = {{ number = 5, unit = "working_day" }}
not_while_on = ["watch"]
asks = {{ en = "all is paid" }}
number = "R-2"
valid_until = 2026-01-01
{SOURCE}

[[repair.bar]]
kind = "check"
same = ["results"]
is_later = true
title = {{ en = "the same again" }}
"""
NEW = f"""
[[repair]]
kind = "check"
after = {{ number = 3, unit = "month" }}
within = {{ number = 5, unit = "working_day" }}
number = "R-3"
{SOURCE.replace("2000-01-01", "2026-01-01")}
"""


def book(*repairs: str) -> Rulebook:
    return small_law.book("disclosure", "[[deadline]]", "".join(repairs) + "[[deadline]]")


def check(on: date, *results: str, **payload: Value) -> Fact:
    return Fact("number:1", "check", "desk", "1", Span(on), KNOWN, {"results": results or ("bad",), **payload})


def first(law: Rulebook, fact: Fact, day: date) -> tuple[date, str] | None:
    found = first_application(fact, law.repairs, law.calendar, day)
    return None if found is None else (found[0], found[1].rule.number)


def test_a_rulebook_without_repair_allows_none() -> None:
    law = small_law.book()
    assert law.repairs == ()
    assert first(law, check(date(2025, 3, 3)), date(2025, 3, 3)) is None


def test_the_time_in_view_counts_from_the_named_day_and_must_be_over() -> None:
    law = book(OLD)
    assert first(law, check(date(2025, 3, 3), seen_on="2025-03-10"), date(2025, 3, 3)) == (date(2025, 9, 11), "R-2")
    assert first(law, check(date(2025, 3, 3)), date(2025, 3, 3)) == (date(2025, 9, 4), "R-2")


def test_a_day_long_past_means_now() -> None:
    assert first(book(OLD), check(date(2023, 3, 3)), date(2025, 3, 3)) == (date(2025, 3, 3), "R-2")


def test_the_rule_of_the_day_of_the_application_counts() -> None:
    law, fact = book(OLD, NEW), check(date(2025, 8, 20))
    assert first(law, fact, date(2025, 10, 1)) == (date(2026, 1, 1), "R-3")
    assert first(book(OLD), fact, date(2025, 10, 1)) is None  # the old rule ends before six months are over


def test_a_rule_that_says_never_goes_before_those_written_after_it() -> None:
    law = book(NEVER, NEW)
    assert first(law, check(date(2026, 2, 2), "bad", "worse"), date(2026, 2, 2)) is None
    assert first(law, check(date(2026, 2, 2)), date(2026, 2, 2)) == (date(2026, 5, 3), "R-3")
    found = repair_of(check(date(2026, 2, 2), "worse"), law.repairs, date(2026, 2, 2))
    assert found is not None
    assert found.after is None


def test_a_fact_of_another_kind_is_not_meant() -> None:
    other = Fact("number:1", "report", "desk", "1", Span(date(2025, 3, 3)), KNOWN, {"year": 2024})
    assert first(book(OLD, NEW), other, date(2027, 1, 1)) is None


def test_repair_rules_stand_among_the_rules_of_the_book() -> None:
    assert {"R-1", "R-2", "R-3"} <= set(book(NEVER, OLD, NEW).rules())
    (rule,) = book(OLD).repairs
    assert rule.not_while_on == {"watch"}
    assert rule.asks == {"en": "all is paid"}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('kind = "check"', 'kind = "nothing"', "repair[0].kind"),
        ('counted_from = "seen_on"', 'counted_from = "results"', "repair[0].counted_from"),
        ('["watch"]', '["witch"]', "repair[0].not_while_on"),
        ("after = ", "afterwards = ", "repair[0].after"),
        ("within = ", "in = ", "repair[0].in"),
        ("counted_from", "is_possible = false\ncounted_from", "repair[0].after"),
        ('asks = { en = "all is paid" }', 'asks = { zh = "x" }', "repair[0].asks.en"),
        ('same = ["results"]', 'same = ["rumour"]', "repair[0].bar[0].same"),
        ("is_later = true", 'runs_through = "results"', "repair[0].bar[0].runs_through"),
        ("is_later = true", "is_early = true", "repair[0].bar[0].is_early"),
        ("counted_from", "unknown = 1\ncounted_from", "repair[0].unknown"),
    ],
)
def test_a_mistake_names_file_and_key(old: str, new: str, key: str) -> None:
    assert old in OLD
    with pytest.raises(RulebookInvalid) as caught:
        book(OLD.replace(old, new, 1))
    assert key in caught.value.asked
    assert "disclosure.toml" in caught.value.asked

"""The smallest ways to a better class, found over moves that are only names here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.counterfactual import Reached, Way, smallest_ways

START = date(2026, 1, 1)


def reaching(days: Mapping[str, int]) -> tuple[list[tuple[tuple[str, ...], date | None]], object]:
    """Return a search over words: the letters of a word are its moves, its number the day it reaches a better class."""
    asked: list[tuple[tuple[str, ...], date | None]] = []

    def reach(combos: Sequence[tuple[str, ...]], before: date | None) -> list[Reached | None]:
        asked.extend((combo, before) for combo in combos)
        found: list[Reached | None] = []
        for combo in combos:
            number = days.get("".join(combo))
            on = None if number is None else START + timedelta(days=number)
            found.append(None if on is None or (before is not None and on >= before) else Reached(on, "B", 20))
        return found

    return asked, reach


def told(moves: str, days: Mapping[str, int], most: int = 3) -> list[tuple[str, int]]:
    _, reach = reaching(days)
    ways: tuple[Way[str], ...] = smallest_ways(moves, reach, most)  # type: ignore[arg-type]
    return [("".join(way.moves), (way.reached.on - START).days) for way in ways]


def test_without_moves_only_time_is_told() -> None:
    assert told("", {"": 100}) == [("", 100)]
    assert told("", {}) == []


def test_a_move_that_is_no_quicker_than_time_is_not_told() -> None:
    assert told("ab", {"": 50, "a": 50, "b": 49, "ab": 49}) == [("", 50), ("b", 49)]


def test_single_moves_go_before_pairs_and_earlier_days_before_later() -> None:
    days = {"": 90, "a": 60, "b": 30, "c": 40, "ab": 10, "ac": 60, "bc": 30, "abc": 10}
    assert told("abc", days) == [("", 90), ("b", 30), ("c", 40), ("ab", 10)]


def test_a_pair_is_told_where_neither_move_helps_alone() -> None:
    assert told("abc", {"bc": 5, "abc": 5}) == [("bc", 5)]


def test_all_moves_are_tried_where_no_two_are_enough_and_the_needless_left_out() -> None:
    days = {"abcd": 7, "bcd": 7, "acd": 7, "abd": 9, "abc": 9}
    assert told("abcd", days) == [("bcd", 7)]


def test_the_quickest_way_is_told_even_when_smaller_ones_fill_the_list() -> None:
    days = {"a": 30, "b": 31, "c": 32, "d": 33, "ab": 29, "cd": 2}
    assert told("abcd", days, most=3) == [("a", 30), ("b", 31), ("cd", 2)]


def test_nothing_is_looked_at_beyond_the_day_that_a_smaller_way_reaches() -> None:
    asked, reach = reaching({"": 40, "a": 9, "b": 9})
    smallest_ways("ab", reach)  # type: ignore[arg-type]
    assert asked[0] == ((), None)
    assert {before for combo, before in asked if len(combo) == 1} == {START + timedelta(days=40)}
    assert {before for combo, before in asked if len(combo) == 2} == {START + timedelta(days=9)}


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["", "a", "b", "c", "ab", "ac", "bc", "abc"]), st.integers(1, 9), max_size=8),
    st.integers(1, 4),
)
def test_every_way_told_beats_all_its_parts_and_none_is_told_twice(days: dict[str, int], most: int) -> None:
    ways = told("abc", days, most)
    words = [word for word, _ in ways]
    assert len(set(words)) == len(words)
    assert len([word for word in words if word]) <= most
    for word, day in ways:
        assert days[word] == day
        assert all(day < other for part, other in days.items() if set(part) < set(word) and len(part) < 3)
    if days:
        first = min((day for word, day in days.items() if len(word) < 3), default=None)
        if first is not None:
            assert min(day for _, day in ways) <= first


@pytest.mark.parametrize("most", [1, 2])
def test_time_alone_comes_on_top_of_those_asked_for(most: int) -> None:
    ways = told("abc", {"": 50, "a": 10, "b": 11, "c": 12}, most)
    assert ways[0] == ("", 50)
    assert len(ways) == 1 + most

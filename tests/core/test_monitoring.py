"""Rates with their intervals, drift, and who moved."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.monitoring import moved, stability, wilson


@pytest.mark.parametrize(
    ("found", "seen", "lower", "upper"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1.0)],
)
def test_wilsons_interval_is_the_published_one(found: int, seen: int, lower: float, upper: float) -> None:
    rate = wilson(found, seen)
    assert rate.share == found / seen
    assert isclose(rate.lower, lower, abs_tol=5e-5)
    assert isclose(rate.upper, upper, abs_tol=5e-5)


def test_of_nothing_seen_nothing_is_known() -> None:
    assert (wilson(0, 0).lower, wilson(0, 0).upper) == (0.0, 1.0)


@given(counts=st.lists(st.integers(0, 10_000), min_size=1, max_size=8), times=st.integers(1, 9))
@settings(deadline=None)
def test_a_population_that_only_grew_did_not_drift(counts: list[int], times: int) -> None:
    grown = [count * times for count in counts]
    assert stability(counts, counts) == 0
    if all(counts):
        assert isclose(stability(counts, grown), 0, abs_tol=1e-9)


def test_drift_is_the_published_sum_and_the_same_both_ways() -> None:
    # (0.6-0.5) ln(0.6/0.5) + (0.4-0.5) ln(0.4/0.5)
    assert isclose(stability([50, 50], [60, 40]), 0.0405465, abs_tol=1e-6)
    assert isclose(stability([60, 40], [50, 50]), 0.0405465, abs_tol=1e-6)
    assert stability([100, 0], [0, 100]) > 0.25


def test_moves_are_counted_by_the_order_of_risk() -> None:
    matrix = {("A", "A"): 5, ("A", "B"): 2, ("B", "A"): 3, ("", "A"): 7, ("B", ""): 1, ("B", "B"): 4}
    assert moved(matrix, ("A", "B")) == (3, 9, 2)
    assert moved(matrix, ("B", "A")) == (2, 9, 3)

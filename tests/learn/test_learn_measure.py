"""The measures are those the data's README defines, on rows small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from goodstanding.learn.measure import by_class, by_part, by_share, half_day, intervals, is_rising, measures

DAYS = np.array([1, 1, 2, 2, 3, 3, 4, 4])
FOUND = np.array([0, 0, 0, 1, 0, 0, 1, 0])


def test_findings_come_earlier_by_the_days_the_ranking_moves_them() -> None:
    scores = np.array([0, 0, 0, 1, 0, 0, 2, 0], dtype=np.float64)
    found = measures(scores, FOUND, DAYS)
    # The finding of day 4 is visited on day 1, as is that of day 2.
    assert found.days_earlier == pytest.approx(((4 - 1) + (2 - 1)) / 2)
    assert (found.auc, found.average_precision, found.first_half, found.top_half) == (1.0, 1.0, 1.0, 1.0)


def test_equal_scores_keep_the_real_order() -> None:
    found = measures(np.zeros(8), FOUND, DAYS)
    assert found.days_earlier == 0
    assert found.auc == 0.5


def test_the_first_half_ends_on_the_last_day_below_half_of_the_visits() -> None:
    assert half_day(DAYS) == 1  # two of eight by day 1, four of eight by day 2, which is not below half
    assert half_day(np.array([5, 5])) == 4


def test_an_interval_holds_the_figure_and_is_the_same_every_time() -> None:
    chance = np.random.default_rng(1)
    found = (chance.random(400) < 0.3).astype(np.int64)
    scores = found + chance.normal(size=400)
    days = np.sort(chance.integers(0, 60, 400))
    between = intervals(scores, found, days, draws=60)
    assert between == intervals(scores, found, days, draws=60)
    for name, value in measures(scores, found, days).items().items():
        low, high = between[name]
        assert low <= value <= high, name


def test_classes_tell_rate_lift_and_an_interval() -> None:
    bands = by_class(["A", "B"], ["A", "A", "A", "A", "B", "B", "B", "B"], FOUND)
    assert [(band.visits, band.found, band.rate, band.lift) for band in bands] == [(4, 1, 0.25, 1.0)] * 2
    assert bands[0].low < 0.25 < bands[0].high
    assert not is_rising(bands)


def test_bands_of_a_ranking_hold_every_visit_once() -> None:
    chance = np.random.default_rng(2)
    scores = chance.random(1637)
    found = (chance.random(1637) < scores).astype(np.int64)
    bands = by_share(["A", "B", "C", "D"], [0.4, 0.3, 0.2, 0.1], scores, found)
    assert [band.visits for band in bands] == [655, 491, 327, 164]
    assert is_rising(bands)


def test_small_parts_are_left_out_and_one_sided_ones_have_no_auc() -> None:
    found = np.array([1, 0] * 50 + [0] * 60)
    parts = by_part(["x"] * 100 + ["y"] * 60, np.arange(160, dtype=np.float64), found)
    assert [(part.name, part.visits, part.auc is None) for part in parts] == [("x", 100, False), ("y", 60, True)]
    assert by_part(["x"] * 160, np.zeros(160), found, at_least=200) == []


def test_the_interval_of_a_part_holds_its_auc_and_narrows_with_its_visits() -> None:
    chance = np.random.default_rng(3)
    found = chance.integers(0, 2, 2000)
    scores = found + chance.normal(0, 2, 2000)
    small, large = by_part(["a"] * 100 + ["b"] * 1900, scores, found)
    for part in (small, large):
        assert part.auc is not None
        assert part.low is not None
        assert part.high is not None
        assert 0 <= part.low < part.auc < part.high <= 1
    # Drawn anew five hundred times, the same visits give an interval of the same width within a fifth.
    inside = slice(100, None)
    low, high = intervals(scores[inside], found[inside], np.arange(1900))["auc"]
    assert large.high - large.low == pytest.approx(high - low, rel=0.2)  # type: ignore[operator]
    assert small.high - small.low > 3 * (large.high - large.low)  # type: ignore[operator]

"""Points learned from visits: whole, one way where the scale says so, the same every time."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import pytest

from goodstanding.core.classification import Direction, Scale
from goodstanding.core.errors import TooLittleToLearn
from goodstanding.core.rulebook import Rulebook
from goodstanding.learn.fit import Learned, bounds, group_effects, learn
from goodstanding.learn.panel import Visit, learnable
from tests.learn.city import city
from tests.learn.test_learn_panel import visits_of

AREAS = ("school", "restaurant", "risk_high")


@pytest.fixture(scope="module")
def visits(chicago: Rulebook) -> list[Visit]:
    return visits_of(city(), chicago)


@pytest.fixture(scope="module")
def learned(chicago: Rulebook, visits: list[Visit]) -> Learned:
    scale = chicago.scales["plan"]
    return learn(visits, learnable(scale), AREAS, scale)


def test_what_leads_to_findings_gets_points(learned: Learned, visits: list[Visit]) -> None:
    found = [learned.points(one) for one in visits if one.found]
    nothing = [learned.points(one) for one in visits if not one.found]
    assert sum(found) / len(found) > sum(nothing) / len(nothing) + 5


def test_points_only_rise_where_the_scale_says_rising(learned: Learned) -> None:
    own = [weighing for weighing in learned.weighings if not weighing.area]
    assert own
    for weighing in own:
        points = [points for _, points in weighing.bins]
        assert all(before < after for before, after in pairwise(points)), weighing
        assert len(weighing.bins) <= 8


def test_a_direction_against_the_visits_leaves_nothing_to_say(chicago: Rulebook, visits: list[Visit]) -> None:
    name = "critical_share_all"
    scale = chicago.scales["plan"]
    falling = replace(scale, directions={name: Direction.FALLING})
    card = learn(visits, [name], (), falling)
    for weighing in card.weighings:
        points = [points for _, points in weighing.bins]
        assert points == sorted(points, reverse=True)


def test_the_sum_of_the_least_points_is_not_below_zero(learned: Learned) -> None:
    least = sum(
        min(0, weighing.missing) if weighing.area else min(weighing.missing, *(p for _, p in weighing.bins))
        for weighing in learned.weighings
    )
    assert learned.base + least >= 0


def test_the_same_visits_give_the_same_points(chicago: Rulebook, learned: Learned, visits: list[Visit]) -> None:
    scale = chicago.scales["plan"]
    assert learn(visits, learnable(scale), AREAS, scale) == learned


def test_an_area_of_safe_premises_lowers_the_sum(learned: Learned) -> None:
    points = {weighing.area: weighing.missing for weighing in learned.weighings if weighing.area}
    assert points["school"] < 0


def test_bounds_put_the_shares_into_the_classes() -> None:
    assert bounds(list(range(100)), (0.4, 0.3, 0.2, 0.1)) == (0, 40, 70, 90)


def test_bounds_rise_even_where_all_have_the_same_points() -> None:
    lowers = bounds([5] * 100, (0.4, 0.3, 0.2, 0.1))
    assert all(before < after for before, after in pairwise(lowers))


def test_too_few_visits_are_refused(chicago: Rulebook, visits: list[Visit]) -> None:
    scale = chicago.scales["plan"]
    with pytest.raises(TooLittleToLearn, match="50 visits"):
        learn(visits[:50], learnable(scale), AREAS, scale)


def test_a_scale_without_directions_and_areas_is_refused(chicago: Rulebook, visits: list[Visit]) -> None:
    bare: Scale = replace(chicago.scales["plan"], directions={})
    with pytest.raises(TooLittleToLearn, match="direction"):
        learn(visits, (), (), bare)


def test_the_effect_of_a_strict_group_is_found_beside_the_points_and_drawn_to_nothing() -> None:
    chance = random.Random(3)  # noqa: S311 - invented histories
    groups = ["strict" if chance.random() < 0.5 else "mild" for _ in range(4000)]
    points = [chance.choice((0, 20, 40)) for _ in groups]

    def rate(group: str, had: int) -> float:
        log_odds = -3 + had * math.log(2) / 20 + (1.5 if group == "strict" else 0)
        return 1 / (1 + math.exp(-log_odds))

    found = [chance.random() < rate(group, had) for group, had in zip(groups, points, strict=True)]
    offsets, effects = group_effects(points, found, groups, doubling=20)
    assert 1.1 < effects["strict"] - effects["mild"] < 1.8
    assert abs(float(offsets.mean())) < 1e-9


def test_nobody_knows_who_went_and_nothing_is_taken_out() -> None:
    chance = random.Random(4)  # noqa: S311 - invented histories
    found = [chance.random() < 0.3 for _ in range(300)]
    offsets, effects = group_effects([chance.randint(0, 40) for _ in found], found, [""] * 300, doubling=20)
    assert (effects, float(abs(offsets).max())) == ({}, 0.0)

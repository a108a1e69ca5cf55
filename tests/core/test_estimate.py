"""What a lot tells of everybody: unbiased, and as sure as it says."""

from __future__ import annotations

import random
from collections.abc import Iterable
from math import isclose

import pytest
from scipy.stats import t as student

from goodstanding.core.draw import Unit
from goodstanding.core.draw_units import take
from goodstanding.core.estimate import Lot, Visited, _student, estimate, estimates

ROUNDS = 500


def visits(stratum: str, chance: tuple[int, int], clean: int, found: int, **groups: str) -> list[Visited]:
    return [Visited(stratum, chance, number < found, groups) for number in range(clean + found)]


def test_of_nothing_seen_nothing_is_known() -> None:
    nothing = estimate([], {})
    assert (nothing.seen, nothing.lower, nothing.upper) == (0, 0.0, 1.0)
    assert estimates([], {}, "region") == {}


def test_a_visit_stands_for_as_many_as_the_inverse_of_its_chance() -> None:
    many = visits("A", (1, 90), 9, 1, region="north")
    few = visits("D", (1, 2), 10, 40, region="south")
    rate = estimate(many + few, {"A": Lot(900, 10), "D": Lot(100, 50)})
    assert isclose(rate.share, (900 * 0.1 + 100 * 0.8) / 1000)
    assert (rate.seen, rate.found) == (60, 41)


def test_what_has_no_result_yet_is_stood_for_by_its_stratum() -> None:
    lots = {"A": Lot(900, 20), "D": Lot(100, 50)}
    seen = visits("A", (20, 900), 9, 1) + visits("D", (1, 2), 10, 40)
    assert isclose(estimate(seen, lots).share, (900 * 0.1 + 100 * 0.8) / 1000)


def test_of_a_frame_visited_whole_the_rate_is_certain() -> None:
    rate = estimate(visits("A", (1, 1), 7, 3) + visits("D", (1, 1), 0, 5), {"A": Lot(10, 10), "D": Lot(5, 5)})
    assert rate.share == rate.lower == rate.upper == 8 / 15


def test_a_group_is_rated_by_its_own_visits_whatever_stratum_they_came_from() -> None:
    lots = {"A": Lot(1000, 10), "D": Lot(100, 10)}
    seen = [
        *visits("A", (1, 100), 4, 1, region="north"),
        *visits("A", (1, 100), 5, 0, region="south"),
        *visits("D", (1, 10), 0, 10, region="north"),
    ]
    found = estimates(seen, lots, "region")
    assert isclose(found["north"].share, (1 * 100 + 10 * 10) / (5 * 100 + 10 * 10))
    assert found["south"].share == 0
    assert 0 < found["south"].upper < 1
    assert estimates(seen, lots, "sector") == {}


def test_a_stratum_visited_whole_says_nothing_certain_of_a_group_that_has_members_elsewhere() -> None:
    lots = {"A": Lot(1000, 2), "D": Lot(1, 1)}
    seen = [*visits("A", (2, 1000), 2, 0, region="north"), *visits("D", (1, 1), 0, 1, region="south")]
    south = estimates(seen, lots, "region")["south"]
    assert south.share == 1
    assert south.lower < 0.5


@pytest.mark.parametrize("freedom", [3, 5, 10, 40, 500])
def test_students_point_is_the_published_one(freedom: int) -> None:
    assert isclose(_student(freedom), student.ppf(0.975, freedom), rel_tol=0.02)


def _population(chance: random.Random) -> Iterable[tuple[str, str, str, int, bool]]:
    for code, size, rate in (("A", 3000, 0.08), ("B", 1500, 0.15), ("C", 400, 0.3), ("D", 100, 0.6)):
        for number in range(size):
            region = chance.choice("NS")
            is_bad = chance.random() < min(1.0, rate * (1.4 if region == "N" else 0.7))
            yield f"{code}{number:04}", code, region, 1 + number % 3, is_bad


@pytest.mark.parametrize("is_weighed", [False, True], ids=["equal weights", "unequal weights"])
def test_the_intervals_hold_the_truth_as_often_as_they_say(*, is_weighed: bool) -> None:
    # The lots are the real ones, of fixed seeds: arithmetic that never fails by bad luck.
    everybody = {one[0]: one for one in _population(random.Random(11))}  # noqa: S311 - the same population again
    units: dict[str, list[Unit]] = {}
    for who, code, _, weight, _ in everybody.values():
        units.setdefault(code, []).append(Unit(who, code, weight if is_weighed else 1))
    lots = {code: Lot(len(own), min(60, len(own))) for code, own in units.items()}

    def rate_of(members: list[tuple[str, str, str, int, bool]]) -> float:
        return sum(one[4] for one in members) / len(members)

    truth = {"": rate_of([*everybody.values()])}
    truth |= {region: rate_of([one for one in everybody.values() if one[2] == region]) for region in "NS"}
    truth |= {code: rate_of([one for one in everybody.values() if one[1] == code]) for code in units}
    held = dict.fromkeys(truth, 0)
    total = 0.0
    for number in range(ROUNDS):
        seen = []
        for code, own in units.items():
            for one in take(own, lots[code].drawn, 0, "coverage", f"round {number}"):
                _, _, region, _, is_bad = everybody[one.unit.id]
                seen.append(Visited(code, one.chance, is_bad, {"region": region, "class": code}))
        rates = {"": estimate(seen, lots)} | estimates(seen, lots, "region") | estimates(seen, lots, "class")
        total += rates[""].share
        for key, rate in rates.items():
            held[key] += rate.lower <= truth[key] <= rate.upper
    assert isclose(total / ROUNDS, truth[""], rel_tol=0.02)
    for key, count in held.items():
        # Where weights differ a few heavy visits decide, and the intervals are somewhat too short: the module says so.
        assert (0.90 if is_weighed else 0.93) <= count / ROUNDS <= 0.975, (key, count / ROUNDS)

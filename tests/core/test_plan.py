"""How many are drawn from each class."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.plan import By, Candidate, ratios_in_force, share, stratify
from goodstanding.core.rulebook import Rulebook

DAY = date(2026, 11, 6)


@given(count=st.integers(0, 10**9), ratio=st.integers(0, 10**6))
def test_a_share_is_the_smallest_whole_number_not_below_the_ratio(count: int, ratio: int) -> None:
    size = share(count, ratio)
    assert size * 10**6 >= count * ratio
    assert (size - 1) * 10**6 < count * ratio or size == 0


def test_a_class_with_a_ratio_is_never_out_of_reach(cn: Rulebook) -> None:
    one_each = [Candidate(f"uscc:{code}", code, "330000") for code in "ABCD"]
    frame, strata = stratify(one_each, ratios_in_force(cn.inspection, "risk", DAY))
    assert {one.code: one.size for one in strata} == dict.fromkeys("ABCD", 1)
    assert {unit.weight for unit in frame} == {1}


def test_higher_risk_draws_a_larger_share(cn: Rulebook) -> None:
    ratios = ratios_in_force(cn.inspection, "risk", DAY)
    shares = [ratios[code].ratio_ppm for code in "ABCD"]
    assert shares == sorted(shares)
    assert len(set(shares)) == 4


def test_strata_by_region_draw_the_sum_and_weigh_by_class(cn: Rulebook) -> None:
    ratios = ratios_in_force(cn.inspection, "risk", DAY)
    candidates = [Candidate(f"uscc:{n:03}", "A" if n % 2 else "D", "330100") for n in range(200)]
    frame, strata = stratify(candidates, ratios, By.REGION)
    assert [(one.code, one.size) for one in strata] == [
        ("330100", share(100, ratios["A"].ratio_ppm) + share(100, ratios["D"].ratio_ppm))
    ]
    assert {unit.weight for unit in frame} == {ratios["A"].weight, ratios["D"].weight}


def test_a_class_without_a_ratio_is_not_in_the_frame(cn: Rulebook) -> None:
    frame, strata = stratify([Candidate("uscc:1", "?", "")], ratios_in_force(cn.inspection, "risk", DAY))
    assert (frame, strata) == ((), ())


def test_a_day_before_the_ratios_is_refused(cn: Rulebook) -> None:
    with pytest.raises(NoRuleInForce, match="ratios of scale risk"):
        ratios_in_force(cn.inspection, "risk", date(1999, 1, 1))

"""How many are drawn from each class, and who is in no lot today."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.plan import UNTREATED, By, Candidate, Terms, stratify, treatments_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import Check, Ground, Past, share
from tests.core.small_law import book

DAY = date(2026, 11, 6)


def terms(cn: Rulebook, check: Check | None = None, day: date = DAY) -> Terms:
    treatments = treatments_in_force(cn.supervision, "risk", day)
    return Terms(cn.supervision, treatments, cn.calendar, day, check or Check())


@given(count=st.integers(0, 10**9), ratio=st.integers(0, 10**6))
def test_a_share_is_the_smallest_whole_number_not_below_the_ratio(count: int, ratio: int) -> None:
    size = share(count, ratio)
    assert size * 10**6 >= count * ratio
    assert (size - 1) * 10**6 < count * ratio or size == 0


def test_no_class_is_out_of_reach(cn: Rulebook) -> None:
    framed = stratify([Candidate(f"uscc:{code}", code, "330000") for code in "ABCD"], terms(cn))
    assert {one.code: one.size for one in framed.strata} == dict.fromkeys("ABCD", 1)
    assert {unit.weight for unit in framed.units} == {1}
    assert framed.left_out == {}


def test_higher_risk_draws_a_larger_share(cn: Rulebook) -> None:
    ratios = {one.class_code: one.ratio_ppm for one in treatments_in_force(cn.supervision, "risk", DAY) if not one.area}
    shares = [ratios[code] for code in "ABCD"]
    assert shares == sorted(shares)
    assert len(set(shares)) == 4


def test_strata_by_region_draw_the_sum_and_weigh_by_class(cn: Rulebook) -> None:
    by_class = {one.class_code: one for one in treatments_in_force(cn.supervision, "risk", DAY) if not one.area}
    candidates = [Candidate(f"uscc:{n:03}", "A" if n % 2 else "D", "330100") for n in range(200)]
    framed = stratify(candidates, terms(cn), By.REGION)
    assert [(one.code, one.size) for one in framed.strata] == [
        ("330100", share(100, by_class["A"].ratio_ppm) + share(100, by_class["D"].ratio_ppm))
    ]
    assert {unit.weight for unit in framed.units} == {by_class["A"].weight, by_class["D"].weight}


def test_a_class_without_a_treatment_is_in_no_frame_and_is_counted(cn: Rulebook) -> None:
    framed = stratify([Candidate("uscc:1", "?", "")], terms(cn))
    assert (framed.units, framed.strata, framed.left_out) == ((), (), {UNTREATED: 1})


def test_a_day_before_the_treatments_is_refused(cn: Rulebook) -> None:
    with pytest.raises(NoRuleInForce, match="classes of scale risk"):
        treatments_in_force(cn.supervision, "risk", date(1999, 1, 1))


def test_who_is_left_out_is_counted_by_rule_and_not_named(cn: Rulebook) -> None:
    checked = Past(last_clean_on=date(2026, 10, 1), checks_this_year=1)
    often = Past(checks_this_year=6)
    candidates = [
        Candidate("uscc:1", "B", "330000", past=checked),
        Candidate("uscc:2", "D", "330000", past=often),
        Candidate("uscc:3", "D", "330000", past=checked),
    ]
    framed = stratify(candidates, terms(cn))
    assert [unit.id for unit in framed.units] == ["uscc:3"]
    assert framed.left_out == {"I-20": 1, "I-24": 1}


def test_a_check_of_the_office_s_own_accord_leaves_the_well_kept_in_peace(cn: Rulebook) -> None:
    candidates = [Candidate(f"uscc:{code}", code, "330000") for code in "ABCD"]
    framed = stratify(candidates, terms(cn, Check(Ground.SPECIAL)))
    assert {one.code for one in framed.strata} == set("BCD")
    assert framed.left_out == {"C-05": 1}


def test_a_key_area_is_a_stratum_of_its_own_with_its_own_share() -> None:
    general = """[[treatment]]
scale = "risk"
class = "low"
ratio_ppm = 10_000"""
    law = book("inspection", general, general.replace("10_000", '500_000\narea = "kitchens"') + f"\n{RULE}\n{general}")
    at = Terms(law.supervision, treatments_in_force(law.supervision, "risk", DAY), law.calendar, DAY)
    candidates = [Candidate(f"number:{n}", "low", "", {"kitchens"} if n < 10 else ()) for n in range(100)]
    framed = stratify(candidates, at)
    assert {one.code: one.size for one in framed.strata} == {"low": 1, "low/kitchens": 5}
    drawn_together = stratify(candidates, at, By.REGION)
    assert [one.size for one in drawn_together.strata] == [6]


RULE = """number = "I-3"
title = { en = "Kitchens" }
valid_from = 2000-01-01
source = { instrument = "Act", confidence = "text" }"""


@settings(deadline=None)
@given(pasts=st.lists(st.builds(Past, st.none() | st.dates(date(2024, 1, 1), DAY), st.integers(0, 9)), max_size=40))
def test_everyone_is_in_the_frame_or_counted_as_left_out(cn: Rulebook, pasts: list[Past]) -> None:
    candidates = [Candidate(f"uscc:{n:03}", "ABCD"[n % 4], "", past=past) for n, past in enumerate(pasts)]
    framed = stratify(candidates, terms(cn))
    assert len(framed.units) + sum(framed.left_out.values()) == len(pasts)
    assert all(stratum.size >= 1 for stratum in framed.strata)

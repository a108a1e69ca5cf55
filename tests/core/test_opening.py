"""Opening a case: by whoever may take a first step, about facts the procedure is about, in time."""

from __future__ import annotations

from datetime import UTC, date, datetime

from goodstanding.core.case import Actor, Why
from goodstanding.core.dates import Calendar, Span
from goodstanding.core.fact import Fact
from goodstanding.core.opening import check_open, openers
from goodstanding.core.rulebook import Rulebook
from tests.core.small_procedure import CLOCKS, HEAD, STEPS, procedures

DAY = date(2026, 3, 2)
CALENDAR = Calendar(frozenset({6, 7}), frozenset(), frozenset(), (2025, 2027))
ABOUT = '[[procedure.about]]\nkind = "penalty"\nwithin = { number = 30, unit = "day" }\n'
TIMED = procedures(HEAD + STEPS + CLOCKS + ABOUT).versions[0]
OFFICER = Actor("o", "officer")


def fact(kind: str) -> Fact:
    return Fact("x:1", kind, "test", "1", Span(DAY), datetime(2026, 3, 2, tzinfo=UTC), {})


PENALTY = fact("penalty")


def whys(
    actor: Actor = OFFICER, about: tuple[Fact, ...] = (PENALTY,), public: bool = True, day: date = DAY
) -> set[Why]:
    published = {PENALTY.digest: DAY} if public else {}
    return {one.why for one in check_open(TIMED, actor, about, published, day, CALENDAR)}


def test_whoever_may_take_a_first_step_may_open() -> None:
    assert openers(TIMED, DAY) == {"officer"}
    assert whys() == set()
    assert whys(Actor("b", "business")) == {Why.WRONG_ROLE}


def test_a_case_needs_a_fact_of_the_right_kind() -> None:
    assert whys(about=()) == {Why.WRONG_MATTER}
    assert whys(about=(PENALTY, fact("order"))) == {Why.WRONG_MATTER}


def test_the_last_day_is_counted_from_publication() -> None:
    assert whys(day=date(2026, 4, 1)) == set()
    assert whys(day=date(2026, 4, 2)) == {Why.TOO_LATE}
    assert whys(day=date(2026, 4, 2), public=False) == set()


def test_a_procedure_about_no_fact_opens_without_one() -> None:
    free = procedures().versions[0]
    assert check_open(free, OFFICER, (), {}, DAY, CALENDAR) == ()


def test_the_reference_rulebook_lets_only_officers_open_a_listing_and_a_business_object(cn: Rulebook) -> None:
    assert openers(cn.procedures.on("serious_listing", DAY), DAY) == {"officer", "chief"}
    assert openers(cn.procedures.on("abnormal_objection", DAY), DAY) == {"business", "officer"}

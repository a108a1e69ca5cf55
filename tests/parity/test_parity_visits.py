"""What an initial inspection and a re-inspection found is told apart, and only what was there by the day counts."""

from __future__ import annotations

from datetime import date, timedelta

from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from tests.engine.histories import entity_id, fact
from tests.parity.test_parity_indicators import hold_together

ON = date(2015, 4, 1)


def visit(on: date, kind: str, score: int, violations: int | None = None) -> Fact:
    said = {} if violations is None else {"violations": violations}
    ref = f"{on}/{kind}/{score}"
    return fact(0, "inspection", on, ref=ref, visit=kind, programme="cycle", score=score, results=("pass",), **said)


def values(book: Rulebook, *visits: Fact) -> dict[str, int | None]:
    own = [fact(0, "registration", date(2010, 1, 28)), *visits]
    return hold_together([(entity_id(0), own)], book, ON)[entity_id(0)]


def test_each_kind_of_visit_keeps_its_own_last_points(nyc: Rulebook) -> None:
    found = values(
        nyc,
        visit(date(2014, 1, 1), "initial", 30),
        visit(date(2014, 2, 1), "re_inspection", 11),
        visit(date(2014, 12, 1), "initial", 21),
        visit(date(2015, 1, 1), "re_inspection", -1),
        visit(date(2015, 2, 1), "reopening", 5),
    )
    assert (found["score_last_initial"], found["score_last_re_inspection"], found["score_last"]) == (21, 0, 5)
    assert found["re_inspections_share_all"] == 400


def test_of_two_on_a_day_the_most_points_count_and_a_later_visit_is_not_seen(nyc: Rulebook) -> None:
    found = values(
        nyc,
        visit(ON, "initial", 14),
        visit(ON, "initial", 9),
        visit(ON + timedelta(days=1), "initial", 50),
        visit(ON + timedelta(days=1), "re_inspection", 50),
    )
    assert (found["score_last_initial"], found["score_last_re_inspection"]) == (14, None)
    assert found["re_inspections_share_all"] == 0


def test_violations_are_a_mean_of_the_inspections_that_counted_them(nyc: Rulebook) -> None:
    counted = [visit(date(2014, month, 1), "initial", 10, number) for month, number in ((1, 2), (2, 3), (3, 3))]
    assert values(nyc, *counted, visit(date(2014, 4, 1), "initial", 10))["violations_mean_all"] == 2666
    assert values(nyc, visit(date(2014, 4, 1), "initial", 10))["violations_mean_all"] is None


def test_who_was_never_inspected_has_nothing_to_say(nyc: Rulebook) -> None:
    names = ("score_last_initial", "score_last_re_inspection", "re_inspections_share_all", "violations_mean_all")
    assert {values(nyc)[name] for name in names} == {None}

"""Points, bands, direct rules; scales and scorecards as the rulebook writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.classification import ClassBand, Condition, DirectRule, Scale, Scorecard, Signal, Weighing, score
from goodstanding.core.dates import Span
from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.rule import Confidence, Rule, Source
from goodstanding.core.rulebook import load
from tests.core.small_law import files

RULE = Rule("C-1", {"en": "Points"}, Span(date(2000, 1, 1)), Source("Act", "1", Confidence.TEXT))
BANDS = {"A": 0, "B": 10, "C": 30}
SCALE = Scale("risk", {"en": "Risk"}, tuple(ClassBand(code, {"en": code}, at) for code, at in BANDS.items()), {})
FINES = Weighing("fines", ((0, 0), (1, 12), (3, 40)))
CLEAN = Weighing("clean", ((0, 0), (2, -15)))
LISTED = DirectRule(RULE, Condition("listed", 1), "C")


def card(*weighings: Weighing, base: int = 0, direct: tuple[DirectRule, ...] = ()) -> Scorecard:
    return Scorecard(RULE, "risk", base, weighings, direct)


@pytest.mark.parametrize(
    ("value", "points"), [(None, 0), (-1, 0), (0, 0), (1, 12), (2, 12), (3, 40), (10**12, 40)], ids=str
)
def test_a_value_falls_in_the_bin_whose_lower_bound_it_reaches_last(value: int | None, points: int) -> None:
    assert FINES.points(value) == points


@pytest.mark.parametrize(("points", "code"), [(0, "A"), (9, "A"), (10, "B"), (29, "B"), (30, "C"), (10**9, "C")])
def test_a_class_holds_its_lower_bound_and_not_the_next(points: int, code: str) -> None:
    assert SCALE.of_points(points).code == code


def test_the_total_is_the_base_and_every_line_and_each_line_says_its_value() -> None:
    outcome = score({"fines": 1, "clean": 2}, card(FINES, CLEAN, base=20), SCALE)
    assert [(line.indicator, line.value, line.points) for line in outcome.lines] == [
        ("fines", 1, 12),
        ("clean", 2, -15),
    ]
    assert (outcome.points, outcome.class_code) == (17, "B")


def test_a_total_never_falls_below_zero() -> None:
    outcome = score({"clean": 5}, card(CLEAN), SCALE)
    assert (outcome.points, outcome.class_code) == (0, "A")


def test_an_indicator_with_nothing_to_say_gives_no_points_and_says_so() -> None:
    outcome = score({}, card(FINES, direct=(LISTED,)), SCALE)
    assert (outcome.points, outcome.lines[0].value, outcome.lines[0].points, outcome.direct) == (0, None, 0, ())


def test_a_direct_rule_sets_the_class_whatever_the_points_say() -> None:
    outcome = score({"listed": 1}, card(FINES, direct=(LISTED,)), SCALE)
    assert (outcome.points, outcome.class_code, outcome.direct) == (0, "C", (LISTED,))


def test_a_direct_rule_never_lowers_a_class_and_still_stands_in_the_explanation() -> None:
    mild = DirectRule(RULE, Condition("listed", 1), "B")
    outcome = score({"listed": 1, "fines": 3}, card(FINES, direct=(mild,)), SCALE)
    assert (outcome.class_code, outcome.direct) == ("C", (mild,))


def test_of_two_direct_rules_the_higher_class_holds() -> None:
    mild = DirectRule(RULE, Condition("listed", 1), "B")
    for rules in ((mild, LISTED), (LISTED, mild)):
        outcome = score({"listed": 1}, card(FINES, direct=rules), SCALE)
        assert (outcome.class_code, outcome.direct) == ("C", rules)


def test_a_direct_rule_holds_from_its_bound_on() -> None:
    twice = DirectRule(RULE, Condition("listed", 2), "C")
    assert score({"listed": 1}, card(FINES, direct=(twice,)), SCALE).direct == ()
    assert score({"listed": 2}, card(FINES, direct=(twice,)), SCALE).direct == (twice,)


def test_a_card_names_every_indicator_once_in_its_own_order() -> None:
    again = DirectRule(RULE, Condition("fines", 5), "C")
    assert card(FINES, CLEAN, direct=(LISTED, again)).indicators == ("fines", "clean", "listed")


@settings(deadline=None)
@given(
    fines=st.none() | st.integers(-3, 8),
    clean=st.none() | st.integers(-3, 8),
    listed=st.none() | st.integers(0, 3),
    base=st.integers(-20, 40),
)
def test_more_fines_never_mean_a_better_class(
    fines: int | None, clean: int | None, listed: int | None, base: int
) -> None:
    table = card(FINES, CLEAN, base=base, direct=(LISTED,))
    less = score({"fines": fines, "clean": clean, "listed": listed}, table, SCALE)
    more = score({"fines": (fines or 0) + 1, "clean": clean, "listed": listed}, table, SCALE)
    assert less.points <= more.points
    assert SCALE.position(less.class_code) <= SCALE.position(more.class_code)
    assert less.points == max(0, base + sum(line.points for line in less.lines))


UP = Signal(RULE, Condition("spike"), 2, "B")
DOWN = Signal(RULE, Condition("honoured"), -1, "A")


@pytest.mark.parametrize(
    ("points", "signals", "code"),
    [
        (0, (UP,), "B"),  # two steps, and no further than the bound
        (10, (UP,), "B"),
        (30, (UP,), "C"),  # past the bound already: it stays
        (30, (DOWN,), "B"),
        (0, (DOWN,), "A"),
        (0, (UP, DOWN), "A"),
        (30, (DOWN, UP), "B"),
    ],
)
def test_a_signal_moves_a_class_by_its_steps_and_never_past_its_bound(
    points: int, signals: tuple[Signal, ...], code: str
) -> None:
    moved = replace(card(base=points), signals=signals)
    outcome = score({"spike": 1, "honoured": 1}, moved, SCALE)
    assert (outcome.class_code, outcome.points, outcome.signals) == (code, points, signals)
    assert score({}, moved, SCALE).class_code == SCALE.of_points(points).code


def test_a_direct_rule_holds_whatever_the_signals_say() -> None:
    lowered = replace(card(base=30, direct=(LISTED,)), signals=(DOWN,))
    assert score({"listed": 1, "honoured": 1}, lowered, SCALE).class_code == "C"
    assert score({"honoured": 1}, lowered, SCALE).class_code == "B"


def test_what_is_bound_to_a_key_area_counts_only_there() -> None:
    weighing = replace(FINES, area="food", missing=4)
    floor = DirectRule(RULE, Condition("", area="food"), "B")
    bound = replace(card(CLEAN, weighing), direct=(floor,))
    outside, inside, silent = (
        score({"fines": 3}, bound, SCALE),
        score({"fines": 3}, bound, SCALE, {"food"}),
        score({}, bound, SCALE, {"food"}),
    )
    assert (outside.points, outside.class_code, outside.lines[1].applies, outside.direct) == (0, "A", False, ())
    assert (inside.points, inside.class_code, inside.lines[1].applies, inside.direct) == (40, "C", True, (floor,))
    assert (silent.points, silent.class_code) == (4, "B")
    assert bound.areas == ("food",)


def test_every_number_falls_in_exactly_one_range_of_a_card_that_was_read() -> None:
    read = load(files()).scorecards[0].weighings[0]
    assert [(read.bin_of(value), read.points(value)) for value in (-5, 0, 1, 2, 3, 99)] == [
        (0, 0),
        (0, 0),
        (1, 5),
        (1, 5),
        (2, 12),
        (2, 12),
    ]
    assert [read.bounds(place) for place in range(3)] == [(None, 1), (1, 3), (3, None)]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("lower = 0", "lower = 1", "begin at 0"),
        ("lower = 10", "lower = 0", "begin at 0 and rise"),
        ('code = "high"', 'code = "low"', "Each class once"),
        ('scale = "risk"', 'scale = "grade"', "A scale of this file"),
        ("from = 1, to = 2", "from = 0, to = 2", "1."),
        ("from = 1, to = 2", "from = 2, to = 2", "1."),
        ("from = 1, to = 2", "from = 1, to = 0", "not below the first"),
        ("from = 1, to = 2", "to = 2", "Only the first range without `from`"),
        ("from = 1, to = 2", "from = 1", "Only the last range without `to`"),
        ("{ to = 0, points = 0 }", "{ from = 0, to = 0, points = 0 }", "A first range without `from`"),
        ("{ from = 3, points = 12 }", "{ from = 3, to = 9, points = 12 }", "the last one without `to`"),
        ("points = 12 }", "points = 4 }", "checks is rising"),
        ('checks = "rising"', 'checks = "falling"', "checks is falling"),
        ('checks = "rising"', 'checks = "upwards"', "One of: rising, falling"),
        ('checks = "rising"', 'cheques = "rising"', "indicator of the engine"),
        ("points = 12 }", "points = 9_000_000 }", "Points between"),
        ('area = "kitchens"\nmissing = 3', "missing = 3", "Each indicator once"),
        ('area = "kitchens"\nmissing', 'area = "cellars"\nmissing', "A key area of this file"),
        ('area = "kitchens"\nsteps', "steps", "An indicator, an area, or both"),
        ("steps = 1", "steps = 0", "Classes towards more risk"),
        ("steps = 1", "at_least = 1\nsteps = 1", "only beside an indicator"),
        ("steps = 1", "steps = 8", "7 at most"),
        ("steps = 1", 'indicator = "checks"\nsteps = -1', "checks is rising"),
        ('area = "kitchens"\nsteps', f'indicator = "checks"\nat_least = {10**16}\nsteps', "From 1"),
        ('checks = "rising"', 'checks = "rising"\nlisted = "falling"', "listed is falling"),
        ("from = 1, to = 2", f"from = 1, to = {10**30}", "A number between"),
        ("lower = 10", f"lower = {10**30}", "Points between"),
        ('code = "high"', 'code = ""', "A code of 1 to 10 characters"),
        ('code = "high"', 'code = "high risk"', "A code of 1 to 10 characters"),
        ('code = "high"', 'code = "higherthanany"', "A code of 1 to 10 characters"),
        ('code = "high"', 'code = "hi\\u0007gh"', "A code of 1 to 10 characters"),
        ("[scale.risk]", f"[scale.{'r' * 41}]", "A code of 1 to 40 characters"),
        ('bound = "high"', 'bound = "highest"', "A class of scale risk"),
        ('codes = ["bad"]', 'codes = ["sad"]', "Codes of table results"),
        ('codes = ["bad"]', "codes = []", "Codes of table results"),
        ('field = "results"', 'field = "place"', "holds codes and is a feature"),
        ('kind = "check"', 'kind = "cheque"', "A fact kind of facts.toml"),
        ('class = "high"', 'class = "highest"', "A class of scale risk"),
        ('indicator = "checks"', 'indicator = "cheques"', "indicator of the engine"),
    ],
)
def test_a_mistake_in_a_scale_or_card_is_refused_with_what_is_wanted(old: str, new: str, wanted: str) -> None:
    with pytest.raises(RulebookInvalid) as caught:
        load(files("classification", old, new), indicators={"checks", "listed"})
    assert wanted in caught.value.wants
    assert "classification.toml" in caught.value.asked

"""How a class is treated, whom a lot leaves in peace and until when, and what a rulebook may not say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Period, Span, Unit
from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook, load
from goodstanding.core.treatment import (
    MILLION,
    Check,
    Frequency,
    Ground,
    LeftOut,
    Mode,
    Past,
    Treatment,
    left_out,
    past_of,
    treatment_of,
)
from tests.core import small_law

DAY = date(2026, 11, 6)
KNOWN = datetime(2026, 11, 6, 12, tzinfo=UTC)

RULE = """number = "I-9"
title = { en = "Some rule" }
valid_from = 2000-01-01
source = { instrument = "Act", confidence = "text" }
"""
WHOLE = f"""[[treatment]]
scale = "risk"
class = "low"
area = "kitchens"
ratio_ppm = 50_000
modes = ["visit"]
items = ["shop"]
most_per_year = 4
cooling_off = {{ number = 90, unit = "day" }}
{RULE}
[[treatment]]
scale = "risk"
class = "high"
ratio_ppm = 500_000
frequency = {{ number = 3, per = {{ number = 2, unit = "year" }} }}
{RULE}
[benefit.quick]
{RULE}
[[limit]]
name = "most_per_year"
except_for = ["complaint"]
{RULE}
[[limit]]
name = "cooling_off"
{RULE}
[[no_disturbance]]
scale = "risk"
classes = ["low"]
except_for = ["lot", "lead"]
{RULE}
[exemption]
kind = "cure"
longest = {{ number = 1, unit = "year" }}
except_for = ["duty"]

[[treatment]]
scale = "risk"
class = "low"
modes = ["paper", "visit"]
most_per_year = 2
cooling_off = {{ number = 6, unit = "month" }}
benefits = ["quick"]
ratio_ppm = 10_000"""


def files(old: str = "", new: str = "") -> dict[str, bytes]:
    """Return a rulebook that says everything of supervision that may be said, with one text replaced."""
    bare = '[[treatment]]\nscale = "risk"\nclass = "low"\nratio_ppm = 10_000'
    content = small_law.files("inspection", bare, WHOLE)
    text = content["inspection.toml"].decode()
    text = text.replace("is_adverse = false, is_alone", "is_adverse = false, is_clean = true, is_alone")
    assert old in text
    return content | {"inspection.toml": text.replace(old, new, 1).encode()}


LAW = load(files(), indicators={"checks", "listed"})


@pytest.fixture
def law() -> Rulebook:
    return LAW


def low(law: Rulebook, *areas: str) -> Treatment:
    found = treatment_of(law.supervision.treatments, "low", areas)
    assert found is not None
    return found


def out(law: Rulebook, past: Past, check: Check | None = None, day: date = DAY) -> LeftOut | None:
    return left_out(low(law), past, law.supervision, check or Check(), day, law.calendar)


def checked(on: date, *results: str, ref: str = "") -> Fact:
    return Fact("number:1", "check", "checks", ref or str(on), Span(on), KNOWN, {"results": results})


def test_a_key_area_replaces_the_treatment_of_its_class(law: Rulebook) -> None:
    assert low(law).ratio_ppm == 10_000
    assert low(law).modes == (Mode.PAPER, Mode.VISIT)
    kitchens = low(law, "kitchens")
    assert (kitchens.ratio_ppm, kitchens.items, kitchens.cooling_off) == (50_000, ("shop",), Period(90, Unit.DAY))


def test_of_two_key_areas_the_stricter_counts(law: Rulebook) -> None:
    kitchens = low(law, "kitchens")
    stricter = replace(kitchens, area="boilers", ratio_ppm=60_000)
    both = (*law.supervision.treatments, stricter)
    assert treatment_of(both, "low", {"kitchens", "boilers"}) is stricter
    assert treatment_of((stricter, *law.supervision.treatments), "low", {"kitchens"}) is kitchens


def test_a_class_nobody_treats_has_no_treatment(law: Rulebook) -> None:
    assert treatment_of(law.supervision.treatments, "lowest", ()) is None


def test_a_quiet_time_ends_the_day_after_its_last(law: Rulebook) -> None:
    past = Past(last_clean_on=date(2026, 5, 6))
    found = out(law, past)
    assert found is not None
    assert found.until_on == date(2026, 11, 7)
    assert out(law, past, day=date(2026, 11, 7)) is None


def test_of_several_rules_the_one_that_holds_longest_is_told(law: Rulebook) -> None:
    past = Past(last_clean_on=date(2026, 10, 1), checks_this_year=2, exempt=Span(date(2026, 1, 5), date(2026, 12, 1)))
    found = out(law, past)
    assert found is not None
    assert found.until_on == date(2027, 4, 2)
    own_accord = out(law, past, Check(Ground.SPECIAL))
    assert own_accord is not None
    assert own_accord.until_on is None


def test_a_limit_stands_in_the_way_of_no_ground_it_excepts(law: Rulebook) -> None:
    often = Past(checks_this_year=2)
    assert out(law, often) is not None
    assert out(law, often, Check(Ground.LEAD)) is not None
    # The no-disturbance rule excepts no complaint here; the limit does.
    found = out(law, often, Check(Ground.COMPLAINT))
    assert found is not None
    assert found.rule is law.supervision.no_disturbance[0].rule


def test_an_exemption_protects_no_longer_than_the_longest(law: Rulebook) -> None:
    for span in (Span(date(2025, 11, 6)), Span(date(2025, 11, 6), date(2030, 1, 1))):
        found = out(law, Past(exempt=span))
        assert found is not None
        assert found.until_on == date(2026, 11, 7)
        assert out(law, Past(exempt=span), day=date(2026, 11, 7)) is None
        assert out(law, Past(exempt=span), Check(Ground.DUTY), day=date(2026, 11, 6)) is not None  # class low is spared
    ended = Past(exempt=Span(date(2026, 10, 1), date(2026, 11, 6)))
    assert out(law, ended) is None


def test_a_mode_the_class_does_not_allow_leaves_it_out(law: Rulebook) -> None:
    found = out(law, Past(), Check(mode=Mode.REMOTE))
    assert found == LeftOut(low(law).rule, None)
    assert out(law, Past(), Check(mode=Mode.PAPER)) is None


@settings(deadline=None)
@given(
    past=st.builds(
        Past,
        st.none() | st.dates(date(2024, 1, 1), DAY),
        st.integers(0, 20),
        st.none() | st.builds(Span, st.dates(date(2024, 1, 1), DAY)),
    )
)
def test_chance_reaches_everyone_within_two_years(past: Past) -> None:
    law = LAW
    day, waited = DAY, past
    for _ in range(4):  # one step for each rule that may hold
        found = left_out(low(law), waited, law.supervision, Check(), day, law.calendar)
        if found is None:
            break
        assert found.until_on is not None
        assert found.until_on > day
        if found.until_on.year > day.year:
            waited = replace(waited, checks_this_year=0)
        day = found.until_on
    assert left_out(low(law), waited, law.supervision, Check(), day, law.calendar) is None
    assert day <= DAY + timedelta(days=731)


def test_only_the_last_check_makes_a_quiet_time(law: Rulebook) -> None:
    seen = view([checked(date(2026, 3, 1), "good"), checked(date(2026, 4, 1), "bad")], DAY, KNOWN)
    assert past_of(seen, law.inspection, law.supervision) == Past(None, 2, last_check_on=date(2026, 4, 1))
    seen = view([checked(date(2026, 4, 1), "good"), checked(date(2026, 3, 1), "bad")], DAY, KNOWN)
    assert past_of(seen, law.inspection, law.supervision) == Past(date(2026, 4, 1), 2, last_check_on=date(2026, 4, 1))


def test_results_of_one_day_are_one_check_as_clean_as_the_worst(law: Rulebook) -> None:
    day = date(2026, 4, 1)
    both = [checked(day, "good", ref="a"), checked(day, "bad", ref="b")]
    for facts in (both, both[::-1]):
        assert past_of(view(facts, DAY, KNOWN), law.inspection, law.supervision) == Past(None, 1, last_check_on=day)


def test_last_year_s_checks_count_toward_no_cap_and_visits_to_come_do(law: Rulebook) -> None:
    seen = view([checked(date(2025, 12, 31), "bad"), checked(date(2026, 1, 1), "bad")], DAY, KNOWN)
    assert past_of(seen, law.inspection, law.supervision, to_come=2).checks_this_year == 3


@pytest.mark.parametrize(
    ("frequency", "yearly_ppm"),
    [
        (Frequency(1, Period(2, Unit.YEAR)), MILLION // 2),
        (Frequency(3, Period(1, Unit.YEAR)), 3 * MILLION),
        (Frequency(1, Period(6, Unit.MONTH)), 2 * MILLION),
        (Frequency(1, Period(30, Unit.DAY)), 12_166_666),
    ],
)
def test_a_frequency_is_so_many_a_year(frequency: Frequency, yearly_ppm: int) -> None:
    assert frequency.yearly_ppm == yearly_ppm


CAP = f"""[[limit]]
name = "most_per_year"
except_for = ["complaint"]
{RULE}"""

YEARLY = 'frequency = { number = 1, per = { number = 1, unit = "year" } }'

MISTAKES = [
    ("ratio_ppm = 10_000", "ratio_ppm = 0", "ratio_ppm", "0.", "chance reaches everyone"),
    ("ratio_ppm = 50_000", "ratio_ppm = 9_999", "ratio_ppm", "9999 in the area kitchens", "never drawn less"),
    ("most_per_year = 4", "most_per_year = 1", "most_per_year", "1 in the area kitchens, 2", "never limited to fewer"),
    ("most_per_year = 2", "most_per_year = 0", "most_per_year", "0.", "One or more"),
    (CAP, "", "most_per_year", "No rule says why", "most_per_year"),
    ("number = 90", "number = 200", "cooling_off", "Longer in the area kitchens", "left in peace for longer"),
    ('modes = ["paper", "visit"]', YEARLY, "frequency", "Less often in the area kitchens", "no less often"),
    ('area = "kitchens"', 'area = "cellars"', "area", "'cellars'", "key area"),
    ('["paper", "visit"]', '["paper", "letter"]', "modes", "letter", "paper, remote, visit"),
    ('["paper", "visit"]', '["paper", "paper"]', "modes", "paper, paper", "each once"),
    ('["paper", "visit"]', "[]", "modes", "An empty list", "the usual one"),
    ('["quick"]', '["slow"]', "benefits", "slow", "[benefit.<code>]"),
    ('["shop"]', '["ship"]', "items", "ship", "[item.<code>]"),
    ("number = 6, unit", "number = 0, unit", "cooling_off.number", "0.", "One or more"),
    ("{ number = 3, per", "{ number = 0, per", "frequency.number", "0.", "One or more"),
    ('number = 2, unit = "year"', 'number = 2, unit = "working_day"', "per.unit", "working_day", "Days, months"),
    ('except_for = ["complaint"]', 'except_for = ["whim"]', "except_for", "whim", "lot, special, complaint"),
    ('["lot", "lead"]', '["lead"]', "except_for", "lead", "open to everyone"),
    ('classes = ["low"]', 'classes = ["lower"]', "classes", "risk: lower", "Classes of a scale"),
    ('classes = ["low"]', "classes = []", "classes", "risk: no class", "Classes of a scale"),
    ('kind = "cure"', 'kind = "pardon"', "kind", "'pardon'", "fact kind"),
    ('unit = "year" }\nexcept_for = ["duty"]', 'unit = "working_day" }', "longest.unit", "working_day", "Days, months"),
    ("is_clean = true", "is_clean = false", "cooling_off", "No result is ever clean", "is_clean = true"),
    ('bad = { title = { en = "Bad" }', 'bad = { is_clean = true, title = { en = "Bad" }', "is_clean", "adverse", "not"),
]


@pytest.mark.parametrize(("old", "new", "key", "found", "wants"), MISTAKES, ids=[f"{m[2]}-{m[3]}" for m in MISTAKES])
def test_a_mistake_is_refused_with_its_key(old: str, new: str, key: str, found: str, wants: str) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        load(files(old, new))
    assert f"{key} in inspection.toml" in refused.value.asked
    assert found in refused.value.found
    assert wants in refused.value.wants


def test_two_rules_for_one_limit_on_one_day_are_refused() -> None:
    again = f'[[limit]]\nname = "cooling_off"\n{RULE}\n'
    with pytest.raises(RulebookInvalid, match="One rule for cooling_off on any day"):
        load(files("[exemption]", again + "[exemption]"))


def test_a_key_area_may_not_drop_an_item_of_its_class() -> None:
    content = files("most_per_year = 2", 'most_per_year = 2\nitems = ["shop"]')
    text = content["inspection.toml"].replace(b'items = ["shop"]\nmost_per_year = 4', b"most_per_year = 4")
    with pytest.raises(RulebookInvalid, match="Items are only ever added"):
        load(content | {"inspection.toml": text})

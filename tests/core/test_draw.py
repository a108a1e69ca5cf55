"""The draw: lawful plans in, one outcome out, and nothing in between that a stranger could not repeat."""

from __future__ import annotations

import copy
import dataclasses
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest

from goodstanding.core.draw import (
    Event,
    Inspector,
    Plan,
    Seed,
    SeedKind,
    Stratum,
    Unit,
    check_plan,
    commit,
    draw,
    inspector_order,
    rank,
    recuse,
    replace_closed,
    ticket,
    units_short_of_inspectors,
)
from goodstanding.core.draw_bundle import bundle, read_bundle, rerun
from goodstanding.core.draw_commitment import instant_text, seal
from goodstanding.core.draw_plan import salted
from goodstanding.core.draw_units import certain, chances, take
from goodstanding.core.errors import BundleDiffers, NotCommitted, PlanInvalid, TooFewInspectors
from tests.verify.second import golden

COMMITTED_AT = datetime(2024, 3, 11, 9, tzinfo=UTC)
REVEALED_AT = datetime(2024, 3, 18, 6, 30, tzinfo=UTC)
VECTORS = golden("vectors.json")


def plan_of(units: int = 12, size: int = 4, weight: Callable[[int], int] = lambda _: 1) -> Plan:
    """Return a plan of one stratum with five inspectors who may go anywhere."""
    return Plan(
        label="test",
        title="A plan for tests",
        as_of=date(2024, 3, 1),
        rulebook_digest="ab" * 32,
        frame=tuple(Unit(f"u{number:03d}", "s", weight(number)) for number in range(units)),
        strata=(Stratum("s", size),),
        roster=tuple(Inspector(f"i{number}") for number in range(5)),
        reserves_per_stratum=3,
        frame_is_public=True,
    )


def seed_of(value: str = "40718256093351827746") -> Seed:
    return Seed(value, SeedKind.DECLARED, REVEALED_AT)


def units_drawn(plan: Plan, seed_value: str) -> list[str]:
    outcome = draw(plan, seed_of(seed_value), commit(plan, COMMITTED_AT))
    return [one.unit_id for one in outcome.selected]


# -- vectors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["tickets"], ids=lambda vector: vector["label"])
def test_a_ticket_is_the_vector(vector: dict[str, Any]) -> None:
    assert f"{ticket(vector['label'], vector['seed'], *vector['ids']):064x}" == vector["ticket"]


@pytest.mark.parametrize("vector", VECTORS["ranks"], ids=lambda vector: f"weight {vector['weight']}")
def test_a_rank_is_the_vector(vector: dict[str, Any]) -> None:
    assert rank(int(vector["ticket"], 16), vector["weight"]) == int(vector["rank"], 16)


@pytest.mark.parametrize("vector", VECTORS["chances"], ids=lambda vector: f"{vector['size']} of {vector['weights']}")
def test_the_chances_are_those_of_the_vector(vector: dict[str, Any]) -> None:
    units = [Unit(f"{number:02}", "s", weight) for number, weight in enumerate(vector["weights"])]
    found = chances(units, vector["size"])
    assert [list(found[unit.id]) for unit in units] == vector["chances"]
    assert sum(Fraction(*one) for one in found.values()) == vector["size"]


def test_the_small_plan_gives_the_commitment_and_the_result_of_the_vector() -> None:
    vector = VECTORS["draw"]
    document = {
        "format": "goodstanding-draw/2",
        "plan": vector["plan"],
        "commitment": {**vector["commitment"], "committed_at": "2024-01-03T00:00:00.000000Z"},
        "seed": vector["seed"],
        "result": vector["result"],
    }
    assert rerun(document).draw.commitment.digest == vector["commitment"]["digest"]


def test_the_golden_bundle_is_what_its_plan_and_seed_give() -> None:
    document = golden("bundle.json")
    stated = read_bundle(document)
    assert bundle(stated.plan, draw(stated.plan, stated.draw.seed, stated.draw.commitment)) == document


# -- what the order of input and the weights do ---------------------------------------------------------------


def test_the_order_of_frame_strata_and_roster_changes_nothing() -> None:
    plan = plan_of(weight=lambda number: 1 + number % 3)
    turned = dataclasses.replace(plan, frame=plan.frame[::-1], roster=plan.roster[::-1])
    commitment = commit(plan, COMMITTED_AT)
    assert commit(turned, COMMITTED_AT) == commitment
    assert draw(turned, seed_of(), commitment) == draw(plan, seed_of(), commitment)


def test_equal_weights_rank_like_no_weights() -> None:
    heavy = plan_of(weight=lambda _: 2**32)
    assert units_drawn(heavy, "40718256093351827746") == units_drawn(plan_of(), "40718256093351827746")


def test_positions_count_through_drawn_units_and_reserves() -> None:
    plan = plan_of()
    outcome = draw(plan, seed_of(), commit(plan, COMMITTED_AT))
    assert [one.position for one in (*outcome.selected, *outcome.reserves)] == [1, 2, 3, 4, 5, 6, 7]
    ranks = [int(one.ticket_hex, 16) for one in (*outcome.selected, *outcome.reserves)]
    assert ranks == sorted(ranks)


def test_a_salt_hides_a_line_and_changes_no_lot() -> None:
    plan = plan_of()
    hidden = dataclasses.replace(salted(plan, "a secret"), frame_is_public=False)
    assert units_drawn(hidden, "seed") == units_drawn(plan, "seed")
    assert seal(hidden).frame.root != seal(salted(plan, "another")).frame.root
    assert len({unit.salt for unit in hidden.frame} | {one.salt for one in hidden.roster}) == 17


def test_a_stratum_of_size_zero_gives_neither_visits_nor_reserves() -> None:
    plan = plan_of(size=0)
    outcome = draw(plan, seed_of(), commit(plan, COMMITTED_AT))
    assert (outcome.selected, outcome.reserves) == ((), ())


def test_equal_weights_are_drawn_equally_often() -> None:
    # Chi-square with the factor (n-1)/n for draws without replacement; 43.8 is the 99.9 % point for 19 degrees.
    # The seeds are fixed, so this is arithmetic and never fails by bad luck.
    units, size, rounds = 20, 5, 400
    drawn = Counter(one for number in range(rounds) for one in units_drawn(plan_of(units, size), f"round {number}"))
    expected = rounds * size // units
    spread = sum((drawn[f"u{number:03d}"] - expected) ** 2 for number in range(units))
    # variance of one count: rounds * p * (1 - p) with p = size / units
    variance_times_units_squared = rounds * size * (units - size)
    assert spread * units * units * (units - 1) * 10 < 438 * variance_times_units_squared * units


ROUNDS = 2000


@pytest.mark.parametrize(
    ("weights", "size"),
    [
        ([1] * 12, 5),
        ([2, 1, 1], 1),  # the smallest stratum that equal tickets over weights would get wrong: 7/12 for 1/2
        ([1, 2, 3, 4, 5, 6, 7, 8], 3),
        ([100, 3, 2, 2, 1, 1, 1], 3),  # one is certain, and then the next almost
        ([5, 5, 5, 1, 1, 1, 1, 1], 4),
    ],
    ids=str,
)
def test_every_unit_is_drawn_as_often_as_its_chance_says(weights: list[int], size: int) -> None:
    # Chi-square over fixed seeds: arithmetic that never fails by bad luck. Counts of one round are negatively
    # correlated, so the sum of squares is at most that of as many independent counts.
    units = [Unit(f"u{number:02}", "s", weight) for number, weight in enumerate(weights)]
    chance = {one: Fraction(*part) for one, part in chances(units, size).items()}
    drawn: Counter[str] = Counter()
    for number in range(ROUNDS):
        taken = take(units, size, 0, "test", f"round {number}")
        assert len({one.unit.id for one in taken}) == size
        drawn.update(one.unit.id for one in taken)
    for one, part in chance.items():
        assert (part < 1) or drawn[one] == ROUNDS
    open_ = {one: part for one, part in chance.items() if part < 1}
    spread = sum((drawn[one] - ROUNDS * part) ** 2 / (ROUNDS * part * (1 - part)) for one, part in open_.items())
    assert float(spread) < CHI_SQUARE_999[len(open_)]


CHI_SQUARE_999 = {3: 16.3, 5: 20.5, 6: 22.5, 8: 26.1, 12: 32.9}
"""The 99.9 % point by degrees of freedom."""


def test_no_place_in_a_frame_is_out_of_reach() -> None:
    units = [Unit(f"u{number:03}", "s", 1 + number % 7) for number in range(60)]
    reached = {one.unit.id for number in range(400) for one in take(units, 6, 0, "test", f"round {number}")}
    assert len(reached) == len(units)


def test_the_heaviest_are_certain_and_the_others_share_what_is_left() -> None:
    assert certain([9, 4, 4, 1], 3) == (1, 9)
    assert certain([1, 1], 2) == (2, 0)
    assert certain([1, 1, 1], 0) == (0, 3)
    assert certain([], 0) == (0, 0)


# -- inspectors ------------------------------------------------------------------------------------------------


def test_inspectors_cover_the_region_hold_the_skills_and_are_not_recused() -> None:
    plan = dataclasses.replace(
        plan_of(units=0, size=1),
        frame=(Unit("u", "s", region="north", skills=("food",)),),
        roster=(
            Inspector("fits", ("food", "lifts"), ("north", "south")),
            Inspector("goes anywhere", ("food",)),
            Inspector("other region", ("food",), ("south",)),
            Inspector("no skill", (), ("north",)),
            Inspector("recused", ("food",), ("north",), ("u",)),
        ),
    )
    assert set(inspector_order(plan, "seed", "u")) == {"fits", "goes anywhere"}


def test_stand_ins_continue_the_order_of_inspectors() -> None:
    plan = plan_of()
    outcome = draw(plan, seed_of(), commit(plan, COMMITTED_AT))
    for one in (*outcome.selected, *outcome.reserves):
        order = inspector_order(plan, seed_of().value, one.unit_id)
        assert (one.inspectors, one.stand_ins) == (order[:2], order[2:4])


def test_a_drawn_unit_carries_the_ticket_of_its_id() -> None:
    plan = plan_of()
    for one in draw(plan, seed_of(), commit(plan, COMMITTED_AT)).selected:
        assert one.ticket_hex == f"{ticket('test', seed_of().value, one.unit_id):064x}"


def test_whoever_has_had_enough_visits_goes_only_where_others_are_missing() -> None:
    plan = dataclasses.replace(plan_of(units=20, size=10), visits_per_inspector=4)
    outcome = draw(plan, seed_of(), commit(plan, COMMITTED_AT))
    load = Counter(one for visit in outcome.selected for one in visit.inspectors)
    assert {*load.values()} == {4}  # ten visits by two, five inspectors: all of them just full
    free = draw(plan_of(units=20, size=10), seed_of(), commit(plan_of(units=20, size=10), COMMITTED_AT))
    assert max(Counter(one for visit in free.selected for one in visit.inspectors).values()) > 4
    beyond = dataclasses.replace(plan, visits_per_inspector=3)
    full = draw(beyond, seed_of(), commit(beyond, COMMITTED_AT))
    assert all(len(visit.inspectors) == 2 for visit in full.selected)


def test_inspectors_are_ordered_anew_for_each_unit() -> None:
    plan = plan_of()
    assert len({inspector_order(plan, "seed", unit.id) for unit in plan.frame}) > 1


def test_asking_for_the_inspectors_of_a_stranger_is_refused() -> None:
    with pytest.raises(PlanInvalid):
        inspector_order(plan_of(), "seed", "stranger")


def test_a_recusal_after_the_draw_takes_the_next_ticket() -> None:
    plan = plan_of()
    one = draw(plan, seed_of(), commit(plan, COMMITTED_AT)).selected[0]
    first, second = one.inspectors
    assert recuse(one, {first}) == (second, one.stand_ins[0])
    assert recuse(one, {second, one.stand_ins[0]}) == (first, one.stand_ins[1])
    assert recuse(one, ()) == one.inspectors
    with pytest.raises(TooFewInspectors):
        recuse(one, {first, second, one.stand_ins[0]})


def test_a_closed_unit_is_replaced_by_the_next_reserve_and_nobody_moves() -> None:
    plan = plan_of()
    outcome = draw(plan, seed_of(), commit(plan, COMMITTED_AT))
    closed = {outcome.selected[1].unit_id, outcome.reserves[0].unit_id}
    visits = replace_closed(outcome, closed)
    assert visits == (outcome.selected[0], *outcome.selected[2:], outcome.reserves[1])
    everybody = {one.unit_id for one in (*outcome.selected, *outcome.reserves)}
    assert replace_closed(outcome, everybody) == ()


# -- plans that are refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"label": ""},
        {"label": " test"},
        {"label": "cafe\u0301"},
        {"rulebook_digest": ""},
        {"inspectors_per_visit": 0},
        {"inspectors_per_visit": True},
        {"reserves_per_stratum": -1},
        {"event": Event(SeedKind.LOTTERY)},
        {"visits_per_inspector": -1},
        {"frame_is_public": False},
        {"frame": (Unit("u", "s", salt="short"),)},
        {"frame": (Unit("u", "s"), Unit("u", "s"))},
        {"frame": (Unit("u", "t"),)},
        {"frame": (Unit("", "s"),)},
        {"frame": (Unit("u", "s", weight=0),)},
        {"frame": (Unit("u", "s", weight=2**32 + 1),)},
        {"frame": (Unit("u", "s", weight=1.0),)},
        {"frame": (Unit("u", "s", skills=("",)),)},
        {"frame": (Unit(7, "s"),)},
        {"strata": (Stratum("s", 1), Stratum("s", 2))},
        {"strata": (Stratum("s", 13),)},
        {"strata": (Stratum("s", -1),)},
        {"strata": (Stratum("s", 1), Stratum("", 0))},
        {"roster": (Inspector("i"), Inspector("i"), Inspector("j"))},
        {"roster": (Inspector("i", regions=("",)), Inspector("j"))},
    ],
    ids=str,
)
def test_a_plan_that_cannot_be_drawn_from_is_refused(change: dict[str, Any]) -> None:
    plan = dataclasses.replace(dataclasses.replace(plan_of(), strata=(Stratum("s", 1),)), **change)
    with pytest.raises(PlanInvalid):
        check_plan(plan)


def test_a_plan_is_refused_before_it_is_committed_when_a_unit_has_no_lawful_pair() -> None:
    plan = dataclasses.replace(plan_of(), roster=(Inspector("a"), Inspector("b", recused_from=("u003", "u001"))))
    assert units_short_of_inspectors(plan) == ("u001", "u003")
    with pytest.raises(TooFewInspectors) as caught:
        commit(plan, COMMITTED_AT)
    assert "u001, u003" in caught.value.found


def test_units_that_are_never_drawn_need_no_inspectors() -> None:
    plan = dataclasses.replace(plan_of(size=0), roster=())
    assert units_short_of_inspectors(plan) == ()


# -- commitment and seed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"title": "Another title"}, "header"),
        ({"as_of": date(2024, 3, 2)}, "header"),
        ({"event": Event(source="somewhere else")}, "header"),
        ({"visits_per_inspector": 9}, "header"),
        ({"strata": (Stratum("s", 5),)}, "strata"),
        ({"frame": (*plan_of().frame[:-1], Unit("u011", "s", region="north"))}, "frame"),
        ({"roster": (*plan_of().roster[:-1], Inspector("i4", recused_from=("u001",)))}, "roster"),
    ],
)
def test_every_change_of_the_plan_changes_its_commitment_in_one_part(change: dict[str, Any], part: str) -> None:
    plan = plan_of()
    changed = dataclasses.replace(plan, **change)
    before, after = seal(plan).lines, seal(changed).lines
    assert [name for name in before if before[name] != after[name]] == [part]
    assert commit(plan, COMMITTED_AT).digest != commit(changed, COMMITTED_AT).digest


def test_a_draw_from_another_plan_than_the_committed_one_is_refused() -> None:
    with pytest.raises(NotCommitted):
        draw(plan_of(size=5), seed_of(), commit(plan_of(), COMMITTED_AT))


@pytest.mark.parametrize("late_by", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-7)])
def test_a_seed_that_is_not_later_than_the_commitment_is_refused(late_by: timedelta) -> None:
    plan = plan_of()
    seed = dataclasses.replace(seed_of(), revealed_at=COMMITTED_AT + late_by)
    with pytest.raises(NotCommitted):
        draw(plan, seed, commit(plan, COMMITTED_AT))


def test_a_seed_of_another_kind_than_announced_is_refused() -> None:
    plan = plan_of()
    with pytest.raises(NotCommitted):
        draw(plan, dataclasses.replace(seed_of(), kind=SeedKind.DICE), commit(plan, COMMITTED_AT))


@pytest.mark.parametrize("value", ["", "  ", "12 ", "cafe\u0301"])
def test_a_seed_that_could_be_written_in_two_ways_is_refused(value: str) -> None:
    plan = plan_of()
    with pytest.raises(PlanInvalid):
        draw(plan, seed_of(value), commit(plan, COMMITTED_AT))


def test_instants_are_written_in_utc_to_the_microsecond() -> None:
    east = timezone(timedelta(hours=8))
    assert instant_text(datetime(2024, 3, 11, 7, 0, 0, 5, tzinfo=east)) == "2024-03-10T23:00:00.000005Z"
    with pytest.raises(PlanInvalid):
        commit(plan_of(), datetime(2024, 3, 11, 9))  # noqa: DTZ001 -- an instant without zone is what is refused


# -- bundles ------------------------------------------------------------------------------------------------------


def test_a_bundle_survives_being_written_and_read() -> None:
    plan = plan_of(weight=lambda number: 1 + number % 4)
    outcome = draw(plan, seed_of(), commit(plan, COMMITTED_AT))
    again = rerun(bundle(plan, outcome))
    assert (again.plan, again.draw) == (plan, outcome)


def test_a_bundle_with_another_inspector_differs_and_says_where() -> None:
    document = copy.deepcopy(golden("bundle.json"))
    document["result"]["selected"][2]["inspectors"][0] = "I-2"
    with pytest.raises(BundleDiffers) as caught:
        rerun(document)
    assert "result.selected[2].inspectors[0]" in caught.value.found
    assert "'I-2'" in caught.value.found


@pytest.mark.parametrize("part", ["format", "plan", "commitment", "seed", "result"])
def test_a_bundle_without_one_of_its_parts_cannot_be_read(part: str) -> None:
    document = golden("bundle.json")
    del document[part]
    with pytest.raises(PlanInvalid):
        read_bundle(document)


def test_a_bundle_of_another_format_cannot_be_read() -> None:
    with pytest.raises(PlanInvalid):
        read_bundle({**golden("bundle.json"), "format": "goodstanding-draw/1"})

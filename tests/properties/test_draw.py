"""What holds for every draw, and that two implementations agree on all of them."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goodstanding.core.canonical import canonical_bytes, digest_hex
from goodstanding.core.draw import (
    Draw,
    Inspector,
    Plan,
    Seed,
    SeedKind,
    Selection,
    Stratum,
    Unit,
    commit,
    draw,
    units_short_of_inspectors,
)
from goodstanding.core.draw_bundle import bundle, rerun
from goodstanding.core.draw_excerpt import excerpt
from goodstanding.core.draw_plan import salted
from goodstanding.core.draw_units import chances
from tests.verify.second import checker_module

CANONICAL = checker_module("canonical")
SHAPE = checker_module("shape")
RERUN = checker_module("rerun")
EXCERPT = checker_module("excerpt")
LOT = checker_module("lot")

COMMITTED_AT = datetime(2024, 3, 11, 9, tzinfo=UTC)
REVEALED_AT = datetime(2024, 3, 18, 6, 30, tzinfo=UTC)

# Keys in form C: two keys that normalise to one have no canonical text, which a test of its own shows.
KEYS = st.text(max_size=4).map(lambda text: unicodedata.normalize("NFC", text))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SEEDS = st.text("0123456789abcdef", min_size=1, max_size=20)
IDS = st.text('ab0"\\é阳\U00020000', min_size=1, max_size=4)
STRATA = st.sampled_from(["A", "B", "丙"])
REGIONS = st.sampled_from(["north", "south"])
SKILLS = st.sampled_from(["food", "lifts"])


@st.composite
def plans(pick: st.DrawFn, *, is_plain: bool = False) -> Plan:
    """Make a plan that may lawfully be committed; a plain one has equal weights and does not count visits."""
    ids = pick(st.lists(IDS, unique=True, max_size=14))
    frame = tuple(
        Unit(
            one,
            pick(STRATA),
            1 if is_plain else pick(st.integers(1, 6) | st.just(2**32)),
            pick(st.just("") | REGIONS),
            tuple(pick(st.lists(SKILLS, max_size=1))),
        )
        for one in ids
    )
    roster = tuple(
        Inspector(
            one,
            tuple(pick(st.lists(SKILLS, max_size=2))),
            tuple(pick(st.lists(REGIONS, max_size=2))),
            tuple(pick(st.lists(st.sampled_from(ids), max_size=2))) if ids else (),
        )
        for one in pick(st.lists(IDS, unique=True, max_size=6))
    )
    # Two who may go anywhere keep the plan lawful whatever the others may do.
    roster += (Inspector("y1", ("food", "lifts")), Inspector("y2", ("food", "lifts")))
    plan = Plan(
        label=pick(IDS),
        title="",
        as_of=date(2024, 3, 1),
        rulebook_digest="ab" * 32,
        frame=frame,
        strata=tuple(
            Stratum(code, pick(st.integers(0, sum(unit.stratum == code for unit in frame))))
            for code in ("A", "B", "丙")
        ),
        roster=roster,
        inspectors_per_visit=pick(st.integers(1, 2)),
        reserves_per_stratum=pick(st.integers(0, 3)),
        visits_per_inspector=0 if is_plain else pick(st.integers(0, 3)),
        frame_is_public=True,
    )
    assert units_short_of_inspectors(plan) == ()
    return plan


def run(plan: Plan, seed_value: str) -> Draw:
    return draw(plan, Seed(seed_value, SeedKind.DECLARED, REVEALED_AT), commit(plan, COMMITTED_AT))


@given(VALUES)
@settings(deadline=None)
def test_both_implementations_write_one_canonical_text(value: Any) -> None:
    assert CANONICAL.text_of(value).encode() == canonical_bytes(value)
    assert CANONICAL.digest(value) == digest_hex(value)


@given(VALUES)
@settings(deadline=None)
def test_canonical_text_is_a_fixed_point(value: Any) -> None:
    once = canonical_bytes(value)
    assert canonical_bytes(json.loads(once)) == once


@given(plans(), SEEDS)
@settings(deadline=None)
def test_the_checker_finds_every_bundle_of_ours_sound(plan: Plan, seed_value: str) -> None:
    document = json.loads(json.dumps(bundle(plan, run(plan, seed_value))))
    assert RERUN.differences(document) == []
    assert LOT.run(document["plan"], seed_value) == document["result"]
    rerun(document)


@given(plans(is_plain=True), SEEDS, st.data())
@settings(deadline=None)
def test_removing_a_unit_moves_no_other(plan: Plan, seed_value: str, data: st.DataObject) -> None:
    assume(plan.frame)
    gone = data.draw(st.sampled_from(plan.frame))
    whole = dataclasses.replace(plan, reserves_per_stratum=len(plan.frame))
    left = dataclasses.replace(
        whole,
        frame=tuple(unit for unit in plan.frame if unit is not gone),
        strata=tuple(
            Stratum(one.code, min(one.size, sum(u.stratum == one.code and u is not gone for u in plan.frame)))
            for one in plan.strata
        ),
    )
    emptied = {one.code for one in left.strata if one.size == 0}
    before, after = run(whole, seed_value), run(left, seed_value)
    order_before = [
        (one.unit_id, one.ticket_hex, one.inspectors, one.stand_ins)
        for one in sorted((*before.selected, *before.reserves), key=lambda one: (one.stratum, one.position))
        if one.unit_id != gone.id and one.stratum not in emptied
    ]
    order_after = [
        (one.unit_id, one.ticket_hex, one.inspectors, one.stand_ins)
        for one in sorted((*after.selected, *after.reserves), key=lambda one: (one.stratum, one.position))
    ]
    assert order_after == order_before


@given(plans(is_plain=True), SEEDS, st.data())
@settings(deadline=None)
def test_a_draw_over_merged_frames_is_the_merged_draws(plan: Plan, seed_value: str, data: st.DataObject) -> None:
    sides = [data.draw(st.booleans()) for _ in plan.frame]
    merged = run(plan, seed_value).selected
    parts: list[Selection] = []
    for side in (True, False):
        frame = tuple(unit for unit, here in zip(plan.frame, sides, strict=True) if here is side)
        strata = tuple(
            Stratum(one.code, min(one.size, sum(unit.stratum == one.code for unit in frame))) for one in plan.strata
        )
        parts += run(dataclasses.replace(plan, frame=frame, strata=strata), seed_value).selected
    again: list[Selection] = []
    for stratum in sorted(plan.strata, key=lambda one: one.code):
        here = [one for one in parts if one.stratum == stratum.code]
        here.sort(key=lambda one: (one.ticket_hex, one.unit_id))
        again += [
            dataclasses.replace(one, position=position) for position, one in enumerate(here[: stratum.size], start=1)
        ]
    # The chance is the one thing that a part does not know: it is of the whole frame.
    assert [dataclasses.replace(one, chance=(1, 1)) for one in again] == [
        dataclasses.replace(one, chance=(1, 1)) for one in merged
    ]


@given(plans(is_plain=True), SEEDS, st.data())
@settings(deadline=None)
def test_removing_an_inspector_changes_only_the_visits_that_named_him(
    plan: Plan, seed_value: str, data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(plan.roster))
    left = dataclasses.replace(plan, roster=tuple(one for one in plan.roster if one is not gone))
    assume(units_short_of_inspectors(left) == ())
    for before, after in zip(run(plan, seed_value).selected, run(left, seed_value).selected, strict=True):
        if gone.id not in (*before.inspectors, *before.stand_ins):
            assert after == before
        else:
            kept = tuple(one for one in (*before.inspectors, *before.stand_ins) if one != gone.id)
            assert (*after.inspectors, *after.stand_ins)[: len(kept)] == kept


@given(plans(), SEEDS)
@settings(deadline=None)
def test_each_stratum_gives_its_size_in_the_order_of_tickets(plan: Plan, seed_value: str) -> None:
    outcome = run(plan, seed_value)
    for stratum in plan.strata:
        here = tuple(one for one in outcome.selected if one.stratum == stratum.code)
        members = {unit.id for unit in plan.frame if unit.stratum == stratum.code}
        assert len({one.unit_id for one in here} & members) == len(here) == stratum.size
        assert [one.ticket_hex for one in here] == sorted(one.ticket_hex for one in here)
        assert all(0 < one.chance[0] <= one.chance[1] for one in here)
        for one in here:
            assert len(set(one.inspectors)) == plan.inspectors_per_visit


@given(plans(), SEEDS, st.data())
@settings(deadline=None)
def test_an_excerpt_holds_and_tells_no_line_but_those_drawn_and_asked_for(
    plan: Plan, seed_value: str, data: st.DataObject
) -> None:
    plan = dataclasses.replace(salted(plan, "secret"), frame_is_public=False)
    asking = data.draw(st.sets(st.sampled_from([one.id for one in plan.frame]), max_size=2)) if plan.frame else set()
    outcome = run(plan, seed_value)
    document = json.loads(json.dumps(excerpt(plan, outcome, asking)))
    SHAPE.check(document)
    assert EXCERPT.differences(document, outcome.commitment.digest) == []
    told = {one["line"]["id"] for one in document["lines"]}
    assert told == {one.unit_id for one in (*outcome.selected, *outcome.reserves)} | asking
    if plan.frame:
        # What the excerpt says of a line is what was committed to, or its path leads elsewhere.
        for shown in document["lines"]:
            shown["line"]["weight"] += 1
            assert EXCERPT.differences(document) != []
            shown["line"]["weight"] -= 1


@given(plans(), SEEDS, st.data())
@settings(deadline=None)
def test_a_change_anywhere_in_an_excerpt_that_a_stranger_can_know_of_is_found(
    plan: Plan, seed_value: str, data: st.DataObject
) -> None:
    plan = dataclasses.replace(salted(plan, "secret"), frame_is_public=False)
    document = json.loads(json.dumps(excerpt(plan, run(plan, seed_value))))
    uneven = {one["code"] for one in document["strata"] if not one["even"]}
    *way, last = data.draw(st.sampled_from([*leaf_paths(document)]))
    # Who may lawfully go, and a chance among unequal ones, only the whole bundle tells; instants, only the public log.
    assume(not {"inspectors", "stand_ins"} & {*way} and last not in ("committed_at", "revealed_at"))
    assume("chance" not in way or document["result"][way[1]][way[2]]["stratum"] not in uneven)
    assume(way != ["seed"] or document["result"]["selected"])
    change(document, [*way, last], data)
    try:
        SHAPE.check(document)
    except SHAPE.Unreadable:
        return
    assert EXCERPT.differences(document) != []


@given(st.lists(st.integers(1, 9) | st.just(2**32), min_size=1, max_size=12), st.data())
@settings(deadline=None)
def test_both_implementations_give_one_chance_and_they_sum_to_the_size(weights: list[int], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(weights)))
    units = [Unit(f"{number:02}", "s", weight) for number, weight in enumerate(weights)]
    ours = {one: Fraction(*part) for one, part in chances(units, size).items()}
    assert sum(ours.values()) == size
    assert all(0 <= part <= 1 for part in ours.values())
    assert LOT.chances([{"id": unit.id, "weight": unit.weight} for unit in units], size) == ours


@given(plans(), SEEDS, st.data())
@settings(deadline=None)
def test_a_change_anywhere_in_a_bundle_is_found(plan: Plan, seed_value: str, data: st.DataObject) -> None:
    document = json.loads(json.dumps(bundle(plan, run(plan, seed_value))))
    leaves = list(leaf_paths(document))
    *way, last = data.draw(st.sampled_from(leaves))
    # The two instants are claims that arithmetic cannot check; the public log dates them.
    assume(last not in ("committed_at", "revealed_at"))
    # A draw without any visit leaves no trace of its seed.
    assume(way != ["seed"] or document["result"]["selected"])
    change(document, [*way, last], data)
    try:
        SHAPE.check(document)
    except SHAPE.Unreadable:
        return
    assert RERUN.differences(document) != []


def change(document: Any, path: list[str | int], data: st.DataObject) -> None:
    """Change one text, number or truth of a document."""
    *way, last = path
    for step in way:
        document = document[step]
    old = document[last]
    if isinstance(old, bool):
        document[last] = not old
    elif isinstance(old, int):
        document[last] = old + 1
    else:
        document[last] = data.draw(st.sampled_from([old + "x", "x" + old, old[:-1]]))
    assume(document[last] != old)


def leaf_paths(value: Any, *way: str | int) -> Any:
    """Yield the way to every text and number of a document."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaf_paths(item, *way, name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaf_paths(item, *way, index)
    else:
        yield way

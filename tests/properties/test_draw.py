"""What holds for every draw, and that two implementations agree on all of them."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from datetime import UTC, date, datetime
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
    rank,
    units_short_of_inspectors,
)
from goodstanding.core.draw_bundle import bundle, rerun
from tests.verify.second import checker_module

CANONICAL = checker_module("canonical")
SHAPE = checker_module("shape")
RERUN = checker_module("rerun")

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
def plans(pick: st.DrawFn) -> Plan:
    """Make a plan that may lawfully be committed."""
    ids = pick(st.lists(IDS, unique=True, max_size=14))
    frame = tuple(
        Unit(
            one,
            pick(STRATA),
            pick(st.integers(1, 6) | st.just(2**32)),
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
    )
    assert units_short_of_inspectors(plan) == ()
    return plan


def run(plan: Plan, seed_value: str) -> Draw:
    return draw(plan, Seed(seed_value, SeedKind.DECLARED, REVEALED_AT), commit(plan, COMMITTED_AT))


def ranked(plan: Plan, visits: tuple[Selection, ...]) -> list[tuple[int, str]]:
    weights = {unit.id: unit.weight for unit in plan.frame}
    return [(rank(int(one.ticket_hex, 16), weights[one.unit_id]), one.unit_id) for one in visits]


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
    assert RERUN.run(document["plan"], seed_value) == document["result"]
    rerun(document)


@given(plans(), SEEDS, st.data())
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


@given(plans(), SEEDS, st.data())
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
        weights = {unit.id: unit.weight for unit in plan.frame}
        here.sort(key=lambda one: (rank(int(one.ticket_hex, 16), weights[one.unit_id]), one.unit_id))
        again += [
            dataclasses.replace(one, position=position) for position, one in enumerate(here[: stratum.size], start=1)
        ]
    assert tuple(again) == merged


@given(plans(), SEEDS, st.data())
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
def test_each_stratum_gives_its_size_and_the_smallest_ranks(plan: Plan, seed_value: str) -> None:
    outcome = run(plan, seed_value)
    for stratum in plan.strata:
        here = tuple(one for one in outcome.selected if one.stratum == stratum.code)
        members = {unit.id for unit in plan.frame if unit.stratum == stratum.code}
        assert len({one.unit_id for one in here} & members) == len(here) == stratum.size
        assert ranked(plan, here) == sorted(ranked(plan, here))
        for one in here:
            assert len(set(one.inspectors)) == plan.inspectors_per_visit


@given(plans(), SEEDS, st.data())
@settings(deadline=None)
def test_a_change_anywhere_in_a_bundle_is_found(plan: Plan, seed_value: str, data: st.DataObject) -> None:
    document = json.loads(json.dumps(bundle(plan, run(plan, seed_value))))
    leaves = list(leaf_paths(document))
    *way, last = data.draw(st.sampled_from(leaves))
    holder = document
    for step in way:
        holder = holder[step]
    old = holder[last]
    holder[last] = old + 1 if isinstance(old, int) else data.draw(st.sampled_from([old + "x", "x" + old, old[:-1]]))
    # The two instants are claims that arithmetic cannot check; the public log dates them.
    assume(last not in ("committed_at", "revealed_at"))
    # A draw without any visit leaves no trace of its seed.
    assume(way != ["seed"] or document["result"]["selected"])
    assume(holder[last] != old)
    try:
        SHAPE.check(document)
    except SHAPE.Unreadable:
        return
    assert RERUN.differences(document) != []


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

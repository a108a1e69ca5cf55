"""The compiled scorecard against its oracle, `goodstanding.core.classification.score`, and its own limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.classification import Area, Condition, DirectRule, Outcome, Scorecard, Signal, Weighing, score
from goodstanding.core.errors import IndicatorUnfit, NoRuleInForce, SnapshotHarmed
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine import measured
from goodstanding.engine.backends import DuckDB
from goodstanding.engine.indicator import Facts, Indicator, Need
from goodstanding.engine.indicators import every
from goodstanding.engine.instant import Instant, classify_facts
from goodstanding.engine.score import card_in_force, compiled
from goodstanding.engine.snapshot import Snapshot, write
from goodstanding.engine.whole import classify_snapshot
from tests.engine.histories import DAYS, KNOWN_AT, entity_id, fact, register
from tests.engine.placing import by_id, write_rows

COLUMNS = ("capital_minor", "amount_minor", "year")
AS_OF = DAYS[0]

Values = Mapping[str, int | None]


def given_column(column: str) -> Indicator:
    """Return an indicator that says what one column of the registration's row holds."""

    def measure(facts: Facts) -> ir.IntegerScalar:
        return facts.table[column].max(where=facts.of(facts.book.roles.kind))

    return replace(every()["years_open"], name=column, needs=(Need("registration"),), measure=measure)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indicators that are columns, so that a test may give any values."""
    indicators = {column: given_column(column) for column in COLUMNS}
    monkeypatch.setattr(measured, "every", lambda: indicators)


def given_rows(values: Sequence[Mapping[str, Any]], book: Rulebook) -> list[dict[str, Any]]:
    """Return one registration row for each set of values."""
    fixed = {"kind": book.roles.kind, "from_day": 0, "place": 0, "established_ymd": 20200101}
    return [{"entity": entity_id(n), **fixed, **own} for n, own in enumerate(values)]


def outcomes(values: Sequence[Mapping[str, Any]], card: Scorecard, book: Rulebook) -> list[Outcome]:
    """Return what the compiled scorecard makes of each set of values."""
    rows = given_rows(values, book)
    with TemporaryDirectory() as folder:
        write_rows(Path(folder) / "bucket.parquet", rows, book)
        snapshot = Snapshot(Path(folder), KNOWN_AT, 1, book.digest, len(rows), len(rows), ("bucket.parquet",))
        (found,) = classify_snapshot(snapshot, book, card, AS_OF, DuckDB(threads=1))
    return [one.outcome(card) for one in sorted(found, key=lambda one: one.entity_id)]


def classes(values: Sequence[Values], card: Scorecard, book: Rulebook) -> list[tuple[str, int]]:
    """Return class and points that the compiled scorecard gives each set of values."""
    return [(outcome.class_code, outcome.points) for outcome in outcomes(values, card, book)]


WHOLE = st.integers(-50, 120) | st.integers(-(10**12), 10**12)


AREAS = st.sampled_from(["", "key"])
CONDITIONS = st.builds(Condition, st.sampled_from(COLUMNS), WHOLE, AREAS) | st.just(Condition("", area="key"))


@st.composite
def cards(draw: st.DrawFn) -> Callable[[Rulebook], Scorecard]:
    """Any scorecard over the plain columns, on the first scale of a rulebook."""
    base = draw(st.integers(-20, 60))
    weighings = []
    for column in draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=3, unique=True)):
        lowers = sorted(draw(st.sets(WHOLE, min_size=1, max_size=4)))
        below = draw(st.sampled_from([(), (None,)]))
        bins = tuple((lower, draw(st.integers(-60, 80))) for lower in (*below, *lowers))
        weighings.append(Weighing(column, bins, draw(st.integers(-9, 9)), draw(AREAS)))
    direct = draw(st.lists(st.tuples(CONDITIONS, st.integers(0, 3)), max_size=3))
    moves = st.integers(-3, 3).filter(bool)
    signals = draw(st.lists(st.tuples(CONDITIONS, moves, st.integers(0, 3)), max_size=4))

    def card(book: Rulebook) -> Scorecard:
        first = book.scorecards[0]
        bands = book.scales[first.scale].bands
        rules = (DirectRule(first.rule, condition, bands[place].code) for condition, place in direct)
        moving = (Signal(first.rule, condition, steps, bands[place].code) for condition, steps, place in signals)
        return replace(first, base=base, weighings=tuple(weighings), direct=tuple(rules), signals=tuple(moving))

    return card


VALUES = st.fixed_dictionaries({column: st.none() | WHOLE for column in COLUMNS})
SUBJECTS = st.sampled_from(["enterprise", "self_employed"])


@given(make=cards(), everyone=st.lists(st.tuples(VALUES, SUBJECTS), min_size=1, max_size=40))
@settings(deadline=None, max_examples=40)
def test_the_compiled_scorecard_equals_its_oracle_on_any_values_and_any_card(
    cn: Rulebook, make: Callable[[Rulebook], Scorecard], everyone: list[tuple[Values, str]]
) -> None:
    card = make(cn)
    key = Area("key", card.rule, cn.roles.kind, cn.roles.subject_type, frozenset({"enterprise"}))
    book = replace(cn, areas={"key": key})
    rows = [{**own, cn.roles.subject_type: subject} for own, subject in everyone]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measured, "every", lambda: {column: given_column(column) for column in COLUMNS})
        found = outcomes(rows, card, book)
        ready = Instant(book, card)
        in_an_instant = [ready.classify(given_rows([row], book), AS_OF)[0].outcome(card) for row in rows]
    scale = cn.scales[card.scale]
    assert found == [score(own, card, scale, {"key"} if at == "enterprise" else ()) for own, at in everyone]
    assert in_an_instant == found


def test_a_class_begins_at_its_lower_bound(cn: Rulebook, plain: None) -> None:
    bins = tuple((points, points) for points in (0, 14, 15, 34, 35, 69, 70, 500))
    card = replace(cn.scorecards[0], base=0, weighings=(Weighing("year", bins),), direct=(), signals=())
    found = classes([{"year": lower} for lower, _ in bins], card, cn)
    assert [code for code, _ in found] == ["A", "A", "B", "B", "C", "C", "D", "D"]
    assert [points for _, points in found] == [points for points, _ in bins]


def test_points_never_fall_below_zero(cn: Rulebook, plain: None) -> None:
    card = replace(cn.scorecards[0], base=3, weighings=(Weighing("year", ((0, -9),)),), direct=(), signals=())
    assert classes([{"year": 1}, {"year": None}], card, cn) == [("A", 0), ("A", 3)]


def test_a_direct_rule_raises_a_class_from_its_bound_on_and_never_lowers_one(cn: Rulebook, plain: None) -> None:
    first = cn.scorecards[0]
    rule = DirectRule(first.rule, Condition("amount_minor", 2), "C")
    card = replace(first, base=0, weighings=(Weighing("year", ((0, 0), (1, 70))),), direct=(rule,), signals=())
    values: list[Values] = [
        {"year": 0, "amount_minor": 1},
        {"year": 0, "amount_minor": 2},
        {"year": 0, "amount_minor": None},
        {"year": 1, "amount_minor": 2},
    ]
    assert classes(values, card, cn) == [("A", 0), ("C", 0), ("A", 0), ("D", 70)]


def test_the_highest_of_several_direct_rules_counts(cn: Rulebook, plain: None) -> None:
    first = cn.scorecards[0]
    rules = tuple(DirectRule(first.rule, Condition("year", 1), code) for code in ("D", "B"))
    card = replace(first, base=0, weighings=(Weighing("year", ((0, 0),)),), direct=rules, signals=())
    assert classes([{"year": 1}], card, cn) == [("D", 0)]


@pytest.mark.parametrize("name", ["cn", "chicago"])
def test_a_shipped_scorecard_gives_what_its_oracle_gives(name: str, cn: Rulebook, chicago: Rulebook) -> None:
    book = cn if name == "cn" else chicago
    everyone = dict(register(11, book, AS_OF, 60))
    for card in book.scorecards:
        seen = set()
        for facts in everyone.values():
            found = classify_facts(facts, book, card, AS_OF, KNOWN_AT, everyone)
            if found is not None:
                assert found.outcome(card) == score(found.values, card, book.scales[card.scale], found.areas)
                assert json.loads(found.values_json) == found.values
                seen.add(found.class_code)
        assert len(seen) > 1, card.scale


def test_a_business_not_registered_by_the_day_has_no_class(cn: Rulebook) -> None:
    card = cn.scorecards[0]
    registered = fact(1, "registration", AS_OF)
    complaint = fact(1, "complaint", date(2026, 1, 1), is_upheld=True)
    assert classify_facts([], cn, card, AS_OF, KNOWN_AT) is None
    assert classify_facts([complaint], cn, card, AS_OF, KNOWN_AT) is None
    assert classify_facts([registered], cn, card, AS_OF - timedelta(days=1), KNOWN_AT) is None
    assert classify_facts([registered], cn, card, AS_OF, KNOWN_AT - timedelta(seconds=1)) is None
    assert classify_facts([registered], cn, card, AS_OF, KNOWN_AT) is not None


def test_a_penalty_stops_counting_on_the_day_it_leaves_the_public_view(cn: Rulebook) -> None:
    said = {"penalty_types": ("fine",), "severity": "moderate", "published_on": "2026-01-15", "amount_minor": 100}
    facts = [fact(1, "registration", date(2015, 1, 1)), fact(1, "penalty", date(2026, 1, 10), **said)]  # type: ignore[arg-type]
    card = cn.scorecards[0]
    known_at = KNOWN_AT + timedelta(days=365)
    for day, penalties in [("2026-01-10", 1), ("2027-01-15", 1), ("2027-01-16", 0)]:
        found = classify_facts(facts, cn, card, date.fromisoformat(day), known_at)
        assert found is not None
        assert found.values["penalties_24m"] == penalties, day


def test_a_card_that_the_rulebook_cannot_feed_is_refused(cn: Rulebook) -> None:
    card = replace(cn.scorecards[0], weighings=(Weighing("failed_inspections_36m", ((0, 0),)),))
    with pytest.raises(IndicatorUnfit):
        classify_facts([fact(1, "registration", AS_OF)], cn, card, AS_OF, KNOWN_AT)


def test_a_card_with_an_unknown_indicator_is_refused(cn: Rulebook) -> None:
    card = replace(cn.scorecards[0], weighings=(Weighing("spaceships", ((0, 0),)),))
    with pytest.raises(IndicatorUnfit, match="spaceships"):
        classify_facts([fact(1, "registration", AS_OF)], cn, card, AS_OF, KNOWN_AT)


def test_a_snapshot_of_another_rulebook_is_refused(cn: Rulebook, chicago: Rulebook, tmp_path: Path) -> None:
    snapshot = write(tmp_path, [], chicago, KNOWN_AT, 1, buckets=1)
    with pytest.raises(SnapshotHarmed, match=chicago.digest):
        list(classify_snapshot(snapshot, cn, cn.scorecards[0], AS_OF, DuckDB()))


def test_classes_are_written_beside_too_when_asked(cn: Rulebook, tmp_path: Path) -> None:
    snapshot = write(tmp_path / "snapshot", register(4, cn, AS_OF, 30), cn, KNOWN_AT, 1, buckets=2)
    (tmp_path / "classes").mkdir()
    card = cn.scorecards[0]
    chunks = classify_snapshot(snapshot, cn, card, AS_OF, DuckDB(), tmp_path / "classes")
    found = {one.entity_id: one.points for chunk in chunks for one in chunk}
    written = [by_id(tmp_path / "classes" / path.name, path, card) for path in snapshot.paths]
    assert {row["entity"]: row["points"] for table in written for row in table.to_pylist()} == found


def test_two_cards_of_one_rulebook_and_day_do_not_share_their_expression(cn: Rulebook) -> None:
    card = cn.scorecards[0]
    other = replace(card, base=card.base + 1)
    assert compiled(cn, card, AS_OF) is compiled(cn, card, AS_OF)
    assert compiled(cn, other, AS_OF) != compiled(cn, card, AS_OF)
    assert compiled(cn, card, AS_OF - timedelta(days=1)) != compiled(cn, card, AS_OF)


def test_the_card_in_force_is_the_one_of_the_scale_and_the_day(cn: Rulebook) -> None:
    card = card_in_force(cn, "risk", AS_OF)
    assert card.scale == "risk"
    assert card.rule.validity.contains(AS_OF)
    for scale, day in [("risk", date(1990, 1, 1)), ("spaceship", AS_OF)]:
        with pytest.raises(NoRuleInForce):
            card_in_force(cn, scale, day)

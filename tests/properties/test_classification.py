"""What holds for every classification: one or all, in any order, and never with knowledge of the future."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import DuckDB
from goodstanding.engine.instant import classify_facts
from goodstanding.engine.score import Classified, card_in_force
from goodstanding.engine.snapshot import write
from goodstanding.engine.whole import classify_snapshot
from tests.engine.histories import DAYS, KNOWN_AT, later, register

SEEDS = st.integers(0, 2**32)
Everyone = Sequence[tuple[str, list[Fact]]]


def classes(
    everyone: Everyone, book: Rulebook, as_of: date, known_at: datetime = KNOWN_AT, buckets: int = 1
) -> dict[str, Classified]:
    """Classify many businesses through a snapshot."""
    card = card_in_force(book, book.scorecards[0].scale, as_of)
    with TemporaryDirectory() as folder:
        snapshot = write(Path(folder), everyone, book, known_at, 1, buckets)
        found = [one for chunk in classify_snapshot(snapshot, book, card, as_of, DuckDB()) for one in chunk]
    by_id = {one.entity_id: one for one in found}
    assert len(by_id) == len(found)
    return by_id


def differing(one: dict[str, Classified], other: dict[str, Classified]) -> list[str]:
    """Return the businesses on which two classifications differ; short enough to print."""
    return sorted(id_ for id_ in {*one, *other} if one.get(id_) != other.get(id_))


@pytest.fixture(scope="module")
def everyone(cn: Rulebook) -> Everyone:
    return register(2026, cn, DAYS[0], 200)


@pytest.fixture(scope="module")
def one_by_one(cn: Rulebook, everyone: Everyone) -> dict[str, Classified]:
    """The class of each business by its facts alone."""
    card = card_in_force(cn, "risk", DAYS[0])
    found = (classify_facts(facts, cn, card, DAYS[0], KNOWN_AT) for _, facts in everyone)
    return {one.entity_id: one for one in found if one is not None}


@pytest.mark.parametrize("buckets", [1, 2, 7])
def test_all_at_once_give_each_the_class_it_has_alone(
    cn: Rulebook, everyone: Everyone, one_by_one: dict[str, Classified], buckets: int
) -> None:
    assert len({one.class_code for one in one_by_one.values()}) == 4
    assert differing(classes(everyone, cn, DAYS[0], buckets=buckets), one_by_one) == []


@given(seed=SEEDS, as_of=st.sampled_from(DAYS))
@settings(deadline=None, max_examples=8, phases=[Phase.generate])  # a smaller seed is no simpler register
def test_facts_in_any_order_and_told_twice_give_the_same_class(cn: Rulebook, seed: int, as_of: date) -> None:
    everyone = register(seed, cn, as_of, 60)
    chance = random.Random(seed)  # noqa: S311 - the same mix again for the same seed
    mixed = [(id_, chance.sample([*facts, *facts], 2 * len(facts))) for id_, facts in everyone]
    assert differing(classes(mixed, cn, as_of), classes(everyone, cn, as_of)) == []


@given(seed=SEEDS, as_of=st.sampled_from(DAYS))
@settings(deadline=None, max_examples=8, phases=[Phase.generate])  # a smaller seed is no simpler register
def test_facts_known_later_change_nothing_at_an_earlier_instant(cn: Rulebook, seed: int, as_of: date) -> None:
    everyone = register(seed, cn, as_of, 60)
    known = [(id_, [fact for fact in facts if fact.known_at <= KNOWN_AT]) for id_, facts in everyone]
    found = classes(everyone, cn, as_of)
    assert differing(found, classes(known, cn, as_of)) == []
    assert differing(found, classes(everyone, cn, as_of, KNOWN_AT + timedelta(days=1000)))


@given(seed=SEEDS, as_of=st.sampled_from(DAYS))
@settings(deadline=None, max_examples=8, phases=[Phase.generate])  # a smaller seed is no simpler register
def test_facts_begun_later_change_nothing_on_an_earlier_day(cn: Rulebook, seed: int, as_of: date) -> None:
    everyone = register(seed, cn, as_of, 60)
    chance = random.Random(seed)  # noqa: S311 - the same future again for the same seed
    longer = [(id_, [*facts, *later(chance, facts, cn, as_of, KNOWN_AT)]) for id_, facts in everyone]
    assert differing(classes(longer, cn, as_of), classes(everyone, cn, as_of)) == []
    then = as_of + timedelta(days=400)
    assert differing(classes(longer, cn, then), classes(everyone, cn, then))

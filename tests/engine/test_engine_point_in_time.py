"""What does not count on a day moves no indicator: whatever is added, taken away or altered there, every value stays.

What does not count: what began later, what was learned later, what was corrected away, what the public may no longer
see or never could, what the catalogue calls no feature. Each test moves one of these for a whole register, related
businesses included, and asks every indicator again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.core.dates import Span
from goodstanding.core.disclosure import shown
from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import Fact, FieldType, content_digest
from goodstanding.core.ledger import withdrawal
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import rows_of
from goodstanding.engine.indicator import check_fit
from goodstanding.engine.indicators import every
from tests.engine.histories import DAYS, KNOWN_AT, history, register
from tests.engine.placing import placed

ENTITIES = 60
DAY = timedelta(days=1)

Register = dict[str, list[Fact]]
Change = Callable[[random.Random, int, Sequence[Fact], Rulebook, date], list[Fact]]
"""Returns a business's facts, other than before only in what does not count."""


_cards: dict[str, Scorecard] = {}


def values_of(everyone: Register, book: Rulebook, as_of: date) -> dict[str, dict[str, int | None]]:
    """Return every indicator of every registered business."""
    card = _cards.setdefault(book.code, every_indicator(book))
    rows = [row for facts in everyone.values() for row in rows_of(facts, book, KNOWN_AT, parties=everyone)]
    return {row["entity"]: {name: row[name] for name in card.indicators} for row in placed(rows, book, card, as_of)}


def every_indicator(book: Rulebook) -> Scorecard:
    """Return a card that weighs whatever the rulebook can feed."""
    weighings = []
    for name, indicator in every().items():
        try:
            check_fit(indicator, book)
        except IndicatorUnfit:
            continue
        weighings.append(Weighing(name, ((0, 0),)))
    return Scorecard(book.scorecards[0].rule, book.scorecards[0].scale, 0, tuple(weighings))


def fresh(chance: random.Random, number: int, book: Rulebook, as_of: date) -> list[Fact]:
    """Return more facts of a business that correct nothing, from a source of their own."""
    return [
        anew(one, source="more", known_at=min(one.known_at, KNOWN_AT))
        for one in history(chance, number, book, as_of)
        if one.corrects is None
    ]


def anew(fact: Fact, **changes: object) -> Fact:
    """Return a fact that says something else, under the digest of what it says."""
    return replace(fact, **changes, digest="")  # type: ignore[arg-type]


def is_weighed(fact: Fact, book: Rulebook, as_of: date) -> bool:
    """Tell whether a fact counts on a day, as far as its kind and the public's view go."""
    kind = book.kinds[fact.kind]
    if fact.kind == book.roles.kind:
        return True
    if not kind.is_feature:
        return False
    when = shown(fact, book.disclosure, book.calendar) if kind.is_public else None
    return not kind.is_public or (when is not None and when.span.contains(as_of))


def begun_later(chance: random.Random, number: int, facts: Sequence[Fact], book: Rulebook, as_of: date) -> list[Fact]:
    more = []
    for one in fresh(chance, number, book, as_of):
        begin = as_of + timedelta(days=chance.randint(1, 700))
        more.append(anew(one, span=Span(begin, chance.choice((None, begin + 30 * DAY)))))
    return [*facts, *more]


def learned_later(chance: random.Random, number: int, facts: Sequence[Fact], book: Rulebook, as_of: date) -> list[Fact]:
    soon = KNOWN_AT + timedelta(seconds=chance.randint(1, 10**7))
    more = [anew(one, known_at=soon) for one in fresh(chance, number, book, as_of)]
    gone = [withdrawal(one, "more", f"gone {one.source_ref}", soon) for one in facts if chance.random() < 0.5]
    return [*facts, *more, *gone]


def corrected_away(
    chance: random.Random, number: int, facts: Sequence[Fact], book: Rulebook, as_of: date
) -> list[Fact]:
    more = fresh(chance, number, book, as_of)
    return [*facts, *more, *(withdrawal(one, "more", f"gone {one.source_ref}", KNOWN_AT) for one in more)]


def not_on_view(chance: random.Random, number: int, facts: Sequence[Fact], book: Rulebook, as_of: date) -> list[Fact]:
    more = [one for one in fresh(chance, number, book, as_of) if book.kinds[one.kind].is_public]
    return [*facts, *(one for one in more if not is_weighed(one, book, as_of))]


def no_feature(chance: random.Random, number: int, facts: Sequence[Fact], book: Rulebook, as_of: date) -> list[Fact]:
    more = [one for one in fresh(chance, number, book, as_of) if not book.kinds[one.kind].is_feature]
    kept = [one for one in facts if book.kinds[one.kind].is_feature or chance.random() < 0.5]
    return [*kept, *more]


def taken_out(chance: random.Random, number: int, facts: Sequence[Fact], book: Rulebook, as_of: date) -> list[Fact]:
    """Take away what was learned later, and of public kinds what is not on view and was never corrected."""
    named = {one.corrects for one in facts} | {one.digest for one in facts if one.corrects is not None}
    return [one for one in facts if one.known_at <= KNOWN_AT and (one.digest in named or is_weighed(one, book, as_of))]


def other_words(chance: random.Random, number: int, facts: Sequence[Fact], book: Rulebook, as_of: date) -> list[Fact]:
    """Write other words into every text that is no feature: names, addresses, persons, remarks."""
    links = {(relation.kind, relation.field) for relation in book.related}
    named = {one.corrects for one in facts}
    # Facts of one kind and day stand in the order of their digests, which other words would turn about.
    days = Counter((one.kind, one.span.from_on) for one in facts)
    said = []
    for one in facts:
        if one.digest in named or days[one.kind, one.span.from_on] > 1:
            said.append(one)
            continue
        fields = book.kinds[one.kind].fields
        texts = {
            name: f"{value} {chance.random()}"
            for name, value in one.payload.items()
            if fields[name].type is FieldType.TEXT and (one.kind, name) not in links
        }
        said.append(anew(one, payload={**one.payload, **texts}))
    return said


CHANGES: list[Change] = [begun_later, learned_later, corrected_away, not_on_view, no_feature, taken_out, other_words]


@pytest.mark.parametrize("name", ["cn", "chicago"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@given(seed=st.integers(0, 2**32), as_of=st.sampled_from(DAYS[:2]))
@settings(deadline=None, max_examples=2, phases=[Phase.generate])  # a smaller seed is no simpler register
def test_what_does_not_count_moves_no_indicator(
    name: str, change: Change, cn: Rulebook, chicago: Rulebook, seed: int, as_of: date
) -> None:
    book = cn if name == "cn" else chicago
    chance = random.Random(seed)  # noqa: S311 - the same changes again for the same seed
    before = dict(register(seed, book, as_of, ENTITIES))
    after = {id_: change(chance, number, facts, book, as_of) for number, (id_, facts) in enumerate(before.items())}
    assert any(after[id_] != facts for id_, facts in before.items()), "The change changed nothing."
    assert all(one.digest == content_digest(one) for facts in after.values() for one in facts)
    assert values_of(after, book, as_of) == values_of(before, book, as_of)


def test_what_counts_does_move_them(cn: Rulebook) -> None:
    """The tests above could not fail if nothing moved anything: the same facts, open to view, move every dimension."""
    before = dict(register(3, cn, DAYS[0], ENTITIES))
    chance = random.Random(3)  # noqa: S311 - the same changes again for the same seed
    after = {id_: [*facts, *fresh(chance, number, cn, DAYS[0])] for number, (id_, facts) in enumerate(before.items())}
    first, then = values_of(before, cn, DAYS[0]), values_of(after, cn, DAYS[0])
    moved = {name for id_ in first for name, value in first[id_].items() if then[id_][name] != value}
    assert {every()[name].dimension for name in moved} == {"basic", "dynamics", "supervision", "related", "social"}
    assert len(moved) > len(_cards["cn"].indicators) // 2

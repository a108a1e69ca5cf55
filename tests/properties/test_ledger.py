"""What holds for every ledger, whatever was delivered, corrected or withdrawn, and in whatever order it is read."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, content_digest
from goodstanding.core.ledger import check_correction, delivery, ended, heads, view, withdrawal

DAY = date(2020, 1, 1)
INSTANT = datetime(2020, 1, 1, tzinfo=UTC)

DAYS = st.integers(0, 6).map(lambda days: DAY + timedelta(days=days))
INSTANTS = st.integers(0, 6).map(lambda hours: INSTANT + timedelta(hours=hours))


@st.composite
def statements(draw: st.DrawFn) -> Fact:
    """What a source may deliver: few values, so that records meet again and again."""
    since = draw(DAYS)
    length = draw(st.none() | st.integers(1, 4))
    return Fact(
        entity_id=draw(st.sampled_from(["x:1", "x:2"])),
        kind=draw(st.sampled_from(["registration", "licence"])),
        source=draw(st.sampled_from(["office", "court"])),
        source_ref=draw(st.sampled_from(["a", "b"])),
        span=Span(since, None if length is None else since + timedelta(days=length)),
        known_at=draw(INSTANTS),
        payload={"name": draw(st.sampled_from(["甲", "乙"]))},
    )


@st.composite
def ledgers(draw: st.DrawFn) -> list[Fact]:
    """A ledger as it comes about: deliveries in rising known time, now and then an end or a withdrawal."""
    facts: list[Fact] = []
    for incoming in sorted(draw(st.lists(statements(), max_size=10)), key=lambda fact: fact.known_at):
        facts.extend(delivery(record_of(facts, incoming), incoming))
        alive = [fact for fact in heads(facts) if not fact.span.is_empty]
        if alive and draw(st.booleans()):
            of = draw(st.sampled_from(alive))
            if draw(st.booleans()):
                facts.append(withdrawal(of, "officer", of.digest, incoming.known_at))
            elif of.span.until_on is None:
                facts.append(ended(of, of.span.from_on + timedelta(days=2), "officer", of.digest, incoming.known_at))
    return facts


def record_of(facts: list[Fact], of: Fact) -> list[Fact]:
    return [fact for fact in facts if (fact.source, fact.source_ref) == (of.source, of.source_ref)]


@given(ledgers(), DAYS, INSTANTS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_view_depends_on_the_set_of_facts_and_not_on_their_order(
    facts: list[Fact], day: date, instant: datetime, chance: random.Random
) -> None:
    mixed = [*facts, *facts]
    chance.shuffle(mixed)
    assert view(mixed, day, instant) == view(facts, day, instant)


@given(ledgers(), DAYS, DAYS, INSTANTS)
@settings(deadline=None)
def test_a_later_day_shows_all_that_an_earlier_day_shows(
    facts: list[Fact], one: date, other: date, instant: datetime
) -> None:
    earlier, later = (view(facts, day, instant).facts for day in sorted([one, other]))
    assert set(digests(earlier)) <= set(digests(later))


@given(ledgers(), DAYS, INSTANTS, statements())
@settings(deadline=None)
def test_what_is_learned_later_changes_no_earlier_view(
    facts: list[Fact], day: date, instant: datetime, late: Fact
) -> None:
    news = [
        Fact(late.entity_id, late.kind, "late", "z", late.span, instant + timedelta(seconds=1), late.payload),
        *(withdrawal(fact, "late", fact.digest, instant + timedelta(seconds=1)) for fact in heads(facts)),
    ]
    assert view([*facts, *news], day, instant) == view(facts, day, instant)


@given(ledgers(), DAYS, INSTANTS, st.data())
@settings(deadline=None)
def test_a_correction_hides_exactly_the_fact_it_names(
    facts: list[Fact], day: date, instant: datetime, data: st.DataObject
) -> None:
    seen = view(facts, day, instant).facts
    if not seen:
        return
    named = data.draw(st.sampled_from(seen))
    correction = withdrawal(named, "officer", "x", instant)
    after = view([*facts, correction], day, instant).facts
    assert set(digests(seen)) - set(digests(after)) == {named.digest}
    assert set(digests(after)) <= set(digests(seen))


@given(ledgers(), statements())
@settings(deadline=None)
def test_a_delivery_repeated_adds_nothing(facts: list[Fact], incoming: Fact) -> None:
    once = [*facts, *delivery(record_of(facts, incoming), incoming)]
    assert delivery(record_of(once, incoming), incoming) == ()


@given(ledgers(), statements())
@settings(deadline=None)
def test_after_a_delivery_its_record_says_that_and_nothing_else(facts: list[Fact], incoming: Fact) -> None:
    new = delivery(record_of(facts, incoming), incoming)
    record = [*record_of(facts, incoming), *new]
    alive = [fact for fact in heads(record) if not fact.span.is_empty]
    if new:
        assert len(alive) == 1
        assert alive[0].says_the_same(incoming)
    else:
        assert any(fact.says_the_same(incoming) for fact in alive)


@given(ledgers())
@settings(deadline=None)
def test_every_fact_has_a_digest_of_its_own_and_every_correction_fits(facts: list[Fact]) -> None:
    by_digest = {fact.digest: fact for fact in facts}
    assert len(by_digest) == len(facts)
    for fact in facts:
        assert content_digest(fact) == fact.digest
        if fact.corrects is not None:
            check_correction(fact, by_digest.get(fact.corrects))


@given(statements(), INSTANTS)
@settings(deadline=None)
def test_when_a_fact_was_learned_is_no_part_of_what_it_says(fact: Fact, instant: datetime) -> None:
    again = Fact(fact.entity_id, fact.kind, fact.source, fact.source_ref, fact.span, instant, fact.payload)
    assert again.digest == fact.digest


def digests(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.digest for fact in facts]

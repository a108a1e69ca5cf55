"""Where a seed comes from: announced before it exists, opened in time, and bent by nobody."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from goodstanding.core.draw_seed import (
    Event,
    Party,
    Seed,
    SeedKind,
    check_event,
    check_seed,
    seed_of_shares,
    seed_of_throws,
    share_digest,
)
from goodstanding.core.errors import NotCommitted, PlanInvalid
from tests.verify.second import golden

COMMITTED_AT = datetime(2024, 3, 11, 9, tzinfo=UTC)
REVEALED_AT = datetime(2024, 3, 18, 6, 30, tzinfo=UTC)
SHARES = {"Audit office": "a" * 40, "Chamber": "b" * 32}
BOUND = Event(
    SeedKind.SHARES,
    "The meeting of March",
    parties=tuple(Party(name, share_digest("spring", name, share)) for name, share in SHARES.items()),
    reveal_by=REVEALED_AT,
)
OPENED = Seed(seed_of_shares(SHARES), SeedKind.SHARES, REVEALED_AT, shares=tuple(SHARES.items()))
BEACON = Event(SeedKind.BEACON, "A public beacon", round=77)
DICE = Event(SeedKind.DICE, "Dice at the meeting of March")
THROWN = Seed("123456" * 9, SeedKind.DICE, REVEALED_AT, witnesses=("Notary 4", "Consumer council"))


def check(event: Event, seed: Seed) -> None:
    check_event(event)
    check_seed("spring", event, seed, COMMITTED_AT)


def test_what_the_announced_event_gave_in_time_is_a_seed() -> None:
    check(BOUND, OPENED)
    check(DICE, THROWN)
    check(BEACON, Seed("0f" * 32, SeedKind.BEACON, REVEALED_AT, round=77))
    check(Event(SeedKind.LOTTERY, "State lottery of 18 March"), Seed("07 11 23", SeedKind.LOTTERY, REVEALED_AT))


@pytest.mark.parametrize("vector", golden("vectors.json")["shares"], ids=lambda vector: vector["label"])
def test_shares_make_the_digests_and_the_seed_of_the_vector(vector: dict[str, object]) -> None:
    parties = vector["parties"]
    assert isinstance(parties, list)
    for one in parties:
        assert share_digest(str(vector["label"]), one["name"], one["share"]) == one["digest"]
    assert seed_of_shares({one["name"]: one["share"] for one in parties}) == vector["seed"]


def test_one_party_cannot_choose_the_seed_by_its_share() -> None:
    # Whatever the last one would rather open, it is bound; and any other share gives another seed.
    other = SHARES | {"Chamber": "c" * 32}
    assert seed_of_shares(other) != seed_of_shares(SHARES)
    bent = dataclasses.replace(OPENED, value=seed_of_shares(other), shares=tuple(other.items()))
    with pytest.raises(NotCommitted, match="Chamber opened"):
        check(BOUND, bent)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Event(SeedKind.BEACON, "A public beacon"), "round 0"),
        (Event(SeedKind.DICE, "Dice", round=3), "round 3"),
        (Event(SeedKind.LOTTERY), "not named"),
        (dataclasses.replace(BOUND, parties=BOUND.parties[:1]), "names 1 parties"),
        (dataclasses.replace(BOUND, parties=()), "names 0 parties"),
        (dataclasses.replace(BOUND, parties=BOUND.parties * 2), "names 4 parties"),
        (dataclasses.replace(DICE, parties=BOUND.parties), "names 2 parties"),
        (dataclasses.replace(BOUND, parties=(*BOUND.parties, Party(" x", "0" * 64))), "called ' x'"),
        (dataclasses.replace(BOUND, parties=(*BOUND.parties, Party("x", "short"))), "bound by 'short'"),
        (Event(reveal_by=datetime(2024, 3, 18)), "no time zone"),  # noqa: DTZ001 - what is refused
    ],
)
def test_an_event_that_binds_nobody_is_not_committed_to(event: Event, told: str) -> None:
    with pytest.raises(PlanInvalid) as caught:
        check_event(event)
    assert told in caught.value.found


@pytest.mark.parametrize(
    ("event", "seed", "told"),
    [
        (BOUND, dataclasses.replace(OPENED, revealed_at=COMMITTED_AT), "the plan committed at"),
        (BOUND, dataclasses.replace(OPENED, revealed_at=REVEALED_AT + timedelta(seconds=1)), "it was due by"),
        (BOUND, dataclasses.replace(OPENED, shares=OPENED.shares[:1]), "Shares came from Audit office."),
        (BOUND, dataclasses.replace(OPENED, value="0" * 64), "the shares make"),
        (BOUND, THROWN, "of kind dice"),
        (BEACON, Seed("0f" * 32, SeedKind.BEACON, REVEALED_AT, round=78), "round 78, the plan announced round 77"),
        (BEACON, Seed("0f" * 32, SeedKind.BEACON, REVEALED_AT), "round 0, the plan announced round 77"),
        (DICE, dataclasses.replace(THROWN, shares=OPENED.shares), "Shares came from Audit office, Chamber."),
    ],
)
def test_a_seed_that_is_not_what_was_announced_in_time_is_refused(event: Event, seed: Seed, told: str) -> None:
    with pytest.raises(NotCommitted) as caught:
        check(event, seed)
    assert told in caught.value.found
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("event", "seed", "told"),
    [
        (BEACON, Seed("not hexadecimal", SeedKind.BEACON, REVEALED_AT, round=77), "not hexadecimal"),
        (DICE, dataclasses.replace(THROWN, value="123456"), "6 characters"),
        (DICE, dataclasses.replace(THROWN, value="7" * 60), "60 characters"),
        (DICE, dataclasses.replace(THROWN, witnesses=("Notary 4",)), "Notary 4"),
        (DICE, dataclasses.replace(THROWN, witnesses=("Notary 4", "Notary 4")), "Notary 4, Notary 4"),
        (Event(), Seed("a", SeedKind.DECLARED, REVEALED_AT, witnesses=("a", "b")), "a, b"),
    ],
)
def test_a_seed_ill_formed_for_its_kind_is_refused(event: Event, seed: Seed, told: str) -> None:
    with pytest.raises(PlanInvalid) as caught:
        check(event, seed)
    assert told in caught.value.found


def test_dice_are_what_all_witnesses_read() -> None:
    assert seed_of_throws(["1 2 3\n4", "12,34"]) == "1234"
    with pytest.raises(PlanInvalid, match="different rows"):
        seed_of_throws(["1234", "1243"])

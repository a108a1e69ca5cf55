"""The chance of a draw: which event gives it, announced under the commitment, and what that event gave.

Rules kept here:
1. The plan names the event, so that the office cannot choose among events later; and the hour by which it must have
   happened, so that nobody can wait for a better one.
2. Of several parties each is bound to its share before any share is known: the plan holds a digest of each. One honest
   party among them is enough.
3. Dice are read out by two witnesses or more, and often enough that nobody can try all throws.
4. A round of a beacon is named before it exists.
"""

from __future__ import annotations

import enum
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from goodstanding.core.canonical import digest_hex
from goodstanding.core.errors import NotCommitted, PlanInvalid

LEAST_THROWS: Final = 50
"""Of dice with six sides: as many as make 2 to the power of 129 outcomes."""

LEAST_SHARE: Final = 32
"""Characters of one share: a shorter one might be guessed from its digest."""

_DIGEST = re.compile("[0-9a-f]{64}")
_BEACON = re.compile("[0-9a-f]{32,}")
_THROWS = re.compile(f"[1-6]{{{LEAST_THROWS},}}")


class SeedKind(enum.StrEnum):
    """Where a seed comes from, from the hardest to bend to the easiest."""

    BEACON = "beacon"
    LOTTERY = "lottery"
    DICE = "dice"
    SHARES = "shares"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Party:
    """One of several who make a seed together.

    Args:
        name: Of an office or organisation, never of a person.
        digest: Of its share; see `share_digest`.
    """

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Event:
    """The event that will give a seed, as a plan announces it.

    Args:
        source: Which event that is, precise enough for a stranger to look it up; may be empty only if declared.
        round: Of a beacon, 1 or more; 0 otherwise.
        parties: Of shares, two or more; nobody otherwise.
        reveal_by: Instant by which the seed must be known; ``None`` where none is set.
    """

    kind: SeedKind = SeedKind.DECLARED
    source: str = ""
    round: int = 0
    parties: tuple[Party, ...] = ()
    reveal_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """What the event gave.

    Args:
        value: Text from which the tickets are made: dice as read out, a beacon's hexadecimal output, or of shares the
            digest over all of them.
        kind: Kind of that event.
        revealed_at: When it became known (UTC), later than the commitment.
        round: Of a beacon; 0 otherwise.
        shares: (party, share) of shares, by party; nothing otherwise.
        witnesses: Of dice: who read them, by office or number; nobody otherwise.
    """

    value: str
    kind: SeedKind
    revealed_at: datetime
    round: int = 0
    shares: tuple[tuple[str, str], ...] = ()
    witnesses: tuple[str, ...] = ()


def share_digest(label: str, party: str, share: str) -> str:
    """Return the digest by which a party is bound to its share of one draw."""
    return digest_hex([label, party, share])


def seed_of_shares(shares: Mapping[str, str]) -> str:
    """Return the seed that several shares make together: a digest over all of them, by party."""
    return digest_hex([[party, shares[party]] for party in sorted(shares)])


def seed_of_throws(readings: Sequence[str]) -> str:
    """Return the throws of dice on which all readings agree, blanks between them left out.

    Args:
        readings: What each witness read.
    Raises:
        PlanInvalid: The readings differ.
    """
    told = {re.sub(r"[\s,;]+", "", one) for one in readings}
    if len(told) != 1:
        raise _invalid(
            f"The witnesses read {len(told)} different rows of throws.",
            "Every witness types what was thrown, and all agree.",
            "Read the throws again from the record of the throwing, and type them again; throw nothing again.",
            "To read the throws of dice.",
        )
    return told.pop()


def beacon_round(content: bytes, wanted: int) -> tuple[int, str]:
    """Return number and value of one round of a public beacon.

    Args:
        content: JSON as drand's relays give it (``round``, ``randomness``) or as NIST's beacon does (``pulse`` with
            ``pulseIndex`` and ``outputValue``); or a list of such rounds.
        wanted: The round to be found in a list.
    Raises:
        PlanInvalid: It is neither, or a list without the wanted round.
    """
    try:
        document = json.loads(content)
        rounds = dict(_round_of(one) for one in (document if isinstance(document, list) else [document]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _invalid(
            f"The file holds no round of a beacon: {error}.",
            "JSON with round and randomness, or with a pulse that has pulseIndex and outputValue.",
            "Fetch the round again from the beacon or one of its relays.",
            "To read a round of a beacon.",
        ) from None
    if len(rounds) == 1 and wanted not in rounds:
        return next(iter(rounds.items()))  # the draw says which one it wants
    if wanted not in rounds:
        raise _invalid(
            f"The file holds {len(rounds)} rounds, and round {wanted} is not among them.",
            f"Round {wanted}, as the plan announced it.",
            "Fetch that round; if the beacon left it out, commit anew under another label and say so.",
            "To read a round of a beacon.",
        )
    return wanted, rounds[wanted]


def _round_of(one: dict[str, Any]) -> tuple[int, str]:
    if "pulse" in one:
        return int(one["pulse"]["pulseIndex"]), str(one["pulse"]["outputValue"]).lower()
    return int(one["round"]), str(one["randomness"]).lower()


def check_event(event: Event) -> None:
    """Refuse an event that cannot bind anybody.

    Raises:
        PlanInvalid: It is not named, a beacon has no round, or the parties are fewer than two, doubled or not bound.
    """
    if event.kind is not SeedKind.DECLARED and not event.source:
        raise _invalid(
            f"The seed is to come from a {event.kind} that is not named.",
            "The plan names the event that will give the seed, so that nobody can choose among events later.",
        )
    if type(event.round) is not int or (event.round > 0) is not (event.kind is SeedKind.BEACON) or event.round < 0:
        raise _invalid(
            f"A seed of kind {event.kind} has the round {event.round!r}.", "A round of a beacon, and no other."
        )
    names = [one.name for one in event.parties]
    if (len(names) > 1) is not (event.kind is SeedKind.SHARES) or len(names) == 1 or len({*names}) < len(names):
        raise _invalid(
            f"A seed of kind {event.kind} names {len(names)} parties: {', '.join(names) or 'none'}.",
            "Shares come from two parties or more, each named once; other seeds have none.",
        )
    for one in event.parties:
        if not one.name or one.name != one.name.strip() or not unicodedata.is_normalized("NFC", one.name):
            raise _invalid(f"A party is called {one.name!r}.", "A name in form C, without outer blanks.")
        if not _DIGEST.fullmatch(one.digest):
            raise _invalid(f"{one.name} is bound by {one.digest!r}.", "The digest of its share, 64 hexadecimal digits.")
    if event.reveal_by is not None and event.reveal_by.tzinfo is None:
        raise _invalid("The hour by which the seed must be known has no time zone.", "An instant in UTC.")


def check_seed(label: str, event: Event, seed: Seed, committed_at: datetime) -> None:
    """Refuse a seed that is not what the announced event gave, in its time.

    Raises:
        NotCommitted: It is of another kind, round or party, too early, too late, or a share is not the one bound.
        PlanInvalid: It is empty or ill-formed for its kind.
    """
    asked = f"Draw from the plan {label}."
    again = "Commit anew, under another label, and say there why this draw lapsed."
    if seed.kind is not event.kind:
        raise _not_committed(
            asked,
            f"The seed is of kind {seed.kind}, the plan announced {event.kind}.",
            "The seed comes from the event that the plan named.",
            "Give what the announced event gave.",
        )
    if seed.round != event.round:
        raise _not_committed(
            asked,
            f"The seed is of round {seed.round}, the plan announced round {event.round}.",
            "The round that was named before it existed.",
            f"Fetch round {event.round}; if the beacon left it out, commit anew under another label and say so.",
        )
    _check_value(asked, seed)
    if _utc(seed.revealed_at) <= _utc(committed_at):
        raise _not_committed(
            asked,
            f"The seed was known at {_utc(seed.revealed_at)}, the plan committed at {_utc(committed_at)}.",
            "The plan is committed before its seed exists.",
            again,
        )
    if event.reveal_by is not None and _utc(seed.revealed_at) > _utc(event.reveal_by):
        raise _not_committed(
            asked,
            f"The seed became known at {_utc(seed.revealed_at)}; it was due by {_utc(event.reveal_by)}.",
            "A seed comes in time, so that nobody can wait for a better one.",
            again,
        )
    _check_shares(asked, label, event, seed)


def _check_value(asked: str, seed: Seed) -> None:
    value = seed.value
    if not value or value != value.strip() or not unicodedata.is_normalized("NFC", value):
        raise _invalid(
            f"The seed is {value!r}.",
            "A seed is text in normalisation form C without outer blanks.",
            "Write the seed exactly as the event gave it.",
            asked,
        )
    if seed.kind is SeedKind.BEACON and not _BEACON.fullmatch(value):
        raise _invalid(
            f"The seed of the beacon is {value!r}.",
            "At least 32 hexadecimal digits in lower case.",
            "Take the value as the beacon published it.",
            asked,
        )
    is_dice = seed.kind is SeedKind.DICE
    if is_dice and not _THROWS.fullmatch(value):
        raise _invalid(
            f"The dice gave {value!r}, {len(value)} characters.",
            f"At least {LEAST_THROWS} throws of a die with six sides, each 1 to 6.",
            "Go on throwing before the witnesses, and add what falls.",
            asked,
        )
    if (len({*seed.witnesses}) > 1) is not is_dice or len({*seed.witnesses}) < len(seed.witnesses):
        raise _invalid(
            f"The witnesses are {', '.join(seed.witnesses) or 'none'}.",
            "Dice are read by two witnesses or more, each named once; other seeds have none.",
            "Name who read the dice, by office or number.",
            asked,
        )


def _check_shares(asked: str, label: str, event: Event, seed: Seed) -> None:
    names = tuple(name for name, _ in seed.shares)
    if names != tuple(sorted(one.name for one in event.parties)):
        raise _not_committed(
            asked,
            f"Shares came from {', '.join(names) or 'nobody'}.",
            "One share of every party that the plan names: "
            + (", ".join(one.name for one in event.parties) or "none")
            + ".",
            "Ask the missing party for its share; if it keeps it back, let this draw lapse and say who did.",
        )
    shares = dict(seed.shares)
    for party in event.parties:
        share = shares[party.name]
        if len(share) < LEAST_SHARE or share_digest(label, party.name, share) != party.digest:
            raise _not_committed(
                asked,
                f"What {party.name} opened is not the share it was bound to, or shorter than {LEAST_SHARE} characters.",
                f"A share whose digest is {party.digest}.",
                "Ask the party for the share exactly as it was when it gave the digest.",
            )
    if event.parties and seed.value != seed_of_shares(shares):
        raise _not_committed(
            asked,
            f"The seed is {seed.value}, the shares make {seed_of_shares(shares)}.",
            "Shares make one seed.",
            "Give the shares alone; the seed follows from them.",
        )


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _invalid(
    found: str,
    wants: str,
    next_step: str = "Mend the plan and commit again; nothing has been drawn.",
    asked: str = "Commit to a draw plan.",
) -> PlanInvalid:
    return PlanInvalid(asked=asked, found=found, wants=wants, next_step=next_step)


def _not_committed(asked: str, found: str, wants: str, next_step: str) -> NotCommitted:
    return NotCommitted(asked=asked, found=found, wants=wants, next_step=next_step)

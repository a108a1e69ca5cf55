"""Append, correct, and the view as of two times.

Rules kept here:
- L-1 A fact is added, never changed. The same digest twice is one fact, with the earliest instant it was known.
- L-2 A correction names a fact of the same entity and kind; from the instant the correction is known, the corrected
  fact is out of every view.
- L-3 A re-delivery under the same (source, source_ref) with other content corrects what that record last said.
- L-4 The view as of day X, known at instant Y, holds what was known by Y, uncorrected by Y, and begun by X. It depends
  only on the set of facts, never on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from goodstanding.core.dates import Span
from goodstanding.core.errors import CorrectionMismatch
from goodstanding.core.fact import Fact


@dataclass(frozen=True, slots=True)
class View:
    """What was known at an instant to have begun by a day, in the order (first day, kind, digest).

    Args:
        as_of: The day looked at.
        known_at: What was known by then; UTC.
        facts: Uncorrected facts whose first day is not after ``as_of``; those ended before ``as_of`` are included.
    """

    as_of: date
    known_at: datetime
    facts: tuple[Fact, ...]

    def of(self, kind: str) -> Iterator[Fact]:
        """Yield the facts of one kind, ended ones included."""
        return (fact for fact in self.facts if fact.kind == kind)

    def in_force(self, kind: str) -> Iterator[Fact]:
        """Yield the facts of one kind whose span contains ``as_of``."""
        return (fact for fact in self.of(kind) if fact.span.contains(self.as_of))

    def current(self, kind: str) -> Fact | None:
        """Return the fact of one kind in force with the latest first day, or ``None``."""
        latest = None
        for fact in self.in_force(kind):
            latest = fact
        return latest


def _order(fact: Fact) -> tuple[date, str, str]:
    return fact.span.from_on, fact.kind, fact.digest


def view(facts: Iterable[Fact], as_of: date, known_at: datetime) -> View:
    """Look at a set of facts as of one day, as known at one instant (rules L-1, L-2, L-4).

    Args:
        facts: Any order, repeats allowed; of one entity or of many.
        as_of: Last day on which a fact may begin to be seen.
        known_at: Last instant at which a fact may have been learned; UTC.
    """
    known: dict[str, Fact] = {}
    for fact in facts:
        if fact.known_at > known_at:
            continue
        earlier = known.get(fact.digest)
        if earlier is None or fact.known_at < earlier.known_at:
            known[fact.digest] = fact
    corrected = {fact.corrects for fact in known.values() if fact.corrects is not None}
    seen = [
        fact
        for digest, fact in known.items()
        if digest not in corrected and not fact.span.is_empty and fact.span.from_on <= as_of
    ]
    return View(as_of, known_at, tuple(sorted(seen, key=_order)))


def heads(facts: Iterable[Fact]) -> list[Fact]:
    """Return those no other of them corrects, in the order (first day, kind, digest)."""
    every = list(facts)
    corrected = {fact.corrects for fact in every if fact.corrects is not None}
    return sorted((fact for fact in every if fact.digest not in corrected), key=_order)


def withdrawal(fact: Fact, source: str, source_ref: str, known_at: datetime) -> Fact:
    """Return the fact that says ``fact`` was never true."""
    return Fact(
        entity_id=fact.entity_id,
        kind=fact.kind,
        source=source,
        source_ref=source_ref,
        span=Span(fact.span.from_on, fact.span.from_on),
        known_at=known_at,
        payload=fact.payload,
        corrects=fact.digest,
    )


def ended(fact: Fact, until_on: date, source: str, source_ref: str, known_at: datetime) -> Fact:
    """Return the correction that ends an open fact on ``until_on`` (excluded)."""
    return Fact(
        entity_id=fact.entity_id,
        kind=fact.kind,
        source=source,
        source_ref=source_ref,
        span=Span(fact.span.from_on, until_on),
        known_at=known_at,
        payload=fact.payload,
        corrects=fact.digest,
    )


def delivery(record: Iterable[Fact], incoming: Fact) -> tuple[Fact, ...]:
    """Return what must be appended when a source delivers a record (rule L-3).

    Args:
        record: Every fact the ledger holds under the same (source, source_ref).
        incoming: What the source says now; its ``corrects`` is empty.
    Returns:
        Nothing when the record already says so; else the new fact, made a correction of what the record last said,
        preceded by withdrawals where the record last spoke of another entity or kind.
    """
    last = heads(record)
    alive = [fact for fact in last if not fact.span.is_empty]
    if any(fact.says_the_same(incoming) for fact in alive):
        return ()
    additions: list[Fact] = []
    replaced: str | None = None
    for fact in alive:
        if fact.entity_id == incoming.entity_id and fact.kind == incoming.kind and replaced is None:
            replaced = fact.digest
        else:
            additions.append(withdrawal(fact, incoming.source, incoming.source_ref, incoming.known_at))
    if replaced is None:
        # A record that comes back after its withdrawal must not collide with what it said before: the new fact
        # corrects the withdrawal, so its digest is its own.
        for fact in last:
            if fact.entity_id == incoming.entity_id and fact.kind == incoming.kind and fact.span.is_empty:
                replaced = fact.digest
    additions.append(incoming if replaced is None else replace(incoming, corrects=replaced, digest=""))
    return tuple(additions)


def check_correction(correction: Fact, corrected: Fact | None) -> None:
    """Refuse a correction of nothing, or of another entity's or kind's fact (rule L-2).

    Raises:
        CorrectionMismatch: With what was found instead.
    """
    if corrected is None:
        found = f"No fact with digest {correction.corrects} is in the ledger."
    elif (corrected.entity_id, corrected.kind) != (correction.entity_id, correction.kind):
        found = f"That fact is about {corrected.entity_id}, kind {corrected.kind}."
    else:
        return
    raise CorrectionMismatch(
        asked=f"To correct a fact of {correction.entity_id}, kind {correction.kind}.",
        found=found,
        wants="A correction replaces a fact of the same entity and kind.",
        next_step="Withdraw the wrong fact and record a new one for the right entity.",
    )

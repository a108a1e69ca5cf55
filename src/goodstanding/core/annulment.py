"""Annulment: what rests on a fact or a decision that turns out to be void, and how each of it is undone.

Rules kept here:
- What was entered because of an annulled fact never had a ground: it is withdrawn, as if it had never been, and the
  record of the withdrawal stays.
- A removal that rests on an annulled fact is undone too: the entry it ended stands again, from its own first day.
- Nothing else is touched: an entry that another cause carries stays, and says which.
- A fact and its corrections are one and the same matter; the last word on it is what is withdrawn.
- Undoing goes from the root outwards, so that no step undoes what rests on a thing still standing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from goodstanding.core.dates import Calendar, Period, Span, period_end
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import heads, withdrawal
from goodstanding.core.listing import Act
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule


@dataclass(frozen=True, slots=True)
class Annulment:
    """What a rulebook says of undoing what rests on something void.

    Args:
        within: From the day on which the basis fell, the time the authority has.
    """

    rule: Rule
    within: Period

    def due_on(self, fell_on: date, calendar: Calendar) -> date:
        """Return the last day for it.

        Raises:
            CalendarYearUnknown: A working-day period leaves the covered years.
        """
        return period_end(fell_on, self.within, calendar)


@dataclass(frozen=True, slots=True)
class Made:
    """One decision on a list that made a fact.

    Args:
        rests_on: Digests of the facts it rests on; where an entry leaves, the entry itself first.
        fact: Digest of the fact it made: an entry, or the correction that ended one.
    """

    number: str
    act: Act
    rests_on: tuple[str, ...]
    fact: str


class Undo(Enum):
    """How one thing is undone."""

    WITHDRAW = "withdraw"  # it never was
    RESTORE = "restore"  # what it ended stands again


@dataclass(frozen=True, slots=True)
class Undoing:
    """One thing to be undone.

    Args:
        fact: The last word of the record on it, which the undoing corrects.
        restored: Span in which an entry stands again; ``None`` where a fact is withdrawn.
        decision: Number of the decision that falls with it; empty for a fact of another source.
        because: Digest of the fact it rested on; empty for the root.
    """

    how: Undo
    fact: Fact
    restored: Span | None
    decision: str
    because: str

    def correction(self, source: str, source_ref: str, known_at: datetime) -> Fact:
        """Return the fact that undoes it."""
        if self.restored is None:
            return withdrawal(self.fact, source, source_ref, known_at)
        return replace(
            self.fact,
            source=source,
            source_ref=source_ref,
            span=self.restored,
            known_at=known_at,
            corrects=self.fact.digest,
            digest="",
        )


def read_annulment(file: Table, languages: tuple[str, ...]) -> Annulment | None:
    """Read ``[annulment]`` of lists.toml; a rulebook may have none."""
    table = file.maybe_table("annulment")
    if table is None:
        return None
    with table:
        return Annulment(table.rule(languages), table.period("within"))


def undoings(root: Fact, facts: Iterable[Fact], made: Sequence[Made]) -> tuple[Undoing, ...]:
    """Return everything that falls with one fact of a business, the fact itself first.

    Args:
        root: The fact that is void: a penalty, an entry, or the correction that ended an entry.
        facts: Every fact known of the business.
        made: Every decision on its lists that made a fact, in the order taken.
    """
    record = _Record(facts)
    by_fact = {one.fact: one for one in made}
    found: list[Undoing] = []
    fallen: set[str] = set()

    def fall(fact: Fact, because: str) -> None:
        decision = by_fact.get(fact.digest)
        ends = decision is not None and decision.act is not Act.ENTER
        if not ends:
            fallen.add(record.matter(fact.digest))
        undoing = record.undoing(fact, ends, decision.number if decision is not None else "", because)
        if undoing is not None:
            found.append(undoing)

    fall(root, "")
    for decision in made:
        fact = record.by_digest.get(decision.fact)
        if fact is None or any(one.decision == decision.number for one in found):
            continue
        if decision.act is not Act.ENTER and record.matter(decision.fact) in fallen:
            continue  # the entry itself fell, and its end has nothing left to undo
        grounds = decision.rests_on if decision.act is Act.ENTER else decision.rests_on[1:]
        because = next((digest for digest in grounds if record.matter(digest) in fallen), None)
        if because is not None:
            fall(fact, because)
    return tuple(found)


class _Record:
    """The facts of a business as chains of corrections."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.by_digest: Mapping[str, Fact] = {fact.digest: fact for fact in facts}
        self._last = {self.matter(head.digest): head for head in heads(self.by_digest.values())}

    def matter(self, digest: str) -> str:
        """Return the digest of the first fact of a chain of corrections."""
        seen = {digest}
        fact = self.by_digest.get(digest)
        while fact is not None and fact.corrects is not None and fact.corrects not in seen:
            seen.add(fact.corrects)
            digest, fact = fact.corrects, self.by_digest.get(fact.corrects)
        return digest

    def undoing(self, fact: Fact, ends: bool, decision: str, because: str) -> Undoing | None:
        """Return how a fact is undone, or ``None`` where the record says already that it never was."""
        last = self._last.get(self.matter(fact.digest), fact)
        if last.span.is_empty:
            return None
        if not ends:
            return Undoing(Undo.WITHDRAW, last, None, decision, because)
        before = self.by_digest.get(fact.corrects or "")
        if last.digest != fact.digest or before is None:
            return None
        return Undoing(Undo.RESTORE, last, before.span, decision, because)

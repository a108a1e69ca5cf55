"""How a record leaves: five exits, kept apart, for each has another cause, another proof and another effect.

Rules kept here:
- Expired: its time was over by itself. Repaired: its display, or the entry, ended early on application, or because the
  cause was put right. Corrected: its source said something else. Annulled: what it rested on was void, and a decision
  withdrew it. Revoked: a repair that fell, after which the repaired record stands again.
- What has left is neither displayed nor weighed. What left cannot leave again; only a revoked repair brings a record
  back, and its time then counts anew.
- A record that was never to be shown leaves nothing, for it was never there for the public.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from goodstanding.core.disclosure import repairs_of, shown
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.listing import DECISIONS, ground_of, term_end
from goodstanding.core.remedy import lenient
from goodstanding.core.rulebook import Rulebook


class Exit(Enum):
    """How a record left."""

    EXPIRED = "expired"
    REPAIRED = "repaired"
    CORRECTED = "corrected"
    ANNULLED = "annulled"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Left:
    """That a record has left, and how.

    Args:
        on: First day on which it was there no more.
        by: Digest of the fact that ended it; empty where its time was over by itself.
    """

    how: Exit
    on: date
    by: str = ""


def exit_of(fact: Fact, facts: Iterable[Fact], book: Rulebook, day: date) -> Left | None:
    """Return how a fact left by a day, or ``None`` where it stands, has not begun, or is never shown.

    Args:
        fact: Any fact, corrected ones too.
        facts: Every fact known of its business.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    known = list(facts)
    after = next((one for one in known if one.corrects == fact.digest), None)
    if after is not None:
        return _after(fact, after, known, book, day)
    if fact.span.is_empty or day < fact.span.from_on:
        return None
    over_on = fact.span.until_on
    if fact.kind == book.disclosure.repair_kind and over_on is not None and over_on <= day:
        return Left(Exit.REVOKED, over_on, fact.digest)
    if fact.kind == book.lists.entry_kind and over_on is not None and over_on <= day:
        return Left(_of_entry(fact, over_on, book), over_on, fact.digest)
    if not book.kinds[fact.kind].is_public:
        return None
    every = max(one.known_at for one in known)
    repairs = list(view(known, day, every).of(book.disclosure.repair_kind))
    when = shown(fact, book.disclosure, book.calendar, repairs=repairs)
    if when is None or when.span.until_on is None or day < when.span.until_on:
        return None
    ended_on = when.span.until_on
    granted = [one for one in repairs_of(fact, repairs) if one.span.until_on is None and one.span.from_on <= ended_on]
    return Left(Exit.REPAIRED, ended_on, granted[0].digest) if granted else Left(Exit.EXPIRED, ended_on)


def _after(fact: Fact, after: Fact, known: list[Fact], book: Rulebook, day: date) -> Left | None:
    """Return how a fact left that another corrects: withdrawn, said anew, or merely given its end."""
    if after.span.is_empty:
        how = Exit.ANNULLED if after.source == DECISIONS else Exit.CORRECTED
        return Left(how, after.known_at.date(), after.digest)
    if after.payload == fact.payload and after.span.from_on == fact.span.from_on:
        return exit_of(after, known, book, day)
    return Left(Exit.CORRECTED, after.known_at.date(), after.digest)


def _of_entry(entry: Fact, over_on: date, book: Rulebook) -> Exit:
    """Tell an entry that ended with its term from one that was left before."""
    try:
        term_on = term_end(entry, ground_of(entry, book.lists), lenient(book.calendar))
    except NoRuleInForce:
        term_on = None
    return Exit.EXPIRED if term_on is not None and term_on <= over_on else Exit.REPAIRED

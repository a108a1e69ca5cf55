"""How a record leaves: five exits, kept apart, for each has another cause, another proof and another effect.

Rules kept here:
- Expired: its time was over by itself. Repaired: its display, or the entry, ended early on application, or because the
  cause was put right. Corrected: its source said something else. Annulled: what it rested on was void, and a decision
  withdrew it. Revoked: a repair that fell, after which the repaired record stands again.
- What has left is neither displayed nor weighed. What left cannot leave again; only a revoked repair brings a record
  back, and its time then counts anew.
- A record that was never to be shown leaves nothing, for it was never there for the public. An entry that left its
  list and stays in view as history has not left the register.
- A record that was merely given its end is the same record: the word that gave it tells how it left.
- A record that is kept back for a time has not left: see `goodstanding.core.disclosure.hidden`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from goodstanding.core.against import term_over
from goodstanding.core.dates import lenient
from goodstanding.core.disclosure import Shown, repairs_of, shown
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.listing import DECISIONS, ground_of, term_end
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
    """Return how one fact left by a day, or ``None`` where it stands, has not begun, or is never shown.

    Args:
        fact: Any fact, corrected ones too.
        facts: Every fact known of its business.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    return exits(facts, book, day).get(fact.digest)


def exits(facts: Iterable[Fact], book: Rulebook, day: date) -> Mapping[str, Left]:
    """Return how each fact of a business left by a day, by digest; whatever stands or was never shown is absent.

    Args:
        facts: Every fact known of one business, corrected ones too.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    known = list(facts)
    if not known:
        return {}
    repairs = list(view(known, day, max(one.known_at for one in known)).of(book.disclosure.repair_kind))
    after = {one.corrects: one for one in known if one.corrects is not None}
    found: dict[str, Left] = {}
    for fact in known:
        last = fact
        while (said := after.get(last.digest)) is not None and _gives_its_end(last, said):
            last = said
        left = _left(last, after.get(last.digest), repairs, book, day)
        if left is not None:
            found[fact.digest] = left
    return found


def _gives_its_end(fact: Fact, said: Fact) -> bool:
    """Tell a word that merely gives a record its end from one that says something else, or that it never was."""
    return not said.span.is_empty and said.payload == fact.payload and said.span.from_on == fact.span.from_on


def _left(fact: Fact, said: Fact | None, repairs: list[Fact], book: Rulebook, day: date) -> Left | None:
    """Return how a fact left, given what was said of it after."""
    if fact.span.is_empty:
        return None
    if fact.kind == book.disclosure.repair_kind:
        over_on = fact.span.until_on
        return Left(Exit.REVOKED, over_on, fact.digest) if over_on is not None and over_on <= day else None
    when = display_of(fact, repairs, book)
    if when is None:
        return None
    if said is not None:
        on = said.known_at.date()
        is_void = said.span.is_empty and said.source == DECISIONS
        return Left(Exit.ANNULLED if is_void else Exit.CORRECTED, on, said.digest) if on <= day else None
    return _over(fact, when, repairs, book, day)


def display_of(fact: Fact, repairs: Sequence[Fact], book: Rulebook) -> Shown | None:
    """Return when a fact is to be shown, or ``None`` where it never is.

    Args:
        repairs: Facts of the repair kind of the same business, uncorrected.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    kind = book.kinds[fact.kind]
    if fact.kind == book.lists.entry_kind:
        definition = book.lists.lists.get(str(fact.payload["list"]))
        if definition is None or not definition.is_public:
            return None
    return shown(fact, book.disclosure, book.calendar, repairs=repairs) if kind.is_public else None


def _over(fact: Fact, when: Shown, repairs: list[Fact], book: Rulebook, day: date) -> Left | None:
    """Return how the display of a fact ended, or ``None`` while it goes on."""
    is_entry = fact.kind == book.lists.entry_kind
    term_on = term_over(fact, book) if is_entry and when.ends_with_span else None
    over_on = min(filter(None, (when.span.until_on, term_on)), default=None)
    if over_on is None or day < over_on:
        return None
    granted = [one for one in repairs_of(fact, repairs) if one.span.until_on is None and one.span.from_on <= over_on]
    if granted:
        return Left(Exit.REPAIRED, over_on, granted[0].digest)
    if is_entry and over_on == fact.span.until_on and not _ran_its_term(fact, over_on, book):
        return Left(Exit.REPAIRED, over_on, fact.digest)
    return Left(Exit.EXPIRED, over_on)


def _ran_its_term(entry: Fact, over_on: date, book: Rulebook) -> bool:
    """Tell an entry that ended with its term from one that was left before."""
    try:
        term_on = term_end(entry, ground_of(entry, book.lists), lenient(book.calendar))
    except NoRuleInForce:
        return False
    return term_on is not None and term_on <= over_on

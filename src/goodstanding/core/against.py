"""What stands against a business on a day: each entry or adverse record with its basis, its end, and the ways out.

Rules kept here:
- Against a business stands what it may leave or have repaired: entries in force, and records in view of the kinds that
  the rulebook's repair rules are about, whether they allow a repair or say that there is none.
- A record ends for the public on its lawful day, whatever anybody does; an entry ends with its term, where it has one.
- A way out is what `remedy.py` finds; where a rule says that there is none before the end, that rule is told instead.
- What is kept back from the public for a time stands against a business as before; which rule keeps it back is told.
- Where other publication targets show the same fact by rules of their own, their end and their repair are told too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from goodstanding.core.dates import lenient
from goodstanding.core.disclosure import Hidden, Shown, counted_anew, hidden, shown
from goodstanding.core.entity import Profile
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import View
from goodstanding.core.listing import ground_of, term_end
from goodstanding.core.remedy import Remedy, in_view, remedies, seen_on
from goodstanding.core.repair import Eligibility, Lack, eligibility
from goodstanding.core.rule import Rule
from goodstanding.core.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How long another publication target shows a fact by its own rules, and whether it may be asked to end sooner."""

    shown: Shown
    repair: Eligibility


@dataclass(frozen=True, slots=True)
class Against:
    """One thing that stands against a business.

    Args:
        basis: The rule it was made under, or is shown under.
        ends_on: First day on which it stands no longer by itself; ``None`` where no day is set.
        ways: What the business may do about it, the earliest first.
        no_way: The rule that says there is nothing to do before its end, where one does and ``ways`` is empty.
        repair: Whether its repair may be asked for here, and what is missing.
        elsewhere: The same of other publication targets that show it by rules of their own.
        hidden: By what it is kept back from the public on the day; ``None`` where it is in view.
    """

    fact: Fact
    basis: Rule | None
    ends_on: date | None
    ways: tuple[Remedy, ...]
    no_way: Rule | None = None
    repair: Eligibility | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    hidden: Hidden | None = None


def against(facts: Sequence[Fact], who: Profile, book: Rulebook, day: date) -> tuple[Against, ...]:
    """Return everything that stands against a business on a day, entries first, then the youngest record first.

    Args:
        facts: Its facts, uncorrected; see `goodstanding.core.ledger.view`.
        who: The business, by its registration on the day.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    seen = seen_on(facts, day)
    ways = remedies(facts, who, book, day)
    kinds = {repair.kind for repair in book.repairs} - {book.lists.entry_kind}
    entries = [_entry(fact, ways, seen, book) for fact in seen.in_force(book.lists.entry_kind)]
    granted = list(seen.of(book.disclosure.repair_kind))
    records = [
        _record(fact, ways, seen, book)
        for fact in seen.facts
        if fact.kind in kinds and in_view(fact, book, day, granted)
    ]
    kept_back = hidden(seen, book.disclosure)
    found = (*entries, *sorted(records, key=lambda one: one.fact.span.from_on, reverse=True))
    return tuple(replace(one, hidden=kept_back.get(one.fact.digest)) for one in found)


def _about(fact: Fact, ways: Sequence[Remedy]) -> tuple[Remedy, ...]:
    found = [way for way in ways if any(one.digest == fact.digest for one in way.about)]
    return tuple(sorted(found, key=lambda way: way.on))


def term_over(entry: Fact, book: Rulebook) -> date | None:
    """Return the first day on which an entry stands no longer because its term is over.

    Returns:
        ``None`` where it ended before, has no term, or its ground is in the rulebook no more.
    """
    try:
        ground = ground_of(entry, book.lists)
    except NoRuleInForce:
        return None
    return None if entry.span.until_on is not None else term_end(entry, ground, lenient(book.calendar))


def _entry(fact: Fact, ways: Sequence[Remedy], seen: View, book: Rulebook) -> Against:
    repair = _repair(fact, seen, book)
    try:
        ground = ground_of(fact, book.lists)
    except NoRuleInForce:
        return Against(fact, None, fact.span.until_on, _about(fact, ways), repair=repair)
    ends_on = fact.span.until_on or term_over(fact, book)
    return Against(fact, ground.rule, ends_on, _about(fact, ways), repair=repair)


def _repair(fact: Fact, seen: View, book: Rulebook, target: str = "") -> Eligibility:
    anew_on = counted_anew(fact, list(seen.of(book.disclosure.repair_kind)), target)
    return eligibility(fact, seen, book.lists.entry_kind, book.repairs, lenient(book.calendar), target, anew_on)


def _elsewhere(fact: Fact, seen: View, book: Rulebook) -> Iterator[Elsewhere]:
    for target in dict.fromkeys(rule.target for rule in book.disclosure.elsewhere):
        when = shown(fact, book.disclosure, lenient(book.calendar), target, list(seen.of(book.disclosure.repair_kind)))
        if when is not None and when.span.contains(seen.as_of):
            yield Elsewhere(when, _repair(fact, seen, book, target))


def _record(fact: Fact, ways: Sequence[Remedy], seen: View, book: Rulebook) -> Against:
    when = shown(fact, book.disclosure, lenient(book.calendar), repairs=list(seen.of(book.disclosure.repair_kind)))
    out, repair = _about(fact, ways), _repair(fact, seen, book)
    is_never = not out and any(one.lack is Lack.NEVER for one in repair.missing)
    return Against(
        fact,
        basis=None if when is None else when.rule,
        ends_on=None if when is None else when.span.until_on,
        ways=out,
        no_way=repair.rule.rule if is_never and repair.rule is not None else None,
        repair=repair,
        elsewhere=tuple(_elsewhere(fact, seen, book)),
    )

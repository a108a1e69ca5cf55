"""What a business may lawfully do about its standing, each with its rule and its first day.

Rules kept here:
- A remedy is provided for by the rulebook or there is none: a duty that can still be fulfilled, an exit from a list
  that the business itself can meet, or a repair. Ending the business is no remedy, and neither is a result that only
  an inspection can find.
- What it leads to, and by when, is told in `course.py` beside this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from goodstanding.core.dates import Calendar, Span, lenient
from goodstanding.core.disclosure import counted_anew, shown
from goodstanding.core.entity import Profile, profile
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.fact import Fact, FieldType, Value
from goodstanding.core.ledger import View, view
from goodstanding.core.listing import Act, Exit, Proposal, ground_of, proposals
from goodstanding.core.repair import Lack, eligibility
from goodstanding.core.rule import Rule, in_force
from goodstanding.core.rulebook import Rulebook

SUPPOSED = "supposed"
"""Source of the facts that a remedy would make; the ledger never holds one."""


class Means(Enum):
    """How a remedy works."""

    FULFIL = "fulfil"  # a duty owed is fulfilled late
    CURE = "cure"  # what a list entry rests on is put right
    REPAIR = "repair"  # display, or an entry, ends early on application


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing a business may do.

    Args:
        rule: The rule that provides for it.
        on: First day on which it may be done.
        about: The list entries to be left, or the fact to be repaired; none for a duty that led to no entry.
        makes: The fact that it makes; ``None`` for a repair, which ends one.
        year: Year reported on, where a yearly duty is fulfilled.
        asks: What else the rule wants done, by language.
    """

    means: Means
    rule: Rule
    on: date
    about: tuple[Fact, ...]
    makes: Fact | None = None
    year: int | None = None
    asks: Mapping[str, str] | None = None


def remedies(facts: Sequence[Fact], who: Profile, book: Rulebook, day: date) -> tuple[Remedy, ...]:
    """Return everything a business may do from a day on, in the order of the rulebook.

    Args:
        facts: Its facts, uncorrected; see `goodstanding.core.ledger.view`.
        who: The business, by its registration on the day.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    seen = seen_on(facts, day)
    calendar = lenient(book.calendar)
    found = list(_duties(seen, who, book))
    found += _cures(seen, who, book, calendar)
    granted = list(seen.of(book.disclosure.repair_kind))
    for fact in seen.facts:
        if not _weighs(fact, book, day, granted):
            continue
        anew_on = counted_anew(fact, granted)
        asked = eligibility(fact, seen, book.lists.entry_kind, book.repairs, calendar, anew_on=anew_on)
        barred = [one.until_on for one in asked.missing if one.lack is Lack.BARRED]
        if asked.rule is None or asked.from_on is None or None in barred:
            continue
        on = max([asked.from_on, *(ends_on for ends_on in barred if ends_on is not None)])
        if in_view(fact, book, on, granted):
            found.append(Remedy(Means.REPAIR, asked.rule.rule, on, (fact,), asks=asked.rule.asks))
    return tuple(found)


def _duties(seen: View, who: Profile, book: Rulebook) -> Iterator[Remedy]:
    if not who.is_active:
        return
    for duty in in_force(book.duties.values(), seen.as_of):
        first = who.established_on.year + duty.first_after_years
        for window in range(first, duty.last_closed_window(seen.as_of) + 1):
            year = window - duty.years_back
            end = duty.window_end(window)
            then = profile(seen_on(seen.facts, end), book.roles)
            owed = duty.rule.validity.contains(end) and (then is None or then.is_active)
            if owed and duty.fulfilment(seen, year) is None:
                about = tuple(
                    entry
                    for entry in seen.in_force(book.lists.entry_kind)
                    if entry.payload.get("cause") == f"year:{year}"
                )
                made = supposed(seen, duty.kind, seen.as_of, {duty.year_field: year})
                yield Remedy(Means.FULFIL, duty.rule, seen.as_of, about, made, year)


def _cures(seen: View, who: Profile, book: Rulebook, calendar: Calendar) -> list[Remedy]:
    leaving = {proposal.facts[0] for proposal in lifts(seen, who, book, calendar)}
    found: dict[tuple[str, str, frozenset[Value]], Remedy] = {}
    for entry in seen.in_force(book.lists.entry_kind):
        if entry.digest in leaving:
            continue
        try:
            ground = ground_of(entry, book.lists)
        except NoRuleInForce:
            continue
        for way in in_force(ground.exits, seen.as_of):
            if not way.kind or way.kind in (book.roles.kind, book.inspection.result_kind):
                continue
            # A cure must begin later than its cause, which is no younger than the entry.
            on = max(seen.as_of, entry.span.from_on + timedelta(days=1))
            key = (way.kind, way.when.field, way.when.values)
            earlier = found.get(key)
            if earlier is None:
                made = supposed(seen, way.kind, on, _agreeing(way, book))
                found[key] = Remedy(Means.CURE, way.rule, on, (entry,), made)
            else:
                on = max(on, earlier.on)
                made = supposed(seen, way.kind, on, _agreeing(way, book))
                found[key] = replace(earlier, on=on, about=(*earlier.about, entry), makes=made)
    return list(found.values())


def _agreeing(way: Exit, book: Rulebook) -> dict[str, Value]:
    if not way.when.field:
        return {}
    value = min(way.when.values, key=str)
    several = book.kinds[way.kind].fields[way.when.field].type is FieldType.CODES
    return {way.when.field: (str(value),) if several else value}


def supposed(seen: View, kind: str, on: date, payload: Mapping[str, Value]) -> Fact:
    """Return a fact of the business that a view is of, as it would be if it were so."""
    entity = seen.facts[0].entity_id
    ref = f"{kind}/{on}/{sorted(payload.items())}"
    return Fact(entity, kind, SUPPOSED, ref, Span(on), seen.known_at, payload)


def _weighs(fact: Fact, book: Rulebook, day: date, repairs: Sequence[Fact]) -> bool:
    """Tell whether a fact still burdens a business on a day: it may be weighed, is in view, and an entry stands."""
    if not book.kinds[fact.kind].is_feature or not in_view(fact, book, day, repairs):
        return False
    return fact.kind != book.lists.entry_kind or fact.span.contains(day)


def in_view(fact: Fact, book: Rulebook, day: date, repairs: Sequence[Fact] = ()) -> bool:
    """Tell whether a fact is still shown on a day; one of a kind that never is public stays as it is.

    Args:
        repairs: Facts of the repair kind of the same business.
    """
    if not book.kinds[fact.kind].is_public:
        return True
    when = shown(fact, book.disclosure, book.calendar, repairs=repairs)
    return when is not None and when.span.contains(day)


def lifts(seen: View, who: Profile, book: Rulebook, calendar: Calendar) -> list[Proposal]:
    """Return which entries a view calls to leave their list because the cause was put right."""
    found = proposals(seen, who, book.lists, book.duties, calendar)
    return [proposal for proposal in found if proposal.act is Act.LIFT]


def seen_on(facts: Iterable[Fact], day: date) -> View:
    """Return the view of some facts, all of them known, on a day; there is at least one."""
    known = tuple(facts)
    return view(known, day, max(fact.known_at for fact in known))

"""What a business may lawfully do about its standing, and what the law does by itself: each with its rule and days.

Rules kept here:
- A remedy is provided for by the rulebook or there is none: a duty that can still be fulfilled, an exit from a list
  that the business itself can meet, or a repair. Ending the business is no remedy, and neither is a result that only
  an inspection can find.
- What a remedy leads to is taken from the law: the fact it makes is supposed, and `goodstanding.core.listing` says
  which entry is then to leave and by when. A decision counts from its last lawful day, so nothing is promised early.
- What lies ahead supposes that the yearly duties to come are fulfilled in their windows, and nothing else.
- Days of decision beyond the published holidays are counted by weekdays alone, and marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from goodstanding.core.dates import Calendar, Span, period_end
from goodstanding.core.disclosure import shown
from goodstanding.core.duty import Duty
from goodstanding.core.entity import Profile, profile
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.fact import Fact, FieldType, Value
from goodstanding.core.ledger import View, view
from goodstanding.core.listing import Act, Exit, Proposal, ground_of, proposals, term_end
from goodstanding.core.repair import first_application
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


@dataclass(frozen=True, slots=True)
class Step:
    """A remedy taken: when it is asked for, and what follows.

    Args:
        asked_on: Day on which the business acts.
        counts_on: Day from which it counts: that of the decision, at the latest.
        rules: By which rules it counts: the remedy's own, then those of the exits it meets.
        is_estimated: Whether the last day lies beyond the published holidays.
    """

    remedy: Remedy
    asked_on: date
    counts_on: date
    rules: tuple[Rule, ...]
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What comes without the business asking: an entry that leaves its list, or a duty taken to be fulfilled.

    Args:
        fact: The entry; ``None`` for a duty.
        year: Year to be reported on; ``None`` for an entry.
    """

    rule: Rule
    on: date
    fact: Fact | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How things would go from a day on.

    Args:
        facts: Every fact, supposed ones included. An entry that leaves its list keeps its digest under its new span.
        hidden: First day out of view of each fact repaired, by digest.
        steps: The remedies that work, in the order given; one that stays barred is not among them.
        foreseen: What comes by itself.
    """

    facts: tuple[Fact, ...]
    hidden: Mapping[str, date]
    steps: tuple[Step, ...]
    foreseen: tuple[Foreseen, ...]


def remedies(facts: Sequence[Fact], who: Profile, book: Rulebook, day: date) -> tuple[Remedy, ...]:
    """Return everything a business may do from a day on, in the order of the rulebook.

    Args:
        facts: Its facts, uncorrected; see `goodstanding.core.ledger.view`.
        who: The business, by its registration on the day.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    seen = _seen(facts, day)
    calendar = _lenient(book.calendar)
    found = list(_duties(seen, who, book))
    found += _cures(seen, who, book, calendar)
    for fact in seen.facts:
        if not _weighs(fact, book, day):
            continue
        ready = first_application(fact, book.repairs, calendar, day)
        if ready is not None and _in_view(fact, book, ready[0]):
            found.append(Remedy(Means.REPAIR, ready[1].rule, ready[0], (fact,), asks=ready[1].asks))
    return tuple(found)


def _duties(seen: View, who: Profile, book: Rulebook) -> Iterator[Remedy]:
    if not who.is_active:
        return
    for duty in in_force(book.duties.values(), seen.as_of):
        first = who.established_on.year + duty.first_after_years
        for window in range(first, duty.last_closed_window(seen.as_of) + 1):
            year = window - duty.years_back
            end = duty.window_end(window)
            then = profile(_seen(seen.facts, end), book.roles)
            owed = duty.rule.validity.contains(end) and (then is None or then.is_active)
            if owed and duty.fulfilment(seen, year) is None:
                about = tuple(
                    entry
                    for entry in seen.in_force(book.lists.entry_kind)
                    if entry.payload.get("cause") == f"year:{year}"
                )
                made = _supposed(seen, duty.kind, seen.as_of, {duty.year_field: year})
                yield Remedy(Means.FULFIL, duty.rule, seen.as_of, about, made, year)


def _cures(seen: View, who: Profile, book: Rulebook, calendar: Calendar) -> list[Remedy]:
    leaving = {proposal.facts[0] for proposal in _lifts(seen, who, book, calendar)}
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
                made = _supposed(seen, way.kind, on, _agreeing(way, book))
                found[key] = Remedy(Means.CURE, way.rule, on, (entry,), made)
            else:
                on = max(on, earlier.on)
                made = _supposed(seen, way.kind, on, _agreeing(way, book))
                found[key] = replace(earlier, on=on, about=(*earlier.about, entry), makes=made)
    return list(found.values())


def _agreeing(way: Exit, book: Rulebook) -> dict[str, Value]:
    if not way.when.field:
        return {}
    value = min(way.when.values, key=str)
    several = book.kinds[way.kind].fields[way.when.field].type is FieldType.CODES
    return {way.when.field: (str(value),) if several else value}


def _supposed(seen: View, kind: str, on: date, payload: Mapping[str, Value]) -> Fact:
    entity = seen.facts[0].entity_id
    ref = f"{kind}/{on}/{sorted(payload.items())}"
    return Fact(entity, kind, SUPPOSED, ref, Span(on), seen.known_at, payload)


def _weighs(fact: Fact, book: Rulebook, day: date) -> bool:
    """Tell whether a fact still burdens a business on a day: it may be weighed, is in view, and an entry stands."""
    if not book.kinds[fact.kind].is_feature or not _in_view(fact, book, day):
        return False
    return fact.kind != book.lists.entry_kind or fact.span.contains(day)


def _in_view(fact: Fact, book: Rulebook, day: date) -> bool:
    if not book.kinds[fact.kind].is_public:
        return True
    when = shown(fact, book.disclosure, book.calendar)
    return when is not None and when.span.contains(day)


def course(
    facts: Sequence[Fact], who: Profile, book: Rulebook, day: date, through: date, taken: Sequence[Remedy] = ()
) -> Course:
    """Return how things would go from a day on if a business took some remedies, each on its first day.

    Args:
        facts: As for `remedies`.
        through: Last day looked at.
        taken: Some of what `remedies` returned; none asks what time alone does.
    """
    calendar = _lenient(book.calendar)
    foreseen = list(_kept(facts, who, book, day, through))
    made = [remedy.makes for remedy in taken if remedy.makes is not None]
    known = {fact.digest: fact for fact in (*facts, *made, *_reports(facts, foreseen, book))}
    # A cure may have to wait a day; whoever looks then sees every remedy taken.
    look_on = max([day, *(fact.span.from_on for fact in made)])
    leaving: dict[str, tuple[date, Rule, str]] = {}
    for entry, over_on, rule, cure in _leaving(known, who, book, calendar, day, look_on):
        # What should have left already has not: it can leave tomorrow.
        on = max(over_on, day + timedelta(days=1))
        if entry.digest not in leaving or on < leaving[entry.digest][0]:
            leaving[entry.digest] = on, rule, cure
    for digest, (on, rule, cure) in leaving.items():
        entry = known[digest]
        if entry.span.until_on is None or on < entry.span.until_on:
            known[digest] = replace(entry, span=Span(entry.span.from_on, on))
        if on <= through and cure not in {fact.digest for fact in made}:
            foreseen.append(Foreseen(rule, on, entry))
    steps: dict[int, Step] = {}
    for place, remedy in enumerate(taken):
        if remedy.makes is not None:
            after = [(on, rule) for on, rule, cure in leaving.values() if cure == remedy.makes.digest]
            counts_on = max([remedy.on, *(on for on, _ in after)])
            rules = {rule.number: rule for rule in (remedy.rule, *(rule for _, rule in after))}
            estimated = _estimated(book, counts_on)
            steps[place] = Step(remedy, remedy.on, counts_on, tuple(rules.values()), estimated)
    hidden: dict[str, date] = {}
    # An entry repaired is off its list, which may open the way for the repair of what led to it.
    repairs = [(place, remedy) for place, remedy in enumerate(taken) if remedy.means is Means.REPAIR]
    for place, remedy in sorted(repairs, key=lambda one: one[1].about[0].kind != book.lists.entry_kind):
        step = _repaired(remedy, known, book, calendar, day)
        if step is None:
            continue
        steps[place] = step
        fact = known[remedy.about[0].digest]
        if fact.kind == book.lists.entry_kind:
            if fact.span.until_on is None or step.counts_on < fact.span.until_on:
                known[fact.digest] = replace(fact, span=Span(fact.span.from_on, step.counts_on))
        else:
            hidden[fact.digest] = step.counts_on
    return Course(tuple(known.values()), hidden, tuple(steps[place] for place in sorted(steps)), tuple(foreseen))


def _repaired(remedy: Remedy, known: Mapping[str, Fact], book: Rulebook, calendar: Calendar, day: date) -> Step | None:
    """Return when a repair can be asked for and counts, once no list bars it; ``None`` while one always does."""
    fact = known[remedy.about[0].digest]
    entries = [one for one in known.values() if one.kind == book.lists.entry_kind]
    asked_on = max(day, remedy.on)
    while True:
        ready = first_application(fact, book.repairs, calendar, asked_on)
        if ready is None:
            return None
        asked_on, repair = ready
        bars = [
            one for one in entries if one.payload.get("list") in repair.not_while_on and one.span.contains(asked_on)
        ]
        if not bars:
            break
        ends = [one.span.until_on for one in bars if one.span.until_on is not None]
        if len(ends) < len(bars):
            return None
        asked_on = max(ends)
    if repair.within is None or not _in_view(fact, book, asked_on):
        return None
    counts_on = max(period_end(asked_on, repair.within, calendar), day + timedelta(days=1))
    # Waiting for a list may lead into a later version of the rule.
    judged = replace(remedy, rule=repair.rule, asks=repair.asks)
    return Step(judged, asked_on, counts_on, (repair.rule,), _estimated(book, counts_on))


def _leaving(
    known: Mapping[str, Fact], who: Profile, book: Rulebook, calendar: Calendar, day: date, look_on: date
) -> Iterator[tuple[Fact, date, Rule, str]]:
    """Yield (entry, day it leaves, rule, digest of the cure or empty): by its term, or as the facts call for."""
    seen = _seen(known.values(), look_on)
    for entry in _seen(known.values(), day).in_force(book.lists.entry_kind):
        try:
            ground = ground_of(entry, book.lists)
        except NoRuleInForce:
            continue
        over = term_end(entry, ground, calendar)
        if over is not None:
            yield entry, over, ground.rule if ground.end_rule is None else ground.end_rule, ""
    for proposal in _lifts(seen, who, book, calendar):
        yield known[proposal.facts[0]], proposal.due_on, proposal.rule, proposal.facts[1]


def _lifts(seen: View, who: Profile, book: Rulebook, calendar: Calendar) -> list[Proposal]:
    found = proposals(seen, who, book.lists, book.duties, calendar)
    return [proposal for proposal in found if proposal.act is Act.LIFT]


def _kept(facts: Sequence[Fact], who: Profile, book: Rulebook, day: date, through: date) -> Iterator[Foreseen]:
    """Yield the yearly duties whose windows close from a day on and that are not fulfilled yet."""
    if not who.is_active:
        return
    for duty in book.duties.values():
        for window in range(duty.last_closed_window(day) + 1, through.year + 1):
            end, year = duty.window_end(window), window - duty.years_back
            if end > through or not duty.binds(who.established_on, window) or not duty.rule.validity.contains(end):
                continue
            if not any(fact.kind == duty.kind and fact.payload.get(duty.year_field) == year for fact in facts):
                yield Foreseen(duty.rule, end, None, year)


def _reports(facts: Sequence[Fact], foreseen: Iterable[Foreseen], book: Rulebook) -> Iterator[Fact]:
    by_rule: dict[str, Duty] = {duty.rule.number: duty for duty in book.duties.values()}
    seen = _seen(facts, date.max)
    for one in foreseen:
        if one.year is not None:
            duty = by_rule[one.rule.number]
            yield _supposed(seen, duty.kind, one.on, {duty.year_field: one.year})


def _seen(facts: Iterable[Fact], day: date) -> View:
    known = tuple(facts)
    return view(known, day, max(fact.known_at for fact in known))


def _lenient(calendar: Calendar) -> Calendar:
    return replace(calendar, estimates_beyond=True)


def _estimated(book: Rulebook, day: date) -> bool:
    return not book.calendar.estimates_beyond and day.year > book.calendar.covers[1]

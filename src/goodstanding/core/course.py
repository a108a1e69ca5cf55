"""How things would go from a day on: what comes by itself, and what follows where a business takes remedies.

Rules kept here:
- What a remedy leads to is taken from the law: the fact it makes is supposed, and `goodstanding.core.listing` says
  which entry is then to leave and by when. A decision counts from its last lawful day, so nothing is promised early.
- What lies ahead supposes that the yearly duties to come are fulfilled in their windows, and nothing else.
- Days of decision beyond the published holidays are counted by weekdays alone, and marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from goodstanding.core.dates import Calendar, Span, lenient, period_end
from goodstanding.core.duty import Duty
from goodstanding.core.entity import Profile
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.fact import Fact
from goodstanding.core.listing import ground_of, term_end
from goodstanding.core.remedy import Means, Remedy, in_view, lifts, seen_on, supposed
from goodstanding.core.repair import first_application
from goodstanding.core.rule import Rule
from goodstanding.core.rulebook import Rulebook


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


def course(
    facts: Sequence[Fact], who: Profile, book: Rulebook, day: date, through: date, taken: Sequence[Remedy] = ()
) -> Course:
    """Return how things would go from a day on if a business took some remedies, each on its first day.

    Args:
        facts: As for `remedies`.
        through: Last day looked at.
        taken: Some of what `remedies` returned; none asks what time alone does.
    """
    calendar = lenient(book.calendar)
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
    if repair.within is None or not in_view(fact, book, asked_on):
        return None
    counts_on = max(period_end(asked_on, repair.within, calendar), day + timedelta(days=1))
    # Waiting for a list may lead into a later version of the rule.
    judged = replace(remedy, rule=repair.rule, asks=repair.asks)
    return Step(judged, asked_on, counts_on, (repair.rule,), _estimated(book, counts_on))


def _leaving(
    known: Mapping[str, Fact], who: Profile, book: Rulebook, calendar: Calendar, day: date, look_on: date
) -> Iterator[tuple[Fact, date, Rule, str]]:
    """Yield (entry, day it leaves, rule, digest of the cure or empty): by its term, or as the facts call for."""
    seen = seen_on(known.values(), look_on)
    for entry in seen_on(known.values(), day).in_force(book.lists.entry_kind):
        try:
            ground = ground_of(entry, book.lists)
        except NoRuleInForce:
            continue
        over = term_end(entry, ground, calendar)
        if over is not None:
            yield entry, over, ground.rule if ground.end_rule is None else ground.end_rule, ""
    for proposal in lifts(seen, who, book, calendar):
        yield known[proposal.facts[0]], proposal.due_on, proposal.rule, proposal.facts[1]


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
    seen = seen_on(facts, date.max)
    for one in foreseen:
        if one.year is not None:
            duty = by_rule[one.rule.number]
            yield supposed(seen, duty.kind, one.on, {duty.year_field: one.year})


def _estimated(book: Rulebook, day: date) -> bool:
    return not book.calendar.estimates_beyond and day.year > book.calendar.covers[1]

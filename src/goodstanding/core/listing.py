"""Lists and marks: who must be entered, who may leave, and on which rule.

Rules kept here:
- A ground is met by a duty missed or by a fact present, never by an officer's opinion alone.
- One cause enters a business once: what was entered for a cause, and left, is not entered for it again.
- A ground that describes a lasting state, such as not being reachable, enters a business once while that entry stands.
- A cause that is already put right on the day of looking is not entered. The law is silent on a cure between the
  cause and the decision; this leans towards the business.
- What is called for turns on periods judged on the day of looking; see `Calendar.as_of`. One that no calendar can count
  yet sets aside what is called for on its ground, and nothing else.
- The last day for the authority turns nothing: in a year whose working days are not published it is told by weekdays,
  which leans to an earlier day, and nobody waits for the calendar to be entered or lifted.
- A proposal is only a proposal. The entry exists when an officer's decision has appended its fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from goodstanding.core.dates import Calendar, Period, Span, add_months, lenient, period_end
from goodstanding.core.disclosure import Condition
from goodstanding.core.duty import Duty
from goodstanding.core.entity import Profile
from goodstanding.core.errors import CalendarYearUnknown, NoRuleInForce
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import View, ended
from goodstanding.core.rule import Rule, in_force

DECISIONS = "decisions"
"""Source code under which the authority's own decisions enter the ledger."""

ENTRY_FIELDS = ("list", "ground", "cause", "rule", "decision", "authority")
"""What the fact kind of list entries must be able to hold."""


class Act(Enum):
    """What a decision does with a list."""

    ENTER = "enter"
    LIFT = "lift"  # the cause was put right
    END = "end"  # the term is over


@dataclass(frozen=True, slots=True)
class Exit:
    """One way off a list.

    Args:
        duty: Fulfilling this duty for the year of the cause, or empty.
        kind: A fact of this kind begun after the cause, or empty.
        when: Which facts of that kind.
        within: Period in which the authority decides, from the day the exit was met.
    """

    rule: Rule
    duty: str
    kind: str
    when: Condition
    within: Period


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason to enter, and the ways out of it.

    Args:
        subject_types: Which businesses it may reach: those of its list, or fewer; empty means all.
        duty: A missed duty is the cause, or empty.
        kind: A fact of this kind is the cause, or empty.
        when: Which facts of that kind.
        waits: The ground is met only when this long has passed since the fact without an exit being met, or ``None``.
        looks_back: A fact older than this on the day of looking is no longer a cause.
        within: Period in which the authority decides, from the cause.
        term: The entry ends this long after it was made, or ``None``.
        ends_next: (month, day): the entry ends on the next such day after it was made, or ``None``.
        counted_from: A day field of the payload on which such a fact meets the ground, or empty for its first day.
        apart: Two such facts are asked for, at least and at most so long apart, the later being the cause; or ``None``.
        is_state: Whether the ground is a lasting state: none is entered while one under the same rule number stands.
        end_rule: The rule that ends an entry whose time is over; ``None`` where the ground's own rule says so.
        carries: Fields that an entry takes over from the fact it rests on.
    """

    code: str
    list_code: str
    rule: Rule
    subject_types: frozenset[str]
    duty: str
    kind: str
    when: Condition
    looks_back: Period | None
    within: Period
    exits: tuple[Exit, ...]
    term: Period | None
    ends_next: tuple[int, int] | None
    waits: Period | None = None
    counted_from: str = ""
    apart: tuple[Period, Period] | None = None
    is_state: bool = False
    end_rule: Rule | None = None
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """One list or mark, with its grounds.

    Args:
        remedies: What a business may do outside the register against a decision to enter it, in words.
    """

    code: str
    title: Mapping[str, str]
    is_mark: bool
    is_public: bool
    grounds: tuple[Ground, ...]
    remedies: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists of a rulebook, and the fact kind their entries are recorded as."""

    entry_kind: str
    authority: str
    lists: Mapping[str, ListDefinition]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the calendar and the facts put before an officer.

    Args:
        cause: ``year:2025`` for a missed duty, ``fact:<digest>`` for a fact.
        facts: Digests of the facts it rests on; the entry's own digest first when it is to leave.
        arose_on: Day on which the ground or the exit was met.
        due_on: Last day for the decision; told by weekdays in a year whose working days are not published.
    """

    entity_id: str
    act: Act
    list_code: str
    ground_code: str
    rule: Rule
    cause: str
    facts: tuple[str, ...]
    arose_on: date
    due_on: date

    @property
    def key(self) -> str:
        """The same proposal made twice has the same key."""
        entry = self.facts[0] if self.act is not Act.ENTER else ""
        return "|".join((self.entity_id, self.act.value, self.list_code, self.ground_code, self.cause, entry))


@dataclass(frozen=True, slots=True)
class CalledFor:
    """What a view of one business calls for on its day.

    Args:
        set_aside: Why a ground could not be followed to its end, by codes of list and ground: a period it
            turns on cannot be counted yet.
    """

    proposals: tuple[Proposal, ...] = ()
    set_aside: Mapping[tuple[str, str], CalendarYearUnknown] = field(default_factory=dict)

    def first(self, is_it: Callable[[Proposal], bool]) -> Proposal | None:
        """Return the first proposal of which something holds, or ``None``.

        Raises:
            CalendarYearUnknown: Of none; but it may be one that was set aside.
        """
        found = next(filter(is_it, self.proposals), None)
        if found is None:
            for error in self.set_aside.values():
                raise error
        return found


def called_for(seen: View, who: Profile, lists: Lists, duties: Mapping[str, Duty], calendar: Calendar) -> CalledFor:
    """Return every entry and every exit that a view of one business calls for on its day, as far as can be counted.

    Args:
        seen: The view of one entity; its ``as_of`` is the day of looking.
        who: The business, by its registration.
    """
    judging = calendar.as_of(seen.as_of)
    found: list[Proposal] = []
    set_aside: dict[tuple[str, str], CalendarYearUnknown] = {}
    for definition in lists.lists.values():
        for ground in in_force(definition.grounds, seen.as_of):
            try:
                found.extend(_entries(seen, who, ground, lists.entry_kind, duties, judging))
            except CalendarYearUnknown as error:
                set_aside[ground.list_code, ground.code] = error
    for entry in seen.in_force(lists.entry_kind):
        # The ground that was in force when the entry was made judges its exits.
        try:
            ground = ground_of(entry, lists)
        except NoRuleInForce:
            continue
        try:
            leaving = _exit(seen, entry, ground, duties, judging)
        except CalendarYearUnknown as error:
            set_aside[ground.list_code, ground.code] = error
            continue
        if leaving is not None:
            found.append(leaving)
    return CalledFor(tuple(found), set_aside)


def proposals(
    seen: View, who: Profile, lists: Lists, duties: Mapping[str, Duty], calendar: Calendar
) -> tuple[Proposal, ...]:
    """Return every entry and every exit that a view of one business calls for on its day; see `called_for`.

    Raises:
        CalendarYearUnknown: A ground turns on a period that cannot be counted yet.
    """
    found = called_for(seen, who, lists, duties, calendar)
    for error in found.set_aside.values():
        raise error
    return found.proposals


def ground_of(entry: Fact, lists: Lists) -> Ground:
    """Return the ground an entry was made on.

    Raises:
        NoRuleInForce: The rulebook has no such ground on the entry's first day.
    """
    definition = lists.lists.get(str(entry.payload["list"]))
    if definition is not None:
        for ground in in_force(definition.grounds, entry.span.from_on):
            if ground.code == entry.payload["ground"]:
                return ground
    raise NoRuleInForce(
        asked=f"The ground {entry.payload['ground']} of list {entry.payload['list']} on {entry.span.from_on}.",
        found="The rulebook has none.",
        wants="Every entry rests on a ground in force on the day it was made.",
        next_step="Check the rulebook's lists.toml against the source of this entry.",
    )


def _entries(
    seen: View,
    who: Profile,
    ground: Ground,
    entry_kind: str,
    duties: Mapping[str, Duty],
    calendar: Calendar,
) -> Iterator[Proposal]:
    if not who.is_active or (ground.subject_types and who.subject_type not in ground.subject_types):
        return
    entries = [entry for entry in seen.of(entry_kind) if entry.payload["list"] == ground.list_code]
    if ground.is_state and any(
        entry.span.contains(seen.as_of) and entry.payload["rule"] == ground.rule.number for entry in entries
    ):
        return
    entered = {entry.payload["cause"] for entry in entries if entry.payload["ground"] == ground.code}
    for cause, begun_on, arose_on, facts in _causes(seen, who, ground, duties, calendar):
        if cause in entered or not ground.rule.validity.contains(arose_on):
            continue
        if any(_met(seen, way, cause, begun_on, duties) for way in in_force(ground.exits, seen.as_of)):
            continue
        yield Proposal(
            entity_id=who.entity_id,
            act=Act.ENTER,
            list_code=ground.list_code,
            ground_code=ground.code,
            rule=ground.rule,
            cause=cause,
            facts=facts,
            arose_on=arose_on,
            due_on=period_end(arose_on, ground.within, lenient(calendar)),
        )


def _causes(
    seen: View, who: Profile, ground: Ground, duties: Mapping[str, Duty], calendar: Calendar
) -> Iterator[tuple[str, date, date, tuple[str, ...]]]:
    """Yield (cause, day the cause begun, day the ground was met, digests of facts)."""
    if ground.duty:
        duty = duties[ground.duty]
        window = duty.last_closed_window(seen.as_of)
        end = duty.window_end(window)
        year = window - duty.years_back
        done = duty.fulfilment(seen, year)
        if duty.binds(who.established_on, window) and (done is None or done.span.from_on > end):
            yield f"year:{year}", end, end, (who.registered.digest,)
        return
    found = [fact for fact in seen.of(ground.kind) if ground.when.agrees(fact.payload)]
    for fact in found:
        begun = fact.span.from_on
        first = _first_of_two(fact, found, ground, calendar)
        if ground.apart is not None and first is None:
            continue
        if ground.looks_back is not None and period_end(begun, ground.looks_back, calendar) < seen.as_of:
            continue
        said = fact.payload.get(ground.counted_from) if ground.counted_from else None
        proven_on = date.fromisoformat(said) if isinstance(said, str) and said else begun
        met_on = proven_on if ground.waits is None else period_end(proven_on, ground.waits, calendar)
        # The last day of an ordered period still belongs to the one who was ordered.
        if ground.waits is None or met_on < seen.as_of:
            facts = (fact.digest,) if first is None else (fact.digest, first.digest)
            yield f"fact:{fact.digest}", begun, met_on, facts


def _first_of_two(second: Fact, found: Iterable[Fact], ground: Ground, calendar: Calendar) -> Fact | None:
    """Return the latest fact before another that stands as far from it as a ground of two facts asks."""
    if ground.apart is None:
        return None
    least, most = ground.apart
    day = second.span.from_on
    firsts = [
        one
        for one in found
        if one.span.from_on < day
        and period_end(one.span.from_on, least, calendar) <= day <= period_end(one.span.from_on, most, calendar)
    ]
    return firsts[-1] if firsts else None


def _met(seen: View, way: Exit, cause: str, begun_on: date, duties: Mapping[str, Duty]) -> Fact | None:
    """Return the fact that meets an exit of a cause begun on that day, or ``None``."""
    if way.duty:
        kind, _, year = cause.partition(":")
        return duties[way.duty].fulfilment(seen, int(year)) if kind == "year" else None
    for fact in seen.of(way.kind):
        if fact.span.from_on > begun_on and way.when.agrees(fact.payload):
            return fact
    return None


def _begun_on(seen: View, entry: Fact) -> date:
    """Return the day on which an entry's cause begun; the entry's own day where the view does not hold the cause."""
    what, _, digest = str(entry.payload["cause"]).partition(":")
    if what == "fact":
        for fact in seen.facts:
            if fact.digest == digest:
                return fact.span.from_on
    return entry.span.from_on


def _exit(seen: View, entry: Fact, ground: Ground, duties: Mapping[str, Duty], calendar: Calendar) -> Proposal | None:
    cause = str(entry.payload["cause"])
    over = term_end(entry, ground, calendar)
    if over is not None and over <= seen.as_of:
        rule = ground.rule if ground.end_rule is None else ground.end_rule
        return _leaving(entry, Act.END, rule, cause, (entry.digest,), over, over)
    for way in in_force(ground.exits, seen.as_of):
        cure = _met(seen, way, cause, _begun_on(seen, entry), duties)
        if cure is not None:
            met_on = max(cure.span.from_on, entry.span.from_on)
            facts = (entry.digest, cure.digest)
            due_on = period_end(met_on, way.within, lenient(calendar))
            return _leaving(entry, Act.LIFT, way.rule, cause, facts, met_on, due_on)
    return None


def term_end(entry: Fact, ground: Ground, calendar: Calendar) -> date | None:
    """Return the day on which an entry ends by law, whatever anybody does; ``None`` where it has no term.

    Args:
        ground: What the entry was made on; see `ground_of`.
    Raises:
        CalendarYearUnknown: A working-day term leaves the covered years.
    """
    begun = entry.span.from_on
    if ground.term is not None:
        return period_end(begun, ground.term, calendar)
    if ground.ends_next is not None:
        this_year = date(begun.year, *ground.ends_next)
        return this_year if this_year > begun else add_months(this_year, 12)
    return None


def _leaving(
    entry: Fact, act: Act, rule: Rule, cause: str, facts: tuple[str, ...], arose_on: date, due_on: date
) -> Proposal:
    return Proposal(
        entity_id=entry.entity_id,
        act=act,
        list_code=str(entry.payload["list"]),
        ground_code=str(entry.payload["ground"]),
        rule=rule,
        cause=cause,
        facts=facts,
        arose_on=arose_on,
        due_on=due_on,
    )


def carried(proposal: Proposal, known: Iterable[Fact], lists: Lists, day: date) -> dict[str, Value]:
    """Return what an entry made on a day takes over from the fact it rests on, by field.

    Args:
        known: Facts of the business, the cause among them.
    """
    definition = lists.lists.get(proposal.list_code)
    grounds = () if definition is None else in_force(definition.grounds, day)
    fields = next((one.carries for one in grounds if one.code == proposal.ground_code), ())
    cause = next((one for one in known if proposal.cause == f"fact:{one.digest}"), None) if fields else None
    if cause is None:
        return {}
    return {name: cause.payload[name] for name in fields if cause.payload.get(name) is not None}


def enter(
    proposal: Proposal,
    lists: Lists,
    decided_on: date,
    authority: str,
    decision: str,
    known_at: datetime,
    taken_over: Mapping[str, Value] | None = None,
) -> Fact:
    """Return the fact of a decided entry; it begins on the day of the decision.

    Args:
        taken_over: See `carried`.
    """
    return Fact(
        entity_id=proposal.entity_id,
        kind=lists.entry_kind,
        source=DECISIONS,
        source_ref=decision,
        span=Span(decided_on),
        known_at=known_at,
        payload={
            "list": proposal.list_code,
            "ground": proposal.ground_code,
            "cause": proposal.cause,
            "rule": proposal.rule.number,
            "decision": decision,
            "authority": authority,
            **(taken_over or {}),
        },
    )


def leave(entry: Fact, decided_on: date, decision: str, known_at: datetime) -> Fact:
    """Return the correction that ends an entry; it is off the list from the day of the decision on."""
    return ended(entry, max(decided_on, entry.span.from_on), DECISIONS, decision, known_at)

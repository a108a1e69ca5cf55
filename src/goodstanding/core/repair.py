"""Repair: when the display of a fact, or an entry of a list, may be asked to end before its time, and what is missing.

Rules kept here:
- The rule in force on the day of the application counts, not that of the fact; among those for one publication target,
  the first in written order whose condition agrees. Each target is repaired by its own rules.
- A rule may say that there is no repair. What no rule provides for cannot be repaired either.
- The shortest time in view must have passed whole: an application is possible from the day after its last day.
- What else a business's record says may bar a repair: a list it stands on, or a fact the rule names. What no record can
  tell, such as whether harm is undone, the rule asks to be proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from goodstanding.core.dates import Calendar, Period, lenient, period_end
from goodstanding.core.disclosure import Condition, read_condition
from goodstanding.core.fact import Fact, FactKind, FieldType
from goodstanding.core.ledger import View
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule, in_force


@dataclass(frozen=True, slots=True)
class Bar:
    """Another fact of the business that keeps a repair from being asked for.

    Args:
        when: Which facts of that kind.
        is_later: Whether only a fact that began after the one to be repaired bars.
        same: Fields in which it must say the same as the one to be repaired.
        runs_through: A day field through which it bars; empty for as long as the fact stands.
        title: What it is, by language.
    """

    kind: str
    when: Condition
    is_later: bool
    same: tuple[str, ...]
    runs_through: str
    title: Mapping[str, str]

    def holds(self, other: Fact, fact: Fact, day: date) -> bool:
        """Say whether another fact bars the repair of a fact on a day."""
        if self.runs_through:
            ends_on = self.ends_on(other)
            is_live = ends_on is not None and ends_on > day
        else:
            is_live = self.is_later or other.span.contains(day)
        return (
            is_live
            and other.kind == self.kind
            and other.digest != fact.digest
            and self.when.agrees(other.payload)
            and (not self.is_later or other.span.from_on > fact.span.from_on)
            and all(other.payload.get(name) == fact.payload.get(name) for name in self.same)
        )

    def ends_on(self, other: Fact) -> date | None:
        """Return the first day on which a fact that bars does so no more, or ``None`` where no day is set."""
        through = other.payload.get(self.runs_through) if self.runs_through else None
        return date.fromisoformat(through) + timedelta(days=1) if isinstance(through, str) and through else None


@dataclass(frozen=True, slots=True)
class Repair:
    """How facts of one kind may be repaired on one publication target.

    Args:
        target: Whose display ends; empty for this register's own.
        when: Which facts of that kind.
        counted_from: A day field of the payload to count from, or empty to count from the fact's first day.
        after: The shortest time before an application; ``None`` where there is no repair.
        within: Period in which the authority decides, from the application; ``None`` where none was read.
        not_while_on: Lists on which the business must not stand when it asks.
        bars: Other facts that keep it from asking.
        asks: What else it must have done, by language; nothing here can tell whether it has.
    """

    rule: Rule
    kind: str
    when: Condition
    counted_from: str
    after: Period | None
    within: Period | None
    not_while_on: frozenset[str]
    asks: Mapping[str, str]
    target: str = ""
    bars: tuple[Bar, ...] = ()


def read_repairs(
    file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], lists: Iterable[str]
) -> tuple[Repair, ...]:
    """Read ``[[repair]]`` of disclosure.toml.

    Args:
        lists: Codes of the lists that the rulebook knows.
    """
    known = set(lists)
    repairs = []
    for table in file.tables("repair", required=False):
        kind = table.text("kind")
        if kind not in kinds:
            raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
        is_possible = table.flag("is_possible", True)
        if not is_possible and table.has("after"):
            raise table.mistake(
                "after", "A time to wait for what never comes.", "No period beside is_possible = false."
            )
        barred = frozenset(table.texts("not_while_on", []))
        if odd := sorted(barred - known):
            raise table.mistake("not_while_on", f"{', '.join(odd)}.", "Lists of lists.toml.")
        repairs.append(
            Repair(
                rule=table.rule(languages),
                kind=kind,
                when=read_condition(table, "when", kinds[kind]),
                counted_from=_day_field(table, "counted_from", kinds[kind]),
                after=table.period("after") if is_possible else None,
                within=table.maybe_period("within") if is_possible else None,
                not_while_on=barred,
                asks=table.words("asks", languages, {}),
                target=table.text("target", ""),
                bars=tuple(_bar(one, languages, kinds, kinds[kind]) for one in table.tables("bar", required=False)),
            )
        )
    return tuple(repairs)


def _bar(table: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], repaired: FactKind) -> Bar:
    kind = table.text("kind")
    if kind not in kinds:
        raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
    same = table.texts("same", [])
    if odd := sorted(name for name in same if name not in kinds[kind].fields or name not in repaired.fields):
        raise table.mistake("same", f"{', '.join(odd)}.", f"Fields that both {kind} and {repaired.code} have.")
    return Bar(
        kind=kind,
        when=read_condition(table, "when", kinds[kind]),
        is_later=table.flag("is_later", False),
        same=same,
        runs_through=_day_field(table, "runs_through", kinds[kind]),
        title=table.words("title", languages),
    )


def _day_field(table: Table, name: str, kind: FactKind) -> str:
    field = table.text(name, "")
    if field and (field not in kind.fields or kind.fields[field].type is not FieldType.DAY):
        raise table.mistake(name, f"{field!r}.", f"A field of type day in kind {kind.code}.")
    return field


def repair_of(fact: Fact, repairs: Sequence[Repair], day: date, target: str = "") -> Repair | None:
    """Return the rule that an application on a day is judged by, or ``None`` where none provides for it."""
    for repair in in_force(repairs, day):
        if repair.kind == fact.kind and repair.target == target and repair.when.agrees(fact.payload):
            return repair
    return None


def first_application(
    fact: Fact,
    repairs: Sequence[Repair],
    calendar: Calendar,
    from_on: date,
    target: str = "",
    anew_on: date | None = None,
) -> tuple[date, Repair] | None:
    """Return the first day, not before ``from_on``, on which a fact's repair may be asked for, and the rule then.

    Args:
        anew_on: Day from which the time in view counts anew; see `goodstanding.core.disclosure.counted_anew`.
    Returns:
        ``None`` where the rules known today never allow it.
    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    days = {from_on}
    for repair in repairs:
        days.add(repair.rule.validity.from_on)
        opens = _opens(fact, repair, calendar, anew_on)
        if opens is not None:
            days.add(opens)
    for day in sorted(day for day in days if day >= from_on):
        repair_then = repair_of(fact, repairs, day, target)
        if repair_then is None:
            continue
        opens = _opens(fact, repair_then, calendar, anew_on)
        if opens is not None and opens <= day:
            return day, repair_then
    return None


def _opens(fact: Fact, repair: Repair, calendar: Calendar, anew_on: date | None) -> date | None:
    if repair.after is None or repair.kind != fact.kind:
        return None
    said = fact.payload.get(repair.counted_from) if repair.counted_from else None
    start = date.fromisoformat(said) if isinstance(said, str) and said else fact.span.from_on
    return period_end(max(start, anew_on or start), repair.after, calendar) + timedelta(days=1)


class Lack(Enum):
    """Why a repair cannot be asked for."""

    UNPROVIDED = "unprovided"  # no rule provides for it
    NEVER = "never"  # a rule says that there is none
    WAITING = "waiting"  # the shortest time in view has not passed
    ON_LIST = "on_list"  # the business stands on a list
    BARRED = "barred"  # another fact of the business bars it


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing for an application.

    Args:
        what: The list's code, or what the bar is called, by language; empty otherwise.
        fact: Digest of the entry or fact that stands in the way; empty where none does.
        until_on: First day on which it stands in the way no more; ``None`` where no day is set.
    """

    lack: Lack
    what: str | Mapping[str, str] = ""
    fact: str = ""
    until_on: date | None = None

    def __str__(self) -> str:
        ends = "" if self.until_on is None else f", until {self.until_on}"
        match self.lack:
            case Lack.UNPROVIDED:
                return "No rule provides for its repair"
            case Lack.NEVER:
                return "It is never repaired before its end"
            case Lack.WAITING:
                return f"It may be asked for from {self.until_on} on"
            case Lack.ON_LIST:
                return f"The business stands on the list {self.what}{ends}"
            case Lack.BARRED:
                title = self.what if isinstance(self.what, str) else self.what.get("en", self.fact)
                return f"{title}{ends}"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a fact's repair may be asked for on a day, and otherwise what is missing.

    Args:
        target: Whose display would end; empty for this register's own.
        rule: That an application would be judged by: on the day, or on the first one possible.
        from_on: First day, not before the day looked at, on which the time in view has passed; ``None`` for never.
        decide_by: Last day of the authority's decision on an application of that first day; ``None`` where the rule
            names no period. It turns nothing: told by weekdays in a year whose working days are not published, so that
            nobody's application waits for the calendar.
        missing: Everything in the way; none means it may be asked for.
    """

    fact: Fact
    target: str
    rule: Repair | None
    from_on: date | None
    decide_by: date | None
    missing: tuple[Missing, ...]


def eligibility(
    fact: Fact,
    seen: View,
    entry_kind: str,
    repairs: Sequence[Repair],
    calendar: Calendar,
    target: str = "",
    anew_on: date | None = None,
) -> Eligibility:
    """Return whether a fact's repair may be asked for on the day of a view, and what is missing.

    Args:
        seen: The business's facts as of the day.
        entry_kind: Kind of the facts that enter a business in a list.
        anew_on: See `first_application`.
    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    day = seen.as_of
    first = first_application(fact, repairs, calendar, day, target, anew_on)
    rule = repair_of(fact, repairs, day, target) if first is None else first[1]
    if first is None:
        lack = Lack.UNPROVIDED if rule is None else Lack.NEVER
        return Eligibility(fact, target, rule, None, None, (Missing(lack),))
    from_on, asked_by = first
    missing = [Missing(Lack.WAITING, until_on=from_on)] if from_on > day else []
    missing += _barring(fact, asked_by, seen, entry_kind)
    decide_by = None if asked_by.within is None else period_end(from_on, asked_by.within, lenient(calendar))
    return Eligibility(fact, target, asked_by, from_on, decide_by, tuple(missing))


def _barring(fact: Fact, repair: Repair, seen: View, entry_kind: str) -> Iterator[Missing]:
    for entry in seen.in_force(entry_kind):
        code = str(entry.payload["list"])
        if code in repair.not_while_on and entry.digest != fact.digest:
            yield Missing(Lack.ON_LIST, code, entry.digest, entry.span.until_on)
    for bar in repair.bars:
        for other in seen.facts:
            if bar.holds(other, fact, seen.as_of):
                yield Missing(Lack.BARRED, bar.title, other.digest, bar.ends_on(other))

"""Repair: when the display of a fact, or an entry of a list, may be asked to end before its time.

Rules kept here:
- The rule in force on the day of the application counts, not that of the fact; among those, the first in written
  order whose condition agrees.
- A rule may say that there is no repair. What no rule provides for cannot be repaired either.
- The shortest time in view must have passed whole: an application is possible from the day after its last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from goodstanding.core.dates import Calendar, Period, period_end
from goodstanding.core.disclosure import Condition, read_condition
from goodstanding.core.fact import Fact, FactKind, FieldType
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule, in_force


@dataclass(frozen=True, slots=True)
class Repair:
    """How facts of one kind may be repaired.

    Args:
        when: Which facts of that kind.
        counted_from: A day field of the payload to count from, or empty to count from the fact's first day.
        after: The shortest time before an application; ``None`` where there is no repair.
        within: Period in which the authority decides, from the application.
        not_while_on: Lists on which the business must not stand when it asks.
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
        start = table.text("counted_from", "")
        if start and (start not in kinds[kind].fields or kinds[kind].fields[start].type is not FieldType.DAY):
            raise table.mistake("counted_from", f"{start!r}.", f"A field of type day in kind {kind}.")
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
                counted_from=start,
                after=table.period("after") if is_possible else None,
                within=table.period("within") if is_possible else None,
                not_while_on=barred,
                asks=table.words("asks", languages, {}),
            )
        )
    return tuple(repairs)


def repair_of(fact: Fact, repairs: Sequence[Repair], day: date) -> Repair | None:
    """Return the rule that an application on a day is judged by, or ``None`` where none provides for it."""
    for repair in in_force(repairs, day):
        if repair.kind == fact.kind and repair.when.agrees(fact.payload):
            return repair
    return None


def first_application(
    fact: Fact, repairs: Sequence[Repair], calendar: Calendar, from_on: date
) -> tuple[date, Repair] | None:
    """Return the first day, not before ``from_on``, on which a fact's repair may be asked for, and the rule then.

    Returns:
        ``None`` where the rules known today never allow it.
    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    days = {from_on}
    for repair in repairs:
        days.add(repair.rule.validity.from_on)
        opens = _opens(fact, repair, calendar)
        if opens is not None:
            days.add(opens)
    for day in sorted(day for day in days if day >= from_on):
        repair_then = repair_of(fact, repairs, day)
        if repair_then is None:
            continue
        opens = _opens(fact, repair_then, calendar)
        if opens is not None and opens <= day:
            return day, repair_then
    return None


def _opens(fact: Fact, repair: Repair, calendar: Calendar) -> date | None:
    if repair.after is None or repair.kind != fact.kind:
        return None
    said = fact.payload.get(repair.counted_from) if repair.counted_from else None
    start = date.fromisoformat(said) if isinstance(said, str) and said else fact.span.from_on
    return period_end(start, repair.after, calendar) + timedelta(days=1)

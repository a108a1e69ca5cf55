"""What is public, from when, until when, and by which rule.

Rules kept here:
- A fact is shown only while a display rule in force on its first day lets it be shown.
- It disappears on the day its period ends, by itself; what has disappeared is no feature of a classification either.
- A repair granted ends the display on its day; one revoked lets the period count anew from the day of the revocation.
- While a fact lasts that the rulebook lets hide others, what began no later than it is kept back from the public. That
  ends no display: its time runs on, it is weighed and binds as before, and what is left of its time is shown again.
- A field that the catalogue marks as personal is masked; an official one is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from goodstanding.core.dates import Calendar, Period, Span, period_end
from goodstanding.core.fact import Exposure, Fact, FactKind, FieldType, Value
from goodstanding.core.ledger import View
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule, in_force


@dataclass(frozen=True, slots=True)
class Condition:
    """A field that must hold one of some values; an empty field always agrees.

    Args:
        only: Of a field with several codes: it may hold nothing but these values.
    """

    field: str = ""
    values: frozenset[Value] = frozenset()
    only: bool = False

    def agrees(self, payload: Mapping[str, Value]) -> bool:
        if not self.field:
            return True
        value = payload.get(self.field)
        if isinstance(value, tuple):
            return self.values.issuperset(value) if self.only else not self.values.isdisjoint(value)
        return value in self.values


def read_condition(table: Table, name: str, kind: FactKind | None) -> Condition:
    """Read an optional ``{ field, values, only }`` on the facts of ``kind``."""
    if not table.has(name):
        return Condition()
    with table.table(name) as inner:
        if kind is None:
            raise inner.mistake("field", "A condition without a fact kind.", "No condition here, or a kind beside it.")
        field = kind.fields.get(inner.text("field"))
        if field is None:
            raise inner.mistake("field", "The field is unknown.", f"A field of kind {kind.code}.")
        values = frozenset[Value](inner.flags("values") if field.type is FieldType.BOOLEAN else inner.texts("values"))
        if not values:
            raise inner.mistake("values", "An empty list.", "At least one value.")
        if field.table and not values <= field.codes:
            odd = ", ".join(sorted(str(value) for value in values - field.codes))
            raise inner.mistake("values", f"{odd}.", f"Codes of table {field.table}.")
        return Condition(field.name, values, inner.flag("only", False))


@dataclass(frozen=True, slots=True)
class DisplayRule:
    """How long facts of one kind are shown.

    Args:
        kind: The fact kind.
        when: Which facts of that kind.
        counted_from: A day field of the payload to count from, or empty to count from the fact's first day.
        period: How long; ``None`` shows it as long as the fact's own span and, after that, as history.
        ends_with_span: Whether display ends when the fact's own span ends.
        is_shown: ``False`` keeps such facts from the public altogether.
        extends_with: A day field that lengthens the display to that day when it lies later (a longer ban).
        target: Another publication target that shows it by this rule; empty for this register.
    """

    rule: Rule
    kind: str
    when: Condition
    counted_from: str
    period: Period | None
    ends_with_span: bool
    is_shown: bool
    extends_with: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Within which period, from its first day, a fact of one kind must be public on which target.

    Args:
        after: A period of somebody else that runs first, such as the time to hand the fact on; ``None`` for none.
        when: Which facts of that kind.
        unless: Which of them not.
    """

    rule: Rule
    kind: str
    target: str
    within: Period
    after: Period | None = None
    when: Condition = Condition()
    unless: Condition | None = None

    def binds(self, fact: Fact) -> bool:
        """Say whether a fact must be public by it."""
        is_left_out = self.unless is not None and self.unless.agrees(fact.payload)
        return self.kind == fact.kind and self.when.agrees(fact.payload) and not is_left_out

    def due_on(self, begun_on: date, calendar: Calendar) -> date:
        """Return the last day for a fact that began on a day.

        Raises:
            CalendarYearUnknown: It leaves the covered years.
        """
        start = begun_on if self.after is None else period_end(begun_on, self.after, calendar)
        return period_end(start, self.within, calendar)


@dataclass(frozen=True, slots=True)
class Hiding:
    """Which records of a business are kept back from the public while a fact about it lasts.

    The rule in force on that fact's first day counts.

    Args:
        during: Kind of the facts that keep back.
        kind: Kind of the records kept back.
        when: Which records of that kind.
        unless: Which of them not.
    """

    rule: Rule
    during: str
    kind: str
    when: Condition = Condition()
    unless: Condition | None = None

    def reaches(self, record: Fact, cause: Fact) -> bool:
        """Tell whether it keeps a record back while a fact of the kind ``during`` lasts."""
        is_left_out = self.unless is not None and self.unless.agrees(record.payload)
        is_of_them = self.kind == record.kind and self.when.agrees(record.payload) and not is_left_out
        return is_of_them and record.span.from_on <= cause.span.from_on


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The display rules and the publication deadlines of one rulebook.

    Args:
        display: Rules of this register.
        elsewhere: Rules of other publication targets: this register only tells what they say.
        repair_kind: Kind of the facts that say that another is repaired; empty where nothing can be.
        hidings: What keeps records of this register back for a time.
    """

    display: tuple[DisplayRule, ...]
    deadlines: tuple[Deadline, ...]
    elsewhere: tuple[DisplayRule, ...] = ()
    repair_kind: str = ""
    hidings: tuple[Hiding, ...] = ()


def read_disclosure(file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind]) -> Disclosure:
    """Read disclosure.toml."""

    def kind_of(table: Table, name: str = "kind") -> str:
        kind = table.text(name)
        if kind not in kinds:
            raise table.mistake(name, f"{kind!r}.", "A fact kind of facts.toml.")
        return kind

    def day_field(table: Table, name: str, kind: str) -> str:
        field = table.text(name, "")
        if field and (field not in kinds[kind].fields or kinds[kind].fields[field].type is not FieldType.DAY):
            raise table.mistake(name, f"{field!r}.", f"A field of type day in kind {kind}.")
        return field

    display = []
    for table in file.tables("display"):
        kind = kind_of(table)
        display.append(
            DisplayRule(
                rule=table.rule(languages),
                kind=kind,
                when=read_condition(table, "when", kinds[kind]),
                counted_from=day_field(table, "counted_from", kind),
                period=table.maybe_period("period"),
                ends_with_span=table.flag("ends_with_span", False),
                is_shown=table.flag("is_shown", True),
                extends_with=day_field(table, "extends_with", kind),
                target=table.text("target", ""),
            )
        )
    deadlines = []
    for table in file.tables("deadline", required=False):
        kind = kind_of(table)
        deadlines.append(
            Deadline(
                rule=table.rule(languages),
                kind=kind,
                target=table.text("target"),
                within=table.period("within"),
                after=table.maybe_period("after"),
                when=read_condition(table, "when", kinds[kind]),
                unless=read_condition(table, "unless", kinds[kind]) if table.has("unless") else None,
            )
        )
    hidings = []
    for table in file.tables("hiding", required=False):
        kind = kind_of(table)
        hidings.append(
            Hiding(
                rule=table.rule(languages),
                during=kind_of(table, "during"),
                kind=kind,
                when=read_condition(table, "when", kinds[kind]),
                unless=read_condition(table, "unless", kinds[kind]) if table.has("unless") else None,
            )
        )
    repair_kind = file.text("repair_kind", "")
    if repair_kind and (repair_kind not in kinds or not {"fact", "record"} <= set(kinds[repair_kind].fields)):
        raise file.mistake("repair_kind", f"{repair_kind!r}.", "A kind of facts.toml with the fields fact and record.")
    own = tuple(rule for rule in display if not rule.target)
    elsewhere = tuple(rule for rule in display if rule.target)
    return Disclosure(own, tuple(deadlines), elsewhere, repair_kind, tuple(hidings))


@dataclass(frozen=True, slots=True)
class Shown:
    """The days on which one fact is public, and the rule that says so.

    Args:
        ends_with_span: Whether the rule ends the display with the fact's own span.
    """

    span: Span
    rule: Rule
    ends_with_span: bool = False


def record_of(fact: Fact) -> str:
    """Return what stays the same of a fact when its source says it anew: source and its reference."""
    return f"{fact.source} {fact.source_ref}"


def repairs_of(fact: Fact, repairs: Sequence[Fact], target: str = "") -> list[Fact]:
    """Return those facts of the repair kind that repair a fact, or what was later said of the same record.

    Args:
        repairs: Facts of the repair kind of the same business.
        target: Where its display ends; empty for this register.
    """
    names, record = {fact.digest, fact.corrects}, record_of(fact)
    return [
        one
        for one in repairs
        if (one.payload["fact"] in names or one.payload["record"] == record)
        and (one.payload.get("target") or "") == target
    ]


def counted_anew(fact: Fact, repairs: Sequence[Fact], target: str = "") -> date | None:
    """Return the day from which periods of a fact count anew, for a repair was revoked on it; ``None`` for none."""
    return max((one.span.until_on for one in repairs_of(fact, repairs, target) if one.span.until_on), default=None)


def shown(
    fact: Fact, disclosure: Disclosure, calendar: Calendar, target: str = "", repairs: Sequence[Fact] = ()
) -> Shown | None:
    """Return when a fact is public, or ``None`` when it never is.

    The first display rule, in written order, that is in force on the fact's first day and whose condition agrees, is
    the one that counts.

    Args:
        target: Where it would be public; empty for this register.
        repairs: Facts of the repair kind of the same business, uncorrected.
    Raises:
        CalendarYearUnknown: A working-day display period leaves the covered years.
    """
    rules = disclosure.elsewhere if target else disclosure.display
    for rule in in_force(rules, fact.span.from_on):
        if rule.target != target or rule.kind != fact.kind or not rule.when.agrees(fact.payload):
            continue
        if not rule.is_shown:
            return None
        until: date | None = None
        if rule.period is not None:
            start = _day(fact.payload.get(rule.counted_from)) or fact.span.from_on
            start = max(start, counted_anew(fact, repairs, target) or start)
            # The last day of the period is still a day of display; the end of a span is excluded.
            until = period_end(start, rule.period, calendar) + timedelta(days=1)
        longer = _day(fact.payload.get(rule.extends_with))
        if until is not None and longer is not None:
            until = max(until, longer + timedelta(days=1))
        if rule.ends_with_span and fact.span.until_on is not None:
            until = fact.span.until_on if until is None else min(until, fact.span.until_on)
        granted = [one.span.from_on for one in repairs_of(fact, repairs, target) if one.span.until_on is None]
        until = min(filter(None, [until, *granted]), default=None)
        days = Span(fact.span.from_on, max(until, fact.span.from_on) if until else None)
        return Shown(days, rule.rule, rule.ends_with_span)
    return None


@dataclass(frozen=True, slots=True)
class Due:
    """The last day by which one fact must be public on one target."""

    deadline: Deadline
    due_on: date


def due(fact: Fact, disclosure: Disclosure, calendar: Calendar) -> tuple[Due, ...]:
    """Return every publication deadline of a fact, in the rulebook's order: one fact may owe several targets.

    The deadlines in force on the fact's first day bind it, and run from that day.

    Raises:
        CalendarYearUnknown: A deadline leaves the covered years.
    """
    return tuple(
        Due(deadline, deadline.due_on(fact.span.from_on, calendar))
        for deadline in in_force(disclosure.deadlines, fact.span.from_on)
        if deadline.binds(fact)
    )


def _day(value: Value) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def masked(text: str) -> str:
    """Return the first character and two asterisks: enough to recognise, too little to identify, the length unsaid."""
    return text[:1] + "**"


@dataclass(frozen=True, slots=True)
class Hidden:
    """That a record is kept back: by which rule, and by the fact as long as which it is."""

    rule: Rule
    cause: Fact


def hidden(seen: View, disclosure: Disclosure) -> dict[str, Hidden]:
    """Return which facts of a view are kept back from the public on its day, by digest; the first cause stands.

    Whether they would be in view otherwise is not asked.
    """
    causes = [
        (rule, cause)
        for rule in disclosure.hidings
        for cause in seen.in_force(rule.during)
        if rule.rule.validity.contains(cause.span.from_on)
    ]
    found: dict[str, Hidden] = {}
    for rule, cause in sorted(causes, key=lambda one: one[1].span.from_on):
        for fact in seen.facts:
            if rule.reaches(fact, cause):
                found.setdefault(fact.digest, Hidden(rule.rule, cause))
    return found


@dataclass(frozen=True, slots=True)
class PublicItem:
    """One fact as the public may see it."""

    fact: Fact
    kind: FactKind
    values: Mapping[str, Value]
    shown: Shown


def public_items(
    seen: View, kinds: Mapping[str, FactKind], disclosure: Disclosure, calendar: Calendar
) -> tuple[PublicItem, ...]:
    """Return what the public may see of a view on its day, in the view's order.

    Facts whose display ended or that are kept back are absent; personal fields are masked and official ones left out.
    """
    items = []
    kept_back = hidden(seen, disclosure)
    repairs = list(seen.of(disclosure.repair_kind))
    for fact in seen.facts:
        kind = kinds[fact.kind]
        if not kind.is_public:
            continue
        when = shown(fact, disclosure, calendar, repairs=repairs)
        if when is None or not when.span.contains(seen.as_of) or fact.digest in kept_back:
            continue
        values: dict[str, Value] = {}
        for name, value in fact.payload.items():
            exposure = kind.fields[name].exposure
            if exposure is Exposure.PUBLIC:
                values[name] = value
            elif exposure is Exposure.MASKED:
                values[name] = masked(str(value))
        items.append(PublicItem(fact, kind, values, when))
    return tuple(items)

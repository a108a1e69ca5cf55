"""An explanation in the reader's words: one sentence for each fact, rule, step and day.

Rules kept here:
- Only what the public may see of a fact is told: a line of an explanation may reach the business, or anybody.
- What a rule says is said in the rulebook's own words.
"""

from __future__ import annotations

from collections.abc import Iterator

from goodstanding.core.classification import DirectRule, Signal, Weighing
from goodstanding.core.course import Foreseen, Step
from goodstanding.core.fact import Exposure, Fact, Field, FieldType, Value
from goodstanding.core.remedy import Means
from goodstanding.core.rule import Rule
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.indicators import every
from goodstanding.look.formats import format_amount, format_day
from goodstanding.look.words import localised, words
from goodstanding.supervise.ahead import Gone, GoneBy, Path, Shift
from goodstanding.supervise.explain import Change

VALUES_TOLD = 3
"""How many values of a fact one line holds."""

_LONGEST = 60  # characters of one value


class Telling:
    """Says an explanation in one language, under one rulebook."""

    def __init__(self, book: Rulebook, language: str) -> None:
        self.book = book
        self.language = language
        self.t = words(language)

    def day(self, value: object) -> str:
        return format_day(value, self.language)  # type: ignore[arg-type]

    def indicator(self, name: str) -> str:
        """Return an indicator's title."""
        return localised(every()[name].title, self.language)

    def span(self, weighing: Weighing, value: int | None) -> str:
        """Return the range of whole numbers that a value falls in; empty where it has no bound."""
        match weighing.range_of(value):
            case None | (None, None):
                return ""
            case (None, int(after)):
                return f"≤ {after - 1:,}"
            case (int(first), int(after)):
                return f"{first:,}" if after == first + 1 else f"{first:,} – {after - 1:,}"
            case (first, _):
                return f"≥ {first:,}"

    def area(self, code: str) -> str:
        return localised(self.book.areas[code].rule.title, self.language)

    def fact(self, fact: Fact) -> str:
        """Return a fact in one line: what it is, since when, and the values that matter most."""
        kind = self.book.kinds[fact.kind]
        title = localised(kind.rule.title, self.language)
        # What the catalogue asks for or weighs says most; names of authorities and days say least.
        fields = [
            field
            for field in kind.fields.values()
            if field.exposure is Exposure.PUBLIC
            and fact.payload.get(field.name) is not None
            and field.type is not FieldType.DAY
            and field.name != kind.authority_field
        ]
        fields.sort(key=lambda field: not (field.required or field.feature))
        values = [self._value(field, fact.payload[field.name]) for field in fields[:VALUES_TOLD]]
        key = "explain.fact" if values else "explain.fact_bare"
        between = "，" if self.language == "zh" else ", "
        line = self.t(key, title=title, day=self.day(fact.span.from_on), values=between.join(values))
        if fact.span.until_on is not None:
            line = self.t("explain.fact_until", line=line, until=self.day(fact.span.until_on))
        return line

    def _value(self, field: Field, value: Value) -> str:
        if field.type is FieldType.CODE:
            return localised(self.book.title_of(field.table, str(value)), self.language)
        if isinstance(value, tuple):
            return "; ".join(localised(self.book.title_of(field.table, code), self.language) for code in value)
        title = localised(field.title, self.language)
        if isinstance(value, bool):
            return f"{title} {self.t('explain.yes' if value else 'explain.no')}"
        if isinstance(value, int):
            if field.is_amount:
                return f"{title} {format_amount(value, self.book.currency, self.language)}"
            # A year is no amount: it has no thousands.
            years = {duty.year_field for duty in self.book.duties.values()}
            return f"{title} {value}" if field.name in years else f"{title} {value:,}"
        text = str(value)
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

    def rule(self, rule: Rule) -> str:
        return self.t("explain.rule", number=rule.number, title=localised(rule.title, self.language))

    def source(self, rule: Rule) -> str:
        """Return where a rule comes from and how sure that is."""
        confidence = self.t(f"office.confidence.{rule.source.confidence.value}")
        return self.t("explain.source", source=str(rule.source), confidence=confidence)

    def held(self, rule: DirectRule | Signal) -> str:
        """Return what a direct rule or a signal does."""
        if isinstance(rule, DirectRule):
            return self.t("explain.direct", code=rule.class_code)
        key = "explain.signal_up" if rule.steps > 0 else "explain.signal_down"
        return self.t(key, steps=abs(rule.steps), bound=rule.bound)

    def was(self, change: Change) -> str:
        """Return the class compared with."""
        key = "explain.change.was" if change.run is None else "explain.change.run"
        return self.t(key, day=self.day(change.as_of), run=change.run, code=change.class_code, points=change.points)

    def reached(self, path: Path) -> str:
        """Return what a path leads to, and when."""
        reached = path.reached
        return self.t("explain.ahead.would", day=self.day(reached.on), code=reached.class_code, points=reached.points)

    def until(self, path: Path) -> str:
        """Return from when a path no longer helps; empty where no such day is in sight."""
        until = path.reached.until_on
        return "" if until is None else self.t("explain.ahead.until", day=self.day(until))

    def step(self, step: Step) -> Iterator[str]:
        """Yield what the business may do, what else is asked, and from when it counts."""
        remedy = step.remedy
        day = self.day(step.asked_on)
        title = localised(remedy.rule.title, self.language)
        match remedy.means:
            case Means.FULFIL:
                yield self.t("explain.ahead.fulfil", year=remedy.year, day=day)
            case Means.CURE:
                yield self.t("explain.ahead.cure", title=title, day=day)
            case Means.REPAIR:
                yield self.t("explain.ahead.repair", title=title, day=day)
        if remedy.asks:
            yield self.t("explain.ahead.asks", asks=localised(remedy.asks, self.language))
        key = "counts_granted" if remedy.means is Means.REPAIR else "counts"
        yield self.t(f"explain.ahead.{key}", day=self.day(step.counts_on))
        if step.is_estimated:
            yield self.t("explain.ahead.estimated")

    def foreseen(self, one: Foreseen) -> str:
        """Return what comes by itself, or is supposed."""
        day, number = self.day(one.on), one.rule.number
        if one.fact is not None:
            return self.t("explain.ahead.foreseen_entry", day=day, number=number, fact=self.fact(one.fact))
        return self.t("explain.ahead.foreseen_year", day=day, number=number, year=one.year)

    def shift(self, shift: Shift) -> str:
        """Return how the points of a line change on a path."""
        title = self.indicator(shift.weighing.indicator)
        before, after = shift.before.points, shift.after.points
        return self.t("explain.ahead.shift", title=title, before=before, after=after, day=self.day(shift.since))

    def released(self, rule: DirectRule | Signal) -> str:
        title = localised(rule.rule.title, self.language)
        return self.t("explain.ahead.released", number=rule.rule.number, title=title)

    def gone(self, gone: Gone) -> str:
        """Return why a fact no longer counts on a path."""
        fact = self.fact(gone.fact)
        if gone.on is None or gone.rule is None:
            return self.t(f"explain.gone.{GoneBy.AGED.value}", fact=fact)
        return self.t(f"explain.gone.{gone.by.value}", fact=fact, day=self.day(gone.on), number=gone.rule.number)

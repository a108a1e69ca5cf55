"""Measures and bans: what a listing, a class or a decision under a statute brings with it, for which purpose, how long.

Rules kept here:
- A measure exists only through its catalogue line and a live trigger: a line whose legal basis was in force on the
  trigger's first day and is so today, and a fact that stands today and that the line names. Neither can be waived.
- So a measure ends with its trigger, by itself, and never reaches back to what happened before its basis.
- A benefit is a measure too: its trigger is the treatment of the business's class.
- A ban is a decision of its own under a statute that sets its term. It runs from its start until the day that the
  statute's term makes its end, that day excluded; from then on it is in no answer.
- Nobody is asked about a person but by the person's key, and nothing is answered but the bans that run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from goodstanding.core.dates import Calendar, Period, Span, Unit, period_end
from goodstanding.core.disclosure import Condition
from goodstanding.core.errors import BanUnlawful, MeasureUnknown, NoLegalBasis, NoLiveTrigger, PurposeUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import View
from goodstanding.core.rule import Rule, the_one_in_force
from goodstanding.core.treatment import Benefit, Treatment

BAN_FIELDS = ("ban", "decision", "authority", "term")
"""What a fact kind of bans must be able to hold."""

PERSON_FIELDS = ("person", "person_key")
"""What the fact kind of bans on persons must be able to hold besides."""

LIFE = "life"
"""How a ban without an end writes its term."""


class Effect(Enum):
    """What a measure does at the point of use."""

    BARRED = "barred"  # what is asked for is refused
    WEIGHED = "weighed"  # counts in a decision that the law leaves open
    WATCHED = "watched"  # more checks
    GIVEN = "given"  # a benefit


class Target(Enum):
    """Whom a measure or a ban reaches."""

    BUSINESS = "business"
    PERSON = "person"  # only where the statute says so


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the catalogue: a measure that a standing fact of one kind brings.

    Args:
        target: Whom it reaches; of persons only those who hold the office the title names.
        purposes: For which decisions it counts.
        subject_types: Which businesses it may reach; empty means all.
        kind: The fact kind that triggers it.
        when: Which facts of that kind.
        term: It ends so long after the trigger began, if the trigger has not ended before; ``None``: with the trigger.
        requesting: Who calls for it, by language.
        executing: Who applies it, by language.
    """

    code: str
    rule: Rule
    effect: Effect
    target: Target
    purposes: frozenset[str]
    subject_types: frozenset[str]
    kind: str
    when: Condition
    term: Period | None
    requesting: Mapping[str, str]
    executing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Favour:
    """One line of the catalogue: where a benefit that a treatment gives is asked for, and who grants it."""

    benefit: Benefit
    purposes: frozenset[str]
    executing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ban:
    """One line of the catalogue: a ban that a statute sets, on a business or on a person it names.

    Args:
        who: Whom the statute names, by language.
        act: For what, by language.
        starts_with: The event its term runs from, by language.
        purposes: What it shuts out.
        least: The shortest lawful term; ``None`` is life.
        most: The longest lawful term; ``None`` is life.
        either: Where the statute leaves no term between the two, the terms it sets; else empty.
    """

    code: str
    rule: Rule
    target: Target
    who: Mapping[str, str]
    act: Mapping[str, str]
    starts_with: Mapping[str, str]
    purposes: frozenset[str]
    least: Period | None
    most: Period | None
    either: tuple[Period | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """The catalogue of one rulebook.

    Args:
        purposes: For what a measure may be asked about: title by language, by code.
        ban_kinds: The fact kind that records bans, by whom they reach.
    """

    purposes: Mapping[str, Mapping[str, str]]
    measures: tuple[Measure, ...]
    favours: tuple[Favour, ...]
    bans: tuple[Ban, ...]
    ban_kinds: Mapping[Target, str]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule stated here; that of a benefit belongs to the treatments."""
        return (*(one.rule for one in self.measures), *(one.rule for one in self.bans))

    def versions(self, code: str) -> list[Measure]:
        """Return the versions of one measure.

        Raises:
            MeasureUnknown: The catalogue has none of that code.
        """
        found = [one for one in self.measures if one.code == code]
        if not found:
            raise MeasureUnknown(
                asked=f"The measure {code}.",
                found="The catalogue has none of that code.",
                wants="Only what stands in the published catalogue may be applied to anybody.",
                next_step="Look for it in the rulebook's measures.toml.",
            )
        return found


EMPTY = Measures({}, (), (), (), {})
"""The catalogue of a rulebook without one: nothing binds anybody."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A measure, benefit or ban that stands for one business or person on one day.

    Args:
        code: Of the catalogue line.
        trigger: Digest of the fact it rests on, or ``class:<scale>/<class>``.
        decision: Number of the decision behind the trigger, or empty.
        authority: Who took that decision, or empty.
        span: From when until when it stands as far as is known today. An open end means "while its trigger stands"; of
            a ban, for life.
        is_ban: Whether it is a ban, with a term of its own.
    """

    code: str
    rule: Rule
    effect: Effect
    target: Target
    entity_id: str
    purposes: frozenset[str]
    trigger: str
    decision: str
    authority: str
    span: Span
    executing: Mapping[str, str]
    is_ban: bool = False


def check_measure(measure: Measure, trigger: Fact, seen: View, subject_type: str, calendar: Calendar) -> Span:
    """Decide whether a measure may stand on the day of a view, and return from when until when.

    Args:
        trigger: The fact it is to rest on.
        seen: The view of the business.
        subject_type: What kind of business it is, by its registration.
    Raises:
        NoLegalBasis: Its basis was not in force on the trigger's first day, or is not today.
        NoLiveTrigger: The view does not hold that fact as standing, or the catalogue line names no such fact.
        CalendarYearUnknown: A working-day term leaves the covered years.
    """
    asked = f"To apply the measure {measure.code} to {trigger.entity_id} on {seen.as_of}."
    begun, basis = trigger.span.from_on, measure.rule.validity
    for day, what in ((begun, "the day its trigger began"), (seen.as_of, "the day asked about")):
        if not basis.contains(day):
            raise NoLegalBasis(
                asked=asked,
                found=f"{measure.rule.source} is not in force here on {day}, {what}.",
                wants="A legal basis in force both when the trigger began and today: no measure reaches back.",
                next_step="Leave the measure off, or name one that has a basis.",
            )
    ends = [day for day in (trigger.span.until_on, basis.until_on) if day is not None]
    if measure.term is not None:
        ends.append(period_end(begun, measure.term, calendar))
    span = Span(begun, max(min(ends), begun) if ends else None)
    is_of_them = not measure.subject_types or subject_type in measure.subject_types
    is_meant = is_of_them and trigger.kind == measure.kind and measure.when.agrees(trigger.payload)
    is_held = any(fact.digest == trigger.digest for fact in seen.in_force(measure.kind))
    if not is_meant or not is_held or not span.contains(seen.as_of):
        raise NoLiveTrigger(
            asked=asked,
            found="What it would rest on ended, was corrected, or is none that such a business is named for.",
            wants=f"A fact of kind {measure.kind} that stands on that day and that the catalogue line names.",
            next_step="Leave the measure off; it ended with what called for it.",
        )
    return span


def apply_measure(measure: Measure, trigger: Fact, seen: View, subject_type: str, calendar: Calendar) -> Standing:
    """Return a measure as it stands on the day of a view, resting on one fact: the only way to make one.

    Raises:
        NoLegalBasis: See `check_measure`.
        NoLiveTrigger: See `check_measure`.
        CalendarYearUnknown: See `check_measure`.
    """
    return Standing(
        code=measure.code,
        rule=measure.rule,
        effect=measure.effect,
        target=measure.target,
        entity_id=trigger.entity_id,
        purposes=measure.purposes,
        trigger=trigger.digest,
        decision=str(trigger.payload.get("decision") or ""),
        authority=str(trigger.payload.get("authority") or ""),
        span=check_measure(measure, trigger, seen, subject_type, calendar),
        executing=measure.executing,
    )


def measures_on(seen: View, subject_type: str, catalogue: Measures, calendar: Calendar) -> tuple[Standing, ...]:
    """Return every measure that the facts of one business bring on the day of a view, and no other.

    Raises:
        CalendarYearUnknown: A working-day term leaves the covered years.
    """
    return tuple(_measures_on(seen, subject_type, catalogue, calendar))


def _measures_on(seen: View, subject_type: str, catalogue: Measures, calendar: Calendar) -> Iterator[Standing]:
    for measure in catalogue.measures:
        if not measure.rule.validity.contains(seen.as_of):
            continue
        for trigger in seen.in_force(measure.kind):
            if not measure.when.agrees(trigger.payload):
                continue
            try:
                yield apply_measure(measure, trigger, seen, subject_type, calendar)
            except (NoLegalBasis, NoLiveTrigger):
                # The basis is younger than the trigger, is for other businesses, or its term is over: nothing stands.
                continue


def favours_on(
    entity_id: str, treatment: Treatment | None, since_on: date, catalogue: Measures
) -> tuple[Standing, ...]:
    """Return the benefits that a business's treatment gives it.

    Args:
        treatment: How its class is treated today, or ``None`` where it has no class.
        since_on: Day of the classification.
    """
    if treatment is None:
        return ()
    return tuple(
        Standing(
            code=favour.benefit.code,
            rule=favour.benefit.rule,
            effect=Effect.GIVEN,
            target=Target.BUSINESS,
            entity_id=entity_id,
            purposes=favour.purposes,
            trigger=f"class:{treatment.scale}/{treatment.class_code}",
            decision="",
            authority="",
            span=Span(since_on),
            executing=favour.executing,
        )
        for favour in catalogue.favours
        if favour.benefit.code in treatment.benefits
        # A benefit whose own basis is gone, or came after the classification, is nobody's.
        if favour.benefit.rule.validity.contains(since_on)
    )


# -- bans ------------------------------------------------------------------------------------------------------------


def ban_in_force(code: str, day: date, catalogue: Measures) -> Ban:
    """Return the line of a ban in force on the day its term starts.

    Raises:
        BanUnlawful: The catalogue has no such ban on that day.
    """
    found = [ban for ban in catalogue.bans if ban.code == code and ban.rule.validity.contains(day)]
    if not found:
        raise BanUnlawful(
            asked=f"The ban {code} from {day}.",
            found="No statute in the catalogue sets such a ban on that day.",
            wants="A ban only where a statute in force on its first day names it.",
            next_step="Name a ban of the rulebook's measures.toml that was in force on that day.",
        )
    return the_one_in_force(found, day, f"The ban {code}")


def ban_span(ban: Ban, from_on: date, term: Period | None, calendar: Calendar) -> Span:
    """Return from when until when a ban runs.

    Args:
        from_on: The day of the event its term runs from.
        term: As decided; ``None`` is for life.
    Raises:
        BanUnlawful: The statute allows no such term, or was not in force on that day.
    """
    if not ban.rule.validity.contains(from_on):
        raise BanUnlawful(
            asked=f"The ban {ban.code} from {from_on}.",
            found=f"{ban.rule.source} is not in force here on that day.",
            wants="A ban only where a statute in force on its first day names it.",
            next_step="Name a ban that was in force on that day.",
        )
    end = None if term is None else period_end(from_on, term, calendar)
    least = None if ban.least is None else period_end(from_on, ban.least, calendar)
    most = None if ban.most is None else period_end(from_on, ban.most, calendar)
    too_short = end is not None and (least is None or end < least)
    too_long = most is not None and (end is None or end > most)
    if too_short or too_long or (ban.either and term not in ban.either):
        raise BanUnlawful(
            asked=f"The ban {ban.code} from {from_on} for {said(term)}.",
            found=f"{ban.rule.source} sets {lawful_terms(ban)}.",
            wants="The term that the statute sets.",
            next_step="Decide a term within it.",
        )
    return Span(from_on, end)


def lawful_terms(ban: Ban) -> str:
    """Return which terms a statute allows, such as ``10 year to life``."""
    if ban.either:
        return " or ".join(said(one) for one in ban.either)
    return said(ban.least) if ban.least == ban.most else f"{said(ban.least)} to {said(ban.most)}"


def said(term: Period | None) -> str:
    """Return how a term is written: ``5 year``, or ``life``."""
    return LIFE if term is None else f"{term.number} {term.unit.value}"


def term_of(text: str) -> Period | None:
    """Return a term as `said` writes it; ``None`` is for life.

    Raises:
        ValueError: It is written otherwise.
    """
    if text == LIFE:
        return None
    number, _, unit = text.partition(" ")
    if not number.isascii() or not number.isdigit() or int(number) < 1:
        raise ValueError(text)
    return Period(int(number), Unit(unit))


def bans_on(seen: View, catalogue: Measures, target: Target, person_key: str = "") -> tuple[Standing, ...]:
    """Return the bans that run on the day of a view.

    Args:
        seen: Of one business, or, for a person, of every business through which the person is reached.
        target: Whom they reach.
        person_key: Of the person asked about; of no other person anything is told. Empty asks for all persons that are
            banned through these businesses, whose names stay masked.
    """
    kind = catalogue.ban_kinds.get(target)
    found = []
    for fact in () if kind is None else seen.in_force(kind):
        if target is Target.PERSON and person_key and fact.payload["person_key"] != person_key:
            continue
        lines = [ban for ban in catalogue.bans if ban.code == fact.payload["ban"] and ban.target is target]
        for ban in lines:
            # Judged by the statute of its first day: that a later one no longer sets it does not end it.
            if ban.rule.validity.contains(fact.span.from_on):
                found.append(
                    Standing(
                        code=ban.code,
                        rule=ban.rule,
                        effect=Effect.BARRED,
                        target=target,
                        entity_id=fact.entity_id,
                        purposes=ban.purposes,
                        trigger=fact.digest,
                        decision=str(fact.payload["decision"]),
                        authority=str(fact.payload["authority"]),
                        span=fact.span,
                        executing={},
                        is_ban=True,
                    )
                )
    return tuple(found)


# -- the question at the point of use --------------------------------------------------------------------------------


def for_purpose(standing: tuple[Standing, ...], purpose: str, catalogue: Measures) -> tuple[Standing, ...]:
    """Return those of some measures that count for one purpose.

    Raises:
        PurposeUnknown: The catalogue knows no such purpose, so nothing could lawfully count for it.
    """
    if purpose not in catalogue.purposes:
        raise PurposeUnknown(
            asked=f"Which measures bind for the purpose {purpose}.",
            found="The catalogue has no such purpose.",
            wants="One of: " + (", ".join(sorted(catalogue.purposes)) or "none, this rulebook has no measures") + ".",
            next_step="Name the purpose of the decision you are about to take.",
        )
    return tuple(one for one in standing if purpose in one.purposes)

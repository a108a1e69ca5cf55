"""Differentiated supervision: how each class is treated, what a check may not overstep, and whom it leaves in peace.

Rules kept here:
- A class sets how many are drawn, how often and in which way they are checked, and what the well-kept are given in
  return. It never says who is drawn: that is chance's.
- In a key area a treatment of its own replaces the general one, and is never laxer.
- What keeps a business out of the lot ends: the quiet time after a clean check, the year of a limit, an exemption. So
  chance reaches everyone in time.
- For each of them the rulebook names the grounds it does not stand in the way of, such as a complaint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, StrEnum

from goodstanding.core.dates import Calendar, Period, Span, Unit, period_end
from goodstanding.core.inspection import Inspection
from goodstanding.core.ledger import View
from goodstanding.core.rule import Rule, in_force

MILLION = 1_000_000


class Mode(StrEnum):
    """How a check is made, the lightest first."""

    PAPER = "paper"
    REMOTE = "remote"
    VISIT = "visit"


class Ground(StrEnum):
    """Why a check is made."""

    LOT = "lot"  # the lot of the yearly plan, open to everyone
    SPECIAL = "special"  # the office's own initiative, such as a campaign in one line of business
    COMPLAINT = "complaint"
    ALERT = "alert"  # the data show something
    LEAD = "lead"  # passed on by another authority
    DUTY = "duty"  # a law orders this very check


@dataclass(frozen=True, slots=True)
class Check:
    """A check that is planned.

    Args:
        ground: Why it is made.
        mode: How; ``None`` means the way that is usual for each class.
    """

    ground: Ground = Ground.LOT
    mode: Mode | None = None


class LimitName(Enum):
    """What a treatment may limit, each under a rule of its own."""

    MOST_PER_YEAR = "most_per_year"
    COOLING_OFF = "cooling_off"


_ABOUT = {Unit.WORKING_DAY: 1, Unit.DAY: 1, Unit.MONTH: 30, Unit.YEAR: 365}


def about_days(period: Period | None) -> int:
    """Return about how many days a period has, to tell a longer from a shorter one; none has none."""
    return 0 if period is None else period.number * _ABOUT[period.unit]


@dataclass(frozen=True, slots=True)
class Frequency:
    """So many times in a period, such as once in two years."""

    times: int
    per: Period

    @property
    def yearly_ppm(self) -> int:
        """How often in a year, in millionths, a year of 365 days or 12 months; rounded down."""
        in_a_year = {Unit.YEAR: 1, Unit.MONTH: 12, Unit.DAY: 365}[self.per.unit]
        return self.times * MILLION * in_a_year // self.per.number


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a well-kept business is given, such as a quicker way to a permit."""

    code: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Treatment:
    """How one class of a scale is supervised, everywhere or in one key area.

    Args:
        area: Key area it is for, or empty where no area says otherwise.
        ratio_ppm: Share of the class that a campaign draws, in parts per million, rounded up to whole entities.
        weight: Weight of each of the class where classes are drawn together.
        frequency: How often each of the class is to be checked, for planning; ``None`` where nobody says.
        modes: Allowed ways of checking; the first is the usual one.
        most_per_year: Checks in one calendar year after which no lot draws the business; ``None`` without a limit.
        cooling_off: Quiet time after a clean check; ``None`` without one.
        benefits: Codes of what the class is given.
        items: Codes of the items that every such check looks at, as far as the business does what they are about.
    """

    rule: Rule
    scale: str
    class_code: str
    area: str
    ratio_ppm: int
    weight: int
    frequency: Frequency | None
    modes: tuple[Mode, ...]
    most_per_year: int | None
    cooling_off: Period | None
    benefits: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The rule behind one limit; how much it limits stands in each treatment.

    Args:
        except_for: Grounds on which the limit does not stand in the way.
    """

    rule: Rule
    name: LimitName
    except_for: frozenset[Ground]


@dataclass(frozen=True, slots=True)
class NoDisturbance:
    """Classes that are not checked but for the grounds named."""

    rule: Rule
    scale: str
    class_codes: frozenset[str]
    except_for: frozenset[Ground]


@dataclass(frozen=True, slots=True)
class Exemption:
    """How single businesses are put on the no-disturbance list: by a fact in force.

    Args:
        kind: The fact kind; its rule is the one cited.
        rule: Of the fact kind.
        longest: How long such a fact protects at most, counted from its first day.
        except_for: Grounds on which it does not protect.
    """

    kind: str
    rule: Rule
    longest: Period
    except_for: frozenset[Ground]


@dataclass(frozen=True, slots=True)
class Supervision:
    """Everything one rulebook says of differentiated supervision."""

    treatments: tuple[Treatment, ...]
    benefits: Mapping[str, Benefit]
    limits: tuple[Limit, ...]
    no_disturbance: tuple[NoDisturbance, ...]
    exemption: Exemption | None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule stated here; that of an exemption belongs to its fact kind."""
        treated = (*(one.rule for one in self.treatments), *(one.rule for one in self.benefits.values()))
        return (*treated, *(one.rule for one in self.limits), *(one.rule for one in self.no_disturbance))


@dataclass(frozen=True, slots=True)
class Past:
    """What is known on a day of one business that might be drawn.

    Args:
        last_clean_on: Day of its last check, where that one was clean.
        checks_this_year: Days of the calendar year on which it was checked, and visits drawn and still to come.
        exempt: When an exemption of its own protects it.
        last_check_on: Day of its last check, whatever that found.
    """

    last_clean_on: date | None = None
    checks_this_year: int = 0
    exempt: Span | None = None
    last_check_on: date | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a business is in no lot today.

    Args:
        rule: The rule that keeps it out.
        until_on: First day on which that rule no longer does; ``None`` where it does as long as the class stays.
    """

    rule: Rule
    until_on: date | None


def past_of(seen: View, inspection: Inspection, supervision: Supervision, to_come: int = 0) -> Past:
    """Return what is known of one business on the day of a view.

    Args:
        to_come: Visits drawn and not recorded yet; they count as checks of this year.
    """
    checks: dict[date, bool] = {}
    for fact in seen.of(inspection.result_kind):
        said = fact.payload.get(inspection.result_field)
        codes = said if isinstance(said, tuple) else () if said is None else (str(said),)
        results = [inspection.results[code] for code in codes if code in inspection.results]
        is_clean = bool(results) and all(result.is_clean for result in results)
        # Several results of one day are one check, as clean as the worst of them.
        checks[fact.span.from_on] = is_clean and checks.get(fact.span.from_on, True)
    last = max(checks, default=None)
    exempt = None if supervision.exemption is None else seen.current(supervision.exemption.kind)
    return Past(
        last_clean_on=last if last is not None and checks[last] else None,
        checks_this_year=sum(day.year == seen.as_of.year for day in checks) + to_come,
        exempt=None if exempt is None else exempt.span,
        last_check_on=last,
    )


def share(count: int, ratio_ppm: int) -> int:
    """Return ``ratio_ppm`` parts per million of ``count``, rounded up to whole entities."""
    return -(-count * ratio_ppm // MILLION)


def treatment_of(treatments: Iterable[Treatment], class_code: str, areas: Collection[str]) -> Treatment | None:
    """Return how a business is treated: by the strictest of its key areas, else by its class alone.

    Args:
        treatments: Of one scale, in force on one day.
        areas: Codes of the key areas it is in.
    """
    found = [one for one in treatments if one.class_code == class_code and (not one.area or one.area in areas)]
    # Where two are equally strict, the one written first; a key area's before the general one.
    return max(found, key=lambda one: (bool(one.area), one.ratio_ppm), default=None)


def left_out(
    treatment: Treatment, past: Past, supervision: Supervision, check: Check, day: date, calendar: Calendar
) -> LeftOut | None:
    """Tell whether a rule keeps a business out of a lot on a day, and until when.

    Args:
        treatment: How it is treated; see `treatment_of`.
        check: What those drawn will be met with.
    Returns:
        ``None`` where it may be drawn; of several rules, the one that holds longest.
    Raises:
        CalendarYearUnknown: A quiet time in working days leaves the covered years.
    """
    found: list[LeftOut] = []
    if check.mode is not None and check.mode not in treatment.modes:
        found.append(LeftOut(treatment.rule, None))
    for rest in in_force(supervision.no_disturbance, day):
        is_meant = rest.scale == treatment.scale and treatment.class_code in rest.class_codes
        if is_meant and check.ground not in rest.except_for:
            found.append(LeftOut(rest.rule, None))
    exemption = supervision.exemption
    if exemption is not None and past.exempt is not None and check.ground not in exemption.except_for:
        until_on = _protected_until(past.exempt, exemption, calendar)
        if past.exempt.from_on <= day < until_on:
            found.append(LeftOut(exemption.rule, until_on))
    for limit in in_force(supervision.limits, day):
        if check.ground in limit.except_for:
            continue
        over_on = _limited_until(limit.name, treatment, past, day, calendar)
        if over_on is not None and day < over_on:
            found.append(LeftOut(limit.rule, over_on))
    return max(found, key=lambda one: one.until_on or date.max, default=None)


def _protected_until(exempt: Span, exemption: Exemption, calendar: Calendar) -> date:
    longest = period_end(exempt.from_on, exemption.longest, calendar) + timedelta(days=1)
    return longest if exempt.until_on is None else min(exempt.until_on, longest)


def _limited_until(name: LimitName, treatment: Treatment, past: Past, day: date, calendar: Calendar) -> date | None:
    match name:
        case LimitName.COOLING_OFF:
            if treatment.cooling_off is None or past.last_clean_on is None:
                return None
            return period_end(past.last_clean_on, treatment.cooling_off, calendar) + timedelta(days=1)
        case LimitName.MOST_PER_YEAR:
            if treatment.most_per_year is None or past.checks_this_year < treatment.most_per_year:
                return None
            return date(day.year + 1, 1, 1)

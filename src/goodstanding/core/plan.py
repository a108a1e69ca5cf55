"""How many are drawn from each class: the step between classification and chance.

Rules kept here:
- Risk decides how many are drawn, never who: inside a stratum of one treatment every weight is equal.
- A share is rounded up to whole entities, so no class is out of chance's reach.
- Where a treatment promises how often everybody is checked, and the lot is to keep that promise, whoever must be seen
  within so many lots stands in a stratum with those who share that number, and is drawn with one chance in as many.
- Strata by region draw each region's sum, with each class's weight inside it.
- Who may not be drawn today is in no frame; how many they are, and by which rule, is said beside it, never who.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from goodstanding.core.coverage import due_on, lots_left
from goodstanding.core.dates import Calendar
from goodstanding.core.draw_plan import Stratum, Unit
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.rule import in_force
from goodstanding.core.treatment import (
    MILLION,
    Check,
    Past,
    Supervision,
    Treatment,
    left_out,
    share,
    treatment_of,
)

UNTREATED = ""
"""Stands for a rule's number where no treatment of the class is in force."""


class By(StrEnum):
    """What makes a stratum."""

    CLASS = "class"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entity that might be drawn.

    Args:
        areas: Codes of the key areas it is in.
        past: What was found at it, and what protects it.
        since: Day of its first registration; ``None`` where nobody says.
    """

    entity_id: str
    class_code: str
    region: str
    areas: Collection[str] = ()
    past: Past = field(default_factory=Past)
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lot is drawn under.

    Args:
        treatments: Of one scale, in force on the day; see `treatments_in_force`.
        check: What those drawn will be met with.
        later: Days of the lots that follow within a year, where this one is to keep the promises of coverage; ``None``
            where it is not.
    """

    supervision: Supervision
    treatments: tuple[Treatment, ...]
    calendar: Calendar
    day: date
    check: Check = field(default_factory=Check)
    later: tuple[date, ...] | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What a plan is made of.

    Args:
        units: Who may be drawn, by entity id.
        strata: By code, with their fixed sizes.
        left_out: How many each rule keeps out, by its number; `UNTREATED` where the class has no treatment.
        last_lot: How many must be seen by this very lot.
        unmet: How many of those who must be seen by this lot each rule keeps out of it.
    """

    units: tuple[Unit, ...]
    strata: tuple[Stratum, ...]
    left_out: Mapping[str, int]
    last_lot: int = 0
    unmet: Mapping[str, int] = field(default_factory=dict)


def treatments_in_force(supervision: Supervision, scale: str, day: date) -> tuple[Treatment, ...]:
    """Return the treatments of a scale on one day.

    Raises:
        NoRuleInForce: None is in force for that scale.
    """
    found = tuple(one for one in in_force(supervision.treatments, day) if one.scale == scale)
    if not found:
        raise NoRuleInForce(
            asked=f"How the classes of scale {scale} are treated on {day}.",
            found="No treatment is in force.",
            wants="A treatment of every class that may be drawn.",
            next_step="State the treatments in the rulebook's inspection.toml.",
        )
    return found


def stratify(candidates: Iterable[Candidate], terms: Terms, by: By = By.CLASS) -> Frame:
    """Turn candidates into a frame and its strata.

    Args:
        candidates: Each entity once.
        by: What makes a stratum; a class that key areas treat otherwise falls into one for each treatment.
    """
    units: list[Unit] = []
    wanted: Counter[tuple[str, int]] = Counter()
    out: Counter[str] = Counter()
    unmet: Counter[str] = Counter()
    last_lot = 0
    for one in sorted(candidates, key=lambda candidate: candidate.entity_id):
        treatment = treatment_of(terms.treatments, one.class_code, one.areas)
        if treatment is None:
            out[UNTREATED] += 1
            continue
        reason = left_out(treatment, one.past, terms.supervision, terms.check, terms.day, terms.calendar)
        left = _lots_left(one, treatment, terms) if by is By.CLASS else None
        if reason is not None:
            out[reason.rule.number] += 1
            unmet[reason.rule.number] += left == 1
            continue
        last_lot += left == 1
        stratum, ratio_ppm = _stratum(treatment) if by is By.CLASS else one.region or "-", treatment.ratio_ppm
        if left is not None and -(-MILLION // left) > ratio_ppm:
            # Rounded up, so that the last of so many lots is certain.
            stratum, ratio_ppm = f"{stratum}/1-in-{left}", -(-MILLION // left)
        weight = 1 if by is By.CLASS else treatment.weight
        units.append(Unit(id=one.entity_id, stratum=stratum, weight=weight, region=one.region))
        wanted[stratum, ratio_ppm] += 1
    sizes: Counter[str] = Counter()
    for (stratum, ratio_ppm), count in wanted.items():
        sizes[stratum] += share(count, ratio_ppm)
    strata = tuple(Stratum(code, size) for code, size in sorted(sizes.items()))
    return Frame(tuple(units), strata, dict(sorted(out.items())), last_lot, {key: n for key, n in unmet.items() if n})


def _lots_left(one: Candidate, treatment: Treatment, terms: Terms) -> int | None:
    """Return within how many lots a business must be seen, this one included; ``None`` where nothing is promised."""
    if terms.later is None or treatment.frequency is None:
        return None
    begun = treatment.rule.validity.from_on
    since = max(begun, one.past.last_check_on or one.since or begun)
    return lots_left(due_on(treatment.frequency, since, terms.calendar), terms.day, terms.later)


def _stratum(treatment: Treatment) -> str:
    return f"{treatment.class_code}/{treatment.area}" if treatment.area else treatment.class_code

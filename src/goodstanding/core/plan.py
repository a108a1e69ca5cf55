"""How many are drawn from each class: the step between classification and chance.

Rules kept here:
- Risk decides how many are drawn, never who: inside a stratum of one treatment every weight is equal.
- A share is rounded up to whole entities, so no class is out of chance's reach.
- Strata by region draw each region's sum, with each class's weight inside it.
- Who may not be drawn today is in no frame; how many they are, and by which rule, is said beside it, never who.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from goodstanding.core.dates import Calendar
from goodstanding.core.draw_plan import Stratum, Unit
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.rule import in_force
from goodstanding.core.treatment import Check, Past, Supervision, Treatment, left_out, share, treatment_of

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
    """

    entity_id: str
    class_code: str
    region: str
    areas: Collection[str] = ()
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lot is drawn under.

    Args:
        treatments: Of one scale, in force on the day; see `treatments_in_force`.
        check: What those drawn will be met with.
    """

    supervision: Supervision
    treatments: tuple[Treatment, ...]
    calendar: Calendar
    day: date
    check: Check = field(default_factory=Check)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a plan is made of.

    Args:
        units: Who may be drawn, by entity id.
        strata: By code, with their fixed sizes.
        left_out: How many each rule keeps out, by its number; `UNTREATED` where the class has no treatment.
    """

    units: tuple[Unit, ...]
    strata: tuple[Stratum, ...]
    left_out: Mapping[str, int]


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
    for one in sorted(candidates, key=lambda candidate: candidate.entity_id):
        treatment = treatment_of(terms.treatments, one.class_code, one.areas)
        if treatment is None:
            out[UNTREATED] += 1
            continue
        reason = left_out(treatment, one.past, terms.supervision, terms.check, terms.day, terms.calendar)
        if reason is not None:
            out[reason.rule.number] += 1
            continue
        stratum = _stratum(treatment) if by is By.CLASS else one.region or "-"
        weight = 1 if by is By.CLASS else treatment.weight
        units.append(Unit(id=one.entity_id, stratum=stratum, weight=weight, region=one.region))
        wanted[stratum, treatment.ratio_ppm] += 1
    sizes: Counter[str] = Counter()
    for (stratum, ratio_ppm), count in wanted.items():
        sizes[stratum] += share(count, ratio_ppm)
    strata = tuple(Stratum(code, size) for code, size in sorted(sizes.items()))
    return Frame(tuple(units), strata, dict(sorted(out.items())))


def _stratum(treatment: Treatment) -> str:
    return f"{treatment.class_code}/{treatment.area}" if treatment.area else treatment.class_code

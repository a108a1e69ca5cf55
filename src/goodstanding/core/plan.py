"""How many are drawn from each class: the step between classification and chance.

Rules kept here:
- Risk decides how many are drawn, never who: inside a stratum of one class every weight is equal.
- A share is rounded up to whole entities, so no class with a ratio above zero is out of chance's reach.
- Strata by region draw each region's sum, with each class's weight inside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from goodstanding.core.draw_plan import Stratum, Unit
from goodstanding.core.errors import NoRuleInForce
from goodstanding.core.inspection import Inspection, Ratio
from goodstanding.core.rule import in_force

MILLION = 1_000_000


class By(StrEnum):
    """What makes a stratum."""

    CLASS = "class"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entity that may be drawn."""

    entity_id: str
    class_code: str
    region: str


def share(count: int, ratio_ppm: int) -> int:
    """Return ``ratio_ppm`` parts per million of ``count``, rounded up to whole entities."""
    return -(-count * ratio_ppm // MILLION)


def ratios_in_force(inspection: Inspection, scale: str, day: date) -> dict[str, Ratio]:
    """Return the ratio of each class of a scale on one day.

    Raises:
        NoRuleInForce: None is in force for that scale.
    """
    found = {ratio.class_code: ratio for ratio in in_force(inspection.ratios, day) if ratio.scale == scale}
    if not found:
        raise NoRuleInForce(
            asked=f"The inspection ratios of scale {scale} on {day}.",
            found="None is in force.",
            wants="A ratio for every class that may be drawn.",
            next_step="State the ratios in the rulebook's inspection.toml.",
        )
    return found


def stratify(
    candidates: Iterable[Candidate], ratios: dict[str, Ratio], by: By = By.CLASS
) -> tuple[tuple[Unit, ...], tuple[Stratum, ...]]:
    """Turn candidates into a frame and its strata.

    Args:
        candidates: Each entity once; a class without a ratio is left out of the frame.
        ratios: The ratio by class; see `ratios_in_force`.
        by: What makes a stratum.
    Returns:
        The frame by entity id, and the strata by code with their fixed sizes.
    """
    units: list[Unit] = []
    wanted: Counter[tuple[str, str]] = Counter()
    for one in sorted(candidates, key=lambda candidate: candidate.entity_id):
        ratio = ratios.get(one.class_code)
        if ratio is None:
            continue
        stratum = one.class_code if by is By.CLASS else one.region or "-"
        weight = 1 if by is By.CLASS else ratio.weight
        units.append(Unit(id=one.entity_id, stratum=stratum, weight=weight, region=one.region))
        wanted[stratum, one.class_code] += 1
    sizes: Counter[str] = Counter()
    for (stratum, class_code), count in wanted.items():
        sizes[stratum] += share(count, ratios[class_code].ratio_ppm)
    return tuple(units), tuple(Stratum(code, size) for code, size in sorted(sizes.items()))

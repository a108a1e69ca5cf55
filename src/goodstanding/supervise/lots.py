"""What the lots found, and what visits to everybody would: by class, region and sector."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from goodstanding.core.entity import profile
from goodstanding.core.estimate import Lot, Visited, estimate, estimates
from goodstanding.core.ledger import view
from goodstanding.core.monitoring import Rate
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger
from goodstanding.records.models import Campaign

CLASS, REGION, SECTOR = "class", "region", "sector"

_NOBODY = Rate(0, 0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Found:
    """What one lot tells of everybody in its frame, each rate with its interval.

    Args:
        drawn: How many were drawn.
        classes: By class as it was when the lot was drawn, in the order of the scale.
        regions: By region, as the frame had it.
        sectors: By sector on the day of the frame.
    """

    label: str
    drawn: int
    overall: Rate
    classes: tuple[tuple[str, Rate], ...]
    regions: Mapping[str, Rate]
    sectors: Mapping[str, Rate]


def visited_campaigns() -> list[Campaign]:
    """Return the campaigns that have a recorded result, the newest first."""
    found = Campaign.objects.filter(visit__inspected_on__isnull=False).values("pk")
    return list(Campaign.objects.defer("plan", "bundle").filter(pk__in=found).order_by("-id"))


def found(book: Rulebook, campaign: Campaign) -> Found:
    """Return what the recorded visits of one lot tell of everybody in its frame."""
    adverse = {code for code, result in book.inspection.results.items() if result.is_adverse}
    design = _design(campaign.pk, campaign.commitment)
    rows = list(campaign.visit_set.exclude(inspected_on=None).values_list("entity_id", "class_code", "results"))
    sectors = _sectors(book, campaign, tuple(sorted(entity_id for entity_id, _, _ in rows)))
    visits = []
    for entity_id, class_code, results in rows:
        drawn = design.drawn[entity_id]
        groups = {CLASS: class_code, REGION: drawn.region, SECTOR: sectors.get(entity_id, "")}
        is_found = not adverse.isdisjoint(results)
        visits.append(
            Visited(drawn.stratum, drawn.chance, is_found, {key: code for key, code in groups.items() if code})
        )
    scale = book.scales[campaign.class_run.scale] if campaign.class_run else next(iter(book.scales.values()))
    classes = estimates(visits, design.lots, CLASS)
    return Found(
        label=campaign.label,
        drawn=len(design.drawn),
        overall=estimate(visits, design.lots),
        classes=tuple((band.code, classes.get(band.code, _NOBODY)) for band in scale.bands),
        regions=estimates(visits, design.lots, REGION),
        sectors=estimates(visits, design.lots, SECTOR),
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    stratum: str
    region: str
    chance: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Design:
    lots: Mapping[str, Lot]
    drawn: Mapping[str, _Drawn]


@lru_cache(maxsize=64)
def _design(campaign_id: int, _commitment: str) -> _Design:
    """Return how a lot was drawn; a drawn campaign never changes."""
    bundle = json.loads(Campaign.objects.values_list("bundle", flat=True).get(pk=campaign_id))
    selected = {one["unit"]: one for one in bundle["result"]["selected"]}
    regions = {unit["id"]: unit["region"] for unit in bundle["plan"]["frame"] if unit["id"] in selected}
    return _Design(
        {one["code"]: Lot(one["units"], one["size"]) for one in bundle["plan"]["strata"]},
        {
            unit: _Drawn(one["stratum"], regions[unit], (one["chance"][0], one["chance"][1]))
            for unit, one in selected.items()
        },
    )


def _sectors(book: Rulebook, campaign: Campaign, entity_ids: tuple[str, ...]) -> dict[str, str]:
    told = {}
    for entity_id, facts in ledger.by_entity(entity_ids, kinds=(book.roles.kind,)):
        who = profile(view(facts, campaign.as_of, campaign.committed_at), book.roles)
        if who is not None:
            told[entity_id] = who.sector
    return told

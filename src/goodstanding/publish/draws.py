"""One draw as the public may see it: what was committed, the seed, and who was selected, in parts of their own.

The plan and the bundle are published as the very bytes that were recorded, so that digests taken over them agree. The
selected are cut into pages, so that looking at a large draw does not mean reading all of it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from goodstanding.publicstore import Json, encode, selected_part

PAGE = 100
"""How many of the selected stand on one page."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A campaign as recorded; seed, instant and bundle are empty until it is drawn.

    Args:
        title: By language.
        plan: The plan as committed, canonical JSON.
        bundle: The bundle as published, JSON.
        left_out: How many each rule kept out of the frame, by its number; empty for a class without a treatment.
    """

    label: str
    title: Mapping[str, str]
    as_of: date
    rulebook_digest: str
    plan: str
    commitment: str
    committed_at: datetime
    seed: str
    drawn_at: datetime | None
    bundle: str
    left_out: Mapping[str, int] = field(default_factory=dict)


def draw_parts(campaign: Committed) -> dict[str, bytes]:
    """Return a draw's parts by name: summary, plan and, once it is drawn, bundle and the pages of the selected."""
    plan = json.loads(campaign.plan)
    header = plan["header"]
    frame = Counter(unit["stratum"] for unit in plan["frame"])
    summary: Json = {
        "label": campaign.label,
        "title": dict(campaign.title),
        "as_of": campaign.as_of.isoformat(),
        "rulebook": campaign.rulebook_digest,
        "commitment": campaign.commitment,
        "committed_at": campaign.committed_at.isoformat(),
        "seed_kind": header["seed_kind"],
        "seed_source": header["seed_source"],
        "inspectors_per_visit": header["inspectors_per_visit"],
        "frame_size": len(plan["frame"]),
        "roster_size": len(plan["roster"]),
        "strata": [{"code": one["code"], "size": one["size"], "frame": frame[one["code"]]} for one in plan["strata"]],
        "left_out": [{"rule": rule, "count": count} for rule, count in sorted(campaign.left_out.items())],
        "drawn_at": None,
    }
    parts = {"plan": campaign.plan.encode()}
    if campaign.drawn_at is not None:
        bundle = campaign.bundle.encode()
        result = json.loads(bundle)["result"]
        selected = result["selected"]
        pages = [selected[start : start + PAGE] for start in range(0, len(selected), PAGE)]
        summary |= {
            "drawn_at": campaign.drawn_at.isoformat(),
            "seed": campaign.seed,
            "selected": len(selected),
            "reserves": len(result["reserves"]),
            "pages": len(pages),
            "bundle_bytes": len(bundle),
            "bundle_sha256": hashlib.sha256(bundle).hexdigest(),
        }
        parts["bundle"] = bundle
        parts.update((selected_part(number), encode(page)) for number, page in enumerate(pages))
    parts["summary"] = encode(summary)
    return parts

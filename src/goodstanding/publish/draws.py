"""One draw as the public may see it: what was committed, the seed, and who was selected, in parts of their own.

Whatever is published for checking is canonical, so that digests taken over it agree. The selected are cut into pages,
so that looking at a large draw does not mean reading all of it, and each visit has its proof beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.draw_bundle import read_bundle, read_plan
from goodstanding.core.draw_excerpt import announcement, excerpt
from goodstanding.publicstore import Json, encode, selected_part, visit_part

PAGE = 100
"""How many of the selected stand on one page."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A campaign as recorded; seed, instant and bundle are empty until it is drawn.

    Args:
        title: By language.
        plan: The plan as committed, canonical JSON.
        bundle: The whole draw, JSON.
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
    """Return a draw's parts by name: summary, plan and, once it is drawn, the file, the selected and each visit.

    Where the frame is public the plan and the bundle are the recorded bytes. Otherwise the plan is what was announced
    of it, and an excerpt stands for the bundle.
    """
    plan = json.loads(campaign.plan)
    header = plan["header"]
    event = header["seed"]
    is_public = header["frame_is_public"]
    summary: Json = {
        "label": campaign.label,
        "title": dict(campaign.title),
        "as_of": campaign.as_of.isoformat(),
        "rulebook": campaign.rulebook_digest,
        "commitment": campaign.commitment,
        "committed_at": campaign.committed_at.isoformat(),
        "seed_kind": event["kind"],
        "seed_source": event["source"],
        "seed_round": event["round"],
        "seed_parties": [one["name"] for one in event["parties"]],
        "seed_due": event["reveal_by"],
        "inspectors_per_visit": header["inspectors_per_visit"],
        "visits_per_inspector": header["visits_per_inspector"],
        "frame_is_public": is_public,
        "frame_size": len(plan["frame"]),
        "roster_size": len(plan["roster"]),
        "strata": plan["strata"],
        "left_out": [{"rule": rule, "count": count} for rule, count in sorted(campaign.left_out.items())],
        "drawn_at": None,
    }
    parts = {"plan": campaign.plan.encode() if is_public else canonical_bytes(announcement(read_plan(plan)))}
    if campaign.drawn_at is not None:
        stated = read_bundle(json.loads(campaign.bundle))
        shown = excerpt(stated.plan, stated.draw)
        file = campaign.bundle.encode() if is_public else canonical_bytes(shown)
        selected = shown["result"]["selected"]
        pages = [selected[start : start + PAGE] for start in range(0, len(selected), PAGE)]
        summary |= {
            "drawn_at": campaign.drawn_at.isoformat(),
            "seed": campaign.seed,
            "selected": len(selected),
            "reserves": len(shown["result"]["reserves"]),
            "pages": len(pages),
            "file": "bundle" if is_public else "excerpt",
            "file_bytes": len(file),
            "file_sha256": hashlib.sha256(file).hexdigest(),
        }
        parts[summary["file"]] = file
        parts.update((selected_part(number), encode(page)) for number, page in enumerate(pages))
        proofs = {one["line"]["id"]: one for one in shown["lines"]}
        frame = shown["commitment"]["frame"]
        parts.update(
            (visit_part(one["unit"]), encode({"visit": one, "proof": proofs[one["unit"]], "frame": frame}))
            for one in selected
        )
    parts["summary"] = encode(summary)
    return parts

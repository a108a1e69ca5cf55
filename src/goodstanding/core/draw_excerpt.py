"""The excerpt: what a draw shows where its frame is not public, and still proves.

It carries header, strata, commitment, seed and result, and of the frame only the lines of what was drawn or stands in
reserve, each with its path to the root that was committed to. A stranger can check that each of them was in the frame,
in that stratum, before the seed; that their tickets come from the seed; and, knowing an id, whether it should have been
drawn. A business that asks is given the same with its own line added. What it cannot show is who else was in the frame.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from goodstanding.core.draw import Draw
from goodstanding.core.draw_bundle import commitment_document, result_document, seed_document
from goodstanding.core.draw_commitment import header_line, seal, strata_lines, unit_line
from goodstanding.core.draw_plan import Plan

EXCERPT: Final = "goodstanding-draw-excerpt/2"


def announcement(plan: Plan) -> dict[str, Any]:
    """Return what is published of a plan whose frame is not public when it is committed, before any seed."""
    return {"header": dict(header_line(plan)), "strata": strata_lines(plan), "commitment": seal(plan).lines}


def excerpt(plan: Plan, outcome: Draw, asking: Collection[str] = ()) -> dict[str, Any]:
    """Return the excerpt of a draw as a document of canonical JSON types.

    Args:
        plan: The plan that was drawn from.
        outcome: Its draw.
        asking: Ids of further units whose lines are shown to those who ask; what is not in the frame is left out.
    """
    sealed = seal(plan)
    shown = {one.unit_id for one in (*outcome.selected, *outcome.reserves)} | {*asking}
    return {
        "format": EXCERPT,
        "header": dict(header_line(plan)),
        "strata": strata_lines(plan),
        "commitment": commitment_document(sealed, outcome.commitment),
        "lines": [
            {"index": index, "line": dict(unit_line(unit)), "path": [one.hex() for one in sealed.frame.path(index)]}
            for index, unit in enumerate(sorted(plan.frame, key=lambda one: one.id))
            if unit.id in shown
        ],
        "seed": seed_document(outcome.seed),
        "result": result_document(outcome),
    }

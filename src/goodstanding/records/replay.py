"""Any decision taken again from what was then known, each kind in its own way."""

from __future__ import annotations

from collections.abc import Callable

from goodstanding.core.rulebook import Rulebook
from goodstanding.records import annulments, bans, cases, decisions
from goodstanding.records.models import Decision


def replay(number: str, rulebook_of: Callable[[str], Rulebook]) -> Decision:
    """Derive a decision anew, and return it when it agrees.

    Args:
        rulebook_of: Returns a rulebook that is or was in force, by its digest.
    Raises:
        DecisionUnknown: There is none of that number.
        DecisionDiffers: What was then known calls for something else, or the ledger lacks the fact it made.
    """
    decision = decisions.decision_of(number)
    kind = decision.kind
    if kind == decisions.ANNULMENT:
        return annulments.replay(number)
    if kind == bans.BAN:
        return bans.replay(number, rulebook_of)
    if kind == decisions.REPAIR or (kind == decisions.LISTING and "case" in decision.outcome):
        return cases.replay(decision, rulebook_of(decision.rulebook_digest))
    return decisions.replay(number, rulebook_of)

"""Any decision taken again from what was then known, each kind in its own way."""

from __future__ import annotations

import random
from collections.abc import Callable

from goodstanding.core.rulebook import Rulebook
from goodstanding.records import annulments, bans, cases, decisions
from goodstanding.records.models import Decision

PROVEN = (decisions.LISTING, decisions.ANNULMENT, bans.BAN, decisions.REPAIR)
"""Kinds of decisions that can be taken again; the others, such as the plan of a draw, are proven otherwise."""


def sample(size: int, seed: str) -> list[str]:
    """Return the numbers of some decisions that can be taken again, chosen by chance, the same for the same seed.

    Args:
        size: How many; all of them where there are fewer.
    """
    every = list(Decision.objects.filter(kind__in=PROVEN).order_by("id").values_list("number", flat=True))
    chosen = random.Random(seed).sample(every, min(size, len(every)))  # noqa: S311 - chance to look at, not to decide by
    return sorted(chosen)


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

"""Decisions as recorded: numbered, never changed, and taken again from what was then known.

Rules kept here:
- A number is of its year and rises without gaps within a writer's transaction; two never meet.
- A decision names facts, instant, position, rulebook and rule; `replay` derives it anew from these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.db import connection
from django.db.models import Max

from goodstanding.core.entity import profile
from goodstanding.core.errors import DecisionDiffers, DecisionUnknown
from goodstanding.core.ledger import view
from goodstanding.core.listing import Proposal, proposals
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger
from goodstanding.records.models import Decision

LISTING = "listing"
"""Kind of the decisions that enter, lift or end."""

_LOCK = 0x600D_DEC1  # any number, the same in every process


def numbers(year: int) -> Iterator[str]:
    """Yield fresh decision numbers of a year, such as ``2026-000123``; ask inside the transaction that uses them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = Decision.objects.filter(kind=LISTING, number__startswith=f"{year}-").aggregate(last=Max("number"))["last"]
    serial = int(last.partition("-")[2]) if last else 0
    while True:
        serial += 1
        yield f"{year}-{serial:08}"


def decision_of(number: str) -> Decision:
    """Return a decision by its number.

    Raises:
        DecisionUnknown: There is none.
    """
    found = Decision.objects.filter(number=number).first()
    if found is None:
        raise DecisionUnknown(
            asked=f"The decision {number}.",
            found="No decision has that number.",
            wants="The number as it stands on the decision.",
            next_step="Look it up in the office's list of decisions.",
        )
    return found


def replay(number: str, rulebook_of: Callable[[str], Rulebook]) -> Decision:
    """Derive a listing decision anew from the facts and rules then known, and compare.

    Args:
        rulebook_of: Returns a rulebook that is or was in force, by its digest.
    Returns:
        The decision, when it agrees.
    Raises:
        DecisionUnknown: There is none of that number, or it is of a kind that is proven otherwise.
        DecisionDiffers: The facts and rules then known call for something else.
    """
    decision = decision_of(number)
    if decision.kind != LISTING:
        raise DecisionUnknown(
            asked=f"To replay the decision {number}.",
            found=f"It is of the kind {decision.kind}.",
            wants="A listing decision; a campaign is proven by its bundle.",
            next_step="Run `goodstanding verify` on the bundle of that campaign.",
        )
    made = derive(
        rulebook_of(decision.rulebook_digest),
        decision.entity_id,
        decision.as_of,
        decision,
    )
    outcome = decision.outcome
    for proposal in made:
        if proposal.key == outcome["key"]:
            stated = (decision.rule_number, decision.facts, outcome["arose_on"], outcome["due_on"])
            again = (
                proposal.rule.number,
                list(proposal.facts),
                proposal.arose_on.isoformat(),
                proposal.due_on.isoformat(),
            )
            names = ("rule", "facts", "day on which the ground arose", "last day for the decision")
            for name, then, now in zip(names, stated, again, strict=True):
                if then != now:
                    raise _differs(number, f"The {name} was {then} and is {now}.")
            return decision
    raise _differs(number, "The facts and rules then known call for no such act.")


def derive(book: Rulebook, entity_id: str, day: date, moment: Decision) -> tuple[Proposal, ...]:
    """Return what the facts known at a decision's moment called for on a day."""
    seen = view(ledger.facts_of(entity_id, moment.ledger_position), day, moment.known_at)
    who = profile(seen, book.roles)
    return () if who is None else proposals(seen, who, book.lists, book.duties, book.calendar)


def _differs(number: str, found: str) -> DecisionDiffers:
    return DecisionDiffers(
        asked=f"Whether the decision {number} follows from what was then known.",
        found=found,
        wants="The same act, rule, facts and days.",
        next_step="Stop, keep the records as they are, and compare them with a backup.",
    )

"""Decisions as recorded: numbered, never changed, and taken again from what was then known.

Rules kept here:
- A number is of its year and rises without gaps within a writer's transaction; two never meet.
- A decision names facts, instant, position, rulebook and rule; `replay` derives it anew from these alone.
- An approval and the fact it made say the same: the fact is derived from the decision, when acting and when replaying.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Max

from goodstanding.core.entity import profile
from goodstanding.core.errors import DecisionDiffers, DecisionUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act, CalledFor, Proposal, called_for, carried, enter, leave
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger
from goodstanding.records.copying import add_rows, is_server
from goodstanding.records.models import Decision

LISTING = "listing"
"""Kind of the decisions that enter, lift or end."""

ANNULMENT = "annulment"
"""Kind of the decisions that undo."""

REPAIR = "repair"
"""Kind of the decisions that repair a record, or revoke a repair."""

APPROVE = "approve"
"""Verdict of a decision that made a fact; any other made none."""

_MARKS = {ANNULMENT: "A", REPAIR: "R"}
_LOCK = 0x600D_DEC1  # any number, the same in every process


def lock_numbers() -> None:
    """Let nobody else give out numbers until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def numbers(year: int, kind: str = LISTING) -> Iterator[str]:
    """Yield fresh decision numbers of a year, such as ``2026-00000123``; ``2026-A0000123`` for what undoes others, and
    ``2026-R0000123`` for repairs.

    Ask inside the transaction that uses them.
    """
    lock_numbers()
    mark = _MARKS.get(kind, "")
    digits = 8 - len(mark)
    begun = f"{year}-{mark}"
    last = Decision.objects.filter(kind=kind, number__startswith=begun).aggregate(last=Max("number"))["last"]
    serial = int(last.removeprefix(begun)) if last else 0
    while True:
        serial += 1
        yield f"{begun}{serial:0{digits}}"


def record(decisions: Sequence[Decision]) -> None:
    """Append decisions, in the caller's transaction; they are known by their numbers from then on."""
    if not is_server():
        Decision.objects.bulk_create(decisions)
        return
    fields = [field for field in Decision._meta.concrete_fields if not field.primary_key]
    rows = [[_plain(getattr(one, field.attname), field) for field in fields] for one in decisions]
    add_rows("decision", [str(field.column) for field in fields], rows)


def _plain(value: Any, field: Field[Any, Any]) -> Any:
    return json.dumps(value) if isinstance(field, JSONField) else value


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


def outcome_of(proposal: Proposal, verdict: str) -> dict[str, str]:
    """Return what a decision on a proposal states."""
    return {
        "verdict": verdict,
        "key": proposal.key,
        "act": proposal.act.value,
        "list": proposal.list_code,
        "ground": proposal.ground_code,
        "cause": proposal.cause,
        "arose_on": proposal.arose_on.isoformat(),
        "due_on": proposal.due_on.isoformat(),
    }


def fact_of(proposal: Proposal, known: Iterable[Fact], book: Rulebook, day: date, number: str, now: datetime) -> Fact:
    """Return the fact an approval makes: an entry, or the correction that ends one.

    Args:
        known: Facts of the business, the entry that is to leave among them.
        day: Day of the decision.
        number: Its number.
        now: Its instant; UTC.
    """
    if proposal.act is Act.ENTER:
        taken_over = carried(proposal, known, book.lists, day)
        return enter(proposal, book.lists, day, book.lists.authority, number, now, taken_over)
    entry = next(fact for fact in known if fact.digest == proposal.facts[0])
    # What is over by law ended on its lawful day, even if nobody looked until later.
    return leave(entry, proposal.arose_on if proposal.act is Act.END else day, number, now)


def replay(number: str, rulebook_of: Callable[[str], Rulebook]) -> Decision:
    """Derive a listing decision anew from the facts and rules then known, and compare.

    Args:
        rulebook_of: Returns a rulebook that is or was in force, by its digest.
    Returns:
        The decision, when it agrees.
    Raises:
        DecisionUnknown: There is none of that number, or it is of a kind that is proven otherwise.
        DecisionDiffers: The facts and rules then known call for something else, or the ledger does not hold the fact
            that an approval made.
    """
    decision = decision_of(number)
    if decision.kind != LISTING:
        raise DecisionUnknown(
            asked=f"To replay the decision {number}.",
            found=f"It is of the kind {decision.kind}.",
            wants="A decision that enters, lifts or ends.",
            next_step="Let `goodstanding replay` choose how a decision of that kind is proven.",
        )
    book = rulebook_of(decision.rulebook_digest)
    known = ledger.facts_of(decision.entity_id, decision.ledger_position)
    seen = view(known, decision.as_of, decision.known_at)
    who = profile(seen, book.roles)
    made = CalledFor() if who is None else called_for(seen, who, book.lists, book.duties, book.calendar)
    proposal = made.first(lambda one: one.key == decision.outcome["key"])
    if proposal is None:
        raise _differs(number, "The facts and rules then known call for no such act.")
    verdict = decision.outcome["verdict"]
    stated = {"rule": decision.rule_number, "facts": decision.facts, **decision.outcome}
    again = {"rule": proposal.rule.number, "facts": list(proposal.facts), **outcome_of(proposal, verdict)}
    for name, value in again.items():
        if stated.get(name) != value:
            raise _differs(number, f"Its {name} was {stated.get(name)} and is {value}.")
    if verdict == APPROVE:
        fact = fact_of(proposal, known, book, decision.decided_on, number, decision.decided_at)
        if fact.digest not in {one.digest for one in ledger.facts_of(decision.entity_id)}:
            raise _differs(number, f"The ledger does not hold the fact {fact.digest} that it made.")
    return decision


def _differs(number: str, found: str) -> DecisionDiffers:
    return DecisionDiffers(
        asked=f"Whether the decision {number} follows from what was then known.",
        found=found,
        wants="The same act, rule, facts and days, and the fact an approval made.",
        next_step="Stop, keep the records as they are, and compare them with a backup.",
    )

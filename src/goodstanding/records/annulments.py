"""Annulments as recorded: each thing undone has a decision of its own, and is derived again from what was then known.

Rules kept here:
- All that falls with one thing falls in one transaction, or none of it.
- Whoever decided something does not annul it: another person does, and says why.
- A decision that was annulled stays on record and still replays; the annulment is another decision beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from goodstanding.core.annulment import Made, Undoing, undoings
from goodstanding.core.errors import (
    AnnulmentRefused,
    CalendarYearUnknown,
    DecisionDiffers,
    DecisionUnknown,
    NothingToAnnul,
    ReasonMissing,
)
from goodstanding.core.fact import Fact
from goodstanding.core.listing import DECISIONS, Act
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger, measures
from goodstanding.records.decisions import ANNULMENT, APPROVE, LISTING, decision_of, lock_numbers, numbers
from goodstanding.records.models import Decision, FactRecord


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an annulment would undo, in its order.

    Args:
        root: The void fact; of a decision, the one it made.
        due_on: Last day for the authority, counted from the day asked about; ``None`` where it lies in a year whose
            working days are not known yet.
    """

    root: Fact
    undoings: tuple[Undoing, ...]
    due_on: date | None


def foresee(book: Rulebook, target: str, day: date, now: datetime) -> Foreseen:
    """Return what would fall with a decision or a fact, and change nothing.

    Args:
        target: Number of a decision that made a fact, or a fact's digest in hex.
        now: Facts learned later are not looked at; UTC.
    Raises:
        DecisionUnknown: It is neither.
        NothingToAnnul: It is annulled already, or the rulebook knows no annulment.
    """
    root = _fact_of(target)
    found = _undoings(root, ledger.facts_of(root.entity_id), now)
    if book.annulment is None or not book.annulment.rule.validity.contains(day):
        raise _nothing(target, day, f"The rulebook {book.code} has no rule for it on that day.")
    if not found:
        raise _nothing(target, day, "The record says already that it never was, or that it was undone.")
    try:
        due_on: date | None = book.annulment.due_on(day, book.calendar)
    except CalendarYearUnknown:
        due_on = None  # only told: what is void falls whether or not next year's holidays are published
    return Foreseen(root, found, due_on)


def annul(book: Rulebook, target: str, officer: str, reason: str, day: date, now: datetime) -> list[Decision]:
    """Undo a decision or a fact and everything that rests on it, each with a decision of its own.

    Args:
        officer: Who annuls; not who decided it.
        reason: Which act of which body makes it void; shown on every decision.
        day: Day of the annulment.
        now: Its instant; UTC.
    Returns:
        The decisions, in the order of the undoing.
    Raises:
        DecisionUnknown, NothingToAnnul: See `foresee`; nothing was written.
        ReasonMissing: No reason is given.
        AnnulmentRefused: The officer decided it.
    """
    if not reason.strip():
        raise ReasonMissing(
            asked=f"To annul {target} on {day}.",
            found="No reason is given.",
            wants="The act that makes it void: which body, which document, which day.",
            next_step="Write the reason in a sentence or two.",
        )
    with transaction.atomic():
        lock_numbers()  # before the facts are read: what another decides meanwhile is seen, or waits
        foreseen = foresee(book, target, day, now)
        root = foreseen.root
        number = root.source_ref if root.source == DECISIONS else ""
        is_own = Decision.objects.filter(number=number, entity_id=root.entity_id, decided_by=officer).exists()
        if not officer.strip() or is_own:
            raise AnnulmentRefused(
                asked=f"To annul {target} on {day}.",
                found=f"It is to be annulled by {officer.strip() or 'nobody'}, who decided it.",
                wants="Another person than the one who decided.",
                next_step="Let another officer annul it.",
            )
        position = ledger.position()
        fresh = numbers(day.year, ANNULMENT)
        assert book.annulment is not None  # noqa: S101 - foreseen, so there is one
        made = []
        for undoing in foreseen.undoings:
            number = next(fresh)
            ledger.append([undoing.correction(DECISIONS, number, now)], now)
            made.append(
                Decision(
                    number=number,
                    kind=ANNULMENT,
                    entity_id=foreseen.root.entity_id,
                    rule_number=book.annulment.rule.number,
                    as_of=day,
                    known_at=now,
                    ledger_position=position,
                    rulebook_digest=book.digest,
                    facts=[foreseen.root.digest, undoing.fact.digest],
                    outcome=_outcome(target, undoing),
                    reason=reason,
                    decided_by=officer,
                    decided_on=day,
                    decided_at=now,
                )
            )
        decisions = Decision.objects.bulk_create(made)
        # What an entry brought falls with it, in the same transaction.
        entity_id = foreseen.root.entity_id
        measures.follow(book, [(entity_id, ledger.facts_of(entity_id))], day, now)
        return decisions


def replay(number: str) -> Decision:
    """Derive one undoing anew from the facts and decisions then known, and compare.

    Raises:
        DecisionDiffers: Something else falls with the root, or the ledger does not hold the correction.
    """
    decision = decision_of(number)
    known = ledger.facts_of(decision.entity_id, decision.ledger_position)
    root = next((fact for fact in known if fact.digest == decision.facts[0]), None)
    found = () if root is None else _undoings(root, known, decision.known_at)
    undoing = next((one for one in found if one.fact.digest == decision.facts[1]), None)
    stated = decision.outcome
    if undoing is None or _outcome(stated["target"], undoing) != stated:
        raise _differs(decision.number, "The facts and decisions then known call for no such undoing.")
    correction = undoing.correction(DECISIONS, decision.number, decision.decided_at)
    if correction.digest not in {fact.digest for fact in ledger.facts_of(decision.entity_id)}:
        raise _differs(decision.number, f"The ledger does not hold the correction {correction.digest} that it made.")
    return decision


def _undoings(root: Fact, facts: list[Fact], now: datetime) -> tuple[Undoing, ...]:
    known = [fact for fact in facts if fact.known_at <= now]
    made_by = {fact.source_ref: fact for fact in known if fact.source == DECISIONS}
    approved = Decision.objects.filter(entity_id=root.entity_id, kind=LISTING, decided_at__lte=now).order_by("id")
    made = [
        Made(one.number, Act(one.outcome["act"]), tuple(one.facts), made_by[one.number].digest)
        for one in approved
        if one.outcome["verdict"] == APPROVE and one.number in made_by
    ]
    return undoings(root, known, made)


def _fact_of(target: str) -> Fact:
    """Return the fact a decision made, or the fact of a digest."""
    digest = target.lower()
    if len(digest) == 64 and set(digest) <= set("0123456789abcdef"):
        row = FactRecord.objects.filter(digest=bytes.fromhex(digest)).values_list("entity_id", flat=True).first()
        facts = [] if row is None else ledger.facts_of(row)
        found = next((fact for fact in facts if fact.digest == digest), None)
    else:
        decision = decision_of(target)
        facts = ledger.facts_of(decision.entity_id)
        made = [fact for fact in facts if fact.source == DECISIONS and fact.source_ref == target]
        found = made[0] if made and decision.kind == LISTING else None
    if found is None:
        raise DecisionUnknown(
            asked=f"To annul {target}.",
            found="It is no decision that made a fact, and no fact.",
            wants="The number of a decision that entered or lifted, or the digest of a fact in hex.",
            next_step="Look it up in the office's list of decisions.",
        )
    return found


def _outcome(target: str, undoing: Undoing) -> dict[str, str]:
    return {
        "target": target,
        "how": undoing.how.value,
        "kind": undoing.fact.kind,
        "undone": undoing.decision,
        "because": undoing.because,
    }


def _nothing(target: str, day: date, found: str) -> NothingToAnnul:
    return NothingToAnnul(
        asked=f"To annul {target} on {day}.",
        found=found,
        wants="Something that stands, and a rule by which it falls.",
        next_step="Look at the business's file for what stands now.",
    )


def _differs(number: str, found: str) -> DecisionDiffers:
    return DecisionDiffers(
        asked=f"Whether the annulment {number} follows from what was then known.",
        found=found,
        wants="The same undoing, and the correction it made.",
        next_step="Stop, keep the records as they are, and compare them with a backup.",
    )

"""Who must learn what a decision made, ended or brought back, and who has confirmed that it did.

Rules kept here:
- Whom a decision concerns is derived from the record it is about: who shows it, who carries out what it brings, and
  every authority that was answered that it binds. Nobody else is named, and nobody is left out by hand.
- A confirmation is of one decision, or of everything through a day, as those give it who follow the public list of what
  left. It names the other side's reference, and is never changed or taken back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from goodstanding.core.errors import ConfirmationRefused, DeciderMissing
from goodstanding.core.fact import Fact
from goodstanding.core.listing import DECISIONS
from goodstanding.core.recipients import Part, Recipient, applying, recipients
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger
from goodstanding.records.decisions import ANNULMENT, APPROVE, LISTING, REPAIR, decision_of, lock_numbers
from goodstanding.records.models import Confirmation, Decision, MeasureAnswer


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody a decision concerns, and the confirmation that covers it, if there is one."""

    recipient: Recipient
    confirmation: Confirmation | None


def concerned(decision: Decision, book: Rulebook) -> list[Told]:
    """Return everybody whom a decision concerns, each with the confirmation that covers it.

    Returns:
        Empty for a decision that made, ended or brought back no record.
    """
    known = ledger.facts_of(decision.entity_id) if decision.entity_id else []
    found = of_records(_records(decision, known), known, book)
    covering: dict[str, Confirmation] = {}
    covers = Q(decision=decision.number) | Q(decision="", through_on__gte=decision.decided_on)
    for one in Confirmation.objects.filter(covers, recipient__in=[one.name for one in found]).order_by("id"):
        covering.setdefault(one.recipient, one)
    return [Told(one, covering.get(one.name)) for one in found]


def of_records(records: Iterable[Fact], known: Sequence[Fact], book: Rulebook) -> list[Recipient]:
    """Return everybody who must learn what becomes of some records of one business.

    Args:
        records: The records, of one business.
        known: Every fact known of it.
    """
    found: dict[str, Recipient] = {}
    words: set[str] = set()
    for record in records:
        words |= _words_on(record, known)
        for one in recipients(record, book):
            found.setdefault(one.name, one)
    entity_id = known[0].entity_id if words else ""
    for answer in MeasureAnswer.objects.filter(entity_id=entity_id).order_by("id") if entity_id else ():
        if any(one["trigger"] in words for one in json.loads(answer.body)["binds"]):
            title = dict.fromkeys(book.languages, answer.asked_for)
            asked = Recipient(Part.ASKED, answer.asked_for, title)
            found.setdefault(asked.name, asked)
    return list(found.values())


def everybody(book: Rulebook) -> list[Recipient]:
    """Return everybody who shows or applies anything of this register, and every authority that asked."""
    found = [Recipient(Part.SHOWS, code, book.title_of("targets", code)) for code in book.tables.get("targets", {})]
    found += {one.name: one for one in map(applying, reversed(book.measures.measures))}.values()
    asked = MeasureAnswer.objects.order_by("asked_for").values_list("asked_for", flat=True).distinct()
    return found + [Recipient(Part.ASKED, name, dict.fromkeys(book.languages, name)) for name in asked]


@dataclass(frozen=True, slots=True)
class Given:
    """A confirmation as it came in.

    Args:
        recipient: Name of who confirms; see `Recipient.name`.
        reference: Number or file by which the other side knows it.
        received_on: Day on which it came in.
        decision: Number of the decision it is about; empty where it is about everything through a day.
        through_on: That day; ``None`` of one decision.
    """

    recipient: str
    reference: str
    received_on: date
    decision: str = ""
    through_on: date | None = None


def confirm(book: Rulebook, given: Given, by: str, day: date, now: datetime) -> Confirmation:
    """Record that somebody has taken over what was decided.

    Args:
        by: The officer who records it.
        day: Today.
        now: The instant; UTC.
    Raises:
        DecisionUnknown: There is no such decision.
        ConfirmationRefused: The decision does not concern them, they have confirmed it already, a day cannot be, or the
            reference is missing; nothing was written.
        DeciderMissing: Nobody records it.
    """
    asked = f"To record that {given.recipient} has confirmed {given.decision or f'all through {given.through_on}'}."
    if not by.strip():
        raise DeciderMissing(
            asked=asked,
            found="Nobody records it.",
            wants="A person answers for it.",
            next_step="Name who records it.",
        )
    if not given.reference.strip():
        raise _refused(asked, "No reference is given.", "The number or file by which the other side knows it.")
    if (given.through_on is None) == (not given.decision):
        raise _refused(asked, "It names neither one decision nor one day, or both.", "One of the two.")
    if given.received_on > day:
        raise _refused(asked, f"It is said to have come in on {given.received_on}.", f"A day not after {day}.")
    with transaction.atomic():
        lock_numbers()  # before it is looked for: of two at once, the second finds the first
        if given.decision:
            _check_of_one(book, given, asked)
        else:
            _check_through(book, given, asked)
        return Confirmation.objects.create(
            recipient=given.recipient,
            decision=given.decision,
            through_on=given.through_on,
            reference=given.reference.strip()[:200],
            received_on=given.received_on,
            recorded_by=by,
            recorded_at=now,
        )


def _check_of_one(book: Rulebook, given: Given, asked: str) -> None:
    decision = decision_of(given.decision)
    told = {one.recipient.name: one for one in concerned(decision, book)}
    if given.recipient not in told:
        names = ", ".join(told) or "nobody"
        raise _refused(asked, "The decision does not concern them.", f"One of those it concerns: {names}.")
    before = told[given.recipient].confirmation
    if before is not None:
        raise _refused(asked, f"They confirmed it already, by {before.reference}.", "One confirmation is enough.")
    if given.received_on < decision.decided_on:
        raise _refused(
            asked, f"It is said to have come in on {given.received_on}.", f"A day from {decision.decided_on} on."
        )


def _check_through(book: Rulebook, given: Given, asked: str) -> None:
    if given.recipient not in {one.name for one in everybody(book)}:
        raise _refused(asked, "Nobody of that name shows or applies anything of this register.", "Somebody who does.")
    if given.through_on is not None and given.through_on > given.received_on:
        raise _refused(asked, f"It speaks of days after {given.received_on}, when it came in.", "A day that was over.")


def _records(decision: Decision, known: Sequence[Fact]) -> list[Fact]:
    """Return the records that a decision made, ended, withdrew, repaired or brought back."""
    if decision.kind == LISTING and decision.outcome["verdict"] == APPROVE:
        return [one for one in known if (one.source, one.source_ref) == (DECISIONS, decision.number)]
    if decision.kind == ANNULMENT:
        return [one for one in known if one.digest == decision.facts[1]]
    if decision.kind == REPAIR:
        about = {*decision.facts}
        # Of a revocation the record is the one whose repair fell.
        about |= {str(one.payload.get("fact")) for one in known if one.digest in about}
        return [one for one in known if one.digest in about and "fact" not in one.payload]
    return []


def _words_on(record: Fact, known: Sequence[Fact]) -> set[str]:
    """Return the digests of everything said of the same record, earlier and later."""
    words = {record.digest}
    before = {one.digest: one.corrects for one in known}
    earlier = before.get(record.digest)
    while earlier is not None and earlier not in words:
        words.add(earlier)
        earlier = before.get(earlier)
    while later := {one.digest for one in known if one.corrects in words} - words:
        words |= later
    return words


def _refused(asked: str, found: str, wants: str) -> ConfirmationRefused:
    return ConfirmationRefused(asked=asked, found=found, wants=wants, next_step="Mend it and record it again.")

"""What a step of a case does outside it: entries made, lifted, restored, withdrawn; repairs asked, granted, revoked.

Rules kept here:
- An effect runs in the transaction of its step: either both stand, or neither.
- It makes what the facts call for, never more: an entry needs a ground that was there on the day the case was opened
  and has not fallen since; a removal needs an entry that stands, a repair a record that is still shown.
- A repair is a fact of its own about the record it repairs, which stays as it was said; a revoked one keeps its first
  day and has an end.
- The decision names its case and step; `replay` judges the step again from the steps before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from goodstanding.core.case import Actor, Case, take_step
from goodstanding.core.dates import Span
from goodstanding.core.disclosure import counted_anew, record_of
from goodstanding.core.entity import profile
from goodstanding.core.errors import DecisionDiffers, GoodstandingError, NoLongerCalledFor, RepairRefused
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import ended, heads, view
from goodstanding.core.listing import DECISIONS, Act, CalledFor, Proposal, called_for
from goodstanding.core.procedure import Step
from goodstanding.core.remedy import in_view
from goodstanding.core.repair import eligibility
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import annulments, ledger, measures
from goodstanding.records.decisions import APPROVE, LISTING, REPAIR, fact_of, numbers, outcome_of
from goodstanding.records.models import Decision, ProposalRecord


@dataclass(frozen=True, slots=True)
class Deed:
    """A lawful step about to be written.

    Args:
        case: The case before the step.
        day: Day of the step.
        now: Its instant; UTC.
    """

    book: Rulebook
    case: Case
    step: Step
    actor: Actor
    reason: str
    day: date
    now: datetime

    @property
    def asked(self) -> str:
        return f"To take the step {self.step.code} in case {self.case.number} on {self.day}."


def perform(deed: Deed) -> str:
    """Do what a step does outside its case, in the caller's transaction, and return the number of the decision made.

    Returns:
        Empty where the step does nothing outside, or only checks.
    Raises:
        Refused: The facts do not call for it; nothing was written.
    """
    return _EFFECTS[deed.step.effect](deed) if deed.step.effect else ""


def _decide(deed: Deed) -> str:
    """Make the fact that the facts call for, with a decision, and let the measures follow."""
    known = ledger.facts_of(deed.case.entity_id)
    position = ledger.position()
    proposal = _called_for(deed, known)
    record = ProposalRecord.objects.filter(key=proposal.key).first()
    if record is not None and record.state == ProposalRecord.State.REJECTED:
        raise _refused(deed, "An officer declined it already, for the same cause.")
    number = next(numbers(deed.day.year))
    fact = fact_of(proposal, known, deed.book, deed.day, number, deed.now)
    decision = Decision.objects.create(
        number=number,
        kind=LISTING,
        entity_id=deed.case.entity_id,
        rule_number=proposal.rule.number,
        as_of=deed.day,
        known_at=deed.now,
        ledger_position=position,
        rulebook_digest=deed.book.digest,
        facts=list(proposal.facts),
        outcome=_outcome(deed, proposal),
        reason=deed.reason,
        decided_by=deed.actor.id,
        decided_on=deed.day,
        decided_at=deed.now,
    )
    ledger.append([fact], deed.now)
    measures.follow_decided(deed.book, [fact], {deed.case.entity_id: known}, deed.day, deed.now)
    if record is not None:
        record.state, record.decision = ProposalRecord.State.APPROVED, decision
        record.save(update_fields=["state", "decision"])
    return number


def _repair(deed: Deed) -> str:
    """Grant or revoke the repair of the one record the case is about, with a decision."""
    known = ledger.facts_of(deed.case.entity_id)
    position = ledger.position()
    number = next(numbers(deed.day.year, REPAIR))
    fact = _repair_fact(deed, known, number)
    Decision.objects.create(
        number=number,
        kind=REPAIR,
        entity_id=deed.case.entity_id,
        rule_number=deed.step.rule.number,
        as_of=deed.day,
        known_at=deed.now,
        ledger_position=position,
        rulebook_digest=deed.book.digest,
        facts=list(deed.case.about),
        outcome=_repair_outcome(deed),
        reason=deed.reason,
        decided_by=deed.actor.id,
        decided_on=deed.day,
        decided_at=deed.now,
    )
    ledger.append([fact], deed.now)
    return number


def _repair_outcome(deed: Deed) -> dict[str, str]:
    return {
        "verdict": APPROVE,
        "act": deed.step.effect,
        "case": deed.case.number,
        "step": deed.step.code,
        "role": deed.actor.role,
    }


def _repair_fact(deed: Deed, known: list[Fact], number: str) -> Fact:
    """Return the fact that repairs, or the correction that ends one.

    Raises:
        NoLongerCalledFor: The record is not shown any more, or the repair does not stand.
    """
    book = deed.book
    seen = view(known, deed.day, deed.now)
    about = next((fact for fact in seen.facts if fact.digest in deed.case.about), None)
    granted = list(seen.of(book.disclosure.repair_kind))
    if deed.step.effect == "revoke_repair":
        if about is None or about.kind != book.disclosure.repair_kind or about.span.until_on is not None:
            raise _refused(deed, "No repair stands that could be revoked.")
        return ended(about, deed.day, DECISIONS, number, deed.now)
    if about is None or not in_view(about, book, deed.day, granted):
        raise _refused(deed, "The record is not shown any more.")
    return Fact(
        entity_id=about.entity_id,
        kind=book.disclosure.repair_kind,
        source=DECISIONS,
        source_ref=number,
        span=Span(deed.day),
        known_at=deed.now,
        payload={
            "fact": about.digest,
            "record": record_of(about),
            "rule": deed.step.rule.number,
            "decision": number,
            "authority": book.lists.authority,
        },
    )


def _annul(deed: Deed) -> str:
    """Withdraw what the case is about, with all that rests on it."""
    made: list[Decision] = []
    for digest in deed.case.about:
        made += annulments.annul(deed.book, digest, deed.actor.id, deed.reason, deed.day, deed.now)
    return made[0].number


def _ask_repair(deed: Deed) -> str:
    """Refuse an application that comes too early, that nothing provides for, or that another entry bars."""
    book, calendar = deed.book, deed.book.calendar.as_of(deed.day)
    seen = view(ledger.facts_of(deed.case.entity_id), deed.day, deed.now)
    standing = {fact.digest: fact for fact in seen.facts if fact.span.contains(deed.day)}
    for digest in deed.case.about:
        fact = standing.get(digest)
        if fact is None:
            raise _no_repair(deed, "What it is about no longer stands.")
        granted = list(seen.of(book.disclosure.repair_kind))
        if not in_view(fact, book, deed.day, granted):
            raise _no_repair(deed, "It is not shown any more.")
        anew_on = counted_anew(fact, granted)
        asked = eligibility(fact, seen, book.lists.entry_kind, book.repairs, calendar, anew_on=anew_on)
        if asked.missing:
            rule = "" if asked.rule is None else f" ({asked.rule.rule.number})"
            raise _no_repair(deed, "; ".join(map(str, asked.missing)) + rule + ".")
    return ""


_EFFECTS: dict[str, Callable[[Deed], str]] = {
    "enter": _decide,
    "lift": _decide,
    "restore": _decide,
    "annul": _annul,
    "ask_repair": _ask_repair,
    "grant_repair": _repair,
    "revoke_repair": _repair,
}


def replay(decision: Decision, before: Case, evidence: dict[str, str], book: Rulebook) -> Decision:
    """Derive a decision made by a step of a case anew, and compare.

    Args:
        before: The case as it was before the step.
        evidence: What was there with the step.
        book: The rulebook it was taken under.
    Raises:
        DecisionDiffers: The step was not lawful, the facts called for something else, or the ledger lacks the fact.
    """
    day, now = decision.decided_on, decision.decided_at
    procedure = book.procedures.on(before.procedure, before.opened_on)
    step = procedure.step_on(decision.outcome["step"], day)
    if step is None:
        raise _differs(decision.number, "No such step was in force.")
    role = decision.outcome["role"]
    deed = Deed(book, before, step, Actor(decision.decided_by, role), decision.reason, day, now)
    known = ledger.facts_of(decision.entity_id, decision.ledger_position)
    try:
        take_step(before, step.code, deed.actor, day, evidence, procedure, book.calendar.as_of(day))
        if decision.kind == REPAIR:
            return _same_repair(decision, deed, known)
        proposal = _called_for(deed, known)
    except GoodstandingError as error:
        raise _differs(decision.number, error.found) from error
    stated = {"facts": decision.facts, "rule": decision.rule_number, **decision.outcome}
    if {"facts": list(proposal.facts), "rule": proposal.rule.number, **_outcome(deed, proposal)} != stated:
        raise _differs(decision.number, "The facts and rules then known call for something else.")
    fact = fact_of(proposal, known, book, day, decision.number, now)
    if fact.digest not in {one.digest for one in ledger.facts_of(decision.entity_id)}:
        raise _differs(decision.number, f"The ledger does not hold the fact {fact.digest} that it made.")
    return decision


def _same_repair(decision: Decision, deed: Deed, known: list[Fact]) -> Decision:
    stated = (decision.outcome, decision.facts, decision.rule_number)
    if stated != (_repair_outcome(deed), list(deed.case.about), deed.step.rule.number):
        raise _differs(decision.number, "The step says something else.")
    fact = _repair_fact(deed, known, decision.number)
    if fact.digest not in {one.digest for one in ledger.facts_of(decision.entity_id)}:
        raise _differs(decision.number, f"The ledger does not hold the fact {fact.digest} that it made.")
    return decision


def _outcome(deed: Deed, proposal: Proposal) -> dict[str, str]:
    named = {"case": deed.case.number, "step": deed.step.code, "role": deed.actor.role}
    return outcome_of(proposal, APPROVE) | named


def _called_for(deed: Deed, known: Iterable[Fact]) -> Proposal:
    """Return what the facts call for by the step's effect.

    Raises:
        NoLongerCalledFor: Nothing.
    """
    facts = list(known)
    match deed.step.effect:
        case "enter":
            return _entry(deed, facts)
        case "lift":
            seen = view(facts, deed.day, deed.now)
            standing = [one for one in seen.in_force(deed.book.lists.entry_kind) if one.digest in deed.case.about]
            if not standing:
                raise _refused(deed, "The entry does not stand any more.")
            return _on_entry(deed, standing[0], Act.LIFT)
        case _:
            return _on_entry(deed, _lifted(deed, facts), Act.ENTER)


def _entry(deed: Deed, facts: list[Fact]) -> Proposal:
    book = deed.book
    # The case keeps the question open that was put in time; what has fallen since is known now and calls for nothing.
    seen = view(facts, deed.case.opened_on, deed.now)
    who = profile(seen, book.roles)
    found = CalledFor() if who is None else called_for(seen, who, book.lists, book.duties, book.calendar)
    causes = {f"fact:{digest}" for digest in deed.case.about}
    proposal = found.first(lambda one: one.act is Act.ENTER and one.cause in causes)
    if proposal is None:
        raise _refused(deed, "The facts known now did not call for an entry when the case was opened.")
    today = view(facts, deed.day, deed.now).of(book.lists.entry_kind)
    if any(one.payload["list"] == proposal.list_code and one.payload["cause"] in causes for one in today):
        raise _refused(deed, "It was entered for this cause already.")
    return proposal


def _lifted(deed: Deed, facts: list[Fact]) -> Fact:
    """Return the entry that was lifted before its time."""
    about = set(deed.case.about)
    for head in heads(facts):
        is_ended = head.span.until_on is not None and head.span.until_on <= deed.day and not head.span.is_empty
        if is_ended and head.kind == deed.book.lists.entry_kind and about & {head.digest, head.corrects}:
            return head
    raise _refused(deed, "No removal of the entry stands that could be revoked.")


def _on_entry(deed: Deed, entry: Fact, act: Act) -> Proposal:
    return Proposal(
        entity_id=entry.entity_id,
        act=act,
        list_code=str(entry.payload["list"]),
        ground_code=str(entry.payload["ground"]),
        rule=deed.step.rule,
        cause=str(entry.payload["cause"]),
        facts=(entry.digest,),
        arose_on=deed.case.opened_on,
        due_on=deed.day,
    )


def _refused(deed: Deed, found: str) -> NoLongerCalledFor:
    return NoLongerCalledFor(
        asked=deed.asked,
        found=found,
        wants="A decision rests on facts that stand.",
        next_step="Close the case by another step, or look at the business's file for what stands now.",
    )


def _no_repair(deed: Deed, found: str) -> RepairRefused:
    return RepairRefused(
        asked=deed.asked,
        found=found,
        wants="The rule in force on the day of the application allows it.",
        next_step="Apply from the day named, or look at the business's file for another way out.",
    )


def _differs(number: str, found: str) -> DecisionDiffers:
    return DecisionDiffers(
        asked=f"Whether the decision {number} follows from its case and what was then known.",
        found=found,
        wants="A lawful step, the same act on the same facts, and the fact it made.",
        next_step="Stop, keep the records as they are, and compare them with a backup.",
    )

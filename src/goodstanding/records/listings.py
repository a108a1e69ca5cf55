"""Lists in practice: the calendar proposes, an officer decides, the ledger and the outbox learn of it together.

Rules kept here:
- A proposal is made once; a rejected one is not made again for the same cause.
- A term that is over ends by law: the calendar decides, and the decision cites the rule. Entering and lifting wait for
  an officer.
- A decision is checked against the facts of its own day: what they no longer call for is refused, not decided.
- Decision, fact, outbox message and proposal are written in one transaction, or none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction

from goodstanding.core.entity import profile
from goodstanding.core.errors import (
    CalendarYearUnknown,
    GoodstandingError,
    NoLongerCalledFor,
    ProposalUnknown,
    ReasonMissing,
)
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act, Proposal, enter, leave, proposals
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.decisions import LISTING, numbers
from goodstanding.records.models import Decision, ProposalRecord

CALENDAR = "calendar"
"""Who decides what the law ends by itself."""

_BATCH = 500
_STATE = ProposalRecord.State


class Verdict(StrEnum):
    """What an officer makes of a proposal."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(slots=True)
class TickOutcome:
    """What a day's tick did.

    Args:
        made: Proposals put before the officers.
        lapsed: Open proposals that the facts no longer call for.
        ended: Entries whose term was over.
        open: Proposals now waiting.
        uncounted: Businesses left out because a deadline runs into a year the calendar does not cover.
    """

    made: int = 0
    lapsed: int = 0
    ended: int = 0
    open: int = 0
    uncounted: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Decided:
    """What became of a bulk decision: how many were decided, and why each other one was refused."""

    count: int = 0
    refusals: list[tuple[int, GoodstandingError]] = field(default_factory=list)


def tick(home: Home, day: date, now: datetime, on_progress: Callable[[int], None] | None = None) -> TickOutcome:
    """Put before the officers everything the calendar and the facts call for on a day, and end what is over.

    Args:
        day: The legal day.
        now: Facts learned later are not looked at; UTC.
    """
    book = home.rulebook
    position = ledger.position()
    outcome = TickOutcome()
    known = dict(ProposalRecord.objects.values_list("key", "state"))
    called: set[str] = set()
    fresh: list[ProposalRecord] = []
    everyone = ledger.entities_between(0, position)
    for done, (entity_id, facts) in enumerate(ledger.by_entity(everyone, position), start=1):
        try:
            found = _called_for(book, facts, day, now)
        except CalendarYearUnknown:
            outcome.uncounted.append(entity_id)
            found = ()
        for proposal in found:
            called.add(proposal.key)
            if proposal.key not in known:
                fresh.append(_record_of(proposal, book, day, now, position))
        if on_progress is not None and done % 500 == 0:
            on_progress(done)
    uncounted = set(outcome.uncounted)
    with transaction.atomic():
        ProposalRecord.objects.bulk_create(fresh, batch_size=_BATCH)
        gone = [
            record.pk
            for record in ProposalRecord.objects.filter(state=_STATE.OPEN)
            if record.key not in called and record.entity_id not in uncounted
        ]
        for start in range(0, len(gone), _BATCH):
            ProposalRecord.objects.filter(pk__in=gone[start : start + _BATCH]).update(state=_STATE.LAPSED)
        # What lapsed may be called for again: the cure was withdrawn, or the fact corrected back.
        again = [key for key, state in known.items() if state == _STATE.LAPSED and key in called]
        for start in range(0, len(again), _BATCH):
            ProposalRecord.objects.filter(key__in=again[start : start + _BATCH]).update(state=_STATE.OPEN)
    ending = ProposalRecord.objects.filter(state=_STATE.OPEN, act=Act.END.value).order_by("id")
    over = decide_many(home, list(ending.values_list("id", flat=True)), Verdict.APPROVE, CALENDAR, "", day, now)
    outcome.made = sum(record.act != Act.END.value for record in fresh)
    outcome.lapsed = len(gone)
    outcome.ended = over.count
    outcome.open = ProposalRecord.objects.filter(state=_STATE.OPEN).count()
    return outcome


def check_decide(
    record: ProposalRecord, verdict: Verdict, reason: str, day: date, now: datetime, book: Rulebook
) -> Proposal:
    """Decide whether a proposal may be decided on a day, and return it as the facts of that day make it.

    Raises:
        NoLongerCalledFor: It was decided or lapsed, or the facts of the day no longer call for it.
        ReasonMissing: A rejection gives no reason.
    """
    return _check(record, ledger.facts_of(record.entity_id), verdict, reason, day, now, book)


def decide(
    home: Home, proposal_id: int, verdict: Verdict, officer: str, reason: str, day: date, now: datetime
) -> Decision:
    """Decide one proposal.

    Raises:
        ProposalUnknown, NoLongerCalledFor, ReasonMissing: See `check_decide`; nothing was written.
    """
    decided = decide_many(home, [proposal_id], verdict, officer, reason, day, now)
    if decided.refusals:
        raise decided.refusals[0][1]
    decision = ProposalRecord.objects.select_related("decision").get(pk=proposal_id).decision
    if decision is None:
        raise AssertionError("a decided proposal has its decision")
    return decision


def decide_many(
    home: Home, proposal_ids: Sequence[int], verdict: Verdict, officer: str, reason: str, day: date, now: datetime
) -> Decided:
    """Decide many proposals: each lawful one with a decision of its own, each other one refused with its reason.

    Args:
        officer: Who decides; `CALENDAR` for what the law ends by itself.
        reason: The officer's reason; required for a rejection.
        day: Day of the decisions; entries begin and end on it.
        now: Instant of the decisions; UTC.
    """
    book = home.rulebook
    outcome = Decided()
    for start in range(0, len(proposal_ids), _BATCH):
        with transaction.atomic():
            chunk = proposal_ids[start : start + _BATCH]
            _decide_batch(book, chunk, Verdict(verdict), officer, reason, day, now, outcome)
    return outcome


def _decide_batch(
    book: Rulebook,
    ids: Sequence[int],
    verdict: Verdict,
    officer: str,
    reason: str,
    day: date,
    now: datetime,
    outcome: Decided,
) -> None:
    records = {record.pk: record for record in ProposalRecord.objects.select_for_update().filter(pk__in=ids)}
    position = ledger.position()
    everyone = sorted({record.entity_id for record in records.values()})
    facts_by_entity = dict(ledger.by_entity(everyone, position))
    fresh = numbers(day.year)
    decisions: list[tuple[ProposalRecord, Decision]] = []
    facts: list[Fact] = []
    for id_ in ids:
        record = records.get(id_)
        try:
            if record is None:
                raise _unknown(id_)
            known = facts_by_entity.get(record.entity_id, [])
            proposal = _check(record, known, verdict, reason, day, now, book)
        except GoodstandingError as error:
            outcome.refusals.append((id_, error))
            continue
        number = next(fresh)
        decision = _decision_of(proposal, number, verdict, officer, reason, day, now, position, book)
        decisions.append((record, decision))
        if verdict is Verdict.APPROVE:
            facts.append(_fact_of(proposal, known, book, day, number, now))
    saved = Decision.objects.bulk_create([decision for _, decision in decisions])
    ledger.append(facts, now)
    for (record, _), decision in zip(decisions, saved, strict=True):
        record.state = _STATE.APPROVED if verdict is Verdict.APPROVE else _STATE.REJECTED
        record.decision = decision
    ProposalRecord.objects.bulk_update([record for record, _ in decisions], ["state", "decision"])
    outcome.count += len(decisions)


def _called_for(book: Rulebook, facts: Iterable[Fact], day: date, now: datetime) -> tuple[Proposal, ...]:
    seen = view(facts, day, now)
    who = profile(seen, book.roles)
    return () if who is None else proposals(seen, who, book.lists, book.duties, book.calendar)


def _check(
    record: ProposalRecord,
    facts: Iterable[Fact],
    verdict: Verdict,
    reason: str,
    day: date,
    now: datetime,
    book: Rulebook,
) -> Proposal:
    asked = f"To {verdict} the proposal {record.pk} ({record.act}, {record.list_code}) of {record.entity_id} on {day}."
    if record.state != _STATE.OPEN:
        raise NoLongerCalledFor(
            asked=asked,
            found=f"It is {record.state} already.",
            wants="A proposal is decided once.",
            next_step="Look at its decision in the list of decisions.",
        )
    if verdict is Verdict.REJECT and not reason.strip():
        raise ReasonMissing(
            asked=asked,
            found="No reason is given.",
            wants="Whoever declines what the rule calls for says why.",
            next_step="Write the reason in a sentence or two.",
        )
    for proposal in _called_for(book, facts, day, now):
        if proposal.key == record.key:
            return proposal
    raise NoLongerCalledFor(
        asked=asked,
        found="The facts known now do not call for it on that day: they were corrected, or the cause was put right.",
        wants="A decision rests on the facts of its own day.",
        next_step="Let the calendar tick once more; the proposal lapses, or another takes its place.",
    )


def _record_of(proposal: Proposal, book: Rulebook, day: date, now: datetime, position: int) -> ProposalRecord:
    return ProposalRecord(
        key=proposal.key,
        entity_id=proposal.entity_id,
        act=proposal.act.value,
        list_code=proposal.list_code,
        ground_code=proposal.ground_code,
        rule_number=proposal.rule.number,
        cause=proposal.cause,
        facts=list(proposal.facts),
        arose_on=proposal.arose_on,
        due_on=proposal.due_on,
        as_of=day,
        known_at=now,
        ledger_position=position,
        rulebook_digest=book.digest,
    )


def _decision_of(
    proposal: Proposal,
    number: str,
    verdict: Verdict,
    officer: str,
    reason: str,
    day: date,
    now: datetime,
    position: int,
    book: Rulebook,
) -> Decision:
    return Decision(
        number=number,
        kind=LISTING,
        entity_id=proposal.entity_id,
        rule_number=proposal.rule.number,
        as_of=day,
        known_at=now,
        ledger_position=position,
        rulebook_digest=book.digest,
        facts=list(proposal.facts),
        outcome={
            "verdict": verdict.value,
            "key": proposal.key,
            "act": proposal.act.value,
            "list": proposal.list_code,
            "ground": proposal.ground_code,
            "cause": proposal.cause,
            "arose_on": proposal.arose_on.isoformat(),
            "due_on": proposal.due_on.isoformat(),
        },
        reason=reason,
        decided_by=officer,
        decided_on=day,
        decided_at=now,
    )


def _fact_of(proposal: Proposal, known: Iterable[Fact], book: Rulebook, day: date, number: str, now: datetime) -> Fact:
    if proposal.act is Act.ENTER:
        return enter(proposal, book.lists, day, book.lists.authority, number, now)
    entry = next(fact for fact in known if fact.digest == proposal.facts[0])
    # What is over by law ended on its lawful day, even if nobody looked until later.
    return leave(entry, proposal.arose_on if proposal.act is Act.END else day, number, now)


def _unknown(id_: int) -> ProposalUnknown:
    return ProposalUnknown(
        asked=f"The proposal {id_}.",
        found="There is none of that number.",
        wants="The number of a proposal in the queue.",
        next_step="List the queue with `goodstanding queue`.",
    )

"""Lists in practice: the calendar proposes, an officer decides, the ledger and the outbox learn of it together.

Rules kept here:
- A proposal is made once. A rejected entry is not proposed again for the same cause; a rejected removal is, as soon as
  another fact speaks for it. While it is open its last day follows the calendar: told by weekdays until the year's
  working days are published, and counted from then on.
- An entry that only a case makes, and whose gate the record says is not met, is not proposed: nobody could open the
  case, and it would wait for ever. What waited lapses, and how many were passed over, and by which gate, is told.
- A term that is over ends by law: the calendar decides, the decision cites the rule, and nobody may decline. Entering
  and lifting wait for a person.
- A decision is checked against the facts of its own day: what they no longer call for is refused, not decided. In a
  bulk every decision sees those made before it on the same business.
- Decision, fact, outbox message, proposal and the measures that come or go with the listing are written in one
  transaction, or none of them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import islice

from django.db import connection, transaction

from goodstanding.core.entity import profile
from goodstanding.core.errors import (
    DeciderMissing,
    EndsByLaw,
    GoodstandingError,
    NoLongerCalledFor,
    ProcedureNeeded,
    ProposalUnknown,
    ReasonMissing,
)
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act, CalledFor, Proposal, called_for
from goodstanding.core.opening import known_unmet, that_enters
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.records import cases, ledger, measures
from goodstanding.records.decisions import APPROVE, LISTING, fact_of, lock_numbers, numbers, outcome_of
from goodstanding.records.decisions import record as record_decisions
from goodstanding.records.measures import Switched
from goodstanding.records.models import Decision, ProposalRecord

CALENDAR = "calendar"
"""Who decides what the law ends by itself."""

_BATCH = 500
_STATE = ProposalRecord.State
_MADE_AGAIN = (
    "state",
    "decision",
    "rule_number",
    "facts",
    "arose_on",
    "due_on",
    "as_of",
    "known_at",
    "ledger_position",
    "rulebook_digest",
)


class Verdict(StrEnum):
    """What an officer makes of a proposal."""

    APPROVE = APPROVE
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody says of a proposal, and when.

    Args:
        officer: Who decides; `CALENDAR` for what the law ends by itself.
        reason: Required for a rejection.
        day: Day of the decision; entries begin and end on it.
        now: Instant of the decision; UTC.
    """

    verdict: Verdict
    officer: str
    reason: str
    day: date
    now: datetime


@dataclass(slots=True)
class TickOutcome:
    """What a day's tick did.

    Args:
        made: Proposals put before the officers.
        lapsed: Open proposals that the facts no longer call for.
        ended: Entries whose term was over.
        open: Proposals now waiting.
        uncounted: Businesses of which something is left out: a period it turns on runs into a year the
            calendar does not cover.
        measures: Measures switched on and off.
        periods: Periods of cases that were over and moved a case.
        passed_over: Entries not proposed because a gate is known not to be met: how many, by rule number and reason.
    """

    made: int = 0
    lapsed: int = 0
    ended: int = 0
    open: int = 0
    uncounted: list[str] = field(default_factory=list)
    measures: Switched = field(default_factory=Switched)
    periods: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Decided:
    """What became of a bulk decision: how many were decided, and why each other one was refused."""

    count: int = 0
    refusals: list[tuple[int, GoodstandingError]] = field(default_factory=list)


@dataclass(slots=True)
class Foreseen:
    """What a bulk decision would do, and why it would refuse the others.

    Args:
        lawful: Each proposal with what the facts of the day make of it.
        refusals: Each other one by its number.
    """

    lawful: list[tuple[ProposalRecord, Proposal]] = field(default_factory=list)
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
    everyone = iter(ledger.entities_between(0, position))
    done = 0
    while chunk := list(islice(everyone, _BATCH)):
        _propose(book, chunk, position, day, now, outcome)
        done += len(chunk)
        if on_progress is not None:
            on_progress(done)
    ending = ProposalRecord.objects.filter(state=_STATE.OPEN, act=Act.END.value).order_by("id")
    over = decide_many(home, list(ending.values_list("id", flat=True)), Verdict.APPROVE, CALENDAR, "", day, now)
    outcome.ended = over.count
    outcome.measures = measures.follow_day(book, day, now)
    outcome.periods = cases.run_day(book, day, now).moved
    outcome.open = ProposalRecord.objects.filter(state=_STATE.OPEN).count()
    return outcome


def _propose(
    book: Rulebook, entity_ids: Sequence[str], position: int, day: date, now: datetime, outcome: TickOutcome
) -> None:
    """Make the proposals that a day calls for on some businesses, and let lapse what it calls for no more."""
    before = ProposalRecord.objects.filter(entity_id__in=entity_ids).only(
        "key", "entity_id", "act", "list_code", "ground_code", "state", "facts", "arose_on", "due_on"
    )
    known = {record.key: record for record in before}
    fresh: list[ProposalRecord] = []
    again: list[ProposalRecord] = []
    counted: list[ProposalRecord] = []
    called: set[str] = set()
    set_aside: set[tuple[str, str, str]] = set()
    for entity_id, facts in ledger.by_entity(entity_ids, position):
        found = _called_for(book, facts, day, now)
        set_aside.update((entity_id, *ground) for ground in found.set_aside)
        for proposal in found.proposals:
            gate = known_unmet(proposal, facts, book.procedures, book.gravity, day)
            if gate is not None:
                outcome.passed_over[f"{gate.rule.number} {gate.because.value}"] += 1
                continue
            called.add(proposal.key)
            record = _record_of(proposal, book, day, now, position)
            if proposal.key not in known:
                fresh.append(record)
                continue
            waits = known[proposal.key]
            if _comes_back(waits, proposal):
                record.pk = waits.pk
                again.append(record)
            elif (waits.state, waits.arose_on) == (_STATE.OPEN, proposal.arose_on) and waits.due_on != proposal.due_on:
                waits.due_on = proposal.due_on
                counted.append(waits)
    gone = [
        record.pk
        for key, record in known.items()
        if record.state == _STATE.OPEN
        and key not in called
        and (record.entity_id, record.list_code, record.ground_code) not in set_aside
    ]
    with transaction.atomic():
        ProposalRecord.objects.bulk_create(fresh)
        ProposalRecord.objects.bulk_update(again, _MADE_AGAIN)
        ProposalRecord.objects.bulk_update(counted, ["due_on"])
        if gone:
            # An officer may have decided it since it was read.
            outcome.lapsed += ProposalRecord.objects.filter(pk__in=gone, state=_STATE.OPEN).update(state=_STATE.LAPSED)
    outcome.made += sum(record.act != Act.END.value for record in (*fresh, *again))
    outcome.uncounted += sorted({entity_id for entity_id, _, _ in set_aside})


def check_decide(record: ProposalRecord, ruling: Ruling, book: Rulebook) -> Proposal:
    """Decide whether a proposal may be decided so, and return it as the facts of that day make it.

    Raises:
        NoLongerCalledFor: It was decided or lapsed, or the facts of the day no longer call for it.
        ProcedureNeeded: It is an entry that only a procedure makes; see `goodstanding.records.cases`.
        ReasonMissing: A rejection gives no reason.
        DeciderMissing: An entry or a removal is decided by nobody, or by the calendar.
        EndsByLaw: An end that the law brings about is rejected.
        CalendarYearUnknown: It turns on a period that runs into a year the calendar does not cover.
    """
    return _check(record, ledger.facts_of(record.entity_id), ruling, book)


def decide(
    home: Home, proposal_id: int, verdict: Verdict, officer: str, reason: str, day: date, now: datetime
) -> Decision:
    """Decide one proposal.

    Raises:
        ProposalUnknown: There is none of that number.
        Refused: See `check_decide`; nothing was written.
    """
    decided = decide_many(home, [proposal_id], verdict, officer, reason, day, now)
    if decided.refusals:
        raise decided.refusals[0][1]
    decision = ProposalRecord.objects.select_related("decision").get(pk=proposal_id).decision
    if decision is None:
        raise AssertionError("a decided proposal has its decision")
    return decision


def decide_many(
    home: Home,
    proposal_ids: Iterable[int],
    verdict: Verdict,
    officer: str,
    reason: str,
    day: date,
    now: datetime,
    on_progress: Callable[[int], None] | None = None,
) -> Decided:
    """Decide many proposals: each lawful one with a decision of its own, each other one refused with its reason.

    A part at a time is written, each in a transaction of its own. Killed in the middle, what was decided stands whole,
    and the same call again decides the rest and refuses what is decided: nothing twice.

    Args:
        officer: Who decides; `CALENDAR` for what the law ends by itself.
        reason: The officer's reason; required for a rejection.
        day: Day of the decisions; entries begin and end on it.
        now: Instant of the decisions; UTC.
        on_progress: Told how many are decided or refused.
    """
    book = home.rulebook
    ruling = Ruling(Verdict(verdict), officer, reason, day, now)
    outcome = Decided()
    waiting = deque(proposal_ids)
    while waiting:
        batch = [waiting.popleft() for _ in range(min(_BATCH, len(waiting)))]
        with transaction.atomic():
            postponed = _decide_batch(book, batch, ruling, outcome)
        waiting.extendleft(reversed(postponed))
        if on_progress is not None:
            on_progress(outcome.count + len(outcome.refusals))
    return outcome


def foresee_many(
    home: Home, proposal_ids: Sequence[int], verdict: Verdict, officer: str, reason: str, day: date, now: datetime
) -> Foreseen:
    """Return what `decide_many` would do with a few proposals, and change nothing.

    Each is judged by the facts as they stand: what one decision changes for another on the same business is not seen.
    """
    book = home.rulebook
    ruling = Ruling(Verdict(verdict), officer, reason, day, now)
    outcome = Foreseen()
    records = ProposalRecord.objects.in_bulk(list(proposal_ids))
    facts = dict(ledger.by_entity(sorted({record.entity_id for record in records.values()})))
    for id_ in dict.fromkeys(proposal_ids):
        record = records.get(id_)
        try:
            if record is None:
                raise _unknown(id_)
            outcome.lawful.append((record, _check(record, facts.get(record.entity_id, []), ruling, book)))
        except GoodstandingError as error:
            outcome.refusals.append((id_, error))
    return outcome


def _decide_batch(book: Rulebook, ids: Sequence[int], ruling: Ruling, outcome: Decided) -> list[int]:
    """Decide at most one proposal of each business, and return the others: they must see what was decided now."""
    lock_numbers()  # before the facts are read: what another decides meanwhile is seen, or waits
    # Locked in one order, so that two bulks wait for each other instead of locking each other out.
    locked = ProposalRecord.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    records = {record.pk: record for record in locked}
    position = ledger.position()
    everyone = sorted({record.entity_id for record in records.values()})
    facts_by_entity = dict(ledger.by_entity(everyone, position))
    fresh = numbers(ruling.day.year)
    decided: dict[str, tuple[ProposalRecord, Decision]] = {}
    facts: list[Fact] = []
    postponed: list[int] = []
    for id_ in ids:
        record = records.get(id_)
        try:
            if record is None:
                raise _unknown(id_)
            if record.entity_id in decided:
                postponed.append(id_)
                continue
            known = facts_by_entity.get(record.entity_id, [])
            proposal = _check(record, known, ruling, book)
        except GoodstandingError as error:
            outcome.refusals.append((id_, error))
            continue
        number = next(fresh)
        decided[record.entity_id] = (record, _decision_of(proposal, number, ruling, position, book))
        if ruling.verdict is Verdict.APPROVE:
            facts.append(fact_of(proposal, known, book, ruling.day, number, ruling.now))
    record_decisions([decision for _, decision in decided.values()])
    ledger.append(facts, ruling.now)
    measures.follow_decided(book, facts, facts_by_entity, ruling.day, ruling.now)
    state = _STATE.APPROVED if ruling.verdict is Verdict.APPROVE else _STATE.REJECTED
    _settle(state, [(record.pk, decision.number) for record, decision in decided.values()])
    outcome.count += len(decided)
    return postponed


def _settle(state: str, settled: Sequence[tuple[int, str]]) -> None:
    """Write state and decision on proposals, as (proposal, number of the decision).

    Django's own update of many rows is a case for each of them, which costs more than everything else here.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            ids, made = [id_ for id_, _ in settled], [number for _, number in settled]
            cursor.execute(
                "UPDATE proposal SET state = %s, decision_id = decision.id "
                "FROM unnest(%s::bigint[], %s::text[]) AS made (proposal, number) "
                "JOIN decision ON decision.number = made.number WHERE proposal.id = made.proposal",
                [state, ids, made],
            )
        else:
            decision = "(SELECT id FROM decision WHERE number = %s)"
            rows = [(state, number, id_) for id_, number in settled]
            cursor.executemany(f"UPDATE proposal SET state = %s, decision_id = {decision} WHERE id = %s", rows)  # noqa: S608


def _comes_back(record: ProposalRecord, proposal: Proposal) -> bool:
    """Tell whether a settled proposal is to be made again.

    What lapsed is called for again when the cure was withdrawn or a fact corrected back. A removal that was rejected
    on one fact is open again on another, or there would be no way back.
    """
    if record.state == _STATE.LAPSED:
        return True
    return record.state == _STATE.REJECTED and proposal.act is Act.LIFT and record.facts != list(proposal.facts)


def _called_for(book: Rulebook, facts: Iterable[Fact], day: date, now: datetime) -> CalledFor:
    seen = view(facts, day, now)
    who = profile(seen, book.roles)
    return CalledFor() if who is None else called_for(seen, who, book.lists, book.duties, book.calendar)


def _check(record: ProposalRecord, facts: Iterable[Fact], ruling: Ruling, book: Rulebook) -> Proposal:
    what = f"{record.pk} ({record.act}, {record.list_code}) of {record.entity_id}"
    asked = f"To {ruling.verdict} the proposal {what} on {ruling.day}."
    ends_by_law = record.act == Act.END.value
    if record.state != _STATE.OPEN:
        raise NoLongerCalledFor(
            asked=asked,
            found=f"It is {record.state} already.",
            wants="A proposal is decided once.",
            next_step="Look at its decision in the list of decisions.",
        )
    if not ruling.officer.strip() or (ruling.officer == CALENDAR and not ends_by_law):
        raise DeciderMissing(
            asked=asked,
            found=f"It is to be decided by {ruling.officer.strip() or 'nobody'}.",
            wants="A person answers for every entry and every removal.",
            next_step="Name the officer who decides.",
        )
    if ruling.verdict is Verdict.REJECT and ends_by_law:
        raise EndsByLaw(
            asked=asked,
            found=f"Its time was over on {record.arose_on}.",
            wants="An entry ends when its time is over, whoever wishes otherwise.",
            next_step="Approve it, or let the calendar tick once more.",
        )
    if ruling.verdict is Verdict.REJECT and not ruling.reason.strip():
        raise ReasonMissing(
            asked=asked,
            found="No reason is given.",
            wants="Whoever declines what the rule calls for says why.",
            next_step="Write the reason in a sentence or two.",
        )
    known = list(facts)
    proposal = _called_for(book, known, ruling.day, ruling.now).first(lambda one: one.key == record.key)
    if proposal is not None:
        if ruling.verdict is Verdict.APPROVE:
            _check_procedure(proposal, known, ruling, book, asked)
        return proposal
    raise NoLongerCalledFor(
        asked=asked,
        found="The facts known now do not call for it on that day: they were corrected, or the cause was put right.",
        wants="A decision rests on the facts of its own day.",
        next_step="Let the calendar tick once more; the proposal lapses, or another takes its place.",
    )


def _check_procedure(proposal: Proposal, facts: Iterable[Fact], ruling: Ruling, book: Rulebook, asked: str) -> None:
    """Refuse an entry that only a procedure may make."""
    causes = [fact for fact in facts if proposal.act is Act.ENTER and proposal.cause == f"fact:{fact.digest}"]
    for fact in causes:
        procedure = that_enters(book.procedures, fact, ruling.day)
        if procedure is not None:
            raise ProcedureNeeded(
                asked=asked,
                found=f"The entry comes only at the end of the procedure {procedure.code} ({procedure.rule.number}).",
                wants="Notice, time to answer, review and whatever else it asks for, before the entry.",
                next_step=f"Open a case of {procedure.code} about the fact {fact.digest}.",
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


def _decision_of(proposal: Proposal, number: str, ruling: Ruling, position: int, book: Rulebook) -> Decision:
    return Decision(
        number=number,
        kind=LISTING,
        entity_id=proposal.entity_id,
        rule_number=proposal.rule.number,
        as_of=ruling.day,
        known_at=ruling.now,
        ledger_position=position,
        rulebook_digest=book.digest,
        facts=list(proposal.facts),
        outcome=outcome_of(proposal, ruling.verdict.value),
        reason=ruling.reason,
        decided_by=ruling.officer,
        decided_on=ruling.day,
        decided_at=ruling.now,
    )


def _unknown(id_: int) -> ProposalUnknown:
    return ProposalUnknown(
        asked=f"The proposal {id_}.",
        found="There is none of that number.",
        wants="The number of a proposal in the queue.",
        next_step="List the queue with `goodstanding queue`.",
    )

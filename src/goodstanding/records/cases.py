"""Cases as recorded: opened, moved step by step, never changed; what a step does outside is written with it.

Rules kept here:
- A step is judged on the case as the calendar leaves it: periods over by then are run out first, on their own days.
- About one fact only one case of a procedure is open at a time.
- Whether an account holds the role it acts in is for whoever lets it in; here the role alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from goodstanding.core.case import Actor, Case, Taken, expired, run_out, state_of, take_step
from goodstanding.core.errors import (
    CalendarYearUnknown,
    CaseMatterUnknown,
    CaseOpenAlready,
    CaseUnknown,
    EntityUnknown,
    StepRefused,
)
from goodstanding.core.gravity import judged
from goodstanding.core.opening import check_open
from goodstanding.core.procedure import Expiry, Procedure
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import case_effects, ledger
from goodstanding.records.case_effects import Deed
from goodstanding.records.decisions import lock_numbers
from goodstanding.records.models import CaseRecord, CaseStep, Decision, FactRecord, OutboxMessage

_BATCH = 500


@dataclass(slots=True)
class DayOutcome:
    """What the calendar did to the cases on a day.

    Args:
        moved: Periods that ended and moved a case.
        uncounted: Numbers of cases left out because a period runs into a year the calendar does not cover.
    """

    moved: int = 0
    uncounted: list[str] = field(default_factory=list)


def procedure_of(book: Rulebook, case: Case) -> Procedure:
    """Return the procedure a case is judged by: the version in force on the day it was opened."""
    return book.procedures.on(case.procedure, case.opened_on)


def case_of(number: str) -> Case:
    """Return a case by its number.

    Raises:
        CaseUnknown: There is none.
    """
    return _case(_record(number))


def is_case(number: str) -> bool:
    """Tell whether a case has that number."""
    return CaseRecord.objects.filter(number=number).exists()


def cases_of(entity_id: str) -> list[Case]:
    """Return every case of a business, the newest first."""
    return list(_cases(CaseRecord.objects.filter(entity_id=entity_id).order_by("-id")))


def latest(limit: int) -> list[Case]:
    """Return the newest cases, the newest first."""
    return list(_cases(CaseRecord.objects.order_by("-id")[:limit]))


def steps_of(number: str) -> list[CaseStep]:
    """Return the steps of a case as written, in order."""
    return list(CaseStep.objects.filter(case__number=number).order_by("serial"))


def open_case(
    book: Rulebook, procedure: str, entity_id: str, about: Sequence[str], actor: Actor, day: date, now: datetime
) -> Case:
    """Open a case.

    Args:
        procedure: Its code.
        about: Digests of the facts it is about.
        now: The instant; UTC.
    Raises:
        NoRuleInForce: No version of the procedure is in force on the day.
        EntityUnknown: The ledger holds nothing of the business.
        CaseMatterUnknown: It holds no such fact of it that stood by the day.
        StepRefused: The role may not open it, the facts are not what it is about, it is too late, or their
            record says that a gate before an entry is not met.
        CaseOpenAlready: One about the same fact is open.
    """
    asked = f"To open a case of the procedure {procedure} on {entity_id} on {day}."
    version = book.procedures.on(procedure, day)
    known = {fact.digest: fact for fact in ledger.facts_of(entity_id) if fact.span.from_on <= day}
    if not known:
        raise EntityUnknown(
            asked=asked,
            found="The ledger holds no fact of it by that day.",
            wants="The id of a business, as scheme:code.",
            next_step="Check the code, or look the business up in the public register.",
        )
    if odd := [digest for digest in about if digest not in known or known[digest].span.is_empty]:
        raise CaseMatterUnknown(
            asked=asked,
            found=f"Of this business there is no fact {odd[0]} by that day.",
            wants="Digests of facts of the business, in hex.",
            next_step="Look them up in the business's file.",
        )
    facts = [known[digest] for digest in dict.fromkeys(about)]
    judgements = judged(procedure, facts, known.values(), book.gravity)
    public_on = published_on(entity_id, about, book)
    obstacles = check_open(version, actor, facts, public_on, day, book.calendar.as_of(day), judgements)
    if obstacles:
        raise StepRefused(
            asked=asked,
            found="; ".join(map(str, obstacles)) + ".",
            wants=f"What procedure {procedure} says of its opening: role, facts, time.",
            next_step="Put right what is named, or choose another procedure.",
        )
    with transaction.atomic():
        lock_numbers()
        number = _next_number(day.year)
        for other in cases_of(entity_id):
            if other.procedure != procedure or (about and not set(other.about) & set(about)):
                continue
            judged_by = procedure_of(book, other)
            if state_of(as_run_out(other, judged_by, book, day), judged_by) not in judged_by.ends:
                raise CaseOpenAlready(
                    asked=asked,
                    found=f"The case {other.number} is open.",
                    wants="One case at a time about one fact.",
                    next_step=f"Go on with the case {other.number}.",
                )
        record = CaseRecord.objects.create(
            number=number,
            procedure=procedure,
            entity_id=entity_id,
            about=[fact.digest for fact in facts],
            opened_on=day,
            opened_by=actor.id,
            opened_role=actor.role,
            rulebook_digest=book.digest,
            written_at=now,
        )
    return _case(record)


def take(
    book: Rulebook,
    number: str,
    step: str,
    actor: Actor,
    evidence: Mapping[str, str],
    reason: str,
    day: date,
    now: datetime,
) -> Case:
    """Take a step in a case, with what it does outside, in one transaction.

    Args:
        evidence: A document's digest, a fact's, or words, by code.
        now: The instant; UTC.
    Raises:
        CaseUnknown: There is no such case.
        StepRefused: Something stands in the way; see `goodstanding.core.case.check_step`.
        Refused: What the step does outside is not called for; nothing was written.
    """
    with transaction.atomic():
        lock_numbers()  # before the facts are read: what another decides meanwhile is seen, or waits
        record = _record(number, is_locked=True)
        case = _case(record)
        procedure = procedure_of(book, case)
        before = as_run_out(case, procedure, book, day)
        after = take_step(before, step, actor, day, evidence, procedure, book.calendar.as_of(day), reason)
        version = procedure.step_on(step, day)
        assert version is not None  # noqa: S101 - it was just taken
        # The step is written after what it does, because it names the decision; both stand or neither does.
        made = case_effects.perform(Deed(book, before, version, actor, reason, day, now))
        _write(record, case, after, made, book, now)
    return after


def as_run_out(case: Case, procedure: Procedure, book: Rulebook, day: date) -> Case:
    """Return a case as the ends of its periods leave it on a day, each taken on the day after its period's last.

    Raises:
        CalendarYearUnknown: The day lies in no covered year, and so may the end of a working-day period.
    """
    calendar = book.calendar.as_of(day)
    while True:
        over = [
            one
            for one in expired(case, procedure, calendar, day)
            if one.clock.on_expiry is not Expiry.REMIND and one.due_on is not None
        ]
        if not over:
            return case
        last_on = case.taken[-1].on if case.taken else case.opened_on
        assert over[0].due_on is not None  # noqa: S101 - a stopped period is not over
        case = run_out(case, over[0], max(last_on, over[0].due_on + timedelta(days=1)))


def run_day(book: Rulebook, day: date, now: datetime) -> DayOutcome:
    """Write down, in every case, the periods that were over by a day. Doing it twice changes nothing.

    Args:
        now: The instant; UTC.
    """
    outcome = DayOutcome()
    everyone = CaseRecord.objects.filter(opened_on__lte=day).order_by("id").iterator(_BATCH)
    while chunk := list(islice(everyone, _BATCH)):
        # Most cases have nothing to run out: they are looked at together, and only what moves is locked and read again.
        moving = [
            record for record, case in zip(chunk, _cases(chunk), strict=True) if _runs_out(case, book, day, outcome)
        ]
        for record in moving:
            outcome.moved += _run_one(record.pk, book, day, now)
    return outcome


def _runs_out(case: Case, book: Rulebook, day: date, outcome: DayOutcome) -> bool:
    """Tell whether a period of a case was over by a day; one that cannot be counted is noted and left alone."""
    try:
        return as_run_out(case, procedure_of(book, case), book, day) is not case
    except CalendarYearUnknown:
        outcome.uncounted.append(case.number)
        return False


def _run_one(id_: int, book: Rulebook, day: date, now: datetime) -> int:
    """Write down what was over in one case, in a transaction of its own, and return how many periods moved it."""
    with transaction.atomic():
        record = CaseRecord.objects.select_for_update().get(pk=id_)
        case = _case(record)  # somebody may have taken a step since it was looked at
        after = as_run_out(case, procedure_of(book, case), book, day)
        _write(record, case, after, "", book, now)
    return len(after.taken) - len(case.taken)


def replay(decision: Decision, book: Rulebook) -> Decision:
    """Derive a decision that a step of a case made anew, and compare; see `case_effects.replay`."""
    number = decision.outcome["case"]
    written = next(step for step in steps_of(number) if step.decision == decision.number)
    case = case_of(number)
    before = Case(
        case.number,
        case.procedure,
        case.entity_id,
        case.about,
        case.opened_on,
        case.opened_by,
        case.taken[: written.serial - 1],
    )
    return case_effects.replay(decision, before, written.evidence, book)


def _write(record: CaseRecord, before: Case, after: Case, decision: str, book: Rulebook, now: datetime) -> None:
    """Append the steps that one case has and the other has not; the decision is the last one's."""
    fresh = after.taken[len(before.taken) :]
    CaseStep.objects.bulk_create(
        CaseStep(
            case=record,
            serial=serial,
            step=taken.step,
            taken_on=taken.on,
            by_id=taken.by.id,
            by_role=taken.by.role,
            evidence=dict(taken.evidence),
            reason=taken.reason,
            decision=decision if taken is fresh[-1] else "",
            rulebook_digest=book.digest,
            written_at=now,
        )
        for serial, taken in enumerate(fresh, start=len(before.taken) + 1)
    )


def _record(number: str, is_locked: bool = False) -> CaseRecord:
    rows = CaseRecord.objects.select_for_update() if is_locked else CaseRecord.objects.all()
    found = rows.filter(number=number).first()
    if found is None:
        raise CaseUnknown(
            asked=f"The case {number}.",
            found="No case has that number.",
            wants="The number as it stands on the case.",
            next_step="Look it up in the office's list of cases.",
        )
    return found


def _cases(records: Iterable[CaseRecord]) -> Iterable[Case]:
    rows = list(records)
    steps: dict[int, list[CaseStep]] = {}
    for step in CaseStep.objects.filter(case_id__in=[row.pk for row in rows]).order_by("serial"):
        steps.setdefault(step.case_id, []).append(step)
    return (_built(row, steps.get(row.pk, [])) for row in rows)


def _case(record: CaseRecord) -> Case:
    return _built(record, CaseStep.objects.filter(case=record).order_by("serial"))


def _built(record: CaseRecord, steps: Iterable[CaseStep]) -> Case:
    taken = tuple(
        Taken(step.step, step.taken_on, Actor(step.by_id, step.by_role), step.evidence, step.reason) for step in steps
    )
    return Case(
        number=record.number,
        procedure=record.procedure,
        entity_id=record.entity_id,
        about=tuple(record.about),
        opened_on=record.opened_on,
        opened_by=Actor(record.opened_by, record.opened_role),
        taken=taken,
    )


def _next_number(year: int) -> str:
    begun = f"{year}-C"
    last = CaseRecord.objects.filter(number__startswith=begun).aggregate(last=Max("number"))["last"]
    return f"{begun}{int(last.removeprefix(begun)) + 1 if last else 1:07}"


def published_on(entity_id: str, digests: Iterable[str], book: Rulebook) -> dict[str, date]:
    """Return the day on which each of a business's facts reached the public store, in the register's time zone."""
    zone = ZoneInfo(book.timezone)
    found = {}
    wanted = FactRecord.objects.filter(entity_id=entity_id, digest__in=[bytes.fromhex(one) for one in digests])
    for position, raw in wanted.values_list("id", "digest"):
        message = OutboxMessage.objects.filter(
            topic=OutboxMessage.Topic.FACTS,
            body__after__lt=position,
            body__through__gte=position,
            published_at__isnull=False,
        ).first()
        if message is not None and message.published_at is not None:
            found[bytes(raw).hex()] = message.published_at.astimezone(zone).date()
    return found

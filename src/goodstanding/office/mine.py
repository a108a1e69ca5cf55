"""The file of a business as it reads it: what waits for it, what stands against it, when that ends, and its cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.against import Against, against
from goodstanding.core.case import Actor, Case, Running, is_told, lawful_steps, running, state_of
from goodstanding.core.dates import lenient
from goodstanding.core.entity import Profile, profile
from goodstanding.core.ledger import view
from goodstanding.core.procedure import Procedure, Step
from goodstanding.core.rulebook import Rulebook
from goodstanding.documents.decisions import is_served
from goodstanding.office.access import needs_business
from goodstanding.office.acting import BUSINESS
from goodstanding.office.facts import shown_facts, still_told, told_decisions
from goodstanding.office.pages import now, page, the_rulebook, today
from goodstanding.office.receipts import receipts_of
from goodstanding.records import cases, drafts, ledger
from goodstanding.records.ledger import Stored


@dataclass(frozen=True, slots=True)
class OwnFile:
    """What is known of a business on a day.

    Args:
        stored: What it is told: everything but what has left its file by law.
        who: ``None`` where it is not registered.
        standing: What stands against it.
    """

    stored: list[Stored]
    who: Profile | None
    standing: tuple[Against, ...]


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case the business was told of.

    Args:
        periods: Those that run, the earliest to end first.
        may: Steps it may take now, evidence taken for granted.
    """

    case: Case
    procedure: Procedure
    state: str
    periods: tuple[Running, ...]
    may: tuple[Step, ...]


@require_GET
@needs_business
def mine(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Show a business its whole file."""
    book, day = the_rulebook(), today()
    own = own_file(book, entity_id, day)
    by_kind = sorted(own.stored, key=lambda one: list(book.kinds).index(one.fact.kind))
    shown = {one.fact.digest: shown_facts(request, book, [one])[0] for one in own.stored}
    told = own_cases(book, entity_id, request.user.get_username(), day)
    decisions = told_decisions(entity_id, own.stored)
    values = {
        "entity_id": entity_id,
        "who": own.who,
        "day": day,
        "standing": [(one, shown[one.fact.digest]) for one in own.standing],
        "groups": [
            (book.kinds[kind].rule.title, shown_facts(request, book, group))
            for kind, group in groupby(by_kind, key=lambda one: one.fact.kind)
        ],
        "waiting": [one for one in told if one.may],
        "cases": [one for one in told if not one.may],
        "decisions": decisions,
        "receipts": receipts_of(entity_id),
        "drafts": drafts.waiting(request.user.get_username()),
        "served": {one.number for one in decisions if is_served(one)},
    }
    return page(request, "mine.html", values)


def own_file(book: Rulebook, entity_id: str, day: date) -> OwnFile:
    """Return the file of a business on a day."""
    stored = still_told(book, ledger.stored_of([entity_id]), day)
    known = view((one.fact for one in stored), day, now())
    who = profile(known, book.roles)
    return OwnFile(stored, who, () if who is None else against(known.facts, who, book, day))


def own_cases(book: Rulebook, entity_id: str, name: str, day: date) -> list[OwnCase]:
    """Return the cases that a business was told of, the newest first.

    Args:
        name: Of its account: who would take a step.
    """
    found = []
    for written in reversed(cases.cases_of(entity_id)):
        procedure = cases.procedure_of(book, written)
        if not is_told(written, procedure):
            continue
        # A period that runs into a year without published holidays is told by weekdays alone, never decided by them.
        calendar = lenient(book.calendar)
        case = cases.as_run_out(written, procedure, replace(book, calendar=calendar), day)
        periods = running(case, procedure, calendar).values()
        lawful = lawful_steps(case, Actor(name, BUSINESS), day, procedure, calendar)
        may = (procedure.step_on(code, day) for code, obstacles in lawful.items() if not obstacles)
        ordered = sorted(periods, key=lambda run: run.due_on or date.max)
        found.append(
            OwnCase(case, procedure, state_of(case, procedure), tuple(ordered), tuple(step for step in may if step))
        )
    return found

"""Decisions: the newest first, and each one taken again before the reader's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.disclosure import Deadline
from goodstanding.core.errors import CalendarYearUnknown, DecisionDiffers, GoodstandingError
from goodstanding.core.fact import Fact
from goodstanding.core.listing import DECISIONS
from goodstanding.core.rule import in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.documents.decisions import is_served
from goodstanding.office.access import check_role, needs
from goodstanding.office.accounts import Role, may
from goodstanding.office.facts import untold
from goodstanding.office.pages import page, the_home, the_rulebook, today
from goodstanding.office.queue import names_of
from goodstanding.records import ledger
from goodstanding.records.cases import published_on
from goodstanding.records.confirmations import concerned
from goodstanding.records.decisions import ANNULMENT, APPROVE, LISTING, decision_of
from goodstanding.records.models import Decision
from goodstanding.records.replay import PROVEN, replay

PER_PAGE = 50


@require_GET
@needs(Role.VIEWER)
def decisions(request: HttpRequest) -> HttpResponse:
    """Show the decisions, the newest first."""
    shown = Paginator(Decision.objects.order_by("-id"), PER_PAGE).get_page(request.GET.get("page"))
    names = names_of(one.entity_id for one in shown if one.entity_id)
    hidden = set() if may(request.user, Role.CHIEF) else untold(the_rulebook(), shown, today())
    return page(request, "decisions.html", {"shown": shown, "names": names, "hidden": hidden})


@require_GET
@needs(Role.VIEWER)
def decision(request: HttpRequest, number: str) -> HttpResponse:
    """Show one decision, and whether the facts and rules then known still give it."""
    found = decision_of(number)
    if untold(the_rulebook(), [found], today()):
        check_role(request, Role.CHIEF)  # it is kept for those who answer for it, and told nobody else
    differs: GoodstandingError | None = None
    is_proven = found.kind in PROVEN
    if is_proven:
        try:
            replay(number, the_home().rulebook_of)
        except DecisionDiffers as error:
            differs = error
    is_listing = found.kind == LISTING
    book = the_rulebook()
    values = {
        "decision": found,
        "is_listing": is_listing,
        "is_proven": is_proven,
        "is_annulment": found.kind == ANNULMENT,
        "may_annul": is_listing and found.outcome["verdict"] == APPROVE and may(request.user, Role.CHIEF),
        "differs": differs,
        "told": concerned(found, book),
        "may_confirm": may(request.user, Role.OFFICER),
        "today": today(),
        "has_document": is_served(found),
        "duties": _duties(found, book),
        "published_on": max(
            published_on(found.entity_id, [one.digest for one in _made(found)], book).values(), default=None
        ),
    }
    return page(request, "decision.html", values)


@dataclass(frozen=True, slots=True)
class Duty:
    """One target on which what a decision made must be public.

    Args:
        due_on: The last day; ``None`` where it lies in a year whose working days are not known yet.
    """

    deadline: Deadline
    due_on: date | None


def _duties(decision: Decision, book: Rulebook) -> list[Duty]:
    """Return where, and through which day, the entry that a decision made must be published."""
    found = []
    for fact in _made(decision):
        for deadline in in_force(book.disclosure.deadlines, fact.span.from_on):
            if not deadline.binds(fact):
                continue
            try:
                due_on: date | None = deadline.due_on(fact.span.from_on, book.calendar)
            except CalendarYearUnknown:
                due_on = None
            found.append(Duty(deadline, due_on))
    return found


def _made(decision: Decision) -> list[Fact]:
    """Return the entry that a decision made, if it made one."""
    if decision.kind != LISTING:
        return []
    known = ledger.facts_of(decision.entity_id)
    return [one for one in known if (one.source, one.source_ref, one.corrects) == (DECISIONS, decision.number, None)]

"""Annulling a decision: first what would fall with it, then, by a person who did not decide it, the act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import PLACED_AT_ONCE, now, page, say, the_home, the_rulebook, today
from goodstanding.records import annulments, ledger
from goodstanding.records.confirmations import of_records
from goodstanding.records.decisions import decision_of
from goodstanding.supervise.changed import place_touched


@require_GET
@needs(Role.CHIEF)
def annulment(request: HttpRequest, number: str) -> HttpResponse:
    """Show everything that would fall with a decision, and a form to annul it."""
    found = annulments.foresee(the_rulebook(), number, today(), now())
    decision = decision_of(number)
    book = the_rulebook()
    values = {
        "decision": decision,
        "foreseen": found,
        "rule": None if book.annulment is None else book.annulment.rule,
        "told": of_records([one.fact for one in found.undoings], ledger.facts_of(decision.entity_id), book),
        "is_own": decision.decided_by == request.user.get_username(),
    }
    return page(request, "annulment.html", values)


@require_POST
@needs(Role.CHIEF)
def annul(request: HttpRequest, number: str) -> HttpResponse:
    """Annul a decision and show the first of the decisions that undo."""
    decision_of(number)  # a fact's digest is no decision: nobody annuls here what was not shown before
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:4000]
    made = annulments.annul(the_rulebook(), number, request.user.get_username(), reason, today(), now())
    place_touched(the_home(), now(), at_most=PLACED_AT_ONCE)
    messages.success(request, say(request, "office.annulment.done", count=len(made)))
    return redirect(f"/office/decision/{made[0].number}")

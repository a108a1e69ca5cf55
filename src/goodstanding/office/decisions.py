"""Decisions: the newest first, and each one taken again before the reader's eyes."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.errors import DecisionDiffers, GoodstandingError
from goodstanding.documents.decisions import is_served
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role, may
from goodstanding.office.pages import page, the_home
from goodstanding.office.queue import names_of
from goodstanding.records.bans import BAN
from goodstanding.records.decisions import ANNULMENT, APPROVE, LISTING, REPAIR, decision_of
from goodstanding.records.models import Decision
from goodstanding.records.replay import replay

PER_PAGE = 50
PROVEN = frozenset({LISTING, ANNULMENT, BAN, REPAIR})
"""Kinds of decisions that are taken again when they are read."""


@require_GET
@needs(Role.VIEWER)
def decisions(request: HttpRequest) -> HttpResponse:
    """Show the decisions, the newest first."""
    shown = Paginator(Decision.objects.order_by("-id"), PER_PAGE).get_page(request.GET.get("page"))
    names = names_of(one.entity_id for one in shown if one.entity_id)
    return page(request, "decisions.html", {"shown": shown, "names": names})


@require_GET
@needs(Role.VIEWER)
def decision(request: HttpRequest, number: str) -> HttpResponse:
    """Show one decision, and whether the facts and rules then known still give it."""
    found = decision_of(number)
    differs: GoodstandingError | None = None
    is_proven = found.kind in PROVEN
    if is_proven:
        try:
            replay(number, the_home().rulebook_of)
        except DecisionDiffers as error:
            differs = error
    is_listing = found.kind == LISTING
    values = {
        "decision": found,
        "is_listing": is_listing,
        "is_proven": is_proven,
        "is_annulment": found.kind == ANNULMENT,
        "may_annul": is_listing and found.outcome["verdict"] == APPROVE and may(request.user, Role.CHIEF),
        "differs": differs,
        "has_document": is_served(found),
    }
    return page(request, "decision.html", values)

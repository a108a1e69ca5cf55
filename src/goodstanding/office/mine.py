"""The file of a business as it reads it itself: what stands against it, when that ends, what it may do, its cases."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.against import against
from goodstanding.core.case import is_told
from goodstanding.core.entity import profile
from goodstanding.core.ledger import view
from goodstanding.documents.decisions import is_served
from goodstanding.office.access import needs_business
from goodstanding.office.facts import shown_facts, still_told
from goodstanding.office.pages import now, page, the_rulebook, today
from goodstanding.records import cases, ledger
from goodstanding.records.models import Decision


@require_GET
@needs_business
def mine(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Show a business its whole file."""
    book, day = the_rulebook(), today()
    stored = still_told(book, ledger.stored_of([entity_id]), today())
    known = view((one.fact for one in stored), day, now())
    who = profile(known, book.roles)
    by_kind = sorted(stored, key=lambda one: list(book.kinds).index(one.fact.kind))
    shown = {one.fact.digest: shown_facts(request, book, [one])[0] for one in stored}
    standing = () if who is None else against(known.facts, who, book, day)
    told = [(one, cases.procedure_of(book, one)) for one in cases.cases_of(entity_id)]
    decisions = list(Decision.objects.filter(entity_id=entity_id).order_by("-id"))
    values = {
        "entity_id": entity_id,
        "who": who,
        "day": day,
        "standing": [(one, shown[one.fact.digest]) for one in standing],
        "groups": [
            (book.kinds[kind].rule.title, shown_facts(request, book, group))
            for kind, group in groupby(by_kind, key=lambda one: one.fact.kind)
        ],
        "cases": [(one, what.rule.title) for one, what in told if is_told(one, what)],
        "decisions": decisions,
        "served": {one.number for one in decisions if is_served(one)},
    }
    return page(request, "mine.html", values)

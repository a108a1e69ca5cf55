"""The whole file of one business: every fact known of it, and what was proposed and decided."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.entity import profile
from goodstanding.core.errors import EntityUnknown
from goodstanding.core.ledger import view
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.facts import shown_facts, still_told, told_decisions
from goodstanding.office.pages import now, page, the_rulebook, today
from goodstanding.records import cases, classes, ledger
from goodstanding.records.models import ProposalRecord


@require_GET
@needs(Role.VIEWER)
def business(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Show everything the ledger holds on one business."""
    book = the_rulebook()
    stored = still_told(book, ledger.stored_of([entity_id]), today())
    if not stored:
        raise EntityUnknown(
            asked=f"The file of {entity_id}.",
            found="The ledger holds no fact of it.",
            wants="The id of a business, as scheme:code.",
            next_step="Check the code, or look the business up in the public register.",
        )
    by_kind = sorted(stored, key=lambda one: list(book.kinds).index(one.fact.kind))
    values = {
        "entity_id": entity_id,
        "who": profile(view((one.fact for one in stored), today(), now()), book.roles),
        "groups": [
            (book.kinds[kind].rule.title, shown_facts(request, book, group))
            for kind, group in groupby(by_kind, key=lambda one: one.fact.kind)
        ],
        "latest": classes.latest(entity_id),
        "cases": [(one, cases.procedure_of(book, one).rule.title) for one in cases.cases_of(entity_id)],
        "proposals": list(ProposalRecord.objects.filter(entity_id=entity_id).order_by("-id")),
        "decisions": told_decisions(entity_id, stored),
    }
    return page(request, "business.html", values)

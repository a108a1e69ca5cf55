"""What intake held back, and why. The original bytes may hold personal data and are not shown here."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import page
from goodstanding.records.models import HeldRow

PER_PAGE = 50


@require_GET
@needs(Role.VIEWER)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Show the rows in quarantine."""
    held = HeldRow.objects.filter(state=HeldRow.State.HELD)
    counts = list(held.values_list("card", "code").annotate(count=Count("id")).order_by("card", "code"))
    rows = held.select_related("run").order_by("id")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "quarantine.html", {"counts": counts, "shown": shown})

"""Campaigns and their visits: what was drawn, by whom it is visited, and what was found."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from goodstanding.core.errors import ResultInvalid
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import PLACED_AT_ONCE, now, page, say, the_home, the_rulebook, today
from goodstanding.office.queue import profiles_of
from goodstanding.records.campaigns import Finding, campaign_of, hit_rates, record_findings
from goodstanding.records.models import Campaign
from goodstanding.supervise.changed import place_touched

PER_PAGE = 25


@require_GET
@needs(Role.VIEWER)
def campaigns(request: HttpRequest) -> HttpResponse:
    """Show the campaigns, the newest first."""
    listed = [
        (one, one.visit_set.count(), one.visit_set.exclude(inspected_on=None).count())
        for one in Campaign.objects.defer("plan", "bundle").order_by("-id")
    ]
    return page(request, "campaigns.html", {"listed": listed})


@require_GET
@needs(Role.VIEWER)
def campaign(request: HttpRequest, label: str) -> HttpResponse:
    """Show one campaign's visits, those without a result first."""
    found = campaign_of(label)
    visits = found.visit_set.order_by("inspected_on", "id")
    shown = Paginator(visits, PER_PAGE).get_page(request.GET.get("page"))
    values = {
        "campaign": found,
        "shown": shown,
        "who": profiles_of(one.entity_id for one in shown),
        "rates": hit_rates(the_rulebook(), label),
        "today": today(),
    }
    return page(request, "campaign.html", values)


@require_POST
@needs(Role.INSPECTOR)
def record(request: HttpRequest, label: str, visit_id: int) -> HttpResponse:
    """Record what one visit found; recording again corrects it."""
    text = request.POST.get("inspected_on", "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ResultInvalid(
            asked=f"To record the visit {visit_id}.",
            found=f"The day is {text!r}.",
            wants="The day of the visit, written YYYY-MM-DD.",
            next_step="Go back and mend the day.",
        ) from None
    if day > today():
        raise ResultInvalid(
            asked=f"To record the visit {visit_id} on {day}.",
            found="That day is still to come.",
            wants="What was found, on the day it was found.",
            next_step="Go back and mend the day.",
        )
    finding = Finding(visit_id, tuple(request.POST.getlist("result")), day)
    record_findings(the_rulebook(), [finding], now(), request.user.get_username())
    place_touched(the_home(), now(), at_most=PLACED_AT_ONCE)
    messages.success(request, say(request, "office.visit.recorded"))
    return redirect(f"/office/campaign/{label}")

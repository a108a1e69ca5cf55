"""Who has taken over what was decided: confirmations of one decision, and of everything through a day."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from goodstanding.core.errors import ConfirmationRefused
from goodstanding.office.access import check_role, needs
from goodstanding.office.accounts import Role, may
from goodstanding.office.pages import now, page, say, the_rulebook, today
from goodstanding.records.confirmations import Given, confirm, everybody
from goodstanding.records.models import Confirmation


@require_http_methods(["GET", "POST"])
@needs(Role.VIEWER)
def confirmations(request: HttpRequest) -> HttpResponse:
    """Show through which day everybody has confirmed, and record such a confirmation."""
    if request.method == "POST":
        check_role(request, Role.OFFICER)
        _record(
            request,
            Given(
                _said(request, "recipient"),
                _said(request, "reference"),
                _day(request, "received_on"),
                through_on=_day(request, "through_on"),
            ),
        )
        return redirect("/office/confirmations")
    last: dict[str, Confirmation] = {}
    for one in Confirmation.objects.filter(decision="").order_by("through_on", "id"):
        last[one.recipient] = one
    values = {
        "rows": [(one, last.get(one.name)) for one in everybody(the_rulebook())],
        "may_record": may(request.user, Role.OFFICER),
        "today": today(),
    }
    return page(request, "confirmations.html", values)


@require_POST
@needs(Role.OFFICER)
def confirm_decision(request: HttpRequest, number: str) -> HttpResponse:
    """Record that somebody has confirmed one decision."""
    _record(
        request, Given(_said(request, "recipient"), _said(request, "reference"), _day(request, "received_on"), number)
    )
    return redirect(f"/office/decision/{number}")


def _record(request: HttpRequest, given: Given) -> None:
    confirm(the_rulebook(), given, request.user.get_username(), today(), now())
    messages.success(request, say(request, "office.confirmation.done"))


def _said(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()


def _day(request: HttpRequest, name: str) -> date:
    text = _said(request, name)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfirmationRefused(
            asked="To record a confirmation.",
            found=f"A day is {text!r}.",
            wants="A day, as year, month and day.",
            next_step="Go back and mend the day.",
        ) from None

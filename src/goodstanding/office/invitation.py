"""Invitations: an officer makes a code for a business, and the business makes itself an account with it."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from goodstanding.core.errors import AccountRefused, InvitationRefused
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role, checked
from goodstanding.office.pages import now, page, the_rulebook
from goodstanding.office.sign_in import Attempts
from goodstanding.records.invitations import accept, invite


@require_POST
@needs(Role.OFFICER)
def invite_business(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Make an invitation and show its code, this once."""
    code = invite(the_rulebook(), entity_id, request.user.get_username(), now())
    return page(request, "invitation.html", {"entity_id": entity_id, "invitation_code": code})


@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """Show the form of an invited business, or make its account and sign it in."""
    if request.method == "GET":
        return page(request, "invited.html", {"problem": "", "name": ""})
    name = request.POST.get("name", "").replace("\0", "").strip()[:150]
    code = request.POST.get("code", "").replace("\0", "")[:40]
    attempts = Attempts("invitation", request)
    if attempts.is_over:
        return page(request, "invited.html", {"problem": "wait", "name": name}, status=429)
    try:
        account = accept(code, checked(name, request.POST.get("password", "")), now())
    except InvitationRefused:
        attempts.failed()
        return page(request, "invited.html", {"problem": "code", "name": name}, status=403)
    except AccountRefused:
        # Whether a name is taken is told to nobody without a code that could be right; so this counts as a try too.
        attempts.failed()
        return page(request, "invited.html", {"problem": "account", "name": name}, status=409)
    login(request, account.user)
    return redirect("/office/mine")

"""Signing in and out. Guessing is slowed: after five failures a name waits fifteen minutes at that address.

The count is kept in this process's memory: with several processes each counts for itself, and a restart forgets.
"""

from __future__ import annotations

from hashlib import sha256

from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from goodstanding.office.pages import page

FAILURES = 5
WAIT = 15 * 60  # seconds
HOME = "/office/"


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or check name and password."""
    onward = _onward(request)
    if request.method == "GET":
        return page(request, "sign_in.html", {"onward": onward, "problem": "", "name": ""})
    name = request.POST.get("name", "").replace("\0", "")[:150]  # PostgreSQL refuses a NUL in text
    whose = f"{name.casefold()} at {request.META.get('REMOTE_ADDR', '')}"
    key = f"failures:{sha256(whose.encode()).hexdigest()}"  # a cache's keys hold neither spaces nor long names
    if cache.get(key, 0) >= FAILURES:
        return page(request, "sign_in.html", {"onward": onward, "problem": "wait", "name": name}, status=429)
    user = authenticate(request, username=name, password=request.POST.get("password", ""))
    if user is None:
        cache.add(key, 0, WAIT)
        cache.incr(key)
        return page(request, "sign_in.html", {"onward": onward, "problem": "wrong", "name": name}, status=403)
    cache.delete(key)
    login(request, user)
    return redirect(onward)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("/office/sign-in")


def _onward(request: HttpRequest) -> str:
    """Return where to go next: only ever a page of this office."""
    asked = request.POST.get("next") or request.GET.get("next") or HOME
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(HOME)
    return asked if safe else HOME

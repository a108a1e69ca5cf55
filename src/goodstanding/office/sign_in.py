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

from goodstanding.office.accounts import business_of
from goodstanding.office.pages import page

FAILURES = 5
WAIT = 15 * 60  # seconds
HOME = "/office/"
MINE = "/office/mine"


class Attempts:
    """How often something was tried in vain at one address, under one name.

    Args:
        whose: The name tried, or what is tried where there is none.
    """

    def __init__(self, whose: str, request: HttpRequest) -> None:
        said = f"{whose.casefold()} at {request.META.get('REMOTE_ADDR', '')}"
        # A cache's keys hold neither spaces nor long names.
        self._key = f"failures:{sha256(said.encode()).hexdigest()}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is looked at for now."""
        return bool(cache.get(self._key, 0) >= FAILURES)

    def failed(self) -> None:
        """Count one more."""
        cache.add(self._key, 0, WAIT)
        cache.incr(self._key)

    def succeeded(self) -> None:
        """Forget those before."""
        cache.delete(self._key)


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or check name and password."""
    onward = _onward(request)
    if request.method == "GET":
        return page(request, "sign_in.html", {"onward": onward, "problem": "", "name": ""})
    name = request.POST.get("name", "").replace("\0", "")[:150]  # PostgreSQL refuses a NUL in text
    attempts = Attempts(name, request)
    if attempts.is_over:
        return page(request, "sign_in.html", {"onward": onward, "problem": "wait", "name": name}, status=429)
    user = authenticate(request, username=name, password=request.POST.get("password", ""))
    if user is None:
        attempts.failed()
        return page(request, "sign_in.html", {"onward": onward, "problem": "wrong", "name": name}, status=403)
    attempts.succeeded()
    login(request, user)
    return redirect(MINE if onward == HOME and business_of(user) else onward)


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

"""The one place where errors become pages of the office. An unknown cause shows a reference, never its text."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from goodstanding.core.errors import Broken, FormUntrusted, GoodstandingError, Invalid, RoleMissing
from goodstanding.look.words import all_words
from goodstanding.office.accounts import business_of
from goodstanding.office.pages import page, say

log = logging.getLogger(__name__)


class ErrorsBecomePages:
    """Middleware: an error of ours shows its code and four beats, any other one a reference number."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if response.status_code == 404 and not response.has_header("Cache-Control"):
            return page(request, "not_found.html", status=404)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for an error; Django's own 404 and 400 go their way."""
        if isinstance(error, (Http404, SuspiciousOperation)):
            return None
        if isinstance(error, GoodstandingError):
            if isinstance(error, Broken):
                log.error("%s", error)
            return error_page(request, error)
        reference = secrets.token_hex(4)
        log.error("reference %s", reference, exc_info=error)
        return page(request, "broken.html", {"reference": reference}, status=500)


def form_untrusted(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form whose token is missing or stale; Django calls it with its reason."""
    error = FormUntrusted(
        asked=f"To send a form to {request.path}.",
        found=reason or "Its token is missing.",
        wants="A form is sent from the page this office made for it, with cookies allowed.",
        next_step="Open the page again and repeat what you did there.",
    )
    return error_page(request, error)


def error_page(request: HttpRequest, error: GoodstandingError) -> HttpResponse:
    """Return the page for an error: what it means in the reader's language, its beats, and the way back."""
    key = f"office.said.{error.code.replace('.', '_')}"
    values = {
        "error": error,
        "said": say(request, key) if key in all_words() else "",
        "back": _page_before(request),
        "is_business": bool(business_of(getattr(request, "user", AnonymousUser()))),
    }
    return page(request, "error.html", values, status=status_of(error))


def _page_before(request: HttpRequest) -> str:
    """Return the page of this office that the reader came from; empty where there is none or it is this one."""
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    if came_from.netloc != request.get_host() or not came_from.path.startswith("/office/"):
        return ""
    where = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return "" if request.method == "GET" and where == request.get_full_path() else where


def status_of(error: GoodstandingError) -> int:
    """Return the HTTP status of an error by its temper."""
    if isinstance(error, RoleMissing | FormUntrusted):
        return 403
    if isinstance(error, Broken):
        return 500
    if isinstance(error, Invalid):
        return 404 if error.code.endswith("unknown") else 400
    return 409

"""Text as it may come in: without NUL, which PostgreSQL refuses to keep and even to look for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, QueryDict

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

_NUL = "\0"


class PlainText:
    """Middleware: an address's values and a form's fields reach every page without NUL."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_view(self, request: HttpRequest, *_of_the_view: object) -> None:
        """Clean what the page is about to read."""
        request.GET = _plain(request.GET)
        if request.method == "POST":
            request.POST = _plain(request.POST)


def _plain(said: _ImmutableQueryDict) -> _ImmutableQueryDict:
    if not any(_NUL in text for name, values in said.lists() for text in (name, *values)):
        return said
    plain = QueryDict(mutable=True)
    for name, values in said.lists():
        plain.setlist(name.replace(_NUL, ""), [text.replace(_NUL, "") for text in values])
    return QueryDict(plain.urlencode())

"""How the office's pages are rendered: the shared look, and what every page is given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from jinja2 import Environment


def environment(**options: Any) -> Environment:
    """Return the Jinja environment Django renders the office's templates with."""
    return Environment(**options)  # noqa: S701 - Django passes autoescape=True


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what every page is given."""
    return {"user": request.user}

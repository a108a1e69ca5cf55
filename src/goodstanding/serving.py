"""Both planes behind one door: the office where its addresses begin, the portal everywhere else.

The portal alone is what a machine open to the public runs; it then never imports the office, nor opens the records.

GOODSTANDING_PUBLIC_ONLY    "1" serves the portal alone
GOODSTANDING_DAY            shows the register as on this day (YYYY-MM-DD) instead of today: an archive
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from goodstanding.home import default_path
from goodstanding.portal.app import Portal

PUBLIC_ONLY = "GOODSTANDING_PUBLIC_ONLY"
DAY = "GOODSTANDING_DAY"
_OFFICE = "/office"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def compose(portal: Application, office: Application) -> Application:
    """Return one application: ``/office`` and below goes to the office, the rest to the portal."""

    def both(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        chosen = office if path == _OFFICE or path.startswith(_OFFICE + "/") else portal
        return chosen(environ, start_response)

    return both


def clock() -> Callable[[], datetime]:
    """Return the portal's clock: this instant, or noon of the day an archive is shown as on."""
    fixed = os.environ.get(DAY, "")
    if not fixed:
        return lambda: datetime.now(UTC)
    noon = datetime.combine(date.fromisoformat(fixed), time(12), UTC)
    return lambda: noon


def _build() -> Application:
    portal = Portal(default_path() / "public", clock())
    if os.environ.get(PUBLIC_ONLY) == "1":
        return portal
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodstanding.settings")
    from django.core.wsgi import get_wsgi_application

    return compose(portal, get_wsgi_application())


application = _build()
"""What a WSGI server is told to serve."""

"""The portal as a WSGI application: reads the request, finds the page, and turns every trouble into an answer.

The entity routes are matched by hand; Falcon's router finds the rest. Nothing else of a framework is on this path.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from falcon.routing import CompiledRouter

from goodstanding.look import LANGUAGES
from goodstanding.look.words import words
from goodstanding.portal import entity
from goodstanding.portal.answer import PROBLEM, Answer, document, page
from goodstanding.portal.asked import Asked, NotHere, Unreadable, read
from goodstanding.portal.frame import render
from goodstanding.portal.pages import Pages
from goodstanding.portal.search import Search
from goodstanding.portal.store import EMPTY, PublicStore

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_log = logging.getLogger(__name__)
_ENTITY = "/entity/"


class Portal:
    """The public read plane.

    Args:
        public: The installation's public folder; it may be empty yet.
        now: The clock; its day, in the register's own time zone, decides what is still shown.
    """

    def __init__(self, public: Path, now: Callable[[], datetime]) -> None:
        self.store = PublicStore(public)
        self._now = now
        self._router = _router(Pages(self.store, Search(public)))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.answer(environ)
        start_response(answer.status_line, answer.all_headers())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def answer(self, environ: Environ) -> Answer:
        """Return the answer to a WSGI request; nothing escapes from here."""
        asked = Asked("/", {}, LANGUAGES[0], False, date.min)
        try:
            register = self.store.register()
            zone = ZoneInfo(register.statement.get("timezone", "UTC"))
            today = self._now().astimezone(zone).date()
            spoken = [one for one in register.statement.get("languages", ()) if one in LANGUAGES]
            asked = read(environ, today, spoken[0] if spoken else LANGUAGES[0])
            if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
                return self._trouble(asked, 405, "method", more=(("Allow", "GET, HEAD"),))
            if asked.path.startswith(_ENTITY):
                return self._entity(asked)
            return self._other(asked)
        except Unreadable as error:
            return self._trouble(error.asked, 400, "malformed", error.why)
        except NotHere:
            return self._trouble(asked, 404, "unknown")
        except Exception:
            # The cause is for the log; a stranger gets a number to name it by.
            reference = secrets.token_hex(4)
            _log.exception("reference %s: %s", reference, asked.path)
            return self._trouble(asked, 500, "internal", reference=reference)

    def _entity(self, asked: Asked) -> Answer:
        entity_id = asked.path.removeprefix(_ENTITY)
        is_json = entity_id.endswith(".json")
        stored = self.store.page(entity_id.removesuffix(".json"))
        if stored is None:
            raise NotHere
        return entity.as_json(stored, asked) if is_json else entity.as_html(stored, asked, self.store.register())

    def _other(self, asked: Asked) -> Answer:
        found = self._router.find(asked.path)
        if found is None:
            raise NotHere
        route, _, parts, _ = found
        return cast(_Route, route).on_get(asked, **parts)

    def _trouble(
        self, asked: Asked, status: int, key: str, why: str = "", reference: str = "", more: Any = ()
    ) -> Answer:
        """Return the answer to what went wrong, in the reader's language; the only place that does so."""
        say = words(asked.language)
        told = {
            "title": say(f"portal.trouble.{key}_title"),
            "found": say(f"portal.trouble.{why or key + '_found'}"),
            "wants": say(f"portal.trouble.{key}_wants"),
            "next": say(f"portal.trouble.{key}_next"),
        }
        if asked.is_machine:
            problem = {"type": f"urn:goodstanding:portal:{key}", "title": told["title"], "status": status}
            problem |= {"detail": told["found"], "wants": told["wants"], "next": told["next"], "instance": asked.path}
            answer = document(problem | ({"reference": reference} if reference else {}), PROBLEM, status)
        else:
            # A store that cannot be read must not hide the page that says so.
            register = EMPTY if status == 500 else self.store.register()
            html = render("trouble", asked, register, told=told, reference=reference, status=status)
            answer = page(html, status)
        return Answer(answer.status, (*answer.headers, ("X-Robots-Tag", "noindex"), *more), answer.body)


class _Route:
    """A page under a route. Falcon's router wants an object with ``on_get`` and gives it back with the path's parts."""

    def __init__(self, make: Callable[..., Answer]) -> None:
        self.on_get = make


def routes(pages: Pages) -> tuple[tuple[str, Callable[..., Answer]], ...]:
    """Return every route beside the hot one, with what makes its page."""
    return (
        ("/", pages.home),
        ("/search", pages.results),
        ("/lists/{code}", pages.entries),
        ("/draws", pages.draws),
        ("/draws/{label:path}", pages.draw),
        ("/rules", pages.rules),
        ("/certificate", pages.certificate),
        ("/record", pages.record),
        ("/record/{name}", pages.record),
        ("/departures.json", pages.departures),
        ("/log", pages.log),
        ("/log/checkpoint", pages.checkpoint),
        ("/log/entries", pages.log_entries),
        ("/about", partial(pages.text, name="about")),
        ("/accessibility", partial(pages.text, name="accessibility")),
        ("/health", pages.health),
        ("/robots.txt", pages.robots),
        ("/static/{name}", pages.static),
    )


def _router(pages: Pages) -> CompiledRouter:
    router = CompiledRouter()
    for template, make in routes(pages):
        router.add_route(template, _Route(make))
    return router

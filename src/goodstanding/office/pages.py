"""How the office's pages are made: the shared look, and what every page is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from jinja2 import Environment

from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home, default_path
from goodstanding.look import LANGUAGES, environment
from goodstanding.look.words import words
from goodstanding.office.accounts import Role, business_of, may

TEMPLATES = Path(__file__).parent / "templates"
PLACED_AT_ONCE = 1_000
"""How many touched businesses a page places in their class before it answers; more wait for the next run."""

_LANGUAGE = "language"


def the_home() -> Home:
    """Return the installation this process serves."""
    return Home(default_path())


@lru_cache(maxsize=4)
def _rulebook(home: Path, digest: str) -> Rulebook:
    return Home(home).rulebook_of(digest)


def the_rulebook() -> Rulebook:
    """Return the rulebook in force; it is read once for each version."""
    home = the_home()
    return _rulebook(home.path, home.rulebook_digest)


def now() -> datetime:
    """Return this instant, UTC."""
    return timezone.now()


def today() -> date:
    """Return the legal day: today in the register's own time zone."""
    return now().astimezone(ZoneInfo(the_rulebook().timezone)).date()


def language_of(request: HttpRequest) -> str:
    """Return the language asked for, remembered for the session; the rulebook's first one otherwise."""
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        request.session[_LANGUAGE] = asked
        return asked
    return str(request.session.get(_LANGUAGE, LANGUAGES[0]))


def say(request: HttpRequest, key: str, **values: Any) -> str:
    """Return one of our words in the reader's language."""
    return str(words(language_of(request))(key, **values))


def page(
    request: HttpRequest, template: str, values: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Return a rendered page of the office; it is never kept by a cache."""
    response = render(request, f"office/{template}", dict(values or {}), status=status)
    response["Cache-Control"] = "no-store"
    return response


def other_address(request: HttpRequest, **changes: str) -> str:
    """Return this page's address with some query values changed."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}"


def environment_for_django(**options: Any) -> Environment:
    """Return the Jinja environment Django renders the office's templates with."""
    return environment([TEMPLATES], **options)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what every page is given: language, navigation, who is signed in, and the rulebook's words."""
    language = language_of(request)
    t = words(language)
    book = the_rulebook()
    places = [
        ("/office/", "office.nav.queue", Role.VIEWER),
        ("/office/decisions", "office.nav.decisions", Role.VIEWER),
        ("/office/cases", "office.nav.cases", Role.VIEWER),
        ("/office/may", "office.may.nav", Role.VIEWER),
        ("/office/campaigns", "office.nav.campaigns", Role.VIEWER),
        ("/office/classes", "office.nav.classes", Role.VIEWER),
        ("/office/quarantine", "office.nav.quarantine", Role.VIEWER),
        ("/", "office.nav.public", None),
    ]
    navigation = [
        (href, str(t(key)), request.path == href)
        for href, key, wanted in places
        if wanted is None or may(request.user, wanted)
    ]
    if business_of(request.user):
        navigation.insert(0, ("/office/mine", str(t("office.nav.mine")), request.path == "/office/mine"))
    return {
        "language": language,
        "language_links": [(code, other_address(request, lang=code)) for code in LANGUAGES],
        "navigation": navigation,
        "service_url": "/office/",
        "service_name": str(t("office.name")),
        "service_line": book.authority.get(language, ""),
        "is_sample": (the_home().path / "sample").exists(),
        "user": request.user,
        "notices": [str(message) for message in get_messages(request)],
        "book": book,
        "may_decide": may(request.user, Role.OFFICER),
        "may_decide_in_bulk": may(request.user, Role.CHIEF),
        "may_record": may(request.user, Role.INSPECTOR),
    }

"""What every page of the portal is rendered with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from goodstanding import look
from goodstanding.look.formats import format_amount
from goodstanding.look.words import localised, words
from goodstanding.portal.asked import Asked
from goodstanding.portal.store import Register

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Amounts say so in their names; a bare number below this may be a year or a count and is left as it is.
_GROUPED_FROM = 100_000

_SECTIONS = (("/", "home"), ("/search", "search"), ("/draws", "draws"), ("/rules", "rules"), ("/about", "about"))
_FOOTER = (
    ("/certificate", "certificate"),
    ("/record", "record"),
    ("/log", "log"),
    ("/about", "about"),
    ("/accessibility", "accessibility"),
    ("/rules", "rules"),
)


@cache
def environment() -> Environment:
    """Return the Jinja environment of the portal."""
    here = Path(__file__).parent / "templates"
    env = look.environment([here], auto_reload=False)
    env.filters |= {"is_day": lambda value: bool(_DAY.fullmatch(str(value))), "last_day": last_day, "figure": figure}
    return env


@cache
def dress() -> bytes:
    """Return a digest over templates, words and stylesheet: it changes whenever an equal document looks different."""
    whole = hashlib.sha256()
    portal = Path(__file__).parent
    for file in sorted(
        [
            *portal.rglob("*.html"),
            *portal.glob("*.py"),
            *look.templates_dir().rglob("*.html"),
            *portal.parent.glob("*/words.toml"),
            *(file for file in look.static_dir().glob("*") if file.is_file()),
        ]
    ):
        whole.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return whole.digest()


def last_day(until: str) -> str:
    """Return the last day before an excluded end."""
    return (date.fromisoformat(until) - timedelta(days=1)).isoformat()


@pass_context
def figure(context: Context, value: int, field: str) -> str:
    """Return a whole number as it is read: amounts in their currency, large numbers with their thousands apart, years
    as they are."""
    if field.endswith("_minor"):
        return format_amount(value, context["register"].statement["currency"], context["language"])
    return f"{value:,}" if abs(value) >= _GROUPED_FROM else str(value)


def render(name: str, asked: Asked, register: Register, **values: Any) -> str:
    """Render a page of the portal.

    Args:
        name: The template, without folder and ending.
        asked: The request.
        register: What heads the page.
        values: What the template needs beyond that.
    """
    say = words(asked.language)
    statement: Mapping[str, Any] = register.statement
    here = "/" + asked.path.split("/")[1]
    return (
        environment()
        .get_template(f"portal/{name}.html")
        .render(
            asked=asked,
            language=asked.language,
            link=asked.link,
            today=asked.today.isoformat(),
            register=register,
            service_url=asked.link("/"),
            service_line=localised(statement.get("authority", ""), asked.language),
            navigation=[(asked.link(href), say(f"portal.nav.{key}"), href == here) for href, key in _SECTIONS],
            language_links=[(code, asked.in_language(code)) for code in look.LANGUAGES],
            footer_links=[(asked.link(href), say(f"portal.nav.{key}")) for href, key in _FOOTER],
            is_sample=bool(statement.get("is_sample")),
            **values,
        )
    )

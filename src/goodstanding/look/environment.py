"""The Jinja environment both planes render with.

Our own templates are strict: a name nobody passed is an error, not an empty place on an official page. The macros of
``govuk_frontend_jinja`` are written against Jinja's forgiving default and test for absent parameters everywhere, so
they are compiled in a forgiving twin of the environment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    Undefined,
    pass_context,
)
from jinja2.runtime import Context

from goodstanding.look import formats, shapes
from goodstanding.look.words import LANGUAGES, direction, html_language, localised, words

UPSTREAM = "govuk_frontend_jinja"
STATIC_URL = "/static/"


class Tone(StrEnum):
    """What a status means to the reader; each tone has a sign of its own besides its colour."""

    GOOD = "good"
    NOTICE = "notice"
    ADVERSE = "adverse"
    NEUTRAL = "neutral"
    ENDED = "ended"


SIGNS: Mapping[Tone, str] = {
    Tone.GOOD: "✓",
    Tone.NOTICE: "!",
    Tone.ADVERSE: "✕",
    Tone.NEUTRAL: "•",
    Tone.ENDED: "○",
}


def templates_dir() -> Path:
    """Return the folder of the shared templates."""
    return Path(__file__).parent / "templates"


def static_dir() -> Path:
    """Return the folder of built stylesheet and script; it is there once ``web/build.py`` has run."""
    return Path(__file__).parent / "static"


class LookEnvironment(Environment):
    """A strict environment that hands the upstream macros to its forgiving twin."""

    forgiving: Environment | None = None

    def _load_template(self, name: str, globals: Any) -> Template:
        if self.forgiving is not None and name.startswith(f"{UPSTREAM}/"):
            return self.forgiving._load_template(name, globals)
        return super()._load_template(name, globals)


def environment(
    extra_dirs: Iterable[Path | str] = (),
    *,
    static_url: str = STATIC_URL,
    loader: BaseLoader | None = None,
    **options: Any,
) -> Environment:
    """Return the environment of a plane: its own templates first, then the shared ones, then the upstream macros.

    Args:
        extra_dirs: Folders of the plane's templates.
        static_url: Where `static_dir` is served, with its last slash.
        loader: A loader to ask after ``extra_dirs`` and before the shared templates.
        options: Anything else a Jinja environment takes; undefined names and escaping are ours to decide.
    Returns:
        An environment with ``t``, ``asset``, ``sign``, ``languages``, ``lang_of`` and ``dir_of`` as globals, and the
        filters ``day``, ``instant``, ``number`` and ``localised``. What depends on the language reads ``language``
        from the page's context.
    """
    own = [FileSystemLoader([str(folder) for folder in extra_dirs])] + ([loader] if loader else [])
    options |= {
        "autoescape": True,
        "undefined": StrictUndefined,
        "loader": ChoiceLoader(
            [*own, FileSystemLoader(templates_dir()), PrefixLoader({UPSTREAM: PackageLoader(UPSTREAM)})]
        ),
    }
    env = LookEnvironment(**{"trim_blocks": True, "lstrip_blocks": True} | options)
    env.globals |= {
        "t": _say,
        "asset": _assets(static_url),
        "sign": lambda tone: SIGNS[Tone(tone)],
        "page_window": shapes.page_window,
        "languages": LANGUAGES,
        "lang_of": html_language,
        "dir_of": direction,
    }
    env.filters |= {"day": _day, "instant": _instant, "number": formats.format_number, "localised": _localised}
    env.filters |= {"links": shapes.links, "summary_rows": shapes.summary_rows, "table_cells": shapes.table_cells}
    env.forgiving = env.overlay(undefined=Undefined, trim_blocks=False, lstrip_blocks=False)
    return env


def django_environment(**options: Any) -> Environment:
    """Return the environment for Django's Jinja2 backend, named in its OPTIONS as ``environment``.

    Args:
        options: What the backend passes: its loader over DIRS, and its own choice of escaping and undefined names.
    """
    return environment(**options)


def _assets(static_url: str) -> Callable[[str], str]:
    """Return the function that gives a static file's address, marked with its content so that it may be cached."""
    versions = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        for file in static_dir().glob("*")
        if file.is_file() and not file.name.startswith(".")
    }

    def asset(name: str) -> str:
        return f"{static_url}{name}?v={versions[name]}" if name in versions else f"{static_url}{name}"

    return asset


def _language(context: Context) -> str:
    language = context.get("language")
    if not isinstance(language, str):
        raise LookupError(
            f"{context.name} has no language: pass `language` to the page, and import components `with context`"
        )
    return language


@pass_context
def _say(context: Context, key: str, /, **values: Any) -> str:
    return words(_language(context))(key, **values)


@pass_context
def _day(context: Context, value: date | str) -> str:
    return formats.format_day(value, _language(context))


@pass_context
def _instant(context: Context, value: datetime | str) -> str:
    return formats.format_instant(value, _language(context))


@pass_context
def _localised(context: Context, value: Mapping[str, str] | str) -> str:
    return localised(value, _language(context))

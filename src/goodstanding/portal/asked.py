"""One request as the pages see it: checked text in, no framework."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode

from goodstanding.look import LANGUAGES

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:]{2,45}\](:\d{1,5})?")
MAX_PATH = 600
MAX_QUERY = 2_000
MAX_VALUE = 200
CODE = "code"
"""The one value that may fill the whole query: a certificate's code, which holds it. Its line breaks do not count."""


class Malformed(StrEnum):
    """Why a request cannot be read."""

    ENCODING = "encoding"
    CONTROL = "control"
    LENGTH = "length"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Args:
        path: Decoded, without control characters.
        query: The last value of each name.
        language: The language of the answer.
        is_chosen: Whether the address itself names the language, so that links go on naming it.
        today: The legal day.
        etags: The tags of ``If-None-Match``.
        accepts_zstd: Whether the body may come as a zstd frame.
        origin: Scheme and host as the reader names them, or empty where the name is no host's.
    """

    path: str
    query: Mapping[str, str]
    language: str
    is_chosen: bool
    today: date
    etags: frozenset[str] = frozenset()
    accepts_zstd: bool = False
    origin: str = ""

    @property
    def is_machine(self) -> bool:
        """Whether the answer is JSON, errors included."""
        return self.path.endswith(".json") or self.path == "/health"

    def link(self, path: str, **query: object) -> str:
        """Return an address in the language of this one."""
        named = {name: value for name, value in query.items() if value not in ("", None)}
        if self.is_chosen:
            named.setdefault("lang", self.language)
        return quote(path, safe="/:") + ("?" + urlencode(named) if named else "")

    def in_language(self, language: str) -> str:
        """Return this very address in another language."""
        return self.link(self.path, **{**self.query, "lang": language})


class Unreadable(Exception):
    """A request that cannot be read, with as much of it as could.

    Like `NotHere` it never leaves the portal, which tells its readers in their own language; so it carries no beats.
    """

    def __init__(self, asked: Asked, why: Malformed) -> None:
        super().__init__(why.value)
        self.asked = asked
        self.why = why


class NotHere(Exception):
    """Nothing is published under an address."""


def read(environ: Mapping[str, Any], today: date, default: str) -> Asked:
    """Read a WSGI request.

    Args:
        environ: As PEP 3333 has it.
        today: The legal day.
        default: The language when nobody asks for one.
    Raises:
        Unreadable: Path or query are too long, no UTF-8, or hold control characters.
    """
    language = _wanted(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")), default)
    blank = Asked("/", {}, language, False, today)
    try:
        path = str(environ.get("PATH_INFO", "/")).encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Unreadable(blank, Malformed.ENCODING) from None
    if len(path) > MAX_PATH:
        raise Unreadable(blank, Malformed.LENGTH)
    if _has_control(path):
        raise Unreadable(blank, Malformed.CONTROL)
    here = Asked(path or "/", {}, language, False, today)
    query = _query(str(environ.get("QUERY_STRING", "")), here)
    chosen = query.pop("lang", "")
    etags = frozenset(tag.strip().removeprefix("W/") for tag in str(environ.get("HTTP_IF_NONE_MATCH", "")).split(","))
    return Asked(
        path=path or "/",
        query=query,
        language=chosen if chosen in LANGUAGES else language,
        is_chosen=chosen in LANGUAGES,
        today=today,
        etags=etags,
        accepts_zstd=_accepts_zstd(str(environ.get("HTTP_ACCEPT_ENCODING", ""))),
        origin=_origin(environ),
    )


def _origin(environ: Mapping[str, Any]) -> str:
    host = str(environ.get("HTTP_HOST", ""))
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}" if _HOST.fullmatch(host) else ""


def _query(text: str, here: Asked) -> dict[str, str]:
    if len(text) > MAX_QUERY:
        raise Unreadable(here, Malformed.LENGTH)
    found: dict[str, str] = {}
    for pair in text.split("&"):
        if not pair:
            continue
        try:
            # WSGI hands bytes over as Latin-1 text.
            raw = pair.replace("+", " ").encode("latin-1").partition(b"=")
            name, _, value = (unquote_to_bytes(one).decode() for one in raw)
        except UnicodeError:
            raise Unreadable(here, Malformed.ENCODING) from None
        if name == CODE:
            value = "".join(value.split())
        if _has_control(name + value):
            raise Unreadable(here, Malformed.CONTROL)
        if len(value) > (MAX_QUERY if name == CODE else MAX_VALUE):
            raise Unreadable(here, Malformed.LENGTH)
        found[name] = value
    return found


def _has_control(text: str) -> bool:
    """Tell whether text holds control, surrogate or unassigned characters; none of them belongs in an address."""
    return not text.isprintable() and any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in text)


def _wanted(accept: str, default: str) -> str:
    """Return the language of ours that a reader prefers, by ``Accept-Language``."""
    ranked: list[tuple[float, str]] = []
    for part in accept[:500].split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES:
            try:
                ranked.append((float(weight.strip().removeprefix("q=") or 1), language))
            except ValueError:
                ranked.append((0.0, language))
    best = max(ranked, key=lambda one: one[0], default=None)
    return default if best is None or best[0] <= 0 else best[1]


def _accepts_zstd(accept: str) -> bool:
    for part in accept.split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() == "zstd":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False

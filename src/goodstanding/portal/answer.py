"""One answer: status, headers, bytes; and the headers every answer carries."""

from __future__ import annotations

from dataclasses import dataclass

from goodstanding.portal.asked import Asked
from goodstanding.publicstore import encode

SECURITY = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "interest-cohort=()"),
)
HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
PROBLEM = "application/problem+json; charset=utf-8"
# A page may be kept but must be asked about each time: what disappears on a day must not live on in a cache.
ASK_AGAIN = ("Cache-Control", "public, no-cache")

REASONS = {200: "OK", 304: "Not Modified", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}
REASONS |= {500: "Internal Server Error", 503: "Service Unavailable"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back, without the headers all answers share."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def status_line(self) -> str:
        return f"{self.status} {REASONS[self.status]}"

    def all_headers(self) -> list[tuple[str, str]]:
        """Return the headers to send."""
        length = () if self.status == 304 else (("Content-Length", str(len(self.body))),)
        return [*self.headers, *length, *SECURITY]


def tagged(asked: Asked, tag: str, kind: str, more: tuple[tuple[str, str], ...] = ()) -> tuple[bool, Answer]:
    """Return whether the asker already has what ``tag`` names, and the answer without its body.

    Args:
        tag: What changes whenever the body would, without quotes.
        kind: The content type.
        more: Further headers.
    """
    headers = (("ETag", f'"{tag}"'), ASK_AGAIN, ("Vary", "Accept-Language, Accept-Encoding"), *more)
    if f'"{tag}"' in asked.etags or "*" in asked.etags:
        return True, Answer(304, headers)
    return False, Answer(200, (("Content-Type", kind), *headers))


def page(html: str, status: int = 200, more: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return an HTML page that is told nothing to compare with."""
    headers = (("Content-Type", HTML), ASK_AGAIN, ("Vary", "Accept-Language, Accept-Encoding"), *more)
    return Answer(status, headers, html.encode())


def document(value: object, kind: str = JSON, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status, (("Content-Type", kind), ASK_AGAIN), encode(value))

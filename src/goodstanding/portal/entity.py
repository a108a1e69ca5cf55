"""The hot route: one business as JSON or as a page. Pure functions from what is stored and what is asked to bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from goodstanding import publicstore as layout
from goodstanding.portal.answer import HTML, JSON, Answer, tagged
from goodstanding.portal.asked import Asked, NotHere
from goodstanding.portal.day import as_of_day, is_over
from goodstanding.portal.frame import dress, render
from goodstanding.portal.store import Register
from goodstanding.publicstore import Json, Page

_NOINDEX = (("X-Robots-Tag", "noindex"),)


def document_on(page: Page, today: date) -> Json | None:
    """Return a stored page's document as it stands on a day, or ``None`` when it may no longer be shown."""
    document: Json = json.loads(layout.expand(page.frame))
    return as_of_day(document, today)


def _is_as_stored(page: Page, today: date) -> bool:
    return page.next_change_on is None or today < page.next_change_on


def as_json(page: Page, asked: Asked) -> Answer:
    """Return an entity's document; the stored frame itself where it still holds today and the asker takes zstd.

    Raises:
        NotHere: It may no longer be shown.
    """
    as_stored = _is_as_stored(page, asked.today)
    coded = as_stored and asked.accepts_zstd
    tag = f"{page.digest[:16].hex()}-{asked.today:%Y%m%d}" + ("-z" if coded else "")
    more = (*(_NOINDEX if page.is_ending else ()), *((("Content-Encoding", "zstd"),) if coded else ()))
    body = page.frame if coded else b""
    if not as_stored:
        # Judged before the tag is compared: what may no longer be shown is not confirmed either.
        document = document_on(page, asked.today)
        if document is None:
            raise NotHere
        body = layout.encode(document)
    has_it, answer = tagged(asked, tag, JSON, more)
    if has_it:
        return answer
    return Answer(answer.status, answer.headers, body or layout.expand(page.frame))


def as_html(page: Page, asked: Asked, register: Register) -> Answer:
    """Return an entity's page.

    Raises:
        NotHere: It may no longer be shown.
    """
    document = None
    if not _is_as_stored(page, asked.today):
        document = document_on(page, asked.today)
        if document is None:
            raise NotHere
    parts = (page.digest, dress(), f"{asked.today}|{asked.language}|{asked.is_chosen}|{register.generation}".encode())
    tag = hashlib.sha256(b"".join(parts)).hexdigest()[:32]
    has_it, answer = tagged(asked, tag, HTML, _NOINDEX if page.is_ending else ())
    if has_it:
        return answer
    shown = document or document_on(page, asked.today)
    if shown is None:
        raise NotHere
    html = render("entity", asked, register, entity=shown, sections=sections(shown), former=former_names(shown))
    return Answer(answer.status, answer.headers, html.encode())


@dataclass(frozen=True, slots=True)
class Section:
    """The records of one kind on a page.

    Args:
        kind: Its code.
        openly: Records that stand open, newest first.
        folded: Earlier ones, behind a line to open.
    """

    kind: str
    openly: tuple[Json, ...]
    folded: tuple[Json, ...]


def sections(document: Json) -> list[Section]:
    """Return a document's records by kind: first the kinds the law makes disappear, the registration, then the rest."""
    by_kind: dict[str, list[Json]] = {}
    for item in document["items"]:
        by_kind.setdefault(item["kind"], []).append(item)
    registered = next(item["kind"] for item in document["items"] if item["id"] == document["registered"])

    def rank(kind: str) -> int:
        if kind == document["entry_kind"]:
            return 0
        if any(item["is_ending"] for item in by_kind[kind]):
            return 1
        return 2 if kind == registered else 3

    found = []
    # Among equals the kind with the latest record comes first, as the document has it.
    for kind in sorted(by_kind, key=rank):
        items = by_kind[kind]
        # The last word of a kind that nothing ends is enough at first sight; what the law lets lapse stands open.
        at = len(items) if any(item["is_ending"] for item in items) else 1
        found.append(Section(kind, tuple(items[:at]), tuple(items[at:])))
    return found


def former_names(document: Json) -> list[Json]:
    """Return ``{name, until_on}`` of each earlier name the registration shows, the latest first."""
    kind = next(item["kind"] for item in document["items"] if item["id"] == document["registered"])
    found: list[Json] = []
    for item in document["items"]:
        name = item["values"].get(document["name_field"]) if item["kind"] == kind else None
        if name and name != document["name"] and name not in (one["name"] for one in found):
            found.append({"name": name, "until_on": item["until_on"]})
    return found


def summary(document: Json, today: date) -> Json:
    """Return what a list of results tells of a business: where it is, what it is, whether it stands on a list."""
    standing = [item for item in document["items"] if item["id"] in document["standing"]]
    return {
        "id": document["id"],
        "code": document["code"],
        "name": document["name"],
        "status": document["status"],
        "is_active": document["is_active"],
        "region": document["region"],
        "sector": document["sector"],
        "lists": [item["texts"].get("list", {}) for item in standing if not is_over(item["until_on"], today)],
    }

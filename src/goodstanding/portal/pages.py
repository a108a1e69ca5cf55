"""The pages besides the hot route: each a function from what is asked to an answer."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from goodstanding import certificate, look
from goodstanding import publicstore as layout
from goodstanding.core.errors import CertificateUnknown
from goodstanding.portal.answer import ASK_AGAIN, JSON, Answer, document, page
from goodstanding.portal.asked import CODE, Asked, Malformed, NotHere, Unreadable
from goodstanding.portal.day import is_over
from goodstanding.portal.entity import document_on, summary
from goodstanding.portal.frame import render
from goodstanding.portal.search import Hits, Search
from goodstanding.portal.store import PublicStore
from goodstanding.publicstore import Json

PER_PAGE = 20
ENTRIES_PER_PAGE = 50
LAST_PAGE = 50
"""Beyond this many pages of hits a reader is asked to say more."""

TOLD_PER_PAGE = 500
LIST_FORMAT = "goodstanding-list/1"
RECORD_FORMAT = "goodstanding-record/1"
DEPARTURES_FORMAT = "goodstanding-departures/1"

ENTRIES_PER_ANSWER = 100_000
"""Entries of the log in one answer: 3.2 megabytes."""

_EVER = "public, max-age=31536000, immutable"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages over one public store."""

    store: PublicStore
    search: Search

    def home(self, asked: Asked) -> Answer:
        """Search, what this is, counts, lists, the latest draws."""
        draws = self.store.draws()
        return page(render("home", asked, self.store.register(), draws=draws[:4], draw_count=len(draws)))

    def results(self, asked: Asked) -> Answer:
        """What a search finds."""
        register = self.store.register()
        text = asked.query.get("q", "").strip()
        number = _number(asked, LAST_PAGE)
        hits = Hits()
        if text:
            hits = self.search.find(text, register.generation, (number - 1) * PER_PAGE, PER_PAGE)
        pages = min(-(-hits.total // PER_PAGE), LAST_PAGE)
        html = render(
            "search",
            asked,
            register,
            q=text,
            hits=hits,
            found=list(self._summaries(hits.ids, asked)),
            is_typed=any(char.isalnum() for char in text),
            page=number,
            pages=pages,
            pattern=_pattern(asked, "/search", q=text),
        )
        return page(html, more=(("X-Robots-Tag", "noindex"),))

    def _summaries(self, ids: Iterable[str], asked: Asked) -> Iterable[Json]:
        for entity_id in ids:
            stored = self.store.page(entity_id)
            found = None if stored is None else document_on(stored, asked.today)
            if found is not None:
                yield summary(found, asked.today)

    def entries(self, asked: Asked, code: str) -> Answer:
        """One list, newest entries first, as a page or by its ending as JSON; what ended by today is passed over."""
        register = self.store.register()
        code = code.removesuffix(".json")
        definition = register.list_of(code)
        if definition is None:
            raise NotHere
        rows, following = self._rows(asked, code)
        if asked.is_machine:
            return document(
                {
                    "format": LIST_FORMAT,
                    "list": code,
                    "title": definition["title"],
                    "as_of": asked.today.isoformat(),
                    "published_for": register.state["as_of"],
                    "entries": [_told(row, register.statement["authority"]) for row in rows],
                    "next": asked.link(f"/lists/{code}.json", before=following) if following else None,
                }
            )
        return page(
            render(
                "list",
                asked,
                register,
                definition=definition,
                rules={rule["ref"]: rule for group in register.rules for rule in group["rules"]},
                rows=rows,
                following=asked.link(f"/lists/{code}", before=following) if following else "",
                is_first="before" not in asked.query,
                count=register.state["entries"].get(code, 0),
            )
        )

    def _rows(self, asked: Asked, code: str) -> tuple[list[Json], str]:
        """Return a page of a list's rows, and the cursor of what comes after; empty where nothing does."""
        before = _cursor(asked, "before", layout.list_prefix(code))
        rows: list[Json] = []
        more = True
        while more and len(rows) < ENTRIES_PER_PAGE:
            wanted = ENTRIES_PER_PAGE - len(rows)
            found = self.store.entries(code, before, wanted)
            more = len(found) == wanted
            rows += [row for _, row in found if not _is_gone(row, asked)]
            before = found[-1][0] if found else before
        if more and self.store.entries(code, before, 1):
            return rows, base64.urlsafe_b64encode(before).decode()
        return rows, ""

    def draws(self, asked: Asked) -> Answer:
        """All draws."""
        return page(render("draws", asked, self.store.register(), draws=self.store.draws()))

    def draw(self, asked: Asked, label: str) -> Answer:
        """One draw: what was committed, the seed, who was selected, how to check it; by its ending, file or visit."""
        for part in ("plan", "bundle", "excerpt"):
            if label.endswith(f"/{part}.json"):
                return self._draw_file(label.removesuffix(f"/{part}.json"), part)
        campaign, is_visit, unit = label.rpartition("/visit/")
        if is_visit:
            return self._visit(asked, campaign, unit)
        shown: Json = json.loads(self._draw_part(label, "summary"))
        pages = shown.get("pages", 0)
        number = _number(asked, max(pages, 1))
        selected: list[Json] = []
        if pages:
            selected = json.loads(self._draw_part(label, layout.selected_part(number - 1)))
        names = {one["id"]: one["name"] for one in self._summaries((row["unit"] for row in selected), asked)}
        return page(
            render(
                "draw",
                asked,
                self.store.register(),
                draw=shown,
                selected=selected,
                names=names,
                page=number,
                pages=pages,
                pattern=_pattern(asked, f"/draws/{label}"),
            )
        )

    def _visit(self, asked: Asked, label: str, unit: str) -> Answer:
        """Why one business was drawn: its stratum, chance and ticket, and the proof that it was in the frame."""
        shown: Json = json.loads(self._draw_part(label, "summary"))
        told: Json = json.loads(self._draw_part(label, layout.visit_part(unit)))
        code = told["visit"]["stratum"]
        return page(
            render(
                "visit",
                asked,
                self.store.register(),
                draw=shown,
                stratum=next(one for one in shown["strata"] if one["code"] == code),
                names={one["id"]: one["name"] for one in self._summaries([unit], asked)},
                **told,
            )
        )

    def _draw_file(self, label: str, part: str) -> Answer:
        """Return the plan or the bundle of a draw, byte for byte as recorded."""
        body = self._draw_part(label, part)
        return Answer(200, (("Content-Type", JSON), ASK_AGAIN, ("Content-Disposition", "attachment")), body)

    def _draw_part(self, label: str, part: str) -> bytes:
        found = self.store.draw_part(label, part)
        if found is None:
            raise NotHere
        return found

    def rules(self, asked: Asked) -> Answer:
        """The rules in plain words, those in force today first."""
        register, today = self.store.register(), asked.today.isoformat()
        groups = [
            {
                "group": group["group"],
                "now": [rule for rule in group["rules"] if _is_valid(rule, today)],
                "other": [rule for rule in group["rules"] if not _is_valid(rule, today)],
            }
            for group in register.rules
        ]
        return page(render("rules", asked, register, groups=[one for one in groups if one["now"] or one["other"]]))

    def certificate(self, asked: Asked) -> Answer:
        """What a certificate says, once its signature held; the code is all that is looked at."""
        register, code = self.store.register(), asked.query.get(CODE, "").strip()
        body: Json | None = None
        if code:
            try:
                held = certificate.read(code)
                certificate.verify(held, str(register.statement.get("public_key", "")))
                body = dict(held.body)
            except CertificateUnknown:
                body = None
        titles = {one["code"]: one["title"] for one in register.statement.get("lists", ())}
        html = render("certificate", asked, register, code=code, body=body, titles=titles)
        return page(html, more=(("X-Robots-Tag", "noindex"),))

    def record(self, asked: Asked, name: str = "") -> Answer:
        """What became of one record that is no longer in view, by its public name; without a name, a form to ask."""
        name = (name.removesuffix(".json") or asked.query.get("name", "")).strip()
        departure = self.store.departure(name) if name else None
        # Only of what left: of a record in view this would outlive its last day by the time until somebody publishes.
        sealed = self.store.sealed(name) if departure is not None else None
        if asked.is_machine:
            if departure is None:
                raise NotHere
            log = {"log": asdict(sealed)} if sealed is not None else {}
            return document({"format": RECORD_FORMAT, "record": name} | departure | log)
        html = render("record", asked, self.store.register(), record=name, departure=departure, sealed=sealed)
        return page(html, more=(("X-Robots-Tag", "noindex"),))

    def departures(self, asked: Asked) -> Answer:
        """What publications told of records that left or came back, for whoever keeps copies; the oldest first."""
        found = self.store.told(_cursor(asked, "after"), TOLD_PER_PAGE)
        more = len(found) == TOLD_PER_PAGE
        last = base64.urlsafe_b64encode(found[-1][0]).decode() if found else asked.query.get("after", "")
        return document(
            {
                "format": DEPARTURES_FORMAT,
                "publication": self.store.register().generation,
                "told": [one for _, one in found],
                "last": last,
                "next": asked.link("/departures.json", after=last) if more else None,
            }
        )

    def log(self, asked: Asked) -> Answer:
        """The public log: how far it has come, and how to hold it to what one kept."""
        reached = layout.last_checkpoint(self.store.folder)
        return page(render("log", asked, self.store.register(), checkpoint=reached, at_once=ENTRIES_PER_ANSWER))

    def checkpoint(self, _: Asked) -> Answer:
        """The signed checkpoint of the log."""
        text = self.store.checkpoint()
        if not text:
            raise NotHere
        return Answer(200, (("Content-Type", "text/plain; charset=utf-8"), ASK_AGAIN), text.encode())

    def log_entries(self, asked: Asked) -> Answer:
        """Entries of the log as bytes, one behind the other, from a place on."""
        first = asked.query.get("from", "0")
        if not (first.isascii() and first.isdigit() and len(first) <= 18):
            raise NotHere
        body = self.store.log_entries(int(first), ENTRIES_PER_ANSWER)
        return Answer(200, (("Content-Type", "application/octet-stream"), ASK_AGAIN), body)

    def text(self, asked: Asked, name: str) -> Answer:
        """A page of words: about, accessibility."""
        return page(render(name, asked, self.store.register()))

    def health(self, _: Asked) -> Answer:
        """Whether the store can be read, and what it holds."""
        register = self.store.register()
        return document({"status": "empty" if register.is_empty else "ok"} | register.state)

    def static(self, asked: Asked, name: str) -> Answer:
        """One file of the look; kept for ever under an address that names its content."""
        file = look.static_dir() / name
        # Only a plain name of a file that is there; a path cannot climb out of the folder.
        if name.startswith(".") or "/" in name or not file.is_file() or file.suffix not in _KINDS:
            raise NotHere
        kept = _EVER if "v" in asked.query else ASK_AGAIN[1]
        kind = f"{_KINDS[file.suffix]}; charset=utf-8"
        return Answer(200, (("Content-Type", kind), ("Cache-Control", kept)), file.read_bytes())

    def robots(self, _: Asked) -> Answer:
        """What crawlers may follow: searches are for people."""
        kind = ("Content-Type", "text/plain; charset=utf-8")
        return Answer(200, (kind, ASK_AGAIN), b"User-agent: *\nDisallow: /search\n")


def _told(row: Json, authority: Json) -> Json:
    """Return a row of a list for machines: who, since and until when, why, by whom, under which rule."""
    named = ("id", "name", "from_on", "until_on", "ground", "rule")
    return {name: row[name] for name in named} | {"authority": row["authority"] or authority}


def _is_gone(row: Json, asked: Asked) -> bool:
    return is_over(row["until_on"], asked.today) or is_over(row["shown_until"], asked.today)


def _is_valid(rule: Json, today: str) -> bool:
    return str(rule["valid_from"]) <= today and (rule["valid_until"] is None or today < rule["valid_until"])


def _number(asked: Asked, last: int) -> int:
    """Return the page asked for.

    Raises:
        Unreadable: It is no whole number from 1.
        NotHere: It lies beyond the last.
    """
    text = asked.query.get("page", "1")
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise Unreadable(asked, Malformed.VALUE)
    if int(text) > last:
        raise NotHere
    return int(text)


def _cursor(asked: Asked, name: str, prefix: bytes = b"") -> bytes:
    """Return the key after which to go on, which must begin with a prefix; empty where none is asked for."""
    text = asked.query.get(name, "")
    try:
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(asked, Malformed.VALUE) from None
    if key and not key.startswith(prefix):
        raise Unreadable(asked, Malformed.VALUE)
    return key


def _pattern(asked: Asked, path: str, **query: str) -> str:
    return asked.link(path, **query, page="__page__").replace("__page__", "{page}")

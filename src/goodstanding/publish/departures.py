"""What became of a record that is no longer in view: its public name, how it left and when, and not a word of it.

Rules kept here:
- Whoever holds a copy of a public document can look each record up by its name and learn that it left, and how: it
  expired, was repaired, corrected or annulled. Nothing here tells whose record it was or what it said.
- A record that stands again, for its repair was revoked, is told as restored; its name is that of its page again.
- A record that its source said anew, or that was given its end, names the record that took its place, where one is
  in view.
- A record that is kept back for a time is told as suspended, so that its copies are kept back too; why is not told, for
  that would tell of the business. When it stands again, the store tells it as restored; when its time is over
  meanwhile, how it left is told instead.
- A record of which no day was ever in view is not told of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from goodstanding.core.disclosure import hidden
from goodstanding.core.exits import display_of, exits
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.publicstore import Json
from goodstanding.publish.document import Terms

RENEWED: Final = "renewed"
"""Beside the five exits: the record stands under another name, for its source gave it its end."""
SUSPENDED: Final = "suspended"
"""Beside the five exits: the record is kept back for a time and has not left."""


def departures(facts: Sequence[Fact], day: date, now: datetime, terms: Terms, document: Json | None) -> dict[str, Json]:
    """Return what became of every record of a business that was in view and is no longer, by its public name.

    Args:
        facts: Every fact of one business.
        day: The day of the document.
        now: Facts learned later are not looked at; UTC.
        document: What the public sees of the business on that day; ``None`` where it has no page.
    Returns:
        ``{how, on}`` by public name: ``how`` is one of the exits, `RENEWED` or `SUSPENDED`; and beside it ``now``, the
        name of the record in its place, where there is one.
    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    known = [fact for fact in facts if fact.known_at <= now]
    in_view = {item["id"] for item in document["items"]} if document is not None else set()
    left = exits(known, terms.book, day)
    suspended = _suspended(known, day, now, terms.book)
    after = {fact.corrects: fact for fact in known if fact.corrects is not None}
    found: dict[str, Json] = {}
    for fact in known:
        since = max(fact.span.from_on, fact.known_at.date())
        if since > day or fact.kind == terms.book.disclosure.repair_kind or (name := terms.name_of(fact)) in in_view:
            continue
        following = _in_its_place(fact, after, in_view, terms)
        way = left.get(fact.digest)
        kept_back_on = suspended.get(_last(fact, after).digest)
        if way is not None and since <= way.on:
            told: Json = {"how": way.how.value, "on": way.on.isoformat()}
        elif way is None and kept_back_on is not None and since <= kept_back_on:
            told = {"how": SUSPENDED, "on": kept_back_on.isoformat()}
        elif way is None and following:
            told = {"how": RENEWED, "on": after[fact.digest].known_at.date().isoformat()}
        else:
            continue
        found[name] = told | ({"now": following} if following else {})
    return found


def _suspended(known: Sequence[Fact], day: date, now: datetime, book: Rulebook) -> dict[str, date]:
    """Return since when each record that would be in view is kept back, by digest: not before anybody knew why."""
    during = {one.during for one in book.disclosure.hidings}
    if not any(fact.kind in during for fact in known):
        return {}
    seen = view(known, day, now)
    repairs = list(seen.of(book.disclosure.repair_kind))
    kept_back = hidden(seen, book.disclosure)
    found = {}
    for fact in seen.facts:
        if fact.digest in kept_back and display_of(fact, repairs, book) is not None:
            cause = kept_back[fact.digest].cause
            found[fact.digest] = max(cause.span.from_on, cause.known_at.date())
    return found


def _in_its_place(fact: Fact, after: Mapping[str, Fact], in_view: Collection[str], terms: Terms) -> str:
    """Return the public name of what was last said of the same record, where that is in view."""
    last = _last(fact, after)
    name = terms.name_of(last)
    return name if last is not fact and name in in_view else ""


def _last(fact: Fact, after: Mapping[str, Fact]) -> Fact:
    while fact.digest in after:
        fact = after[fact.digest]
    return fact

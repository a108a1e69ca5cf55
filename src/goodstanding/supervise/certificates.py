"""Certificates of what stands on the public lists: given on a day, as of a position of the ledger, and signed.

Rules kept here:
- A certificate tells what the public page of that day tells and no more: entries of public lists that are shown.
- It is signed with the key that answers at the point of use are signed with; see `measures.py` beside this.
- None is given for a day to come, nor for a day of which something may not be told any more, or not for now.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from zoneinfo import ZoneInfo

from goodstanding.certificate import FORMAT, Certificate, sign
from goodstanding.core.against import term_over
from goodstanding.core.disclosure import hidden, public_items
from goodstanding.core.entity import profile
from goodstanding.core.errors import CertificateRefused, EntityUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.publicstore import last_checkpoint
from goodstanding.records import ledger
from goodstanding.supervise.measures import signing_key


def certify(home: Home, entity_id: str, day: date, now: datetime) -> Certificate:
    """Certify which public lists a business stands on, or that it stands on none.

    Args:
        day: The legal day; what is known now of it counts.
        now: The instant; UTC.
    Raises:
        EntityUnknown: No registration of it was known to have begun by the day.
        CertificateRefused: The day is to come, or nothing of the business may be shown on it.
    """
    book, position = home.rulebook, ledger.position()
    asked = f"A certificate on {entity_id} for {day}."
    today = now.astimezone(ZoneInfo(book.timezone)).date()
    if day > today:
        raise CertificateRefused(
            asked=asked,
            found="That day is to come.",
            wants="Today, or a day before.",
            next_step="Ask on the day itself.",
        )
    seen = view(ledger.facts_of(entity_id, position), day, now)
    who = profile(seen, book.roles)
    if who is None:
        raise EntityUnknown(
            asked=asked,
            found="No registration of that business was known to have begun by then.",
            wants="The id of a registered business, as scheme:code.",
            next_step="Look the business up by its name or code.",
        )
    items = public_items(seen, book.kinds, book.disclosure, book.calendar)
    registered = next((one for one in items if one.fact.digest == who.registered.digest), None)
    if registered is None:
        raise CertificateRefused(
            asked=asked,
            found="Its registration may not be shown on that day.",
            wants="A business with a public record.",
            next_step="Choose a day on which it was registered.",
        )
    lists = [code for code, one in book.lists.lists.items() if one.is_public]
    entries = [
        one
        for one in items
        if one.fact.kind == book.lists.entry_kind and one.fact.payload["list"] in lists and _stands(one.fact, day, book)
    ]
    known = view(ledger.facts_of(entity_id, position), today, now)
    kept_back = hidden(seen, book.disclosure).keys() | hidden(known, book.disclosure).keys()
    listed = (one for one in seen.of(book.lists.entry_kind) if one.payload["list"] in lists and _stands(one, day, book))
    if any(one.digest in kept_back for one in listed):
        # It may be told neither that the entry stands, for the public is not to know, nor that none does: it is there.
        raise CertificateRefused(
            asked=asked,
            found="Something that day is kept back from the public for a time.",
            wants="A day of which everything may be told.",
            next_step="Ask again once it is over, or look at the business's own page.",
        )
    if any(not one.shown.span.contains(today) or _is_over(one.fact, today, book) for one in entries):
        # What was repaired or is over is told to nobody, not even by way of a day on which it stood.
        raise CertificateRefused(
            asked=asked,
            found="What stood that day may no longer be told.",
            wants="A day of which everything may be told.",
            next_step="Ask for a certificate for today.",
        )
    logged = last_checkpoint(home.folder("public"))
    body = {
        "format": FORMAT,
        "number": f"Z{day.year}-{secrets.token_hex(6)}",
        "entity": entity_id,
        "name": registered.values.get(book.roles.name) or "",
        "day": day.isoformat(),
        "ledger_position": position,
        "log_size": 0 if logged is None else logged.size,
        "log_root": "" if logged is None else logged.root.hex(),
        "rulebook": book.digest,
        "issued_at": now.isoformat(timespec="seconds"),
        "lists": lists,
        "standing": [
            {
                "list": one.fact.payload["list"],
                "since": one.fact.span.from_on.isoformat(),
                "decision": one.values.get("decision") or "",
            }
            for one in entries
        ],
    }
    return sign(body, signing_key(home))


def _stands(entry: Fact, day: date, book: Rulebook) -> bool:
    return entry.span.contains(day) and not _is_over(entry, day, book)


def _is_over(entry: Fact, day: date, book: Rulebook) -> bool:
    """Tell whether an entry's term is over by a day, whether or not anybody has written its end yet."""
    over_on = term_over(entry, book)
    return over_on is not None and over_on <= day

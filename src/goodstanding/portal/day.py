"""A document on a day later than the one it was published for: what was due to disappear by then is gone.

Rules kept here:
- A record is shown while its last day of display is not over; on ``shown_until`` it is gone, whoever has or has not
  published since.
- What an entry brings is told while the entry stands and the measure's own term is not over; the text of its decision
  while it stands.
- With a record goes every title and rule that only it used, so that nothing tells it was there.
- A business whose registration may no longer be shown has no page.
- What begins on a later day waits for the publisher: the reader takes away and never adds.
"""

from __future__ import annotations

from datetime import date

from goodstanding.publicstore import Json, explained


def is_over(until: str | None, today: date) -> bool:
    """Tell whether an end, itself excluded, has come."""
    return until is not None and until <= today.isoformat()


def as_of_day(document: Json, today: date) -> Json | None:
    """Return a stored document as it stands on ``today``, or ``None`` when it may no longer be shown."""
    due = document["next_change_on"]
    if not is_over(due, today):
        return document
    items = [_with_what_stands(item, today) for item in document["items"] if not is_over(item["shown_until"], today)]
    registered = next((item for item in items if item["id"] == document["registered"]), None)
    if registered is None:
        return None
    ended = {item["id"] for item in items if is_over(item["until_on"], today)}
    left = {item["id"] for item in items}
    standing = [one for one in document["standing"] if one in left and one not in ended]
    changes = [
        end
        for item in items
        for end in (item["shown_until"], item["until_on"], *(one["until_on"] for one in item.get("measures", ())))
        if end is not None and not is_over(end, today)
    ]
    return (
        document
        | {
            "is_active": document["is_active"] and document["registered"] not in ended,
            # Ahead of the others stand the entries in force; one that has ended falls back among them by its day.
            "items": _ordered(items, standing),
            "standing": standing,
            "next_change_on": min(changes) if changes else None,
        }
        | explained(items, document["kinds"], document["rules"])
    )


def _with_what_stands(item: Json, today: date) -> Json:
    """Return a record with the measures that still stand and the text of a decision that does, without empty keys."""
    if "measures" not in item and "document" not in item:
        return item
    bare = {name: value for name, value in item.items() if name not in ("measures", "document")}
    if is_over(item["until_on"], today):
        return bare
    left = [one for one in item.get("measures", ()) if not is_over(one["until_on"], today)]
    text = {"document": item["document"]} if "document" in item else {}
    return bare | ({"measures": left} if left else {}) | text


def _ordered(items: list[Json], standing: list[str]) -> list[Json]:
    rest = [item for item in items if item["id"] not in standing]
    rest.sort(key=lambda item: str(item["from_on"]), reverse=True)
    return [item for item in items if item["id"] in standing] + rest

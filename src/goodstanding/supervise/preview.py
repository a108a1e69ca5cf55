"""Preview: what a variant of the rulebook would move if it came into force; classes, list proposals, expected checks.

Rules kept here:
- Both rulebooks are asked on the same facts, on the same day, as known at the same instant.
- Nothing is recorded; what is written for the engine lies in a folder that does not outlive the question.
- A variant is of the same jurisdiction. Everything else of it may differ.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from goodstanding.core import rulebook as rulebooks
from goodstanding.core.errors import VariantForeign
from goodstanding.core.ledger import View, view
from goodstanding.core.plan import Terms, treatments_in_force
from goodstanding.core.preview import Counts, Preview, Side
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import DuckDB
from goodstanding.engine.indicators import names
from goodstanding.engine.snapshot import Snapshot
from goodstanding.engine.whole import classify_snapshot
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.candidates import visits_to_come
from goodstanding.supervise.weighed import snapshot_at

Progress = Callable[[str, int], None]
"""Told what is being done, and for how many businesses it is done."""


def preview(
    home: Home,
    files: Mapping[str, bytes],
    as_of: date,
    known_at: datetime,
    scale: str = "",
    on_progress: Progress | None = None,
) -> Preview:
    """Compare the rulebook in force with a variant.

    Args:
        files: Of the variant, by file name; see `goodstanding.home.read_rulebook`.
        as_of: The day both are asked about.
        known_at: Facts learned later are not looked at; UTC.
        scale: Whose classes are compared; by default the first of the rulebook in force.
    Raises:
        RulebookInvalid: The variant has a mistake.
        VariantForeign: It is of another jurisdiction.
        NoRuleInForce: One of the two has no scorecard or no treatment of that scale on the day.
        IndicatorUnfit: One of the two cannot feed its scorecard.
    """
    book = home.rulebook
    other = rulebooks.load(files, names())
    if other.code != book.code:
        raise VariantForeign(
            asked=f"What the rulebook {other.code} would move here.",
            found=f"This installation is kept under the rulebook {book.code}.",
            wants="A variant of the same jurisdiction: its code in rulebook.toml is the same.",
            next_step="Copy the folder of the rulebook in force, change the copy, and name that.",
        )
    scale = book.scale(scale).code
    sides = (_side(book, scale, as_of), _side(other, scale, as_of))
    position = ledger.position()
    tell = on_progress or _silent
    with tempfile.TemporaryDirectory(prefix="goodstanding-preview-") as folder:
        classes = _classes(sides, Path(folder), as_of, known_at, position, tell)
    counts = Counts(sides)
    for seen, to_come in _views(position, as_of, known_at, tell):
        counts.add(seen, to_come, classes)
    return counts.done(as_of, known_at, position)


def _classes(
    sides: tuple[Side, Side], folder: Path, as_of: date, known_at: datetime, position: int, tell: Progress
) -> tuple[dict[str, str], dict[str, str]]:
    """Return everyone's class under each of the two, by entity."""
    found: list[dict[str, str]] = []
    snapshot: Snapshot | None = None
    for number, side in enumerate(sides):
        if snapshot is not None and _weighs_the_same(sides[0].book, side.book):
            # Nothing that decides which rows there are differs, so the rows are the same.
            snapshot = replace(snapshot, rulebook_digest=side.book.digest)
        else:
            what = ("today", "variant")[number]
            snapshot = snapshot_at(folder / what, side.book, known_at, position, partial(tell, what))
        classes: dict[str, str] = {}
        for chunk in classify_snapshot(snapshot, side.book, side.card, as_of, DuckDB()):
            classes.update((one.entity_id, one.class_code) for one in chunk)
        found.append(classes)
    return found[0], found[1]


def _weighs_the_same(one: Rulebook, other: Rulebook) -> bool:
    def rows(book: Rulebook) -> tuple[object, ...]:
        return book.kinds, book.roles, book.related, book.disclosure, book.calendar

    return rows(one) == rows(other)


def _views(position: int, as_of: date, known_at: datetime, tell: Progress) -> Iterator[tuple[View, int]]:
    """Yield the view of every business, and how many visits are still to come to it."""
    coming = visits_to_come(as_of.year)
    everyone = ledger.entities_between(0, position)
    for done, (entity_id, facts) in enumerate(ledger.by_entity(everyone, position), start=1):
        yield view(facts, as_of, known_at), coming[entity_id]
        if done % 500 == 0:
            tell("compared", done)


def _side(book: Rulebook, scale: str, day: date) -> Side:
    treatments = treatments_in_force(book.supervision, scale, day)
    return Side(book, book.scorecard_on(scale, day), Terms(book.supervision, treatments, book.calendar, day))


def _silent(_: str, __: int) -> None:
    """Tell nobody."""

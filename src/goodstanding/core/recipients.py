"""Who shows a record or acts on it besides this register: whoever must learn that it is there, or there no more.

Rules kept here:
- Another publication target is one where a display rule or a deadline in force on the record's first day binds it.
- Whoever carries out a measure is one where a catalogue line in force on that day names such a record as its trigger.
- Each is named once, however many rules lead to it; the first rule that does is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from goodstanding.core.fact import Fact
from goodstanding.core.measure import Measure
from goodstanding.core.rule import Rule, in_force
from goodstanding.core.rulebook import Rulebook


class Part(Enum):
    """What somebody has to do with a record."""

    SHOWS = "shows"  # publishes it
    APPLIES = "applies"  # carries out a measure that it brings
    ASKED = "asked"  # was told at a point of use that it binds


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who must learn what became of a record.

    Args:
        code: Of a publication target; or the name of who carries out or asked, as the records have it.
        title: By language.
        rule: The rule that makes it one; ``None`` where it asked.
    """

    part: Part
    code: str
    title: Mapping[str, str]
    rule: Rule | None = None

    @property
    def name(self) -> str:
        """Return what it is called in the records, such as ``shows:credit_china``."""
        return f"{self.part.value}:{self.code}"


def recipients(fact: Fact, book: Rulebook) -> tuple[Recipient, ...]:
    """Return who shows a record or carries out what it brings, publication targets first.

    Args:
        fact: The record, whether it stands or has left.
    """
    found: dict[str, Recipient] = {}
    for one in (*_shows(fact, book), *_applies(fact, book)):
        found.setdefault(one.name, one)
    return tuple(found.values())


def applying(measure: Measure) -> Recipient:
    """Return who carries out a measure."""
    return Recipient(Part.APPLIES, next(iter(measure.executing.values())), measure.executing, measure.rule)


def _shows(fact: Fact, book: Rulebook) -> Iterator[Recipient]:
    begun = fact.span.from_on
    for deadline in in_force(book.disclosure.deadlines, begun):
        if deadline.binds(fact):
            yield Recipient(Part.SHOWS, deadline.target, book.title_of("targets", deadline.target), deadline.rule)
    decided: set[str] = set()
    for rule in in_force(book.disclosure.elsewhere, begun):
        # As with our own display, the first rule of a target that fits is the one that counts.
        if rule.kind != fact.kind or rule.target in decided or not rule.when.agrees(fact.payload):
            continue
        decided.add(rule.target)
        if rule.is_shown:
            yield Recipient(Part.SHOWS, rule.target, book.title_of("targets", rule.target), rule.rule)


def _applies(fact: Fact, book: Rulebook) -> Iterator[Recipient]:
    for measure in in_force(book.measures.measures, fact.span.from_on):
        if measure.kind == fact.kind and measure.when.agrees(fact.payload):
            yield applying(measure)

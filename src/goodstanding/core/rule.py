"""What every rule has: a number the specialists use, a title in words, days of validity, and a legal source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol, TypeVar

from goodstanding.core.dates import Span
from goodstanding.core.errors import NoRuleInForce


class Confidence(Enum):
    """How sure we are that the source says what the rule says."""

    TEXT = "text"  # the article was read in full
    TITLE = "title"  # an extract of a page was read
    CODE = "code"  # read in published code or data of such a system
    GENERAL = "general"  # general knowledge, to be verified
    ASSUMED = "assumed"  # our own choice where the law leaves it open or was not seen


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from and how sure that is."""

    instrument: str
    article: str
    confidence: Confidence
    note: str = ""

    def __str__(self) -> str:
        return f"{self.instrument} {self.article}".strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """The part all rules share."""

    number: str
    title: Mapping[str, str]
    validity: Span
    source: Source


class HasRule(Protocol):
    """Anything that carries a rule."""

    @property
    def rule(self) -> Rule: ...


R = TypeVar("R", bound=HasRule)


def in_force(items: Iterable[R], day: date) -> list[R]:
    """Return those whose rule is valid on ``day``, in their written order."""
    return [item for item in items if item.rule.validity.contains(day)]


def overlapping(first: Span, second: Span) -> bool:
    """Tell whether two spans share a day."""
    return (first.until_on is None or second.from_on < first.until_on) and (
        second.until_on is None or first.from_on < second.until_on
    )


def the_one_in_force(items: Iterable[R], day: date, what: str) -> R:
    """Return the single item in force on ``day``.

    Raises:
        NoRuleInForce: None is, or more than one is.
    """
    found = in_force(items, day)
    if len(found) != 1:
        raise NoRuleInForce(
            asked=f"{what} on {day}.",
            found=f"{len(found)} rules are in force that day.",
            wants="Exactly one version of a rule on any day.",
            next_step="Mend the validity days in the rulebook, or choose another day.",
        )
    return found[0]

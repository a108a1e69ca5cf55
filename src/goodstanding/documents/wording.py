"""How rules, periods and days are written in a document, in one language."""

from __future__ import annotations

from datetime import date

from goodstanding.core.dates import Period
from goodstanding.core.document import Paragraph, Piece, Role, paragraph
from goodstanding.core.entity import Profile
from goodstanding.core.rule import Confidence, Rule
from goodstanding.core.rulebook import Rulebook
from goodstanding.look.formats import format_day
from goodstanding.look.words import localised, words

_LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Wording:
    """The words of one document.

    Args:
        language: One the look speaks.
        is_sample: Whether the businesses of the installation are invented; every document then says so.
    """

    def __init__(self, book: Rulebook, language: str, is_sample: bool = False) -> None:
        self.book = book
        self.language = language
        self.is_sample = is_sample
        self.numbers = book.rules()
        self.t = words(language)

    def of(self, text: object) -> str:
        """Return the text of a rulebook's words in the language."""
        return localised(text, self.language)  # type: ignore[arg-type]

    def day(self, on: date) -> str:
        """Return a day as an official letter writes it."""
        if self.language == "en":
            return f"{on.day} {_LONG_MONTHS[on.month - 1]} {on.year}"
        return format_day(on, self.language)

    def period(self, period: Period) -> str:
        """Return a length of time in words."""
        return self.t(f"document.period.{period.unit.value}", count=period.number)

    def source(self, rule: Rule) -> str:
        """Return instrument and article, marked where we are not sure of them."""
        cited = self.t("document.cite", instrument=rule.source.instrument, article=rule.source.article).strip()
        if rule.source.confidence in (Confidence.GENERAL, Confidence.ASSUMED):
            unsure = self.t(f"document.unsure.{rule.source.confidence.value}")
            return f"{cited}；{unsure}" if self.language == "zh" else f"{cited}; {unsure}"
        return cited

    def cited(self, rule: Rule) -> dict[str, str]:
        """Return what a sentence that names a rule fills in."""
        return {"title": self.of(rule.title), "number": rule.number, "source": self.source(rule)}

    def rule(self, rule: Rule) -> str:
        """Return a rule with its number and source."""
        return self.t("document.rule", **self.cited(rule))

    def head(self, title: str, number: str, who: Profile) -> list[Paragraph]:
        """Return how every document begins."""
        return [
            paragraph(Role.AUTHORITY, self.of(self.book.authority)),
            paragraph(Role.TITLE, title),
            paragraph(Role.NUMBER, self.t("document.number", number=number)),
            paragraph(Role.ADDRESSEE, self.t("document.dear", name=who.name)),
            self.code_of(who.entity_id),
        ]

    def code_of(self, entity_id: str) -> Paragraph:
        """Return a line with a business's code."""
        scheme, _, code = entity_id.partition(":")
        known = self.book.schemes.get(scheme)
        return self.item("code", scheme=self.of(known.title) if known else scheme, code=code)

    def foot(self, on: date) -> list[Paragraph]:
        """Return how every document ends: by whom, the place of the seal, the day."""
        found = [
            paragraph(Role.SIGNED, self.of(self.book.authority)),
            paragraph(Role.SEAL, self.t("document.seal")),
            paragraph(Role.DAY, self.day(on)),
        ]
        return [*found, paragraph(Role.PROOF, self.t("document.sample"))] if self.is_sample else found

    def heading(self, key: str) -> Paragraph:
        return paragraph(Role.HEADING, self.t(f"document.heading.{key}"))

    def body(self, key: str, **values: str) -> Paragraph:
        return paragraph(Role.BODY, self.t(f"document.{key}", **values))

    def item(self, key: str, *said: Piece, **values: str) -> Paragraph:
        return paragraph(Role.ITEM, self.t(f"document.item.{key}", **values), *said)

"""An official document as one text value: what is served in full, and published but for what must be masked.

Rules kept here:
- Served and published text are made from the same value; they differ in the masked pieces and nowhere else.
- What is personal is masked wherever it stands, also inside other words.
- A text is printed as it stands. What cannot be seen is no part of it: a character that hides or reverses others is
  replaced by a visible sign, so that paper, page and file say the same to every reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

MASK = "**"
"""What the public reads in place of a masked piece; it tells neither length nor first letter."""

UNSEEN = "□"
"""Stands for a character that cannot be printed."""

_MAIL = r"(?<![A-Za-z0-9.%+_-])[A-Za-z0-9.%+_-]+@[A-Za-z0-9.-]+"
_LONG_NUMBER = r"(?<![\dA-Za-z])[\dA-Za-z]*(?:\d[ -]?){8,}[\dA-Za-z]*"
_TELLING = re.compile(f"{_MAIL}|{_LONG_NUMBER}")
_SPACE = re.compile(r"\s+")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Role(Enum):
    """What a paragraph is in a document; the template gives each its look."""

    AUTHORITY = "authority"
    TITLE = "title"
    NUMBER = "number"
    ADDRESSEE = "addressee"
    HEADING = "heading"
    BODY = "body"
    ITEM = "item"
    SIGNED = "signed"
    SEAL = "seal"
    DAY = "day"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; a personal one is masked for the public."""

    text: str
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, in the order of reading."""

    role: Role
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The paragraph in full."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Document:
    """One document in one language.

    Args:
        number: As it stands on the document.
        language: Its language.
        title: In full; for the file, not printed from here.
        on: The day it bears.
        entity_id: The business it is about.
    """

    number: str
    language: str
    title: str
    on: date
    entity_id: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        """The document in full, a line for each paragraph."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


def paragraph(role: Role, *parts: str | Piece) -> Paragraph:
    """Return a paragraph of printable pieces."""
    pieces = (part if isinstance(part, Piece) else Piece(part) for part in parts)
    return Paragraph(role, tuple(Piece(printable(one.text), one.is_personal) for one in pieces if one.text))


def printable(text: str) -> str:
    """Return a text on one line with a visible sign for every character that cannot be seen."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text
    spaced = _SPACE.sub(" ", unicodedata.normalize("NFC", text))
    return "".join(UNSEEN if unicodedata.category(char) in _UNSEEN else char for char in spaced)


def said(words: str, public: Iterable[str] = ()) -> tuple[Piece, ...]:
    """Return somebody's own words, with mail addresses and long numbers in them as personal pieces.

    That such a number is personal is assumed, whatever it numbers: this leans towards the person.

    Args:
        public: Numbers that are public, such as a decision's; they stay.
    """
    pieces, at, known = [], 0, set(public)
    for found in _TELLING.finditer(printable(words)):
        if found.group().strip() in known:
            continue
        pieces += [Piece(found.string[at : found.start()]), Piece(found.group(), is_personal=True)]
        at = found.end()
    return (*(piece for piece in pieces if piece.text), Piece(printable(words)[at:]))


def marked(document: Document, personal: Iterable[str], public: str = "") -> Document:
    """Return a document in which every one of some personal values is a personal piece, wherever it stands.

    Args:
        personal: Values of fields that the catalogue masks; one of a single character masks nothing, for it would
            mask half of every text and tell as little.
        public: The registered name, which is public even where a person's name is in it.
    """
    text = document.text
    values = {value for value in (printable(one).strip() for one in personal) if len(value) > 1 and value in text}
    if not values:
        return document
    patterns = [_anywhere(value) for value in sorted(values)]
    name = _anywhere(printable(public)) if public else None
    found = tuple(
        _marked(one, patterns, name) if any(value in one.text for value in values) else one
        for one in document.paragraphs
    )
    return replace(document, paragraphs=found)


def _anywhere(value: str) -> re.Pattern[str]:
    """Return the pattern of a value; a match may begin inside another."""
    return re.compile(f"(?=({re.escape(value)}))")


def _marked(one: Paragraph, patterns: list[re.Pattern[str]], name: re.Pattern[str] | None) -> Paragraph:
    """Return a paragraph with the matches masked; a value may run over the seam of two pieces, or over another."""
    text = one.text
    names = [found.span(1) for found in name.finditer(text)] if name else []
    hidden = [False] * len(text)
    at = 0
    for piece in one.pieces:
        if piece.is_personal:
            hidden[at : at + len(piece.text)] = [True] * len(piece.text)
        at += len(piece.text)
    for pattern in patterns:
        for found in pattern.finditer(text):
            start, end = found.span(1)
            if not any(first <= start and end <= last for first, last in names):
                hidden[start:end] = [True] * (end - start)
    return replace(one, pieces=tuple(_pieces(text, hidden)))


def _pieces(text: str, hidden: list[bool]) -> Iterator[Piece]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or hidden[at] != hidden[start]:
            yield Piece(text[start:at], hidden[start])
            start = at


def published(document: Document) -> Document:
    """Return the document as the public reads it: every personal piece replaced by the mask, nothing else changed."""
    return replace(
        document,
        paragraphs=tuple(
            replace(one, pieces=tuple(Piece(MASK) if piece.is_personal else piece for piece in one.pieces))
            for one in document.paragraphs
        ),
    )

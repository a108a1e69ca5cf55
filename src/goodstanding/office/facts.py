"""Facts as officers read them: every field in words, personal ones masked for those who only look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest

from goodstanding.core.disclosure import masked
from goodstanding.core.fact import Exposure, Fact, Field, FieldType, Value
from goodstanding.core.measure import Target
from goodstanding.core.rulebook import Rulebook
from goodstanding.look.formats import format_amount, format_day
from goodstanding.office.accounts import Role, may
from goodstanding.records import ledger
from goodstanding.records.bans import BAN
from goodstanding.records.ledger import Stored
from goodstanding.records.models import Decision

Words = Mapping[str, str]
_FACT = "fact:"
_SHOWN_HEX = 16


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One fact in words.

    Args:
        rows: (field title, value): text, or words by language.
        corrected: Whether a later fact took its place.
    """

    title: Words
    rows: tuple[tuple[Words, str | Words], ...]
    from_on: date
    until_on: date | None
    known_at: datetime
    source: str
    source_ref: str
    digest: str
    corrected: bool


def still_told(book: Rulebook, stored: Iterable[Stored], day: date) -> list[Stored]:
    """Return facts without the bans on persons that are over on a day or were withdrawn: nobody is told of those."""
    every = list(stored)
    corrected = {one.fact.corrects for one in every}
    ban = book.measures.ban_kinds.get(Target.PERSON)
    return [
        one
        for one in every
        if one.fact.kind != ban or (one.fact.digest not in corrected and one.fact.span.contains(day))
    ]


def told_decisions(entity_id: str, told: Iterable[Stored]) -> list[Decision]:
    """Return the decisions on a business, the latest first, without those on bans that nobody is told of any more.

    Args:
        told: The facts of the business that may be told; see `still_told`.
    """
    known = {one.fact.digest for one in told}
    every = Decision.objects.filter(entity_id=entity_id).order_by("-id")
    return [one for one in every if _is_told(one, known)]


def untold(book: Rulebook, decisions: Iterable[Decision], day: date) -> set[str]:
    """Return the numbers of those decisions of which nobody is told any more: on bans of persons that are over."""
    bans = [one for one in decisions if one.kind == BAN]
    stored = ledger.stored_of(sorted({one.entity_id for one in bans})) if bans else ()
    known = {one.fact.digest for one in still_told(book, stored, day)}
    return {one.number for one in bans if not _is_told(one, known)}


def _is_told(decision: Decision, told: set[str]) -> bool:
    """Tell whether a decision is told: one on a ban, made or withdrawn, only while the ban itself is."""
    return decision.kind != BAN or told.issuperset(decision.facts)


def shown_facts(request: HttpRequest, book: Rulebook, stored: Iterable[Stored]) -> list[ShownFact]:
    """Return facts in words, newest first."""
    listed = [one.fact for one in stored]
    corrected = {fact.corrects for fact in listed if fact.corrects is not None}
    sees_persons = may(request.user, Role.OFFICER)
    shown = [_shown(fact, book, sees_persons, fact.digest in corrected) for fact in listed]
    return sorted(shown, key=lambda fact: (fact.from_on, fact.digest), reverse=True)


def _shown(fact: Fact, book: Rulebook, sees_persons: bool, is_corrected: bool) -> ShownFact:
    kind = book.kinds[fact.kind]
    rows = []
    is_ban = fact.kind == book.measures.ban_kinds.get(Target.PERSON)
    for name, field in kind.fields.items():
        value = fact.payload.get(name)
        # Nobody needs a person's key to read a ban, and with it one could follow the person from file to file.
        if value is None or (is_ban and name == "person_key"):
            continue
        hidden = field.exposure is Exposure.MASKED and not sees_persons
        rows.append((field.title, masked(str(value)) if hidden else _in_words(value, field, book)))
    return ShownFact(
        title=kind.rule.title,
        rows=tuple(rows),
        from_on=fact.span.from_on,
        until_on=fact.span.until_on,
        known_at=fact.known_at,
        source=fact.source,
        source_ref="" if is_ban else fact.source_ref,
        digest=fact.digest,
        corrected=is_corrected or fact.span.is_empty,
    )


def _in_words(value: Value, field: Field, book: Rulebook) -> str | Words:
    match field.type:
        case FieldType.CODE:
            return book.title_of(field.table, str(value))
        case FieldType.CODES if isinstance(value, tuple):
            titles = [book.title_of(field.table, code) for code in value]
            return {language: "; ".join(title[language] for title in titles) for language in book.languages}
        case FieldType.INTEGER if field.is_amount and isinstance(value, int):
            return {language: format_amount(value, book.currency, language) for language in book.languages}
        case FieldType.DAY:
            return {language: format_day(str(value), language) for language in book.languages}
        case FieldType.BOOLEAN:
            return "✓" if value else "–"
        case FieldType.TEXT if str(value).startswith(_FACT):
            return str(value).removeprefix(_FACT)[:_SHOWN_HEX]  # as the card of that fact tells it
    return str(value)

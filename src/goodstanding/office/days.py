"""The days a business must know, as a file for its own calendar: ends, first days to apply, last days to answer.

Rules kept here:
- A day says what it is about by kind and rule alone: no name, no content, for calendars are shared.
- An entry keeps its identity as long as what it is about stays the same, so that a later file moves it and adds none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from icalendar import Calendar, Event

from goodstanding.core.rulebook import Rulebook
from goodstanding.look.words import localised, words
from goodstanding.office.access import needs_business
from goodstanding.office.mine import OwnCase, OwnFile, own_cases, own_file
from goodstanding.office.pages import language_of, now, the_rulebook, today


@dataclass(frozen=True, slots=True)
class Day:
    """One whole day of the file.

    Args:
        about: What stays the same while the day moves.
    """

    on: date
    about: str
    title: str
    says: str


@require_GET
@needs_business
def days(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Hand a business its days as an iCalendar file (RFC 5545)."""
    book, day, language = the_rulebook(), today(), language_of(request)
    own = own_file(book, entity_id, day)
    told = own_cases(book, entity_id, request.user.get_username(), day)
    found = [*_of_file(own, book, language), *_of_cases(told, language)]
    title = str(words(language)("office.days.title"))
    response = HttpResponse(calendar_file(found, title, entity_id, now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="days-{day}.ics"'
    response["Cache-Control"] = "no-store"
    return response


def calendar_file(found: list[Day], title: str, owner: str, at: datetime) -> bytes:
    """Return days as the bytes of an iCalendar file.

    Args:
        owner: Keeps what two businesses are told apart.
        at: When the file is made; UTC.
    """
    file = Calendar()
    file.add("prodid", "-//Goodstanding//days//")
    file.add("version", "2.0")
    file.add("x-wr-calname", title)
    for day in sorted(found, key=lambda one: (one.on, one.about)):
        event = Event()
        event.add("uid", f"{day.about}@{owner}")
        event.add("dtstamp", at)
        event.add("dtstart", day.on)
        event.add("dtend", day.on + timedelta(days=1))
        event.add("summary", day.title)
        event.add("description", day.says)
        event.add("transp", "TRANSPARENT")
        file.add_component(event)
    return bytes(file.to_ical())


def _of_file(own: OwnFile, book: Rulebook, language: str) -> Iterator[Day]:
    t = words(language)
    for one in own.standing:
        kind, digest = localised(book.kinds[one.fact.kind].rule.title, language), one.fact.digest
        if one.ends_on is not None and one.basis is not None:
            says = f"{one.basis.number} · {localised(one.basis.title, language)}"
            yield Day(one.ends_on, f"end-{digest}", str(t("office.days.ends", kind=kind)), says)
        for way in one.ways:
            title = str(t("office.days.may", kind=kind, means=t(f"office.mine.means.{way.means.value}")))
            says = f"{way.rule.number} · {localised(way.rule.title, language)}"
            yield Day(way.on, f"may-{way.rule.number}-{digest}", title, says)
        for other in one.elsewhere:
            if other.repair.from_on is not None and other.repair.rule is not None:
                target = localised(book.tables["targets"].get(other.repair.target, other.repair.target), language)
                title = str(t("office.days.may_elsewhere", kind=kind, target=target))
                says = f"{other.repair.rule.rule.number} · {localised(other.repair.rule.rule.title, language)}"
                yield Day(other.repair.from_on, f"may-{other.repair.target}-{digest}", title, says)


def _of_cases(told: list[OwnCase], language: str) -> Iterator[Day]:
    for one in told:
        for run in one.periods:
            if run.due_on is not None:
                number, clock = one.case.number, run.clock
                title = f"{number} · {localised(clock.title, language)}"
                says = f"{clock.rule.number} · {localised(clock.rule.title, language)}"
                yield Day(run.due_on, f"due-{number}-{clock.code}", title, says)

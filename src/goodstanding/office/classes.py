"""Why a business is in its class: points, facts and rules, what changed, and what would lead to a better class."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.rule import in_force
from goodstanding.look import Tone
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import language_of, now, page, the_home, the_rulebook, today
from goodstanding.supervise.explain import Explanation, explain_one
from goodstanding.supervise.telling import Telling

YEARS = range(1950, 2150)
"""Years of days that may be looked at: before and beyond, there is no register."""


@require_GET
@needs(Role.VIEWER)
def class_of(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Explain the class of one business; ``on`` and ``since`` are days, ``scale`` one of the rulebook's."""
    book = the_rulebook()
    scale = request.GET.get("scale", "")
    scale = scale if scale in book.scales else next(iter(book.scales))
    on = _day(request.GET.get("on", "")) or today()
    since = _day(request.GET.get("since", ""))
    found = explain_one(the_home(), entity_id, on, now(), scale, since)
    address = f"/office/business/{entity_id}"
    asked = {"on": on.isoformat()} | ({"since": since.isoformat()} if since else {})
    values = {
        "found": found,
        "telling": Telling(book, language_of(request)),
        "tone": _tone(found),
        "counting": [one for one in found.reasons if one.line.points],
        "others": [one for one in found.reasons if one.line.applies and not one.line.points],
        "full": max(found.outcome.points, found.scale.bands[-1].lower, 1),
        "address": address,
        "scales": [
            (card.scale, f"{address}/class?{urlencode(asked | {'scale': card.scale})}")
            for card in in_force(book.scorecards, on)
        ],
        "asked": asked | {"scale": scale},
    }
    return page(request, "class.html", values)


def _day(text: str) -> date | None:
    """Return a day of the address, or ``None`` where it names none, or none that anybody looks at."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _tone(found: Explanation) -> Tone:
    """Return how a class stands among those of its scale: the first is good, the last adverse."""
    position = found.scale.position(found.outcome.class_code)
    if position == 0:
        return Tone.GOOD
    return Tone.ADVERSE if position == len(found.scale.bands) - 1 else Tone.NOTICE

"""What variants of the rulebook would move: previews the command line computed and kept, shown to who plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from markupsafe import Markup

from goodstanding.core.preview import NOWHERE, in_whole
from goodstanding.core.preview_told import EFFECTS
from goodstanding.core.rulebook import Rulebook
from goodstanding.look.plot import Told, bars, heat
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import language_of, page, say, the_home, the_rulebook
from goodstanding.supervise.previews import kept_preview, kept_previews

MOST = 15
"""Regions or sectors shown in a picture; the table has them all."""


@require_GET
@needs(Role.OFFICER)
def previews(request: HttpRequest) -> HttpResponse:
    """List the previews that are kept."""
    return page(request, "previews.html", {"kept": kept_previews(the_home())})


@require_GET
@needs(Role.OFFICER)
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """Show how many businesses one variant moves in class, list and plan, by region and sector."""
    told = kept_preview(the_home(), key).told
    book = the_rulebook()
    moved = {(one["today"], one["variant"]): one["businesses"] for one in told["moved"]}
    codes = told["classes"]
    titles = [code if code != NOWHERE else say(request, "office.preview.unclassed") for code in codes]
    counts = [[moved.get((old, new), 0) for new in codes] for old in codes]
    values = {
        "told": told,
        "is_in_force": told["today"] == book.digest,
        "moved": sum(count for (old, new), count in moved.items() if old != new),
        "codes": titles,
        "counts": counts,
        "matrix": heat(
            Told(say(request, "office.preview.classes"), say(request, "office.preview.classes_says")),
            titles,
            titles,
            counts,
            say(request, "office.preview.from_to"),
        ),
        "lists": [_list_line(request, book, one) for one in told["lists"]],
        "checks": [
            (title, told["checks"][code]["today"], told["checks"][code]["variant"])
            for code, title in zip(codes, titles, strict=True)
            if code in told["checks"]
        ],
        "parts": [
            _part(request, part, told[part], book.tables.get(_table_of(book, field), {}))
            for part, field in (("regions", book.roles.region), ("sectors", book.roles.sector))
        ],
    }
    return page(request, "preview.html", values)


def _list_line(request: HttpRequest, book: Rulebook, one: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    known = book.lists.lists.get(one["list"])
    title = one["list"] if known is None else known.title.get(language_of(request), one["list"])
    return title, say(request, f"office.preview.{one['act']}"), one


def _part(
    request: HttpRequest, part: str, effects: Mapping[str, Any], titles: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the heading, columns, lines and picture of the effects by region or by sector."""
    met = [name for name in EFFECTS if any(one[name] for one in effects.values())]
    lines = []
    for code, one in effects.items():
        title = titles.get(code, {}).get(language_of(request), "") or code or say(request, "office.preview.unsaid")
        expected = " → ".join(in_whole(one[f"expected_{side}_ppm"]) for side in ("today", "variant"))
        lines.append((title, one["entities"], [one[name] for name in met], expected, one["riskier"] + one["safer"]))
    return {
        "heading": say(request, f"office.preview.{part}"),
        "columns": [say(request, f"office.preview.{name}") for name in met],
        "lines": lines,
        "picture": _picture(request, part, lines),
    }


def _picture(request: HttpRequest, part: str, lines: list[tuple[str, int, list[int], str, int]]) -> Markup | None:
    farthest = sorted((line for line in lines if line[4]), key=lambda line: (-line[4], line[0]))[:MOST]
    if not farthest:
        return None
    return bars(
        Told(say(request, f"office.preview.{part}"), say(request, "office.preview.part_says")),
        tuple((title, moved, f"{moved:,}") for title, _, _, _, moved in farthest),
    )


def _table_of(book: Rulebook, field: str) -> str:
    known = book.kinds[book.roles.kind].fields.get(field)
    return known.table if known is not None else ""

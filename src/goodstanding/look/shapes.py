"""Turns the short tuples our components take into the parameters the upstream macros want.

Every value goes through `markupsafe.escape`: markup stays, text is escaped, since the macros print ``html`` as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import escape

Parameters = dict[str, Any]


def links(pairs: Iterable[tuple[str, str]]) -> list[Parameters]:
    """Return links or crumbs from pairs of address and label; a crumb without an address is the current page."""
    return [{"href": href, "text": text} for href, text in pairs]


def summary_rows(rows: Iterable[Sequence[Any]]) -> list[Parameters]:
    """Return summary list rows.

    Args:
        rows: (key, value) or (key, value, [(href, label), …]).
    """
    shaped = []
    for key, value, *actions in rows:
        row: Parameters = {"key": {"html": escape(key)}, "value": {"html": escape(value)}}
        if actions:
            row["actions"] = {
                "items": [link | {"visuallyHiddenText": str(escape(key).striptags())} for link in links(actions[0])]
            }
        shaped.append(row)
    return shaped


def table_cells(row: Iterable[Any], numeric: Sequence[int] = (), labels: Sequence[Any] = ()) -> list[Parameters]:
    """Return the cells of one table row.

    Args:
        numeric: Columns set as figures, from 0.
        labels: Headings of the columns, where each cell is to carry its own for a screen too narrow for columns.
    """
    told = [str(escape(label).striptags()) for label in labels]
    return [
        {"html": escape(value)}
        | ({"format": "numeric"} if column in numeric else {})
        | ({"attributes": {"data-label": told[column]}} if told else {})
        for column, value in enumerate(row)
    ]


def page_window(page: int, pages: int, reach: int = 1) -> list[int | None]:
    """Return the page numbers to offer around ``page``: first, neighbours, last; None where numbers are left out.

    Args:
        page: The current page, from 1.
        pages: How many there are.
        reach: How many neighbours to show on either side.
    """
    shown = sorted({1, pages, *range(max(1, page - reach), min(pages, page + reach) + 1)})
    window: list[int | None] = []
    for number in shown:
        last = window[-1] if window else 0
        if last is not None and number - last == 2:
            window.append(number - 1)  # a gap of one page is shown; an ellipsis would be no shorter
        elif last is not None and number - last > 2:
            window.append(None)
        window.append(number)
    return window

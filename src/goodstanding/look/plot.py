"""Plots: Vega-Altair charts told as data, drawn to SVG on the server in the house's colours.

Rules kept here:
- A plot carries its title and description (``role="img"``), and neither script, style sheet, font nor address: it may
  stand inside a page under a policy that allows none of them, and is the same bytes for the same numbers.
- Colour repeats what a label or a place says already and never says anything alone.
- A plot stands beside a table of the same numbers; whoever calls it gives that table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert
from markupsafe import Markup

WIDTH = 400  # of the drawing area: with its labels it fits a phone without the letters growing too small
BAR = 34
INK, SOFT, RULE, PAPER = "#17211d", "#4b5751", "#c6cfca", "#ffffff"
PINE, BRICK = "#1c6b54", "#8f2318"
RISING = ("#eaf2ee", "#b9d6c8", "#e3b65b", "#b5372a", "#8f2318", "#5a120b", "#36454f", "#17211d")
"""Colours of classes in order of rising risk; neighbours differ in lightness too."""

FONTS = (
    "system-ui, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"
)
_SVG = "http://www.w3.org/2000/svg"
_LIGHT = frozenset(RISING[:3])

_CONFIG: dict[str, Any] = {
    "font": FONTS,
    "background": PAPER,
    # Letters are measured without the reader's fonts, and a reader's may be wider.
    "padding": {"left": 32, "right": 24, "top": 5, "bottom": 5},
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 14,
        "titleFontSize": 14,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": SOFT,
        "gridColor": "#e2e7e4",
        "domainColor": RULE,
        "tickColor": RULE,
        "labelLimit": 340,
    },
    "text": {"fontSize": 14, "fill": INK},
    "bar": {"fill": PINE},
    "numberFormat": ",",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a plot says in words: its title, and what it shows to those who cannot see it."""

    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between two bounds, as shares of one.

    Args:
        label: What it is an estimate of.
        said: The estimate as text, written beside its mark.
    """

    label: str
    value: float
    low: float
    high: float
    said: str


def bars(told: Told, rows: Sequence[tuple[str, float, str]], axis: str = "") -> Markup:
    """Draw horizontal bars, each with its number written beside it.

    Args:
        rows: (label, length, the number as text), in the order to be read.
        axis: What the lengths measure.
    """
    data = _data({"label": label, "value": value, "said": said} for label, value, said in rows)
    longest = max((value for _, value, _ in rows), default=0) or 1
    place = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    length = alt.X("value:Q", title=axis or None, scale=alt.Scale(domain=[0, longest * 1.25]), axis=None)
    base = alt.Chart(data).encode(y=place, x=length)
    chart = alt.layer(base.mark_bar(), base.mark_text(align="left", dx=6).encode(text="said:N"))
    return _drawn(told, chart.properties(width=WIDTH, height=BAR * max(1, len(rows))))


def shares(told: Told, parts: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> Markup:
    """Draw one bar for each moment, divided into shares that fill it; every share wide enough says what it is.

    Args:
        parts: The parts in order of rising risk, which is their order from the left.
        rows: (moment, number in each part), the earliest first.
    """
    boxes: list[dict[str, Any]] = []
    written: list[dict[str, Any]] = []
    for moment, numbers in rows:
        total, start = sum(numbers) or 1, 0
        for place, (part, number) in enumerate(zip(parts, numbers, strict=True)):
            colour = RISING[place % len(RISING)]
            box = {"moment": moment, "from": start / total, "to": (start + number) / total, "colour": colour}
            boxes.append(box)
            if number * 100 >= total * 8:
                middle = (2 * start + number) / total / 2
                ink = INK if colour in _LIGHT else PAPER
                said = f"{part} {_percent(number, total)}" if number * 100 >= total * 14 else part
                written.append({"moment": moment, "at": middle, "said": said, "ink": ink})
            start += number
    place_axis = alt.Axis(ticks=False, domain=False)
    y = alt.Y("moment:N", sort=None, title=None, axis=place_axis, scale=alt.Scale(paddingInner=0.25))
    across = alt.Scale(domain=[0, 1])
    body = (
        alt.Chart(_data(boxes))
        .mark_bar(stroke=INK, strokeWidth=0.8)
        .encode(
            y=y,
            x=alt.X("from:Q", scale=across, title=None, axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])),
            x2="to:Q",
            fill=alt.Fill("colour:N", scale=None),
        )
    )
    text = (
        alt.Chart(_data(written))
        .mark_text()
        .encode(y=y, x=alt.X("at:Q", scale=across), text="said:N", fill=alt.Fill("ink:N", scale=None))
    )
    return _drawn(told, alt.layer(body, text).properties(width=WIDTH, height=BAR * max(1, len(rows))))


def heat(
    told: Told, rows: Sequence[str], columns: Sequence[str], numbers: Sequence[Sequence[int]], down: str
) -> Markup:
    """Draw a matrix with its numbers; the darker a cell, the larger its share of its row.

    Args:
        numbers: One line for each row, one number for each column.
        down: What the rows are, and after an arrow the columns.
    """
    cells = []
    for row, line in zip(rows, numbers, strict=True):
        total = sum(line) or 1
        for column, number in zip(columns, line, strict=True):
            share = number / total
            cells.append(
                {
                    "row": row,
                    "column": column,
                    "share": share,
                    "said": f"{number:,}",
                    "ink": PAPER if share > 0.45 else INK,
                }
            )
    x = alt.X("column:N", sort=None, title=down, axis=alt.Axis(orient="top", ticks=False, domain=False, labelAngle=0))
    y = alt.Y("row:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    base = alt.Chart(_data(cells)).encode(x=x, y=y)
    colour = alt.Fill("share:Q", scale=alt.Scale(domain=[0, 1], range=[PAPER, PINE], interpolate="rgb"), legend=None)
    chart = alt.layer(
        base.mark_rect(stroke=RULE).encode(fill=colour),
        base.mark_text().encode(text="said:N", fill=alt.Fill("ink:N", scale=None)),
    ).resolve_scale(fill="independent")
    return _drawn(told, chart.properties(width=WIDTH, height=BAR * 1.2 * max(1, len(rows))))


def intervals(told: Told, rows: Sequence[Interval], overall: Interval | None = None) -> Markup:
    """Draw rates with their intervals, one below the other, and the overall rate as a broken line across them."""
    data = _data(_as_row(one) for one in rows)
    reach = max([one.high for one in rows] + ([overall.high] if overall else []), default=1.0)
    scale = alt.Scale(domain=[0, min(1.0, reach * 1.05) or 1.0], nice=True)
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X("value:Q", scale=scale, title=None, axis=alt.Axis(format=".0%", tickCount=5))
    base = alt.Chart(data).encode(y=y)
    layers: list[alt.Chart] = [
        base.mark_rule(strokeWidth=3, stroke=PINE).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        base.mark_point(shape="diamond", filled=True, size=130, fill=INK, opacity=1).encode(x=x),
        base.mark_text(dy=-13, fontWeight="bold").encode(x=x, text="said:N"),
    ]
    if overall is not None:
        across = alt.Chart(_data([_as_row(overall)]))
        layers.append(across.mark_rule(stroke=BRICK, strokeDash=[6, 4]).encode(x=x))
        layers.append(
            across.mark_text(align="left", dx=5, fill=BRICK).encode(
                x=x, y=alt.value(BAR * 1.5 * len(rows) + 10), text="label:N"
            )
        )
    return _drawn(
        told, alt.layer(*layers).properties(width=WIDTH, height=BAR * 1.5 * len(rows) + (20 if overall else 0))
    )


def lines(told: Told, moments: Sequence[str], series: Sequence[tuple[str, Sequence[Interval]]]) -> Markup:
    """Draw each series over the moments with its intervals, its own shape of mark, and its name at its end."""
    shapes = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
    dashes = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [3, 5])
    layers: list[alt.Chart] = []
    x = alt.X("moment:O", sort=None, title=None, scale=alt.Scale(domain=list(moments)), axis=alt.Axis(labelAngle=0))
    for number, (name, points) in enumerate(series):
        rows = [_as_row(one) | {"moment": moment} for moment, one in zip(moments, points, strict=True)]
        colour = (INK, PINE, BRICK)[number % 3]
        base = alt.Chart(_data(rows)).encode(x=x)
        y = alt.Y("value:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5))
        layers.append(base.mark_rule(stroke=colour, strokeWidth=1.5).encode(y="low:Q", y2="high:Q"))
        layers.append(base.mark_line(stroke=colour, strokeDash=dashes[number % len(dashes)]).encode(y=y))
        mark = base.mark_point(shape=shapes[number % len(shapes)], filled=True, size=90, fill=colour, opacity=1)
        layers.append(mark.encode(y=y))
        last = alt.Chart(_data([rows[-1] | {"said": name}])).encode(x=x, y=y, text="said:N")
        layers.append(last.mark_text(align="left", dx=9, fill=colour, fontWeight="bold"))
    return _drawn(told, alt.layer(*layers).properties(width=WIDTH, height=260))


def calibration(told: Told, points: Sequence[tuple[float, Interval]], foretold: str, found: str) -> Markup:
    """Draw rates found against rates foretold, with the line on which both agree.

    Args:
        points: (rate foretold, rate found), shares of one.
        foretold: What stands below the horizontal axis.
        found: What stands beside the vertical one.
    """
    reach = max([at for at, _ in points] + [one.high for _, one in points], default=1.0) * 1.05 or 1.0
    scale = alt.Scale(domain=[0, reach])
    x = alt.X("at:Q", scale=scale, title=foretold, axis=alt.Axis(format=".0%", tickCount=5))
    y = alt.Y("value:Q", scale=scale, title=found, axis=alt.Axis(format=".0%", tickCount=5))
    base = alt.Chart(_data(_as_row(one) | {"at": at} for at, one in points)).encode(x=x)
    agree = alt.Chart(_data([{"at": 0, "value": 0}, {"at": reach, "value": reach}])).encode(x=x, y=y)
    chart = alt.layer(
        agree.mark_line(stroke=SOFT, strokeDash=[4, 4]),
        base.mark_rule(stroke=PINE, strokeWidth=2).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        base.mark_point(shape="diamond", filled=True, size=110, fill=INK, opacity=1).encode(y=y),
        base.mark_text(align="left", dx=9).encode(y=y, text="label:N"),
    )
    return _drawn(told, chart.properties(width=WIDTH * 0.8, height=WIDTH * 0.8))


def _as_row(one: Interval) -> dict[str, Any]:
    return {"label": one.label, "value": one.value, "low": one.low, "high": one.high, "said": one.said}


def _data(rows: Any) -> alt.Data:
    return alt.Data(values=list(rows))


def _percent(number: int, total: int) -> str:
    return f"{(number * 200 + total) // (2 * total)}%"


def _drawn(told: Told, chart: Any) -> Markup:
    spec = chart.to_dict(validate=False) | {"config": _CONFIG}
    return Markup(_svg(json.dumps(spec, sort_keys=True, ensure_ascii=False), told))  # noqa: S704 - escaped as XML


@lru_cache(maxsize=128)
def _svg(spec: str, told: Told) -> str:
    # No address may be read while drawing: all numbers stand in the chart.
    drawn = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawn)  # noqa: S314 - made by our own renderer a line above
    # The marks' own labels are English and name our columns; the plot is one image with a description of ours.
    for element in root.iter():
        for name in [name for name in element.attrib if name == "role" or name.startswith("aria-") or name == "class"]:
            del element.attrib[name]
    digest = hashlib.sha256(f"{spec}\0{told.title}\0{told.description}".encode()).hexdigest()[:12]
    title = ElementTree.Element(f"{{{_SVG}}}title", {"id": f"plot-{digest}-title"})
    title.text = told.title
    description = ElementTree.Element(f"{{{_SVG}}}desc", {"id": f"plot-{digest}-desc"})
    description.text = told.description
    root.insert(0, title)
    root.insert(1, description)
    root.attrib |= {"role": "img", "class": "gs-plot", "aria-labelledby": f"{title.get('id')} {description.get('id')}"}
    return ElementTree.tostring(root, encoding="unicode")

"""Plots: well-formed, told in words, the same bytes twice, and nothing in them that a strict policy forbids."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from goodstanding.look.plot import Interval, Told, bars, calibration, heat, intervals, lines, shares

TOLD = Told("类别 <A&B>", "Shares & moves")
HALF = Interval("B", 0.5, 0.4, 0.6, "50 %")

PLOTS: dict[str, Callable[[], Markup]] = {
    "bars": lambda: bars(TOLD, [("one", 3.0, "3"), ("两", 1.0, "1")]),
    "no bars": lambda: bars(TOLD, []),
    "shares": lambda: shares(TOLD, ["A", "B"], [("2026-01", [3, 1]), ("2026-02", [0, 0])]),
    "heat": lambda: heat(TOLD, ["A", "B"], ["A", "B"], [[5, 1], [0, 0]], "moves"),
    "intervals": lambda: intervals(TOLD, [HALF], HALF),
    "lines": lambda: lines(TOLD, ["1", "2"], [("found", [HALF, HALF])]),
    "calibration": lambda: calibration(TOLD, [(0.4, HALF)], "foretold", "found"),
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_an_image_with_a_title_and_a_description(name: str) -> None:
    root = ElementTree.fromstring(PLOTS[name]())  # noqa: S314 - our own
    assert root.get("role") == "img"
    told = {child.get("id"): child.text for child in root if child.tag.endswith(("title", "desc"))}
    assert list(told.values()) == [TOLD.title, TOLD.description]
    assert root.get("aria-labelledby") == " ".join(str(id_) for id_ in told)


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_shows_under_a_policy_without_scripts_styles_or_addresses(name: str) -> None:
    root = ElementTree.fromstring(PLOTS[name]())  # noqa: S314 - our own
    for element in root.iter():
        assert element.tag.rpartition("}")[2] not in {"script", "style", "image", "a", "foreignObject"}
        assert not {"style", "href", "onload"} & set(element.attrib)
    assert "url(" not in PLOTS[name]()


@pytest.mark.parametrize("name", PLOTS)
def test_the_same_numbers_give_the_same_bytes(name: str) -> None:
    assert PLOTS[name]() == PLOTS[name]()


def test_every_number_stands_on_the_plot_as_text() -> None:
    drawn = heat(TOLD, ["A", "B"], ["A", "B"], [[5, 1234], [7, 0]], "moves")
    assert all(f">{said}<" in drawn for said in ("5", "1,234", "7", "0"))
    assert ">75%<" in bars(TOLD, [("one", 0.75, "75%")])

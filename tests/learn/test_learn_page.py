"""The page of a report: plots with tables beside them, in both languages, and nothing that is not in the file."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from goodstanding.core.rulebook import Rulebook
from goodstanding.learn.fit import learn
from goodstanding.learn.measure import Band, Part
from goodstanding.learn.page import PLOTTED, page
from goodstanding.learn.panel import learnable
from goodstanding.learn.report import Report, report
from tests.learn.city import city
from tests.learn.test_learn_panel import visits_of

NOTE = "Learned from <invented> visits."


@pytest.fixture(scope="module")
def told(chicago: Rulebook) -> Report:
    scale = chicago.scales["plan"]
    visits = visits_of(city(), chicago)
    learned = learn(visits, learnable(scale), (), scale)
    return report(learned, visits, scale, draws=20, before=visits)


def drawn(told: Report, book: Rulebook, language: str = "en") -> str:
    return page(told, book.scales["plan"], NOTE, "2013-06-01", language)


def plots(html: str) -> dict[str, str]:
    """Return the plots by their titles."""
    found = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    roots = [ElementTree.fromstring(one) for one in found]  # noqa: S314 - our own
    return {str(root[0].text): one for root, one in zip(roots, found, strict=True)}


def test_calibration_lift_rates_and_quarters_are_plotted(told: Report, chicago: Rulebook) -> None:
    assert set(plots(drawn(told, chicago))) >= {
        "Rate found by learned class",
        "Calibration by class",
        "Lift by class",
        "Stability by quarter",
    }


def test_a_plot_and_its_table_tell_the_same_numbers(told: Report, chicago: Rulebook) -> None:
    html = drawn(told, chicago)
    shown = plots(html)
    tables = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    for band in told.bands:
        assert f">{band.rate:.1%}<" in shown["Rate found by learned class"]
        assert f">{band.lift:.2f}<" in shown["Lift by class"]
        assert f">{band.lift:.2f}<" in tables
        assert f">{band.rate * 100:.1f} %<" in tables
    for part in told.quarters:
        assert f">{part.auc:.3f}<" in shown["Stability by quarter"]
        assert f">{part.auc:.3f}<" in tables


def test_what_a_class_foretells_is_its_rate_among_the_visits_learned_from(told: Report) -> None:
    assert told.learned_from == told.bands


def test_without_the_visits_learned_from_nothing_is_said_of_calibration(told: Report, chicago: Rulebook) -> None:
    assert "Calibration by class" not in drawn(replace(told, learned_from=[]), chicago)


def test_who_went_is_told_apart_only_where_results_say_so(told: Report, chicago: Rulebook) -> None:
    nobody = drawn(replace(told, inspectors=[]), chicago)
    assert "do not say who went" in nobody
    known = drawn(replace(told, inspectors=[Part("K7", 80, 0.5, 0.61, 0.5, 0.7)]), chicago)
    assert "do not say who went" not in known
    assert ">0.610<" in plots(known)["Stability by inspector"]


def test_many_parts_stand_in_the_table_and_the_first_in_the_plot(told: Report, chicago: Rulebook) -> None:
    many = [Part(f"R{place:02}", 80, 0.5, 0.61, 0.5, 0.7) for place in range(PLOTTED + 5)]
    html = drawn(replace(told, regions=many), chicago)
    assert f">R{PLOTTED - 1}<" in plots(html)["Stability by region"]
    assert f">R{PLOTTED}<" not in plots(html)["Stability by region"]
    assert f'<th scope="row">R{PLOTTED + 4}</th>' in html


def test_a_part_without_an_auc_has_none_and_an_empty_class_is_not_plotted(told: Report, chicago: Rulebook) -> None:
    bands = [*told.bands[:-1], Band(told.bands[-1].code, 0, 0, 0.0, 0.0, 0.0, 1.0)]
    html = drawn(replace(told, bands=bands, quarters=[Part("2013 Q1", 60, 0.0, None)]), chicago)
    assert ">–<" in html
    assert plots(html)["Rate found by learned class"] != plots(drawn(told, chicago))["Rate found by learned class"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_stands_alone_and_speaks_its_language(told: Report, chicago: Rulebook, language: str) -> None:
    html = drawn(told, chicago, language)
    assert f'<html lang="{ {"en": "en", "zh": "zh-Hans"}[language] }"' in html
    assert not re.search(r"<script|<link|<img|src=|url\(|@import", html)
    assert ("各类别的校准" in html) == (language == "zh")
    assert "&lt;invented&gt;" in html


def test_the_same_report_is_the_same_page(told: Report, chicago: Rulebook) -> None:
    assert drawn(told, chicago) == drawn(told, chicago)

"""What single components show."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment
from markupsafe import Markup

from goodstanding.look import Tone
from goodstanding.look.environment import SIGNS
from goodstanding.look.shapes import page_window, summary_rows, table_cells


def show(env: Environment, expression: str, language: str = "en", **values: object) -> str:
    source = '{% import "look/components.html" as ui with context %}{{ ' + expression + " }}"
    return re.sub(r"\s+", " ", env.from_string(source).render(language=language, **values)).strip()


def test_every_tone_has_a_sign_of_its_own(env: Environment) -> None:
    assert len(set(SIGNS.values())) == len(Tone)
    for tone in Tone:
        html = show(env, "ui.status(tone, 'Word')", tone=tone)
        assert f"gs-tone--{tone}" in html
        assert SIGNS[tone] in html
        assert "Word" in html


def test_an_unknown_tone_is_an_error(env: Environment) -> None:
    with pytest.raises(ValueError, match="cheerful"):
        show(env, "ui.status('cheerful', 'Word')")


def test_text_is_escaped_and_markup_stays() -> None:
    assert [cell["html"] for cell in table_cells(["<b>", Markup("<b>"), 0])] == ["&lt;b&gt;", "<b>", "0"]
    [row] = summary_rows([("<k>", "<v>")])
    assert (row["key"]["html"], row["value"]["html"]) == ("&lt;k&gt;", "&lt;v&gt;")


@pytest.mark.parametrize(
    "expression",
    [
        "ui.status('good', bad)",
        "ui.fact_card(bad, [(bad, bad)], authority=bad, basis=bad, ends=bad, tag=bad, actions=[(bad, bad)])",
        "ui.summary_list([(bad, bad, [(bad, bad)])])",
        "ui.table(bad, [bad], [[bad]])",
        "ui.table(bad, [bad, bad, bad], [[bad, bad, bad]])",
        "ui.timeline([{'on': '2026-11-20', 'title': bad, 'text': bad, 'source': bad, 'tag': bad}])",
        "ui.breadcrumbs([(bad, bad)])",
        "ui.pagination(2, 3, bad)",
        "ui.pager(bad, bad)",
        "ui.empty_state(bad, bad)",
        "ui.error_page(bad, bad, bad, bad, bad, bad)",
        "ui.search_box(bad, bad, value=bad, hint=bad)",
        "ui.results([{'href': bad, 'name': bad, 'meta': bad, 'tag': bad}])",
        "ui.figures([(bad, bad)])",
        "ui.points([(bad, 1)], 1, 1)",
        "ui.ticket(bad, bad)",
        "ui.flow([{'title': bad, 'state': 'done', 'text': bad}])",
    ],
)
def test_no_component_lets_text_become_markup(env: Environment, expression: str) -> None:
    html = show(env, expression, bad='"><script>alert(1)</script>')
    assert "<script" not in html
    assert "&lt;script" in html


def test_a_table_of_words_carries_its_headings_to_every_value_and_one_of_figures_does_not(env: Environment) -> None:
    html = show(env, "ui.table('T', ['<b>When</b>' | safe, 'Who', 'What'], [['1', '2', '3']])")
    assert [html.count(f'data-label="{label}"') for label in ("When", "Who", "What")] == [1, 1, 1]
    assert "data-label" not in show(env, "ui.table('T', ['When', 'Who', 'What'], [['1', '2', '3']], numeric=[1])")


def test_a_fact_tells_who_by_what_rule_and_until_when(env: Environment) -> None:
    html = show(env, "ui.fact_card('Fine', authority='Office', basis='art. 1', ends_on='2027-01-01')", "zh")
    for said in ("作出机关", "Office", "依据", "art. 1", "公示至", '<time datetime="2027-01-01">2027年1月1日</time>'):
        assert said in html


def test_an_error_page_has_its_four_beats_and_its_code(env: Environment) -> None:
    html = show(
        env, "ui.error_page('No such business', 'The business 7.', 'None.', 'A code.', 'Search.', 'entity.unknown')"
    )
    for said in ("<h1", "The business 7.", "None.", "A code.", "Search.", "entity.unknown"):
        assert said in html


def test_a_bar_is_never_longer_than_full_nor_shorter_than_nothing(env: Environment) -> None:
    html = show(env, "ui.points([('a', 25), ('b', 900), ('c', -30)], 895, 100)")
    assert re.findall(r'gs-points__fill" width="(\d+)"', html) == ["250", "1000", "0", "1000"]


def test_one_page_needs_no_pages(env: Environment) -> None:
    assert show(env, "ui.pagination(1, 1, '?page={page}')") == ""


def test_the_last_page_has_no_next(env: Environment) -> None:
    html = show(env, "ui.pagination(3, 3, '?page={page}')")
    assert 'rel="prev"' in html
    assert 'rel="next"' not in html


@pytest.mark.parametrize(
    ("page", "pages", "window"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (2, 9, [1, 2, 3, None, 9]),
        (4, 9, [1, 2, 3, 4, 5, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (9, 9, [1, None, 8, 9]),
    ],
)
def test_the_pages_offered_are_first_last_and_near(page: int, pages: int, window: list[int | None]) -> None:
    assert page_window(page, pages) == window

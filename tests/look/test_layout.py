"""Every page stands in the same frame, whole in each language and without anything inline."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from jinja2 import Environment, UndefinedError

from goodstanding import look

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """What a test asks of a page: its elements in order, whether they nest, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def everything(ui: Any) -> str:
    """Show every component once."""
    tag = ui.status("adverse", "Listed")
    parts = {
        "day": lambda show: show("2026-11-20"),
        "instant": lambda show: show("2026-11-20T09:00:00Z"),
        "status": lambda show: show("good", "Fine"),
        "status_panel": lambda show: show("notice", "On a list"),
        "summary_list": lambda show: show([("Key", "<b>"), ("Key", 1, [("/x", "Change")])]),
        "fact_card": lambda show: show(
            "Fine", [("For", "labels")], authority="Office", basis="art. 1", ends_on="2027-01-01", tag=tag
        ),
        "table": lambda show: show("Drawn", ["Rank", "Name"], [[1, "A"], [2, "B"]], numeric=(0,)),
        "pagination": lambda show: show(5, 9, "?page={page}"),
        "pager": lambda show: show("?a", "?b"),
        "breadcrumbs": lambda show: show([("/", "Home"), ("", "Here")]),
        "timeline": lambda show: show([{"on": "2026-11-20", "title": "Listed", "tone": "adverse", "tag": tag}]),
        "empty_state": lambda show: show("Nothing", "Nothing was published."),
        "code_text": lambda show: show("abc"),
        "search_box": lambda show: show("/search", "Name", hint="As registered"),
        "results": lambda show: show([{"href": "/e/1", "name": "A", "tag": tag}]),
        "figures": lambda show: show([("Businesses", 12000)]),
        "points": lambda show: show([("Penalties", 40)], 40, 100),
        "ticket": lambda show: show("Seed", "0f" * 32),
        "flow": lambda show: show([{"title": "Plan", "state": "done"}, {"title": "Draw", "state": "current"}]),
    }
    shown = {name for name in dir(ui) if not name.startswith(("_", "govuk"))}
    assert shown == {*parts, "error_page"}, "a component is not shown in this test"  # error_page brings its own h1
    return type(tag)("").join(show(getattr(ui, name)) for name, show in parts.items())


def render(env: Environment, language: str, **values: object) -> str:
    defaults = {
        "navigation": [("/", "Home", False), ("/lists", "Lists", True)],
        "language_links": [("zh", "/zh"), ("en", "/en")],
        "footer_links": [("/help", "Help")],
        "is_sample": True,
    }
    return env.get_template("page.html").render(language=language, **(defaults | values))


@pytest.fixture(params=look.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_page_says_its_language_and_direction(env: Environment) -> None:
    assert Page(render(env, "zh")).all("html")[0] == {"class": "govuk-template", "lang": "zh-Hans", "dir": "ltr"}
    assert Page(render(env, "en")).all("html")[0] == {"class": "govuk-template", "lang": "en", "dir": "ltr"}


def test_a_page_has_one_main_heading_and_one_main_part(env: Environment, language: str) -> None:
    page = Page(render(env, language, body=everything))
    assert len(page.all("h1")) == 1
    assert [main["id"] for main in page.all("main")] == ["main-content"]


def test_elements_nest(env: Environment, language: str) -> None:
    page = Page(render(env, language, body=everything))
    assert page.crossed == []
    assert page.open == []


def test_the_first_link_skips_to_the_content(env: Environment, language: str) -> None:
    first = Page(render(env, language)).all("a")[0]
    assert (first["class"], first["href"]) == ("govuk-skip-link", "#main-content")


def test_the_title_names_page_and_service(env: Environment) -> None:
    assert "<title>Records – Goodstanding</title>" in render(env, "en")
    assert "<title>Records – Office</title>" in render(env, "en", service_name="Office")


def test_nothing_is_inline(env: Environment, language: str) -> None:
    page = Page(render(env, language, body=everything))
    assert page.all("style") == []
    assert all("src" in script for script in page.all("script"))
    assert not [attrs for _, attrs in page.elements if "style" in attrs or any(name[:2] == "on" for name in attrs)]


def test_nothing_is_loaded_from_elsewhere(env: Environment, language: str) -> None:
    page = Page(render(env, language, body=everything))
    addresses = [attrs.get("src") or attrs.get("href") for tag, attrs in page.elements if tag in {"link", "script"}]
    assert addresses
    assert all(address is not None and address.startswith("/") for address in addresses)


def test_the_current_place_is_marked(env: Environment) -> None:
    current = [attrs for attrs in Page(render(env, "en")).all("a") if attrs.get("aria-current") == "page"]
    assert [attrs["href"] for attrs in current] == ["/lists"]


def test_the_other_language_is_one_link_away(env: Environment) -> None:
    links = [attrs for attrs in Page(render(env, "en")).all("a") if "hreflang" in attrs]
    assert [(link["href"], link["lang"]) for link in links] == [("/zh", "zh-Hans")]


def test_a_frame_needs_nothing_but_a_language(env: Environment, language: str) -> None:
    page = Page(env.get_template("page.html").render(language=language))
    assert len(page.all("h1")) == 1
    assert [attrs for attrs in page.all("a") if "hreflang" in attrs] == []


def test_no_crest_and_no_upstream_name(env: Environment, language: str) -> None:
    html = render(env, language, body=everything)
    assert "crown" not in html.lower()
    assert "govuk-header" not in html
    assert "GOV.UK" not in html


def test_a_name_nobody_passed_is_an_error(env: Environment) -> None:
    with pytest.raises(UndefinedError, match="misspelt"):
        env.from_string("{{ misspelt }}").render(language="en")


def test_a_page_without_a_language_is_an_error(env: Environment) -> None:
    with pytest.raises(LookupError, match="has no language"):
        env.from_string('{{ t("layout.skip") }}').render()


def test_components_imported_without_context_say_what_is_wrong(env: Environment) -> None:
    template = env.from_string('{% import "look/components.html" as ui %}{{ ui.day("2026-11-20") }}')
    with pytest.raises(LookupError, match="with context"):
        template.render(language="en")


def test_django_renders_with_the_same_look(tmp_path: Path) -> None:
    from django.template.backends.jinja2 import Jinja2

    (tmp_path / "form.html").write_text(
        '{% extends "look/layout.html" %}'
        '{% block content %}<h1>{{ t("search.button") }}</h1>{{ csrf_input }}{% endblock %}',
        encoding="utf-8",
    )
    backend = Jinja2(
        {
            "NAME": "look",
            "DIRS": [tmp_path],
            "APP_DIRS": False,
            "OPTIONS": {"environment": "goodstanding.look.django_environment"},
        }
    )
    html = backend.get_template("form.html").render({"language": "zh"}, RequestFactory().get("/"))
    assert "<h1>查询</h1>" in html
    assert "csrfmiddlewaretoken" in html
    with pytest.raises(UndefinedError):
        backend.from_string("{{ misspelt }}").render({"language": "zh"})

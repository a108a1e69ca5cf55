"""A status reads as one sign and its word, however narrow the column it stands in."""

from __future__ import annotations

import pytest
from jinja2 import Environment
from playwright.sync_api import Browser

from goodstanding import look

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CELLS = """
{% import "look/components.html" as ui with context %}
{% set tag = ui.status("adverse", "Not met") %}
{{ ui.table("Gates", ["Gate", "State", "Why"], [["Heavier " * 9, tag, "Representativeness-without-pause " * 20]]) }}
"""


def test_a_sign_stands_beside_its_word_in_a_narrow_column(browser: Browser) -> None:
    env: Environment = look.environment()
    page = browser.new_page(viewport={"width": 700, "height": 800})
    page.set_content(env.from_string(CELLS).render(language="en"))
    page.add_style_tag(content=(look.static_dir() / "goodstanding.css").read_text(encoding="utf-8"))
    tag = page.locator(".gs-tag")
    sign, whole = tag.locator(".gs-sign").bounding_box(), tag.bounding_box()
    assert sign is not None
    assert whole is not None
    line = page.evaluate("getComputedStyle(document.querySelector('.gs-tag')).lineHeight")
    assert whole["height"] < 2 * float(line.removesuffix("px"))
    assert sign["y"] < whole["y"] + whole["height"] / 2
    page.close()

"""What the tests of the look share: a page of each kind, as a plane would write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment

from goodstanding import look

PAGE = """
{% extends "look/layout.html" %}
{% import "look/components.html" as ui with context %}
{% block title %}Records{% endblock %}
{% block before_content %}{{ ui.breadcrumbs([("/", "Home"), ("", "Here")]) }}{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Records</h1>{{ body(ui) if body is defined else "" }}{% endblock %}
"""


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The environment of a plane that has one template of its own."""
    folder: Path = tmp_path_factory.mktemp("templates")
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    return look.environment([folder])

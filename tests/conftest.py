"""What every test may ask for. The installation's folder is a fresh one, never the reader's own."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

os.environ["GOODSTANDING_HOME"] = tempfile.mkdtemp(prefix="goodstanding-tests-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodstanding.settings")

from goodstanding.core import rulebook as rulebooks
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import ENVIRONMENT, Home, read_rulebook, rulebook_folder

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def cn() -> Rulebook:
    """The reference rulebook."""
    return rulebooks.load(read_rulebook(rulebook_folder("cn")))


@pytest.fixture(scope="session")
def chicago() -> Rulebook:
    """The rulebook of the city food inspectorate."""
    return rulebooks.load(read_rulebook(rulebook_folder("chicago")))


@pytest.fixture(scope="session")
def nyc() -> Rulebook:
    """The rulebook of a city that publishes points and letters."""
    return rulebooks.load(read_rulebook(rulebook_folder("nyc")))


@pytest.fixture(scope="session")
def toronto() -> Rulebook:
    """The rulebook of a city that publishes what became of each charge."""
    return rulebooks.load(read_rulebook(rulebook_folder("toronto")))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An installation's folder under the reference rulebook; the database is the test's own (ask for ``db`` too)."""
    path = tmp_path / "home"
    monkeypatch.setenv(ENVIRONMENT, str(path))
    return Home.create(path, "cn")

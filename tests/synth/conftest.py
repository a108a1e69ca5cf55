"""One small province for all tests of the room, made once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from goodstanding.core.rulebook import Rulebook
from goodstanding.home import rulebook_folder
from goodstanding.synth.province import MANIFEST, Made, write_province

PARAMETERS = rulebook_folder("cn") / "synthetic"
ENTITIES = 400
YEARS = 8
SEED = "a test"
UNTIL = date(2026, 11, 20)


@dataclass(frozen=True)
class Province:
    """The folder, what making it returned, and the manifest as written."""

    folder: Path
    made: Made
    manifest: dict[str, Any]


def make(book: Rulebook, folder: Path, entities: int = ENTITIES, seed: str = SEED, years: int = YEARS) -> Province:
    """Write a province."""
    made = write_province(book, PARAMETERS, folder, entities, years, seed, UNTIL)
    return Province(folder, made, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="session")
def province(cn: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Province:
    """A province of 400 businesses with eight years of history."""
    return make(cn, tmp_path_factory.mktemp("province") / "files")

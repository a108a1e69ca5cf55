"""What holds for every procedure of every rulebook, whatever the law it follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from goodstanding.core import rulebook as rulebooks
from goodstanding.home import read_rulebook, shipped_rulebooks

BUSINESS = "business"
FOLDERS = sorted(file.parent for file in shipped_rulebooks().glob("*/rulebook.toml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nobody_takes_a_step_of_the_business_without_its_paper(folder: Path) -> None:
    book = rulebooks.load(read_rulebook(folder))
    assert [
        (procedure.code, step.code)
        for procedure in book.procedures.versions
        for step in procedure.steps
        if BUSINESS in step.by and len(step.by) > 1 and not step.needs
    ] == []

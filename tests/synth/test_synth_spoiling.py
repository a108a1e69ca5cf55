"""Every way in which a file is made wrong is one an import holds, for the reason stated beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from goodstanding.core import rulebook as rulebooks
from goodstanding.home import Home, read_rulebook, rulebook_folder
from goodstanding.intake.importing import check_file, find_card
from goodstanding.synth.business import Times, identify
from goodstanding.synth.chance import MILLION, Weighted
from goodstanding.synth.documents import Document
from goodstanding.synth.history import Historian
from goodstanding.synth.layout import DOCUMENTS, FileLayout, How, Layouts, Spoiling
from goodstanding.synth.province import Parameters, read_parameters
from goodstanding.synth.spoiling import Clerk
from goodstanding.synth.writing import open_writer
from tests.conftest import NOW
from tests.synth.conftest import PARAMETERS, SEED, UNTIL

TIMES = Times(date(2018, 11, 20), UNTIL)
BOOK = rulebooks.load(read_rulebook(rulebook_folder("cn")))
READ: Parameters = read_parameters(BOOK, PARAMETERS)
WAYS = [(layout, spoiling) for layout in READ.layouts.files for spoiling in layout.spoilings.things]
FEW = 12  # rows of each kind


@pytest.fixture(scope="module")
def documents() -> dict[str, list[Document]]:
    """Some documents for every file, by its name."""
    historian = Historian(
        BOOK,
        READ.setting,
        READ.behaviour,
        READ.standing,
        TIMES,
        lambda number: identify(READ.setting, READ.behaviour, TIMES, SEED, number),
    )
    found: dict[str, list[Document]] = {layout.name: [] for layout in READ.layouts.files}
    index = 0
    while min(map(len, found.values())) < FEW:
        history = historian.write(identify(READ.setting, READ.behaviour, TIMES, SEED, index))
        for layout in READ.layouts.files:
            found[layout.name] += DOCUMENTS[layout.record](history)
        index += 1
    return {name: some[:FEW] for name, some in found.items()}


def enter(folder: Path, layout: FileLayout, layouts: Layouts, some: list[Document]) -> Clerk:
    """Write documents into a file under a layout."""
    with open_writer(folder, layout) as writer:
        clerk = Clerk(layout, layouts, SEED, READ.setting.codes.alphabet, writer)
        for document in some:
            clerk.enter(document)
    return clerk


@pytest.mark.parametrize(
    ("layout", "spoiling"), WAYS, ids=[f"{layout.name}-{way.reason.value}-{way.how.value}" for layout, way in WAYS]
)
def test_a_row_made_wrong_is_held_for_its_reason(
    home: Home, tmp_path: Path, documents: dict[str, list[Document]], layout: FileLayout, spoiling: Spoiling
) -> None:
    always = replace(READ.layouts, spoilt_ppm=MILLION, repeated_ppm=0)
    wrong = replace(layout, spoilings=Weighted([spoiling], [1]))
    clerk = enter(tmp_path, wrong, always, documents[layout.name])
    outcome = check_file(home, find_card(home, layout.card), tmp_path / layout.name, NOW)
    assert outcome.rows == clerk.count.rows == FEW
    assert outcome.problems == clerk.count.spoilt == {spoiling.reason.value: FEW}
    assert clerk.count.facts == outcome.added == 0


@pytest.mark.parametrize("layout", READ.layouts.files, ids=lambda layout: layout.name)
def test_a_row_left_as_it_is_states_one_fact(
    home: Home, tmp_path: Path, documents: dict[str, list[Document]], layout: FileLayout
) -> None:
    never = replace(READ.layouts, spoilt_ppm=0, repeated_ppm=0)
    clerk = enter(tmp_path, layout, never, documents[layout.name])
    outcome = check_file(home, find_card(home, layout.card), tmp_path / layout.name, NOW)
    assert not outcome.problems
    assert outcome.added == clerk.count.facts == FEW


@pytest.mark.parametrize("layout", READ.layouts.files, ids=lambda layout: layout.name)
def test_a_row_sent_twice_is_counted_as_such(
    home: Home, tmp_path: Path, documents: dict[str, list[Document]], layout: FileLayout
) -> None:
    twice = replace(READ.layouts, spoilt_ppm=0, repeated_ppm=MILLION)
    clerk = enter(tmp_path, layout, twice, documents[layout.name])
    outcome = check_file(home, find_card(home, layout.card), tmp_path / layout.name, NOW)
    assert (outcome.rows, clerk.count.repeated, clerk.count.facts) == (2 * FEW, FEW, FEW)


def test_every_way_of_going_wrong_is_in_use() -> None:
    assert {spoiling.how for _, spoiling in WAYS} == set(How)

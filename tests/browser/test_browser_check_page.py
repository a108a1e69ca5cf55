"""The checker as a page: without a network, it says of every draw and every change of one what Python says."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from goodstanding.core.draw import Inspector, Plan, Seed, SeedKind, Stratum, Unit, commit, draw
from goodstanding.core.draw_bundle import bundle
from goodstanding.core.draw_excerpt import excerpt
from goodstanding.core.draw_plan import salted
from tests.verify.second import CHECKER, GOLDEN, checker_module, golden

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SHAPE, RERUN, EXCERPT = (checker_module(name) for name in ("shape", "rerun", "excerpt"))
COMMITTED_AT, REVEALED_AT = datetime(2026, 3, 11, 9, tzinfo=UTC), datetime(2026, 3, 18, 6, 30, tzinfo=UTC)
CHECK = "texts => texts.map(text => check(text, '').state)"
PER_CALL = 100


@pytest.fixture(scope="module")
def checker(browser: Browser) -> Iterator[Page]:
    """The page, opened from the disk, without a network."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((CHECKER / "page.html").as_uri())
    yield page
    context.close()


def by_python(document: Any) -> str:
    """Return what the checker in Python says."""
    try:
        SHAPE.check(document)
    except SHAPE.Unreadable:
        return "unreadable"
    reader = EXCERPT if document["format"] == SHAPE.EXCERPT_FORMAT else RERUN
    return "differs" if reader.differences(document) else "holds"


def leaves(value: Any, *way: str | int) -> Iterator[list[str | int]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, *way, name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, *way, index)
    else:
        yield [*way]


def changes(old: Any) -> list[Any]:
    if isinstance(old, bool):
        return [not old, 1]
    if isinstance(old, int):
        return [old + 1, old - 1, str(old)]
    return [old + "x", old[:-1], " " + old, old.swapcase() or "0", 7]


def changed(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a document with every text, number and truth changed in turn, and with every part left out."""
    for *way, last in leaves(document):
        for new in changes(_at(document, [*way, last])):
            other = copy.deepcopy(document)
            _at(other, way)[last] = new
            yield other
    for part in document:
        yield {name: value for name, value in document.items() if name != part}
    for name in ("selected", "reserves"):
        other = copy.deepcopy(document)
        other["result"][name] = other["result"][name][1:]
        yield other


def _at(document: Any, way: list[str | int]) -> Any:
    for step in way:
        document = document[step]
    return document


@pytest.mark.parametrize("name", ["bundle.json", "excerpt.json"])
def test_the_page_says_of_every_change_what_the_checker_in_python_says(checker: Page, name: str) -> None:
    documents = [golden(name), *changed(golden(name))]
    expected = [by_python(document) for document in documents]
    assert expected[0] == "holds"
    found: list[str] = []
    texts = [json.dumps(document, ensure_ascii=False) for document in documents]
    for start in range(0, len(texts), PER_CALL):
        found += checker.evaluate(CHECK, texts[start : start + PER_CALL])
    wrong = [index for index, (one, other) in enumerate(zip(found, expected, strict=True)) if one != other]
    assert [(expected[index], found[index], texts[index][:2000]) for index in wrong[:3]] == []


def _plan(chance: random.Random, number: int) -> Plan:
    words = ['"', "\\", "é", "阳", "\U00020000", "ａ", "b"]
    ids = {f"{chance.choice(words)}{one}" for one in range(chance.randint(1, 25))}
    units = [
        Unit(one, chance.choice("AB"), chance.choice([1, 1, 2, 5, 2**32]), chance.choice(["", "north"]))
        for one in sorted(ids)
    ]
    count = {code: sum(unit.stratum == code for unit in units) for code in "AB"}
    plan = Plan(
        label=f"plan {number}",
        title="",
        as_of=date(2026, 3, 1),
        rulebook_digest="ab" * 32,
        frame=tuple(units),
        strata=tuple(Stratum(code, chance.randint(0, count[code])) for code in "AB"),
        roster=tuple(Inspector(f"{chance.choice(words)}{one}") for one in range(4)),
        reserves_per_stratum=chance.randint(0, 3),
        visits_per_inspector=chance.randint(0, 3),
    )
    return salted(plan, str(number))


def test_the_page_finds_every_draw_of_ours_sound(checker: Page) -> None:
    chance = random.Random(5)  # noqa: S311 - the same plans again
    documents = []
    for number in range(40):
        plan = _plan(chance, number)
        seed = Seed(f"seed {number}", SeedKind.DECLARED, REVEALED_AT)
        outcome = draw(plan, seed, commit(plan, COMMITTED_AT))
        documents += [bundle(plan, outcome), excerpt(plan, outcome, [plan.frame[0].id])]
    found = checker.evaluate(
        CHECK, [json.dumps(one, ensure_ascii=number % 2 == 0) for number, one in enumerate(documents)]
    )
    assert found == ["holds"] * len(documents)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "[]",
        "{}",
        '{"format": "goodstanding-draw/1"}',
        "[" * 5000,
        '{"a": 1, "a": 1}',
        "1.5",
        "NaN",
        '"\\ud800"',
    ],
)
def test_what_is_no_draw_cannot_be_read(checker: Page, text: str) -> None:
    assert checker.evaluate(CHECK, [text]) == ["unreadable"]


def test_a_reader_chooses_a_file_and_is_told(checker: Page, tmp_path: Path) -> None:
    told: Callable[[], str | None] = lambda: checker.locator("#result").get_attribute("data-state")  # noqa: E731
    checker.set_input_files("#file", GOLDEN / "bundle.json")
    checker.get_by_text("Every line is what plan and seed give").wait_for()
    assert told() == "holds"
    checker.fill("#published", "0" * 64)
    checker.locator("#published").blur()
    checker.get_by_text("another one was published before the seed").wait_for()
    assert told() == "differs"
    checker.fill("#published", golden("excerpt.json")["commitment"]["digest"])
    checker.set_input_files("#file", GOLDEN / "excerpt.json")
    checker.get_by_text("The commitment is the one you gave").wait_for()
    checker.fill("#published", "")
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"\xff\xfe")
    checker.set_input_files("#file", broken)
    checker.get_by_text("it is not text in UTF-8").wait_for()
    assert told() == "unreadable"


def test_axe_finds_nothing_grave_on_the_page(checker: Page) -> None:
    axe = CHECKER.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
    checker.evaluate(axe.read_text(encoding="utf-8"))
    found = checker.evaluate("async () => (await axe.run()).violations.map(one => [one.impact, one.id])")
    assert [one for one in found if one[0] in ("serious", "critical")] == []

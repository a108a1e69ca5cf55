"""What users can meet is documented, and what is documented is there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from typer.main import get_command

import goodstanding
from goodstanding.cli.frame import ROOMS, app
from goodstanding.cli.installation import errors_page
from goodstanding.core.errors import Broken, GoodstandingError, Invalid, Refused

ROOT = Path(__file__).parents[1]


def family() -> set[type[GoodstandingError]]:
    """Return every concrete error of the program, wherever it is defined."""
    for module in walk_packages(goodstanding.__path__, "goodstanding."):
        if ".migrations" not in module.name and not module.name.endswith(("serving", "__main__")):
            import_module(module.name)
    found: set[type[GoodstandingError]] = set()
    waiting: list[type[GoodstandingError]] = [GoodstandingError]
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting.extend(error.__subclasses__())
    return found - {GoodstandingError, Refused, Invalid, Broken}


def test_the_page_of_errors_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == errors_page()


def test_every_error_stands_in_the_one_family_tree_with_a_code_of_its_own() -> None:
    errors = family()
    assert {error.__module__ for error in errors} == {"goodstanding.core.errors"}
    assert len({error.code for error in errors}) == len(errors)
    for error in errors:
        assert issubclass(error, Refused | Invalid | Broken), error
        assert error.__doc__, error


def test_every_command_says_what_it_does() -> None:
    for room in ROOMS:
        import_module(f"goodstanding.cli.{room}")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert {"init", "import", "classify", "explain", "tick", "plan", "draw", "verify", "publish", "serve"} <= set(
        commands
    )
    for name, command in commands.items():
        assert command.help, name


def test_the_links_of_the_readme_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_code_names_no_jurisdiction() -> None:
    """A jurisdiction's institutions and places live in rulebooks/, never in the program."""
    named = "china|chinese law|samr|necips|chicago|illinois|beijing|zhejiang|uscc|nyc|new york|camis|toronto|dinesafe"
    words = re.compile(rf"\b({named})\b", re.I)
    allowed = {"cli/demo.py", "cli/chicago.py"}  # the two programs that name a shipped rulebook
    for path in (ROOT / "src").rglob("*.py"):
        name = path.relative_to(ROOT / "src" / "goodstanding").as_posix()
        if name not in allowed and "migrations" not in name:
            assert not words.search(path.read_text(encoding="utf-8")), name

"""init, check, rulebook: the installation itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from goodstanding.cli.frame import app, open_records, progress, result, start_orm, the_home
from goodstanding.core import rulebook as rulebooks
from goodstanding.core.errors import Broken, GoodstandingError, Invalid, Refused
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home, read_rulebook, rulebook_folder


def init(path: Path, rulebook: str) -> Home:
    """Make an empty installation: its folder, its rulebook, its tables."""
    whole(rulebook)
    home = Home.create(path, rulebook)
    start_orm()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return home


def whole(name: str) -> Rulebook:
    """Return a rulebook checked whole: what it says by itself, and that the engine can follow each of its scorecards.

    Args:
        name: A shipped rulebook's name, or a folder.
    Raises:
        RulebookUnknown: No such rulebook.
        RulebookInvalid: It has a mistake.
        IndicatorUnfit: Its facts cannot feed a scorecard of it.
    """
    from goodstanding.engine.features import schema
    from goodstanding.engine.indicators import names
    from goodstanding.engine.measured import indicators_of

    book = rulebooks.load(read_rulebook(rulebook_folder(name)), indicators=names())
    schema(book)
    for card in book.scorecards:
        indicators_of(book, card)
    return book


@app.command("init")
def init_command(rulebook: Annotated[str, typer.Option(help="A shipped rulebook's name, or a folder.")]) -> None:
    """Make an empty installation."""
    home = init(the_home().path, rulebook)
    result(
        f"Installation ready in {home.path} under rulebook {home.rulebook.code} ({home.rulebook_digest[:12]}).",
        {"home": home.path, "rulebook": home.rulebook.code, "rulebook_digest": home.rulebook_digest},
    )


@app.command("rulebook")
def rulebook_command(rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name, or a folder.")]) -> None:
    """Read a rulebook, check it whole, and say what it holds."""
    book = whole(rulebook)
    count = sum(len(versions) for versions in book.rules().values())
    result(
        f"Rulebook {book.code}: {count} rules, {len(book.kinds)} fact kinds, "
        f"{len(book.lists.lists)} lists, digest {book.digest}.",
        {"rulebook": book.code, "rules": count, "kinds": len(book.kinds), "digest": book.digest},
    )


@app.command("errors")
def errors_command() -> None:
    """List every error a user can meet, as the page docs/errors.md has it."""
    sys.stdout.write(errors_page())


def errors_page() -> str:
    """Return the page of errors: code, temper, exit status and meaning of each, by code."""
    lines = [
        "# Errors",
        "",
        "Every error says what was asked, what was found, what the rule wants and what to do next, under a code",
        "that does not change. Its temper says who must act: *refused* (the law or the procedure says no, exit 1),",
        "*invalid* (the input is wrong, exit 2), *broken* (a store or a proof may be harmed: stop, exit 3). This page",
        "is written by `goodstanding errors > docs/errors.md`, and a test holds it to the program.",
        "",
        "| code | temper | meaning |",
        "| --- | --- | --- |",
    ]
    found = {}
    for temper in (Refused, Invalid, Broken):
        waiting: list[type[GoodstandingError]] = list(temper.__subclasses__())
        while waiting:
            error = waiting.pop()
            waiting.extend(error.__subclasses__())
            meaning = " ".join((error.__doc__ or "").split("\n\n")[0].split())
            found[error.code] = f"| `{error.code}` | {temper.code} | {meaning} |"
    return "\n".join([*lines, *(found[code] for code in sorted(found)), ""])


@app.command("check")
def check_command() -> None:
    """Prove the ledger against its own digests."""
    open_records()
    from goodstanding.records import ledger

    through = ledger.position()
    step = 200_000
    with progress() as bar:
        task = bar.add_task("facts", total=through)
        count = 0
        for after in range(0, through, step):
            count += ledger.check_digests(after, min(after + step, through))
            bar.update(task, completed=min(after + step, through))
    result(f"Ledger whole: {count} facts hash to their digests.", {"facts": count, "position": through})

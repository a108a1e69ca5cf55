"""init, check, rulebook: the installation itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goodstanding.cli.frame import app, open_records, progress, result, start_orm, the_home
from goodstanding.core import rulebook as rulebooks
from goodstanding.home import Home, read_rulebook, rulebook_folder


def init(path: Path, rulebook: str) -> Home:
    """Make an empty installation: its folder, its rulebook, its tables."""
    home = Home.create(path, rulebook)
    start_orm()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return home


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
    from goodstanding.engine.indicators import names

    book = rulebooks.load(read_rulebook(rulebook_folder(rulebook)), indicators=names())
    count = sum(len(versions) for versions in book.rules().values())
    result(
        f"Rulebook {book.code}: {count} rules, {len(book.kinds)} fact kinds, "
        f"{len(book.lists.lists)} lists, digest {book.digest}.",
        {"rulebook": book.code, "rules": count, "kinds": len(book.kinds), "digest": book.digest},
    )


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

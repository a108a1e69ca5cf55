"""What all commands share: where the installation is, how results are printed, how errors leave the program."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from goodstanding.core.errors import GoodstandingError
from goodstanding.home import ENVIRONMENT, Home, default_path

app = typer.Typer(
    name="goodstanding",
    help="Credit-based market supervision: from source files to a public register, provably.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ROOMS = (
    "installation",
    "synth",
    "intake",
    "engine",
    "monitor",
    "explain",
    "supervision",
    "annulment",
    "confirmations",
    "case",
    "measures",
    "documents",
    "treatment",
    "preview",
    "learn",
    "draw",
    "publish",
    "serve",
    "demo",
)
"""The modules beside this one that add commands, in the order of the flow."""

_json = False
errors = Console(stderr=True, highlight=False)
console = Console(highlight=False)


@app.callback()
def settings(
    home: Annotated[Path | None, typer.Option(help="The installation's folder; default ./var.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON.")] = False,
) -> None:
    """Read what stands before the command's name."""
    global _json
    _json = json_
    if home is not None:
        os.environ[ENVIRONMENT] = str(home.resolve())


def the_home() -> Home:
    """Return the installation's home without opening its records."""
    return Home(default_path())


def open_records() -> Home:
    """Open the installation: check its rulebook is there and start the ORM.

    Raises:
        HomeMissing: There is no installation.
    """
    home = the_home()
    _ = home.rulebook_digest
    start_orm()
    return home


def start_orm() -> None:
    """Start Django for the home in the environment; a second call does nothing."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodstanding.settings")
    django.setup()
    logging.getLogger("django").setLevel(logging.WARNING)


def now() -> datetime:
    """Return this instant, UTC; the only clock the commands read."""
    return datetime.now(UTC)


def today() -> date:
    """Return this day in UTC; commands that decide something take their day as an option."""
    return now().date()


def parse_day(text: str) -> date:
    """Read a day written YYYY-MM-DD, for use as an option's parser."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write it YYYY-MM-DD.") from None


def parse_instant(text: str) -> datetime:
    """Read an instant with its time zone, such as 2026-11-20T15:00+08:00, for use as an option's parser."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is no instant; write it like 2026-11-20T15:00+08:00.")
    return found


def progress() -> Progress:
    """Return a progress bar on standard error; it stays silent where that is not a terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )


def is_json() -> bool:
    """Tell whether the result is to be JSON, so that tables and pictures are left out."""
    return _json


def say(text: str) -> None:
    """Print a line for people; with ``--json`` it is left out."""
    if not _json:
        console.print(text, soft_wrap=True)


def result(line: str, values: Mapping[str, Any]) -> None:
    """Print the command's result: the line for people, or the values as JSON."""
    if _json:
        sys.stdout.write(json.dumps(values, ensure_ascii=False, sort_keys=True, default=str) + "\n")
    else:
        console.print(line, soft_wrap=True)


def print_error(error: GoodstandingError) -> None:
    """Print an error's code and four beats to standard error."""
    if _json:
        sys.stderr.write(json.dumps(error.as_dict(), ensure_ascii=False) + "\n")
        return
    errors.print(f"[bold]{error.code}[/bold]", markup=True)
    for beat, text in (
        ("asked", error.asked),
        ("found", error.found),
        ("wanted", error.wants),
        ("next", error.next_step),
    ):
        errors.print(f"  {beat:>6}: {text}", markup=False, soft_wrap=True)


def main() -> None:
    """Run one command and leave with its exit status."""
    for room in ROOMS:
        import_module(f"goodstanding.cli.{room}")
    try:
        app()
    except GoodstandingError as error:
        print_error(error)
        sys.exit(error.exit_status)

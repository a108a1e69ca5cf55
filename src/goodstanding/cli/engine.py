"""classify: from the ledger to classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.bar import Bar
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, progress, result, say
from goodstanding.core.dates import add_months
from goodstanding.core.errors import MemoryTooSmall
from goodstanding.home import Home

if TYPE_CHECKING:
    from goodstanding.engine.backends import Engine
    from goodstanding.records.models import ClassRun

AHEAD_MONTHS = 60
"""How far ahead a day may lie. The run of the latest day says how things stand, so a slip of the pen in the year would
hold until that day comes."""


def parse_class_day(text: str) -> date:
    """Read the day of a class, for use as an option's parser."""
    day = parse_day(text)
    last = add_months(now().date(), AHEAD_MONTHS)
    if day > last:
        raise typer.BadParameter(f"{day} lies too far ahead; the last day that can be looked at is {last}.")
    return day


def parse_memory(text: str) -> str:
    """Read an amount of memory as both engines understand it, for use as an option's parser."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}[mg]b?", text.lower()):
        raise typer.BadParameter(f"{text!r} is no amount of memory; write it as 512m or 2g.")
    return text.lower()


Day = Annotated[date, typer.Option("--as-of", parser=parse_class_day, help="Day of the classification.")]
KnownAt = Annotated[datetime | None, typer.Option("--known-at", help="What was known by then, UTC; default now.")]
Scale = Annotated[str, typer.Option(help="Scale to place on; default the rulebook's first.")]


class EngineName(Enum):
    """Where a classification of everybody runs."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def known_by(at: datetime | None) -> datetime:
    """Return the instant asked for as UTC, or this one."""
    this = now()
    try:
        known_at = this if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise typer.BadParameter(f"--known-at {at} is no instant in UTC.") from None
    if known_at > this:
        raise typer.BadParameter(f"--known-at {at} is yet to come: nobody can say what will be known by then.")
    return known_at


@app.command("classify")
def classify_command(
    as_of: Day,
    known_at: KnownAt = None,
    scale: Scale = "",
    changed_only: Annotated[
        bool, typer.Option("--changed-only", help="Place only those with new facts; the others keep their class.")
    ] = False,
    engine: Annotated[
        EngineName, typer.Option(help="Where everybody is placed: on this machine, or on a cluster.")
    ] = EngineName.DUCKDB,
    master: Annotated[
        str, typer.Option(envvar="GOODSTANDING_SPARK_MASTER", help="Of the Spark cluster, as spark://host:port.")
    ] = "",
    memory: Annotated[
        str | None,
        typer.Option(parser=parse_memory, help="What the engine may use; on a cluster, each executor, 1g by default."),
    ] = None,
) -> None:
    """Place every registered business in a class."""
    home = open_records()
    if changed_only and engine is not EngineName.DUCKDB:
        raise typer.BadParameter("The few with new facts are placed in this process: leave out --engine.")
    if changed_only:
        _classify_changed(home, as_of, known_by(known_at), scale)
        return
    from goodstanding.supervise.classify import classify_all

    with _running(engine, master, memory) as on, progress() as bar:
        task = bar.add_task("businesses", total=None)
        run = classify_all(
            home, as_of, known_by(known_at), now(), scale, lambda done: bar.update(task, completed=done), on
        )
    if not is_json():
        table = Table("class", "businesses", "share", "")
        for code, count in run.counts.items():
            share = count / run.entities if run.entities else 0.0
            table.add_row(code, f"{count:,}", f"{share:.1%}", Bar(1, 0, share, width=40))
        console.print(table)
    result(
        f"Classified {run.entities:,} businesses on scale {run.scale} as of {as_of} (run {run.pk}).",
        {"run": run.pk, "scale": run.scale, "as_of": as_of, "entities": run.entities, "counts": run.counts},
    )


@contextmanager
def _running(engine: EngineName, master: str, memory: str | None) -> Iterator[Engine]:
    """Yield the engine asked for; a cluster's session ends with the block."""
    if engine is EngineName.DUCKDB:
        from duckdb import OutOfMemoryException

        from goodstanding.engine.backends import DuckDB

        try:
            yield DuckDB() if memory is None else DuckDB(memory)
        except OutOfMemoryException as error:
            raise MemoryTooSmall(
                asked=f"To classify with {memory or '256m'} of memory.",
                found=str(error).partition("\n")[0],
                wants="Enough for one bucket of businesses at a time; nothing was recorded.",
                next_step="Classify again with a larger --memory; the default serves any register.",
            ) from error
        return
    from goodstanding.engine.spark import Spark

    if not master:
        raise typer.BadParameter("A cluster needs --master, or GOODSTANDING_SPARK_MASTER in the environment.")
    with Spark(master, memory or "1g") as session:
        yield session


def _classify_changed(home: Home, as_of: date, known_at: datetime, scale: str) -> None:
    from goodstanding.supervise.changed import classify_changed

    with progress() as bar:
        task = bar.add_task("businesses", total=None)
        run = classify_changed(home, as_of, known_at, now(), scale, lambda done: bar.update(task, completed=done))
    if run is None:
        result("Nobody was touched since the last run; it stands as it is.", {"run": None, "placed": 0})
        return
    if not is_json():
        table = Table("class before", "class now", "businesses")
        for was, is_, count in _moves(run):
            table.add_row(was, is_, f"{count:,}")
        console.print(table)
    result(
        f"Placed {run.placed:,} of {run.entities:,} businesses on scale {run.scale} as of {as_of} (run {run.pk}, which "
        f"goes on from run {run.base_id}).",
        _described(run),
    )


def place_touched(home: Home) -> dict[str, Any]:
    """Place whoever an act touched, say so, and return the same for JSON; nothing before the first classification."""
    from goodstanding.records.models import ClassRun

    if not ClassRun.objects.exists():
        return {"classified": [], "not_classified": []}
    from goodstanding.supervise.changed import place_touched as place

    placed = place(home, now())
    for run in placed.runs:
        moves = "; ".join(f"{was} to {is_}: {count:,}" for was, is_, count in _moves(run))
        say(f"{run.scale}: {run.placed:,} businesses placed anew (run {run.pk}){'; ' if moves else ''}{moves}")
    for error in placed.refused:
        say(f"Nobody was placed anew: {error.found} {error.next_step}")
    return {
        "classified": [_described(run) for run in placed.runs],
        "not_classified": [error.as_dict() for error in placed.refused],
    }


def _moves(run: ClassRun) -> list[tuple[str, str, int]]:
    """Return (class before, class now, how many) of a partial run; a dash where there is none."""
    return [(was or "–", is_ or "–", count) for was, after in run.moves.items() for is_, count in after.items()]


def _described(run: ClassRun) -> dict[str, Any]:
    return {
        "run": run.pk,
        "base": run.base_id,
        "scale": run.scale,
        "as_of": run.as_of,
        "placed": run.placed,
        "entities": run.entities,
        "counts": run.counts,
        "moves": run.moves,
    }

"""classify: from the ledger to classes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.bar import Bar
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, progress, result

Day = Annotated[date, typer.Option("--as-of", parser=parse_day, help="Day of the classification.")]
KnownAt = Annotated[datetime | None, typer.Option("--known-at", help="What was known by then, UTC; default now.")]
Scale = Annotated[str, typer.Option(help="Scale to place on; default the rulebook's first.")]


def known_by(at: datetime | None) -> datetime:
    """Return the instant asked for as UTC, or this one."""
    return now() if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@app.command("classify")
def classify_command(as_of: Day, known_at: KnownAt = None, scale: Scale = "") -> None:
    """Place every registered business in a class."""
    home = open_records()
    from goodstanding.supervise.classify import classify_all

    with progress() as bar:
        task = bar.add_task("businesses", total=None)
        run = classify_all(home, as_of, known_by(known_at), now(), scale, lambda done: bar.update(task, completed=done))
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

"""publish: the outbox to the public store."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from goodstanding.cli.frame import app, now, open_records, parse_day, progress, result


@app.command("publish")
def publish_command(
    on: Annotated[
        date | None, typer.Option(parser=parse_day, help="The legal day of the pages; default today in the register.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option(help="Write every page anew and take away those nobody stands behind.")
    ] = False,
) -> None:
    """Bring the public store up to what the ledger says."""
    home = open_records()
    from zoneinfo import ZoneInfo

    from goodstanding.publish.publisher import publish

    instant = now()
    day = on or instant.astimezone(ZoneInfo(home.rulebook.timezone)).date()
    with progress() as bar:
        task = bar.add_task("pages", total=None)
        done = publish(home, day, instant, rebuild, lambda at, total: bar.update(task, completed=at, total=total))
    result(
        f"Published {done.written} pages and {done.draws} draws as of {day}; "
        f"{done.removed} pages removed, {done.withheld} withheld; {done.entities} businesses are public.",
        asdict(done) | {"as_of": day},
    )

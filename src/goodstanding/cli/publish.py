"""publish, log: the outbox to the public store, and the proof of what was published."""

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


@app.command("log")
def log_command() -> None:
    """Prove the public log: that it only grew, is signed, and speaks for everything in view and for nothing else."""
    home = open_records()
    from goodstanding.publish.log import check_log
    from goodstanding.supervise.measures import public_key

    proven = check_log(home.folder("public"), public_key(home))
    result(
        f"The log holds: {proven.size:,} entries; {proven.in_view:,} records in view, {proven.left:,} that left, "
        f"{proven.draws:,} draws.",
        asdict(proven),
    )

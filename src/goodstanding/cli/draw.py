"""inspectors, plan, draw, verify, results: from a committed plan to what the visits found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, progress, result, say
from goodstanding.core.draw import SeedKind
from goodstanding.core.draw_bundle import rerun
from goodstanding.core.errors import BundleDiffers, FileUnreadable, PlanInvalid
from goodstanding.core.plan import By
from goodstanding.core.treatment import Check, Ground, Mode


@app.command("inspectors")
def inspectors_command(
    file: Annotated[Path, typer.Argument(help="CSV: code,name,regions,skills,recused_from.")],
) -> None:
    """Take a file as the inspector directory."""
    open_records()
    from goodstanding.records.directory import replace_directory

    count = replace_directory(read_file(file))
    result(f"Inspector directory: {count} inspectors.", {"inspectors": count})


@app.command("plan")
def plan_command(
    label: Annotated[str, typer.Argument(help="Name of the campaign, never used for another.")],
    on: Annotated[date, typer.Option(parser=parse_day, help="Day on which the frame is true.")],
    title: Annotated[str, typer.Option(help="What the campaign is.")] = "",
    by: Annotated[By, typer.Option(help="What makes a stratum.")] = By.CLASS,
    seed_kind: Annotated[SeedKind, typer.Option(help="Kind of the event that will give the seed.")] = SeedKind.DECLARED,
    seed_source: Annotated[str, typer.Option(help="Which event that is.")] = "",
    ground: Annotated[Ground, typer.Option(help="Why the checks are made.")] = Ground.LOT,
    mode: Annotated[Mode | None, typer.Option(help="How; default the way that is usual for each class.")] = None,
    scale: Annotated[str, typer.Option(help="Whose classes set the ratios; default the rulebook's first.")] = "",
    as_: Annotated[str, typer.Option("--as", help="Who commits.")] = "command line",
) -> None:
    """Build frame, strata and roster from the last classification, and commit to them."""
    book = open_records().rulebook
    from goodstanding.records.campaigns import left_out_of, plan_campaign

    with progress() as bar:
        task = bar.add_task("frame", total=None)
        campaign = plan_campaign(
            book,
            label,
            dict.fromkeys(book.languages, title or label),
            on,
            now(),
            as_,
            by,
            seed_kind,
            seed_source,
            scale,
            Check(ground, mode),
            on_progress=lambda done: bar.update(task, completed=done),
        )
    strata = {one["code"]: one["size"] for one in json.loads(campaign.plan)["strata"]}
    say("To be drawn: " + ", ".join(f"{size} of {code}" for code, size in strata.items()) + ".")
    left_out = left_out_of(label)
    for number, count in left_out.items():
        titles = [rule.title for rule in book.rules().get(number, [])]
        title = next(iter(titles[-1].values())) if titles else ""
        say(f"Left out by {number or 'no treatment of the class'}: {count:,}. {title}".rstrip())
    result(
        f"Campaign {label} committed: {campaign.commitment}.",
        {"label": label, "commitment": campaign.commitment, "strata": strata, "left_out": left_out},
    )


@app.command("draw")
def draw_command(
    label: Annotated[str, typer.Argument(help="A committed campaign.")],
    seed: Annotated[str, typer.Option(help="What the announced event gave, exactly.")],
) -> None:
    """Draw a committed campaign, once."""
    home = open_records()
    from goodstanding.records.campaigns import draw_campaign

    campaign = draw_campaign(label, seed, now())
    file = home.folder("bundles") / f"{label.replace('/', '_')}.json"
    file.write_text(campaign.bundle, encoding="utf-8")
    visits = campaign.visit_set.count()
    result(
        f"Campaign {label} drawn: {visits} visits; bundle {file}.",
        {"label": label, "visits": visits, "bundle": file, "commitment": campaign.commitment},
    )


@app.command("campaigns")
def campaigns_command() -> None:
    """List the campaigns: when committed, when drawn, how far visited."""
    open_records()
    from goodstanding.records.models import Campaign

    table = Table("label", "as of", "committed", "drawn", "visits", "recorded")
    listed = []
    for one in Campaign.objects.order_by("id"):
        visits, recorded = one.visit_set.count(), one.visit_set.exclude(inspected_on=None).count()
        drawn = f"{one.drawn_at:%Y-%m-%d %H:%M}" if one.drawn_at else ""
        table.add_row(
            one.label, str(one.as_of), f"{one.committed_at:%Y-%m-%d %H:%M}", drawn, str(visits), str(recorded)
        )
        listed.append({"label": one.label, "commitment": one.commitment, "visits": visits, "recorded": recorded})
    if listed and not is_json():
        console.print(table)
    result(f"{len(listed)} campaigns.", {"campaigns": listed})


@app.command("verify")
def verify_command(
    bundle: Annotated[Path, typer.Argument(help="A draw bundle.")],
    commitment: Annotated[str, typer.Option(help="The digest as it was published before the seed.")] = "",
) -> None:
    """Run a draw again from its bundle and compare every line (`python verify BUNDLE` does it without us)."""
    try:
        document = json.loads(read_file(bundle))
    except ValueError as error:
        raise PlanInvalid(
            asked=f"To read the bundle {bundle}.",
            found=f"It is not JSON: {error}.",
            wants="A draw bundle as it was published.",
            next_step="Fetch the bundle again.",
        ) from None
    stated = rerun(document)
    if commitment and commitment != stated.draw.commitment.digest:
        raise BundleDiffers(
            asked=f"Whether the bundle {bundle} is of the plan committed as {commitment}.",
            found=f"It is of a plan committed as {stated.draw.commitment.digest}.",
            wants="The digest published before the seed.",
            next_step="Do not act on this bundle; ask the authority which plan it drew.",
        )
    result(
        f"The bundle holds: {len(stated.draw.selected)} of {len(stated.plan.frame)} drawn in {len(stated.plan.strata)} "
        f"strata, every line as the plan and the seed give it.",
        {"holds": True, "selected": len(stated.draw.selected), "commitment": stated.draw.commitment.digest},
    )


def read_file(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        FileUnreadable: It is not there or may not be read.
    """
    require_file(path)
    return path.read_bytes()


def require_file(path: Path) -> None:
    """Refuse a path that is no readable file.

    Raises:
        FileUnreadable: It is not there or may not be read.
    """
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise FileUnreadable(
            asked=f"To read {path}.",
            found=f"{error.strerror}.",
            wants="A file that exists and may be read.",
            next_step="Check the path and its permissions.",
        ) from None

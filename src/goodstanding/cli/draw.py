"""inspectors, share, plan, draw, excerpt, verify: from a committed plan to the lot and its proof."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from goodstanding.cli.frame import (
    app,
    console,
    is_json,
    now,
    open_records,
    parse_day,
    parse_instant,
    progress,
    result,
    say,
)
from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.draw import Event, Party, Seed, SeedKind
from goodstanding.core.draw_bundle import rerun
from goodstanding.core.draw_seed import LEAST_SHARE, beacon_round, seed_of_shares, seed_of_throws, share_digest
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
    seed_round: Annotated[int, typer.Option(min=0, help="Of a beacon: the round to come.")] = 0,
    party: Annotated[list[str] | None, typer.Option(help="Of shares: NAME=DIGEST, once for each party.")] = None,
    reveal_by: Annotated[
        datetime | None, typer.Option(parser=parse_instant, help="By when the seed must be known, with its zone.")
    ] = None,
    visits_per_inspector: Annotated[int, typer.Option(min=0, help="From how many visits on others go first.")] = 0,
    ground: Annotated[Ground, typer.Option(help="Why the checks are made.")] = Ground.LOT,
    mode: Annotated[Mode | None, typer.Option(help="How; default the way that is usual for each class.")] = None,
    scale: Annotated[str, typer.Option(help="Whose classes set the ratios; default the rulebook's first.")] = "",
    cover: Annotated[bool, typer.Option(help="Keep what the rulebook promises: everybody seen so often.")] = False,
    later: Annotated[
        list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="With --cover: a later lot within a year.")
    ] = None,
    as_: Annotated[str, typer.Option("--as", help="Who commits.")] = "command line",
) -> None:
    """Build frame, strata and roster from the last classification, and commit to them."""
    book = open_records().rulebook
    from goodstanding.records.campaigns import coverage_of, left_out_of, plan_campaign

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
            Event(seed_kind, seed_source, seed_round, _parties(party or []), reveal_by),
            visits_per_inspector,
            scale,
            Check(ground, mode),
            tuple(sorted(one.date() for one in later or [])) if cover else None,
            on_progress=lambda done: bar.update(task, completed=done),
        )
    strata = {one["code"]: one["size"] for one in json.loads(campaign.plan)["strata"]}
    say("To be drawn: " + ", ".join(f"{size} of {code}" for code, size in strata.items()) + ".")
    left_out = left_out_of(label)
    for number, count in left_out.items():
        titles = [rule.title for rule in book.rules().get(number, [])]
        title = next(iter(titles[-1].values())) if titles else ""
        say(f"Left out by {number or 'no treatment of the class'}: {count:,}. {title}".rstrip())
    last_lot, unmet = coverage_of(label)
    if cover:
        say(f"Must be seen by this lot, and will be: {last_lot:,}.")
        for number, count in unmet.items():
            say(f"Must be seen by this lot, and is kept out of it by {number}: {count:,}.")
    result(
        f"Campaign {label} committed: {campaign.commitment}.",
        {"label": label, "commitment": campaign.commitment, "strata": strata, "left_out": left_out},
    )


@app.command("draw")
def draw_command(
    label: Annotated[str, typer.Argument(help="A committed campaign.")],
    seed: Annotated[str, typer.Option(help="What the announced event gave, exactly; of a lottery or declared.")] = "",
    beacon: Annotated[Path | None, typer.Option(help="A round of a beacon, as a file.")] = None,
    share: Annotated[list[str] | None, typer.Option(help="NAME=SHARE, once for each party.")] = None,
    dice: Annotated[list[str] | None, typer.Option(help="WITNESS=THROWS, once for each witness.")] = None,
) -> None:
    """Draw a committed campaign, once, from what the announced event gave."""
    home = open_records()
    from goodstanding.records.campaigns import campaign_of, draw_campaign, event_of

    event = event_of(campaign_of(label))
    campaign = draw_campaign(label, _seed(event, seed, beacon, share or [], dice or []))
    file = home.folder("bundles") / f"{label.replace('/', '_')}.json"
    file.write_text(campaign.bundle, encoding="utf-8")
    visits = campaign.visit_set.count()
    result(
        f"Campaign {label} drawn: {visits} visits; bundle {file}.",
        {"label": label, "visits": visits, "bundle": file, "commitment": campaign.commitment},
    )


@app.command("share")
def share_command(
    label: Annotated[str, typer.Argument(help="The campaign to come.")],
    party: Annotated[str, typer.Argument(help="Which office or organisation makes the share.")],
    share: Annotated[
        str, typer.Option(help="The share, 32 characters or more; made by chance where none is given.")
    ] = "",
) -> None:
    """Make one party's share of a seed: keep the share secret, and hand the digest in before the plan."""
    own = share or secrets.token_hex(32)
    if len(own) < LEAST_SHARE:
        raise PlanInvalid(
            asked=f"A share of {party} for {label}.",
            found=f"It has {len(own)} characters.",
            wants=f"{LEAST_SHARE} characters or more, so that nobody guesses it from its digest.",
            next_step="Take a longer one, or let the command make it.",
        )
    digest = share_digest(label, party, own)
    if not is_json():
        say(f"Keep secret until all shares are opened: {own}")
    result(f"Hand in: --party {party}={digest}", {"party": party, "digest": digest, "share": own})


@app.command("excerpt")
def excerpt_command(
    label: Annotated[str, typer.Argument(help="A drawn campaign.")],
    to: Annotated[Path, typer.Option(help="File to write.")],
    asking: Annotated[list[str] | None, typer.Option(help="A business that asks for its own line.")] = None,
) -> None:
    """Write what a draw shows where its frame is not public, with the lines of those who ask."""
    open_records()
    from goodstanding.records.campaigns import excerpt_of

    document, missing = excerpt_of(label, asking or [])
    to.write_bytes(canonical_bytes(document))
    for one in missing:
        say(f"{one} was not in the frame of {label}.")
    result(
        f"Excerpt of {label}: {len(document['lines'])} lines in {to}.",
        {"label": label, "lines": len(document["lines"]), "file": to, "not_in_frame": missing},
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


def _parties(given: list[str]) -> tuple[Party, ...]:
    return tuple(Party(name, digest) for name, digest in map(_pair, given))


def _seed(event: Event, text: str, beacon: Path | None, shares: list[str], dice: list[str]) -> Seed:
    """Return the seed that the options give, whatever the plan announced: the draw refuses what does not fit."""
    at = now()
    if beacon is not None:
        number, value = beacon_round(read_file(beacon), event.round)
        return Seed(value, SeedKind.BEACON, at, round=number)
    if shares:
        opened = dict(sorted(map(_pair, shares)))
        return Seed(seed_of_shares(opened), SeedKind.SHARES, at, shares=tuple(opened.items()))
    if dice:
        read = dict(map(_pair, dice))
        return Seed(seed_of_throws([*read.values()]), SeedKind.DICE, at, witnesses=tuple(read))
    # A text is what a lottery gave, or somebody declared; of any other event it is no seed.
    return Seed(text, event.kind if event.kind is SeedKind.LOTTERY else SeedKind.DECLARED, at)


def _pair(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair or not name or not value:
        raise PlanInvalid(
            asked=f"To read {text!r}.",
            found="It is not a name and a value.",
            wants="NAME=VALUE.",
            next_step="Write the name, an equals sign and the value.",
        )
    return name.strip(), value.strip()


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

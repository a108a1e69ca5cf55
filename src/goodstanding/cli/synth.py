"""synth: a synthetic province with known ground truth, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goodstanding.cli.frame import app, parse_day, progress, result, say
from goodstanding.core import rulebook as rulebooks
from goodstanding.core.errors import SynthInvalid
from goodstanding.home import read_rulebook, rulebook_folder, shipped_rulebooks

PARAMETERS = "synthetic"


def default_rulebook() -> str:
    """Return the one shipped rulebook that has parameters of a province.

    Raises:
        SynthInvalid: None has, or several have.
    """
    found = sorted(path.parent.name for path in shipped_rulebooks().glob(f"*/{PARAMETERS}"))
    if len(found) != 1:
        raise SynthInvalid(
            asked="A synthetic province.",
            found=f"{len(found)} shipped rulebooks have parameters of one: {', '.join(found) or 'none'}.",
            wants="The name of a rulebook.",
            next_step="Name it with --rulebook.",
        )
    return found[0]


@app.command("synth")
def synth_command(
    out: Annotated[Path, typer.Option(help="Folder to write into; empty or absent.")],
    entities: Annotated[int, typer.Option(min=1, help="How many businesses.")] = 20_000,
    years: Annotated[int, typer.Option(min=1, max=30, help="Years of history.")] = 8,
    seed: Annotated[str, typer.Option(help="Same seed, same files.")] = "goodstanding",
    until: Annotated[str, typer.Option(help="Last day of the history, YYYY-MM-DD.")] = "2026-11-20",
    rulebook: Annotated[str, typer.Option(help="A shipped rulebook's name, or a folder.")] = "",
) -> None:
    """Write the files of a synthetic province, with the truth about it beside them."""
    from goodstanding.synth.province import MANIFEST, write_province

    last_day = parse_day(until)
    source = rulebook_folder(rulebook or default_rulebook())
    book = rulebooks.load(read_rulebook(source))
    with progress() as bar:
        task = bar.add_task("businesses", total=entities)
        made = write_province(
            book,
            source / PARAMETERS,
            out,
            entities,
            years,
            seed,
            last_day,
            lambda done: bar.update(task, completed=done),
        )
    for count in made.files:
        say(f"{count.layout.name}: {count.rows} rows, {count.spoilt.total()} of them wrong; card {count.layout.card}")
    rows = sum(count.rows for count in made.files)
    spoilt = sum(count.spoilt.total() for count in made.files)
    result(
        f"{entities} synthetic businesses in {out}: {rows} rows, {spoilt} wrong on purpose, counted in {MANIFEST}.",
        {
            "entities": entities,
            "registered": made.registered,
            "rows": rows,
            "spoilt": spoilt,
            "facts": made.facts,
            "files": [{"file": file, "card": card} for file, card in made.imports],
            "out": out,
        },
    )

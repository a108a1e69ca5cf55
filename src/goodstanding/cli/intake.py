"""import, quarantine: files to facts, and what was held back."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from goodstanding.cli.engine import place_touched
from goodstanding.cli.frame import app, now, open_records, progress, result, say

if TYPE_CHECKING:
    from goodstanding.intake.importing import ImportOutcome

quarantine = typer.Typer(help="What was held back, why, and the way back.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(quarantine, name="quarantine")

Classify = Annotated[
    bool, typer.Option("--classify/--no-classify", help="Place the businesses touched in their class at once.")
]
CardName = Annotated[str, typer.Argument(metavar="CARD", help="A card of the rulebook, or the path of a TOML file.")]


@app.command("import")
def import_command(
    card: CardName,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of that source.")],
    check: Annotated[bool, typer.Option("--check", help="Read and report; store nothing.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Read files anew that were imported before: the source sent them again.")
    ] = False,
    classify: Classify = True,
) -> None:
    """Import files by a source card: good rows become facts, bad ones are held.

    Where the register was classified before, the businesses the new facts are about are placed in their class at once.
    """
    home = open_records()
    from goodstanding.intake.importing import check_file, find_card, import_file

    the_card = find_card(home, card)
    outcomes = []
    with progress() as bar:
        for path in files:
            task = bar.add_task(path.name, total=None)

            def report(rows: int, task: int = task) -> None:
                bar.update(task, completed=rows)  # type: ignore[arg-type] # Rich numbers its tasks with plain ints

            if check:
                outcomes.append(check_file(home, the_card, path, now(), report))
            else:
                outcomes.append(import_file(home, the_card, path, now(), report, again))
    for outcome in outcomes:
        _say_outcome(outcome)
    placed = place_touched(home) if classify and not check else {}
    total = {key: sum(getattr(outcome, key) for outcome in outcomes) for key in ("rows", "added", "unchanged", "held")}
    repeats = sum(outcome.is_repeat for outcome in outcomes)
    verb = "stated, nothing stored" if check else "added"
    line = f"{the_card.code}: {total['rows']} rows, {total['added']} facts {verb}, "
    line += f"{total['unchanged']} unchanged, {total['held']} rows held"
    line += f"; {repeats} of {len(outcomes)} files were imported before and add nothing." if repeats else "."
    result(
        line,
        {
            "card": the_card.code,
            "files": len(outcomes),
            "repeats": repeats,
            "is_check": check,
            **total,
            "left_out": sum(outcome.left_out for outcome in outcomes),
            "problems": dict(sum((outcome.problems for outcome in outcomes), start=type(outcomes[0].problems)())),
            **placed,
        },
    )


def _say_outcome(outcome: ImportOutcome) -> None:
    if outcome.is_repeat:
        say(escape(f"{outcome.file}: imported before; --again reads it anew."))
    if outcome.resumed_after:
        say(escape(f"{outcome.file}: went on after row {outcome.resumed_after}, where an interrupted run had ended."))
    for code, count in sorted(outcome.problems.items()):
        say(escape(f"{outcome.file}: {count} rows held, {code}"))


@quarantine.command("list")
def list_command(
    card: Annotated[str | None, typer.Option(help="Only rows of this card.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows to print.")] = 20,
) -> None:
    """Say what is held: how many rows for each reason, and the first of them."""
    open_records()
    from goodstanding.records import imports

    rows = imports.held_rows(card, limit=limit)
    for row in rows:
        say(escape(f"{row.id}  {row.card}  {row.run.file_name}  row {row.row_number}  {row.code}  {row.field}"))
    counts = imports.summary(card)
    for of_card, code, count in counts:
        say(f"{of_card}: {count} rows, {code}")
    total = sum(count for _, _, count in counts)
    result(
        f"{total} rows held.",
        {
            "held": total,
            "reasons": [{"card": of_card, "code": code, "rows": count} for of_card, code, count in counts],
            "rows": [
                {
                    "id": r.id,
                    "card": r.card,
                    "file": r.run.file_name,
                    "row": r.row_number,
                    "code": r.code,
                    "field": r.field,
                }
                for r in rows
            ],
        },
    )


@quarantine.command("show")
def show_command(row: Annotated[int, typer.Argument(help="Id of the held row.")]) -> None:
    """Show one held row: why it is held, and its original bytes."""
    open_records()
    from goodstanding.records import imports

    held = imports.held_row(row)
    original = _as_text(bytes(held.original)).rstrip("\r\n")
    say(escape(f"File {held.run.file_name}, row {held.row_number}, card {held.card}"))
    say(escape(f"Reason {held.code} {held.field}"))
    say(escape(f"Found: {held.found}"))
    say(escape(f"Wanted: {held.wants}"))
    # A hostile row must not speak to the terminal: what cannot be printed is written out, and nothing is markup.
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in original)
    result(
        escape(visible),
        {
            "id": held.id,
            "card": held.card,
            "file": held.run.file_name,
            "row": held.row_number,
            "code": held.code,
            "field": held.field,
            "found": held.found,
            "wants": held.wants,
            "original_hex": bytes(held.original).hex(),
        },
    )


def _as_text(original: bytes) -> str:
    """Return bytes as text in the first encoding they fit, else with the misfits written out."""
    from goodstanding.intake.card import Encoding

    for encoding in Encoding:
        try:
            return original.decode(encoding.value)
        except UnicodeDecodeError:
            continue
    return original.decode("utf-8", "backslashreplace")


@quarantine.command("retry")
def retry_command(
    card: CardName,
    mended: Annotated[Path | None, typer.Option("--card", help="A mended card of the same source.")] = None,
    classify: Classify = True,
) -> None:
    """Read the held rows of a source again under its card, and let those go that now fit."""
    home = open_records()
    from goodstanding.core.errors import CardInvalid
    from goodstanding.intake.importing import find_card
    from goodstanding.intake.retry import retry

    the_card = find_card(home, card if mended is None else str(mended))
    if mended is not None and the_card.code != card and Path(card).stem != the_card.code:
        raise CardInvalid(
            asked=f"To retry the held rows of {card} under {mended}.",
            found=f"That card is of source {the_card.code}.",
            wants=f"A card whose code is {card}.",
            next_step="Name the card of the same source.",
        )
    with progress() as bar:
        task = bar.add_task("held rows", total=None)
        outcome = retry(the_card, home.rulebook, now(), lambda rows: bar.update(task, completed=rows))
    placed = place_touched(home) if classify else {}
    stay = outcome.tried - outcome.released
    result(
        f"{the_card.code}: {outcome.tried} rows tried, {outcome.released} released, "
        f"{outcome.added} facts added, {stay} still held.",
        {
            "card": the_card.code,
            "tried": outcome.tried,
            "released": outcome.released,
            "added": outcome.added,
            "held": stay,
            **placed,
        },
    )


@quarantine.command("discard")
def discard_command(
    row: Annotated[int, typer.Argument(help="Id of the held row.")],
    reason: Annotated[str, typer.Option(help="Why it is given up; kept with the row.")],
) -> None:
    """Give up on one held row, with a reason; its bytes stay in the database."""
    open_records()
    from goodstanding.records import imports

    imports.discard(row, reason, getpass.getuser(), now())
    result(f"Row {row} discarded.", {"row": row, "reason": reason})

"""annul: undo a decision or a fact that is void, and everything that rests on it; first shown, then done."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from goodstanding.cli.engine import place_touched
from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, result

if TYPE_CHECKING:
    from goodstanding.core.annulment import Undoing


@app.command("annul")
def annul_command(
    target: Annotated[str, typer.Argument(help="A decision's number, or a fact's digest.")],
    on: Annotated[date, typer.Option(parser=parse_day, help="Day of the annulment.")],
    officer: Annotated[str, typer.Option("--as", help="Who annuls; not who decided it.")] = "",
    reason: Annotated[str, typer.Option(help="Which act of which body makes it void.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Show what would fall, and change nothing.")] = False,
) -> None:
    """Annul a decision or a fact with all that rests on it, each with a decision of its own."""
    home = open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.records.annulments import annul, foresee

    instant = now()
    foreseen = foresee(home.rulebook, target, on, instant)
    if not is_json():
        console.print(_table(foreseen.undoings))
    said = {"due_on": foreseen.due_on, "undoings": [_as_json(one) for one in foreseen.undoings]}
    if preview:
        by = foreseen.due_on or "a day not known yet"
        result(f"{len(foreseen.undoings)} would be undone, by {by}; nothing was changed.", said)
        return
    check_decider(officer, Role.CHIEF)
    made = annul(home.rulebook, target, officer, reason, on, instant)
    numbers = [one.number for one in made]
    result(
        f"{len(made)} undone, by the decisions {', '.join(numbers)}.",
        said | {"decisions": numbers, **place_touched(home)},
    )


def _table(undoings: tuple[Undoing, ...]) -> Table:
    table = Table("how", "what", "since", "by decision", "because of")
    for one in undoings:
        table.add_row(one.how.value, one.fact.kind, str(one.fact.span.from_on), one.decision, one.because[:12])
    return table


def _as_json(one: Undoing) -> dict[str, str | None]:
    return {
        "how": one.how.value,
        "kind": one.fact.kind,
        "fact": one.fact.digest,
        "since": one.fact.span.from_on.isoformat(),
        "decision": one.decision or None,
        "because": one.because or None,
    }

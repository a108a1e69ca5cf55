"""recipients, confirm: who must learn of a decision, and that somebody has taken it over."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, result

if TYPE_CHECKING:
    from goodstanding.records.confirmations import Told


@app.command("recipients")
def recipients_command(number: Annotated[str, typer.Argument(help="A decision's number.")]) -> None:
    """Show who must learn of a decision, and who has confirmed it."""
    home = open_records()
    from goodstanding.records.confirmations import concerned
    from goodstanding.records.decisions import decision_of

    told = concerned(decision_of(number), home.rulebook)
    if not is_json():
        table = Table("name", "part", "rule", "confirmed")
        for one in told:
            row = _as_json(one)
            table.add_row(row["name"], row["part"], row["rule"] or "–", row["reference"] or "not confirmed")
        console.print(table)
    still = sum(one.confirmation is None for one in told)
    result(
        f"{len(told)} must learn of it, {still} have not confirmed.", {"recipients": [_as_json(one) for one in told]}
    )


@app.command("confirm")
def confirm_command(
    recipient: Annotated[str, typer.Argument(help="Who confirms, as `recipients` names them.")],
    reference: Annotated[str, typer.Option(help="The number or file by which they know it.")],
    received: Annotated[date, typer.Option(parser=parse_day, help="Day on which it came in.")],
    on: Annotated[date, typer.Option(parser=parse_day, help="Today.")],
    officer: Annotated[str, typer.Option("--as", help="Who records it.")],
    decision: Annotated[str, typer.Option(help="The decision it is about.")] = "",
    through: Annotated[date | None, typer.Option(parser=parse_day, help="Or all decisions through that day.")] = None,
) -> None:
    """Record that somebody has taken over one decision, or everything through a day."""
    home = open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.records.confirmations import Given, confirm

    check_decider(officer, Role.OFFICER)
    given = Given(recipient, reference, received, decision, through)
    made = confirm(home.rulebook, given, officer, on, now())
    result(
        f"Recorded: {made.recipient} by {made.reference}.", {"recipient": made.recipient, "reference": made.reference}
    )


def _as_json(one: Told) -> dict[str, str]:
    return {
        "name": one.recipient.name,
        "part": one.recipient.part.value,
        "rule": one.recipient.rule.number if one.recipient.rule is not None else "",
        "reference": one.confirmation.reference if one.confirmation is not None else "",
    }

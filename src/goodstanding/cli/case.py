"""case: open a case, take its steps, and see which steps are lawful now and why the others are not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, result

if TYPE_CHECKING:
    from goodstanding.core.case import Case
    from goodstanding.core.rulebook import Rulebook

cases_app = typer.Typer(help="Cases: opened, moved step by step, each step judged by the law.", no_args_is_help=True)
app.add_typer(cases_app, name="case")

On = Annotated[date, typer.Option("--on", parser=parse_day, help="The legal day.")]
Account = Annotated[str, typer.Option("--as", help="Who acts.")]


@cases_app.command("open")
def open_command(
    procedure: Annotated[str, typer.Argument(help="Code of the procedure.")],
    entity_id: Annotated[str, typer.Argument(help="The business, as scheme:code.")],
    on: On,
    account: Account,
    about: Annotated[list[str] | None, typer.Option(help="Digest of a fact it is about.")] = None,
) -> None:
    """Open a case."""
    home = open_records()
    from goodstanding.core.opening import openers
    from goodstanding.office.acting import named_actor
    from goodstanding.records import cases

    version = home.rulebook.procedures.on(procedure, on)
    actor = named_actor(account, entity_id, openers(version, on))
    case = cases.open_case(home.rulebook, procedure, entity_id, about or [], actor, on, now())
    _told(f"The case {case.number} is open.", case, home.rulebook, {"gates": _gates(case, home.rulebook)})


@cases_app.command("take")
def take_command(
    number: Annotated[str, typer.Argument(help="The case.")],
    step: Annotated[str, typer.Argument(help="Code of the step.")],
    on: On,
    account: Account,
    evidence: Annotated[list[str] | None, typer.Option(help="What proves it, as code=digest or words.")] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Take a step, with what it does outside the case."""
    given = [one.partition("=") for one in evidence or []]
    if odd := [code for code, mark, _ in given if not mark]:
        raise typer.BadParameter(f"{odd[0]}: write code=words.")
    home = open_records()
    from goodstanding.cli.engine import place_touched
    from goodstanding.office.acting import named_actor
    from goodstanding.records import cases

    case = cases.case_of(number)
    version = cases.procedure_of(home.rulebook, case).step_on(step, on)
    actor = named_actor(account, case.entity_id, () if version is None else version.by)
    proofs = {code: words for code, _, words in given}
    case = cases.take(home.rulebook, number, step, actor, proofs, reason, on, now())
    made = cases.steps_of(number)[-1].decision
    placed = place_touched(home) if made else {}
    _told(f"The step {step} is taken.", case, home.rulebook, {"decision": made or None, **placed})


@cases_app.command("show")
def show_command(number: Annotated[str, typer.Argument(help="The case.")], on: On, account: Account) -> None:
    """Show a case, what is due, and for every step whether this account may take it on a day, and if not, why."""
    home = open_records()
    from goodstanding.core.case import check_step
    from goodstanding.office.acting import named_actor
    from goodstanding.records import cases

    book = home.rulebook
    case = cases.case_of(number)
    procedure = cases.procedure_of(book, case)
    case = cases.as_run_out(case, procedure, book, on)
    steps = {}
    for step in procedure.steps:
        if step.rule.validity.contains(on):
            actor = named_actor(account, case.entity_id, step.by)
            found = check_step(case, step.code, actor, on, step.needs, procedure, book.calendar.as_of(on))
            steps[step.code] = [str(one) for one in found]
    if not is_json():
        table = Table("step", "asks for", "in the way")
        for code, obstacles in steps.items():
            version = procedure.step_on(code, on)
            needs = () if version is None else version.needs
            table.add_row(code, ", ".join(needs), "; ".join(obstacles) or "nothing: lawful")
        console.print(table)
    _told(f"The case {number} of {case.entity_id}.", case, book, {"steps": steps, "gates": _gates(case, book)})


def _gates(case: Case, book: Rulebook) -> list[dict[str, Any]]:
    """Return what the record says of the gates before an entry, and print it; nothing where none stand before it."""
    from goodstanding.core.gravity import judged
    from goodstanding.records import ledger

    known = ledger.facts_of(case.entity_id)
    found = judged(case.procedure, [one for one in known if one.digest in case.about], known, book.gravity)
    told = []
    for judgement in found:
        weights = {one.factor.code: list(one.said) for one in judgement.weights}
        told.append({"findings": [str(one) for one in judgement.findings], "weights": weights})
        if not is_json():
            console.print("Gates: " + "; ".join(str(one) for one in judgement.findings) + ".", markup=False)
    return told


def _told(line: str, case: Case, book: Rulebook, more: dict[str, Any] | None = None) -> None:
    from goodstanding.core.case import running, state_of
    from goodstanding.core.dates import lenient
    from goodstanding.records import cases

    procedure = cases.procedure_of(book, case)
    state = state_of(case, procedure)
    due = {code: one.due_on for code, one in running(case, procedure, lenient(book.calendar)).items()}
    days = "; ".join(f"{code} through {day or 'no day while it is stopped'}" for code, day in due.items())
    result(
        f"{line} It is {state}." + (f" Periods: {days}." if days else ""),
        {
            "case": case.number,
            "procedure": case.procedure,
            "entity_id": case.entity_id,
            "state": state,
            "is_over": state in procedure.ends,
            "due": {code: day and day.isoformat() for code, day in due.items()},
            "taken": [
                {"step": one.step, "on": one.on.isoformat(), "by": one.by.id, "role": one.by.role} for one in case.taken
            ],
            **(more or {}),
        },
    )

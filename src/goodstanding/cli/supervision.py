"""tick, queue, decide, replay, user, invite: what the calendar makes due, and who decides it."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from goodstanding.cli.engine import place_touched
from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, progress, result, say

if TYPE_CHECKING:
    from goodstanding.home import Home

PASSWORD = "GOODSTANDING_PASSWORD"  # noqa: S105 - the name of a variable
Officer = Annotated[str, typer.Option("--as", help="Who decides.")]


@app.command("tick")
def tick_command(on: Annotated[date, typer.Option(parser=parse_day, help="The legal day.")]) -> None:
    """Do everything the calendar makes due on a day: propose entries and exits, end what is over."""
    home = open_records()
    from goodstanding.records.listings import tick

    with progress() as bar:
        task = bar.add_task("businesses", total=None)
        outcome = tick(home, on, now(), lambda done: bar.update(task, completed=done))
    for entity_id in outcome.uncounted[:5]:
        say(f"{entity_id}: something left out, a deadline runs into a year the calendar does not cover")
    for gate, count in sorted(outcome.passed_over.items()):
        say(f"{gate}: {count:,} entries not proposed, for the record says that this gate is not met")
    placed = place_touched(home)
    result(
        f"{on}: {outcome.made:,} proposals made, {outcome.lapsed:,} lapsed, {outcome.ended:,} entries ended, "
        f"{outcome.open:,} wait for an officer, {len(outcome.uncounted):,} businesses not counted whole.",
        {
            "on": on,
            "made": outcome.made,
            "lapsed": outcome.lapsed,
            "ended": outcome.ended,
            "open": outcome.open,
            "left_out": outcome.uncounted,
            "passed_over": dict(outcome.passed_over),
            "periods_over": outcome.periods,
            "measures": {"switched_on": outcome.measures.on, "switched_off": outcome.measures.off},
            **placed,
        },
    )


@app.command("queue")
def queue_command(limit: Annotated[int, typer.Option(min=1)] = 20) -> None:
    """List the proposals that wait for an officer, the most pressing first."""
    open_records()
    from goodstanding.records.models import ProposalRecord

    waiting = ProposalRecord.objects.filter(state=ProposalRecord.State.OPEN).order_by("due_on", "id")
    shown = list(waiting[:limit])
    if shown and not is_json():
        table = Table("id", "business", "act", "list", "ground", "rule", "arose", "due")
        for one in shown:
            days = (str(one.arose_on), str(one.due_on))
            table.add_row(str(one.pk), one.entity_id, one.act, one.list_code, one.ground_code, one.rule_number, *days)
        console.print(table)
    count = waiting.count()
    result(f"{count:,} proposals wait.", {"waiting": count, "ids": [one.pk for one in shown]})


@app.command("decide")
def decide_command(
    on: Annotated[date, typer.Option(parser=parse_day, help="Day of the decision.")],
    officer: Officer,
    ids: Annotated[list[int] | None, typer.Argument(help="Numbers of proposals.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every proposal that waits.")] = False,
    approve: Annotated[bool, typer.Option("--approve/--reject")] = True,
    reason: Annotated[str, typer.Option(help="Why; required for a rejection.")] = "",
) -> None:
    """Decide proposals: each with a decision of its own, or a refusal that says why."""
    if bool(ids) == every:
        raise typer.BadParameter("Name proposals, or say --all.")
    home = open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.records.listings import Verdict, decide_many
    from goodstanding.records.models import ProposalRecord

    check_decider(officer, Role.CHIEF if every or len(ids or []) > 1 else Role.OFFICER)
    waiting = ProposalRecord.objects.filter(state=ProposalRecord.State.OPEN).order_by("due_on", "id")
    chosen = list(waiting.values_list("id", flat=True)) if every else list(ids or [])
    decided = decide_many(home, chosen, Verdict.APPROVE if approve else Verdict.REJECT, officer, reason, on, now())
    for id_, error in decided.refusals[:20]:
        say(f"{id_}: {error.code}: {error.found}")
    refused = {str(id_): error.as_dict() for id_, error in decided.refusals}
    result(
        f"{decided.count:,} decided, {len(decided.refusals):,} refused.",
        {"decided": decided.count, "refused": refused, **place_touched(home)},
    )
    if decided.refusals and not decided.count:
        raise typer.Exit(1)


@app.command("replay")
def replay_command(
    number: Annotated[str, typer.Argument(help="A decision's number.")] = "",
    size: Annotated[int, typer.Option("--sample", min=0, help="So many decisions, chosen by chance, instead.")] = 0,
    seed: Annotated[str, typer.Option(help="What the chance comes from; the same choice again.")] = "1",
) -> None:
    """Take a decision again from the facts and rules then known, or as many as you like, chosen by chance."""
    if bool(number) == bool(size):
        raise typer.BadParameter("Name a decision, or say --sample.")
    home = open_records()
    from goodstanding.records.replay import replay

    if size:
        _replay_many(home, size, seed)
        return
    decision = replay(number, home.rulebook_of)
    outcome = decision.outcome
    said = (outcome.get(name, "") for name in ("verdict", "does", "how", "act", "list", "kind", "ban"))
    result(
        f"Decision {number} agrees: {' '.join(filter(None, said))} of {decision.entity_id} "
        f"under rule {decision.rule_number}, from {len(decision.facts)} facts at position {decision.ledger_position}.",
        {"number": number, "agrees": True, "outcome": outcome, "rule": decision.rule_number},
    )


def _replay_many(home: Home, size: int, seed: str) -> None:
    from goodstanding.core.errors import DecisionDiffers
    from goodstanding.records.replay import replay, sample

    chosen = sample(size, seed)
    differing: dict[str, object] = {}
    with progress() as bar:
        task = bar.add_task("decisions", total=len(chosen))
        for number in chosen:
            try:
                replay(number, home.rulebook_of)
            except DecisionDiffers as error:
                say(f"{number}: {error.found}")
                differing[number] = error.as_dict()
            bar.advance(task)
    result(
        f"{len(chosen) - len(differing):,} of {len(chosen):,} decisions agree with the facts and rules then known.",
        {"replayed": len(chosen), "agree": len(chosen) - len(differing), "differing": differing},
    )
    if differing:
        raise typer.Exit(3)


@app.command("user")
def user_command(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[str, typer.Option(help="viewer, inspector, officer or chief.")],
) -> None:
    """Add an account of the office; the password is asked for, or read from GOODSTANDING_PASSWORD."""
    open_records()
    password = os.environ.get(PASSWORD) or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    add_user(name, role, password)
    result(f"Account {name} may act as {role}.", {"name": name, "role": role})


def add_user(name: str, role: str, password: str) -> None:
    """Add an account with one role.

    Raises:
        AccountRefused: The name is taken, the role unknown, or the password too weak.
    """
    from goodstanding.office.accounts import add_account

    add_account(name, role, password)


@app.command("invite")
def invite_command(
    entity: Annotated[str, typer.Argument(help="Id of a registered business, as scheme:code.")],
    officer: Annotated[str, typer.Option("--as", help="Who invites.")],
) -> None:
    """Make a code by which a business makes itself an account; it is shown this once."""
    home = open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.records.invitations import invite

    check_decider(officer, Role.OFFICER)
    code = invite(home.rulebook, entity, officer, now())
    result(f"{entity} may make its account with the code {code}, once, within thirty days.", {"code": code})

"""may, answer, feedback, measures, ban, unban: what binds today, what came of it, and bans that statutes set."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from goodstanding.cli.engine import place_touched
from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, result, say
from goodstanding.core.errors import AnswerUnknown, BanUnlawful, FileUnreadable
from goodstanding.core.measure import term_of

Officer = Annotated[str, typer.Option("--as", help="Who acts.")]
Day = Annotated[date, typer.Option("--on", parser=parse_day, help="The legal day.")]


@app.command("may")
def may_command(
    purpose: Annotated[str, typer.Option(help="The decision to be taken: a purpose of the rulebook.")],
    on: Day,
    officer: Officer,
    asked_for: Annotated[str, typer.Option("--for", help="The authority at whose counter it is taken.")],
    entity: Annotated[str, typer.Argument(help="A business, as scheme:code; none to ask about a person alone.")] = "",
    person: Annotated[bool, typer.Option("--person", help="Ask for the number that a person shows.")] = False,
) -> None:
    """Say which measures bind for one decision on a day, signed; about persons only bans that run."""
    home = open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.supervise.measures import Question, may

    check_decider(officer, Role.VIEWER)
    number = typer.prompt("Number", hide_input=True, err=True) if person else ""
    answer = may(home, Question(entity, purpose, asked_for, officer, number), on, now())
    found = [*answer.body["binds"], *answer.body["gives"]]
    if found and not is_json():
        table = Table("measure", "effect", "rule", "basis", "decision", "since", "until")
        for one in found:
            basis = f"{one['instrument']} {one['article']}"
            days = (one["since"], one["until"] or "")
            table.add_row(one["measure"], one["effect"], one["rule"], basis, one["decision"], *days)
        console.print(table)
    counts = f"{len(answer.body['binds'])} bind, {len(answer.body['gives'])} are given"
    result(f"{answer.number}: for {purpose} on {on} {counts}; valid on that day only.", answer.as_json())


@app.command("answer")
def answer_command(
    file: Annotated[Path | None, typer.Argument(help="A signed answer as JSON, to be verified.")] = None,
    key: Annotated[str, typer.Option(help="The authority's public key, hex; default this installation's.")] = "",
) -> None:
    """Verify a signed answer; without a file, print the public key that answers are verified with."""
    home = open_records()
    from goodstanding.supervise.measures import public_key, verify

    own = key or public_key(home)
    if file is None:
        result(f"Answers are signed with the Ed25519 key {own}.", {"public_key": own})
        return
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnreadable(
            asked=f"To verify the answer in {file}.",
            found=f"{error}.",
            wants="The JSON of a signed answer, as it was handed out.",
            next_step="Save the answer again and name that file.",
        ) from None
    verify(content, own)
    body = content["answer"]
    result(f"Answer {body['number']} is signed by {own}; it holds for {body['day']}.", {"verifies": True, **body})


@app.command("feedback")
def feedback_command(
    number: Annotated[str, typer.Argument(help="Number of the answer.")],
    measure: Annotated[str, typer.Argument(help="Code of a measure that the answer lists.")],
    on: Day,
    officer: Officer,
    applied: Annotated[bool, typer.Option("--applied/--not-applied", help="What was done with it.")] = True,
    note: Annotated[str, typer.Option(help="Why; required where it was not applied.")] = "",
) -> None:
    """Report what the executing authority did with a measure of an answer."""
    open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.supervise.measures import answer_of, kept, report

    check_decider(officer, Role.OFFICER)
    body = kept(answer_of(number)).body
    triggers = [one["trigger"] for one in (*body["binds"], *body["gives"]) if one["measure"] == measure]
    if not triggers:
        raise AnswerUnknown(
            asked=f"To report on the measure {measure} of answer {number}.",
            found="The answer holds no such measure.",
            wants="A measure that the answer lists.",
            next_step="Choose one of the answer's measures, or ask anew.",
        )
    for trigger in triggers:
        report(number, trigger, measure, applied, note, on, officer, now())
    did = "applied" if applied else "not applied"
    result(f"Recorded: {measure} of {number} was {did} on {on}.", {"reports": len(triggers), "applied": applied})


@app.command("measures")
def measures_command(
    on: Day,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; say whether switches and law agree.")] = False,
) -> None:
    """Switch measures so that they match what the law calls for on a day, or prove that they do."""
    home = open_records()
    from goodstanding.records.measures import Switched, follow_all, gaps

    switched = Switched() if check else follow_all(home.rulebook, on, now())
    found = gaps(home.rulebook, on, now())
    for gap in found[:20]:
        what = "is on and the law calls for no such measure" if gap.is_on else "is called for and not on"
        say(f"{gap.entity_id}: {gap.measure} {what}")
    result(
        f"{on}: {switched.on:,} switched on, {switched.off:,} switched off, {len(found):,} disagree with the law.",
        {"on": on, "switched_on": switched.on, "switched_off": switched.off, "gaps": len(found)},
    )
    if found:
        raise typer.Exit(1)


@app.command("ban")
def ban_command(
    entity: Annotated[str, typer.Argument(help="A business, as scheme:code.")],
    code: Annotated[str, typer.Argument(help="Code of a ban of the rulebook.")],
    from_on: Annotated[date, typer.Option("--from", parser=parse_day, help="Day of the event its term runs from.")],
    term: Annotated[str, typer.Option(help='As decided, such as "5 year", or "life".')],
    document: Annotated[str, typer.Option(help="Number of the decision that orders it.")],
    authority: Annotated[str, typer.Option(help="Who took that decision.")],
    on: Day,
    officer: Officer,
    scope: Annotated[str, typer.Option(help="What exactly is barred, where the decision says.")] = "",
    person: Annotated[
        bool, typer.Option("--person", help="The statute bars a person; name and number are asked.")
    ] = False,
) -> None:
    """Record a ban that a statute sets, on a business or a person reached through it; it ends by itself."""
    home = open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.records.bans import Order, Person, impose

    check_decider(officer, Role.OFFICER)
    try:
        length = term_of(term)
    except ValueError:
        raise BanUnlawful(
            asked=f"The ban {code} for {term!r}.",
            found="It is no term.",
            wants="Such as 5 year, 10 year, or life.",
            next_step="Write the term as the decision has it.",
        ) from None
    whom = None
    if person:
        whom = Person(typer.prompt("Name", err=True), typer.prompt("Number", hide_input=True, err=True))
    order = Order(code, from_on, length, document, authority, scope)
    made = impose(home, entity, order, whom, officer, on, now())
    until = made.outcome["until"]
    ends = f"until {until}, that day excluded" if until else "for life"
    result(
        f"Decision {made.number}: ban {code} through {entity} from {from_on} {ends}.",
        {"decision": made.number, "ban": code, "from": from_on, "until": until or None, **place_touched(home)},
    )


@app.command("unban")
def unban_command(
    number: Annotated[str, typer.Argument(help="The decision that recorded the ban here.")],
    reason: Annotated[str, typer.Option(help="Which act of which body makes it void.")],
    on: Day,
    officer: Officer,
) -> None:
    """Withdraw a ban whose decision fell: it was never there."""
    home = open_records()
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.records.bans import withdraw

    check_decider(officer, Role.CHIEF)
    made = withdraw(home, number, reason, officer, on, now())
    result(f"Decision {made.number} withdraws the ban of {number}.", {"decision": made.number, "undone": number})

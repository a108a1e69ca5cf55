"""classify and explain: from the ledger to classes, and the reasons of one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

import typer
from rich.bar import Bar
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, progress, result, say
from goodstanding.core.rule import Rule

Day = Annotated[date, typer.Option("--as-of", parser=parse_day, help="Day of the classification.")]
KnownAt = Annotated[datetime | None, typer.Option("--known-at", help="What was known by then, UTC; default now.")]


def known_by(at: datetime | None) -> datetime:
    """Return the instant asked for as UTC, or this one."""
    return now() if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@app.command("classify")
def classify_command(as_of: Day, known_at: KnownAt = None, scale: Annotated[str, typer.Option()] = "") -> None:
    """Place every registered business in a class."""
    home = open_records()
    from goodstanding.supervise.classify import classify_all

    with progress() as bar:
        task = bar.add_task("businesses", total=None)
        run = classify_all(home, as_of, known_by(known_at), now(), scale, lambda done: bar.update(task, completed=done))
    if not is_json():
        table = Table("class", "businesses", "share", "")
        for code, count in run.counts.items():
            share = count / run.entities if run.entities else 0.0
            table.add_row(code, f"{count:,}", f"{share:.1%}", Bar(1, 0, share, width=40))
        console.print(table)
    result(
        f"Classified {run.entities:,} businesses on scale {run.scale} as of {as_of} (run {run.pk}).",
        {"run": run.pk, "scale": run.scale, "as_of": as_of, "entities": run.entities, "counts": run.counts},
    )


@app.command("explain")
def explain_command(
    entity: Annotated[str, typer.Argument(help="The business, as scheme:code.")],
    as_of: Annotated[date | None, typer.Option("--as-of", parser=parse_day, help="Default: today.")] = None,
    known_at: KnownAt = None,
    scale: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option()] = "en",
) -> None:
    """Say why a business is in its class: points by indicator, and the rule."""
    home = open_records()
    from goodstanding.engine.indicators import every
    from goodstanding.supervise.classify import explain_one

    day = as_of or datetime.combine(now().date(), time()).date()
    found, outcome, card = explain_one(home, entity, day, known_by(known_at), scale)
    if not is_json():
        table = Table("indicator", "value", "points")
        for line in outcome.lines:
            title = every()[line.indicator].title
            value = "" if line.value is None else f"{line.value:,}"
            table.add_row(title.get(language, line.indicator), value, f"{line.points:+d}" if line.points else "0")
        console.print(table)
    for rule in (card.rule, *(direct.rule for direct in outcome.direct)):
        say(cited(rule, language))
    result(
        f"{entity} is in class {outcome.class_code} of scale {card.scale} on {day}, with {outcome.points} points.",
        {
            "entity": entity,
            "scale": card.scale,
            "class": outcome.class_code,
            "points": outcome.points,
            "lines": [
                {"indicator": line.indicator, "value": line.value, "points": line.points} for line in outcome.lines
            ],
            "rules": [card.rule.number, *(direct.rule.number for direct in outcome.direct)],
            "values": found.values,
        },
    )


def cited(rule: Rule, language: str) -> str:
    """Return a rule with its number, words, source and how sure we are."""
    words = rule.title.get(language) or next(iter(rule.title.values()))
    return f"Rule {rule.number}: {words} ({rule.source}; confidence: {rule.source.confidence.value})"

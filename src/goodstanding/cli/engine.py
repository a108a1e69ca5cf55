"""classify and explain: from the ledger to classes, and the reasons of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any

import typer
from rich.bar import Bar
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, open_records, parse_day, progress, result
from goodstanding.core.classification import Outcome, Scorecard, Weighing
from goodstanding.core.rule import Rule


class Language(Enum):
    """In which language reasons are given."""

    EN = "en"
    ZH = "zh"


Day = Annotated[date, typer.Option("--as-of", parser=parse_day, help="Day of the classification.")]
KnownAt = Annotated[datetime | None, typer.Option("--known-at", help="What was known by then, UTC; default now.")]
Scale = Annotated[str, typer.Option(help="Scale to place on; default the rulebook's first.")]

_WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {
        "indicator": "indicator",
        "value": "value",
        "bin": "falls in",
        "points": "points",
        "base": "to begin with",
        "total": "total",
        "direct": "Set at least class {code}, whatever the points:",
        "rule": "Rule {number}: {title} ({source}; confidence: {confidence})",
        "done": "{entity} is in class {code} of scale {scale} on {day}, with {points} points.",
    },
    Language.ZH: {
        "indicator": "指标",
        "value": "数值",
        "bin": "所在区间",
        "points": "分值",
        "base": "基础分",
        "total": "合计",
        "direct": "不论分值，至少判定为{code}类：",
        "rule": "规则 {number}：{title}（{source}；可信度：{confidence}）",
        "done": "{entity} 于 {day} 按标准 {scale} 为 {code} 类，计 {points} 分。",
    },
}


def known_by(at: datetime | None) -> datetime:
    """Return the instant asked for as UTC, or this one."""
    return now() if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@app.command("classify")
def classify_command(as_of: Day, known_at: KnownAt = None, scale: Scale = "") -> None:
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
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_day, help="Default: today in the register.")
    ] = None,
    known_at: KnownAt = None,
    scale: Scale = "",
    language: Annotated[Language, typer.Option(help="Language of the reasons.")] = Language.EN,
) -> None:
    """Say why a business is in its class: points by indicator, and the rules."""
    home = open_records()
    from zoneinfo import ZoneInfo

    from goodstanding.supervise.classify import explain_one

    day = as_of or now().astimezone(ZoneInfo(home.rulebook.timezone)).date()
    _, outcome, card = explain_one(home, entity, day, known_by(known_at), scale)
    words = _WORDS[language]
    if not is_json():
        console.print(_lines_table(outcome, card, language))
        _say(_cited(card.rule, language))
        for rule in outcome.direct:
            _say(words["direct"].format(code=rule.class_code))
            _say(_cited(rule.rule, language))
    result(
        words["done"].format(entity=entity, code=outcome.class_code, scale=card.scale, day=day, points=outcome.points),
        {"entity": entity, "as_of": day, "scale": card.scale} | _as_json(outcome, card),
    )


def _say(text: str) -> None:
    # A rulebook's own words: brackets in them are no markup, and a terminal breaks them better than we do.
    console.print(text, markup=False, soft_wrap=True)


def _lines_table(outcome: Outcome, card: Scorecard, language: Language) -> Table:
    from goodstanding.engine.indicators import every

    words = _WORDS[language]
    table = Table(words["indicator"], words["value"], words["bin"], words["points"], show_footer=True)
    for column in table.columns[1:]:
        column.justify = "right"
    table.columns[0].footer, table.columns[3].footer = words["total"], str(outcome.points)
    if card.base:
        table.add_row(words["base"], "", "", f"{card.base:+d}")
    for line, weighing in zip(outcome.lines, card.weighings, strict=True):
        title = every()[line.indicator].title
        value = "–" if line.value is None else f"{line.value:,}"
        table.add_row(
            title.get(language.value, line.indicator),
            value,
            _span(_bounds(weighing, line.value)),
            f"{line.points:+d}" if line.points else "0",
        )
    return table


def _bounds(weighing: Weighing, value: int | None) -> tuple[int | None, int | None] | None:
    """Return the range a value falls in: its first number, and the next range's; ``None`` where there is no bound."""
    place = weighing.bin_of(value)
    return None if place is None else weighing.bounds(place)


def _span(bounds: tuple[int | None, int | None] | None) -> str:
    match bounds:
        case None | (None, None):
            return ""
        case (None, int(upper)):
            return f"≤ {upper - 1:,}"
        case (int(lower), int(upper)):
            return f"{lower:,}" if upper == lower + 1 else f"{lower:,} – {upper - 1:,}"
        case (lower, _):
            return f"≥ {lower:,}"


def _cited(rule: Rule, language: Language) -> str:
    """Return a rule with its number, words, source and how sure we are."""
    title = rule.title.get(language.value) or next(iter(rule.title.values()))
    return _WORDS[language]["rule"].format(
        number=rule.number, title=title, source=rule.source, confidence=rule.source.confidence.value
    )


def _as_json(outcome: Outcome, card: Scorecard) -> dict[str, Any]:
    lines = [
        {
            "indicator": line.indicator,
            "value": line.value,
            "bin": _bounds(weighing, line.value),
            "points": line.points,
        }
        for line, weighing in zip(outcome.lines, card.weighings, strict=True)
    ]
    direct = [_rule(rule.rule) | {"class": rule.class_code} for rule in outcome.direct]
    return {
        "class": outcome.class_code,
        "points": outcome.points,
        "base": card.base,
        "lines": lines,
        "direct": direct,
        "scorecard": _rule(card.rule),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    source = {"instrument": rule.source.instrument, "article": rule.source.article}
    return {
        "number": rule.number,
        "title": dict(rule.title),
        "source": source | {"confidence": rule.source.confidence.value},
    }

"""explain: why a business is in its class, what changed, and what would lead to a better one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from goodstanding.cli.engine import KnownAt, Scale, known_by, parse_class_day
from goodstanding.cli.frame import app, console, is_json, now, open_records, result
from goodstanding.core.classification import DirectRule, Line, Signal
from goodstanding.core.fact import Fact
from goodstanding.core.rule import Rule

if TYPE_CHECKING:
    from goodstanding.supervise.ahead import Ahead, Path
    from goodstanding.supervise.explain import Change, Explanation
    from goodstanding.supervise.telling import Telling


class Language(Enum):
    """In which language reasons are given."""

    EN = "en"
    ZH = "zh"


@app.command("explain")
def explain_command(
    entity: Annotated[str, typer.Argument(help="The business, as scheme:code.")],
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_class_day, help="Default: today in the register.")
    ] = None,
    known_at: KnownAt = None,
    scale: Scale = "",
    since: Annotated[
        date | None,
        typer.Option("--since", parser=parse_class_day, help="Tell what changed since then; default the last class."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the reasons.")] = Language.EN,
) -> None:
    """Say why a business is in its class: points, facts and rules, what changed, and what would change it."""
    home = open_records()
    from zoneinfo import ZoneInfo

    from goodstanding.supervise.explain import explain_one
    from goodstanding.supervise.telling import Telling

    day = as_of or now().astimezone(ZoneInfo(home.rulebook.timezone)).date()
    found = explain_one(home, entity, day, known_by(known_at), scale, since)
    telling = Telling(found.book, language.value)
    if not is_json():
        _print(found, telling)
    t = telling.t
    line = t("explain.class_line", code=found.outcome.class_code, points=found.outcome.points)
    where = t("explain.as_of", scale=found.scale.title[language.value], day=day)
    result(f"{entity}: {line} ({where})", as_json(found))


def _print(found: Explanation, telling: Telling) -> None:
    t = telling.t
    console.print(_table(found, telling))
    for reason in found.reasons:
        if reason.line.points and (reason.facts or reason.easing):
            _say(f"{telling.indicator(reason.line.indicator)}:")
            _list(telling.fact(fact) for fact in reason.facts)
            _list(t("explain.easing", fact=telling.fact(fact)) for fact in reason.easing)
    _say(telling.rule(found.card.rule))
    _say(telling.source(found.card.rule))
    for area, facts in found.areas:
        _say(t("explain.area_in", title=telling.area(area.code)))
        _list(telling.fact(fact) for fact in facts)
    for held in found.held:
        _say(telling.held(held.rule))
        _say(telling.rule(held.rule.rule))
        _say(telling.source(held.rule.rule))
        _list(telling.fact(fact) for fact in held.facts)
    _head(t("explain.change.heading"))
    _print_change(found.change, telling)
    _head(t("explain.ahead.heading"))
    _print_ahead(found.ahead, telling)


def _print_change(change: Change | None, telling: Telling) -> None:
    t = telling.t
    if change is None:
        _say(t("explain.change.none"))
        return
    _say(telling.was(change))
    if not change.lines:
        _say(t("explain.change.same"))
    for line in change.lines:
        before, after = (one.points if one else 0 for one in (line.before, line.after))
        _say(t("explain.change.line", title=telling.indicator(line.indicator), before=before, after=after))
    for key, facts in (("new", change.new), ("gone", change.gone)):
        if facts:
            _say(t(f"explain.change.{key}") + ":")
            _list(telling.fact(fact) for fact in facts)


def _print_ahead(ahead: Ahead, telling: Telling) -> None:
    t = telling.t
    if ahead.is_best:
        _say(t("explain.ahead.best"))
        return
    through = telling.day(ahead.through)
    if ahead.time is None and not ahead.paths:
        _say(t("explain.ahead.nothing", day=through))
        return
    _say(t("explain.ahead.lead"))
    if ahead.time is None:
        _say(t("explain.ahead.time_none", day=through))
    else:
        _print_path(t("explain.ahead.time"), ahead.time, telling)
    for number, path in enumerate(ahead.paths, 1):
        _print_path(t("explain.ahead.way", number=number), path, telling)


def _print_path(title: str, path: Path, telling: Telling) -> None:
    _say(f"{title}: {telling.reached(path)}")
    for step in path.steps:
        _list([" ".join(telling.step(step))])
        _list((telling.rule(rule) for rule in step.rules), depth=2)
        _list((telling.fact(fact) for fact in step.remedy.about), depth=2)
    _list(telling.foreseen(one) for one in path.foreseen)
    for shift in path.shifts:
        _list([telling.shift(shift)])
        _list((telling.gone(gone) for gone in shift.gone), depth=2)
    _list(telling.released(rule) for rule in path.released)
    if path.reached.until_on is not None:
        _list([telling.until(path)])


def _head(text: str) -> None:
    console.print()
    console.print(text, markup=False, style="bold")


def _say(text: str) -> None:
    # A rulebook's own words: brackets in them are no markup, and a terminal breaks them better than we do.
    console.print(text, markup=False, soft_wrap=True)


def _list(lines: Iterable[str], depth: int = 1) -> None:
    for line in lines:
        _say(f"{'  ' * depth}- {line}")


def _table(found: Explanation, telling: Telling) -> Table:
    t = telling.t
    heads = [t(f"explain.{key}") for key in ("indicator", "value", "bin", "points")]
    table = Table(*heads, show_footer=True)
    for column in table.columns[1:]:
        column.justify = "right"
    table.columns[0].footer, table.columns[3].footer = t("explain.total"), str(found.outcome.points)
    if found.card.base:
        table.add_row(t("explain.base"), "", "", f"{found.card.base:+d}")
    for reason in found.reasons:
        line = reason.line
        if not line.applies:
            continue
        title = telling.indicator(line.indicator)
        if reason.weighing.area:
            title = f"{title} ({t('explain.area_only', area=telling.area(reason.weighing.area))})"
        value = "–" if line.value is None else f"{line.value:,}"
        points = f"{line.points:+d}" if line.points else "0"
        table.add_row(title, value, telling.span(reason.weighing, line.value), points)
    return table


def as_json(found: Explanation) -> dict[str, Any]:
    """Return the whole explanation for a machine reader."""
    return {
        "entity": found.entity_id,
        "as_of": found.as_of,
        "scale": found.card.scale,
        "class": found.outcome.class_code,
        "points": found.outcome.points,
        "base": found.card.base,
        "lines": [
            _line(reason.line)
            | {
                "area": reason.weighing.area,
                "applies": reason.line.applies,
                "bin": reason.weighing.range_of(reason.line.value),
                "facts": [_fact(fact) for fact in reason.facts],
                "easing": [_fact(fact) for fact in reason.easing],
            }
            for reason in found.reasons
        ],
        "direct": [_held(held.rule, held.facts) for held in found.held if isinstance(held.rule, DirectRule)],
        "signals": [_held(held.rule, held.facts) for held in found.held if isinstance(held.rule, Signal)],
        "areas": [{"area": area.code} | _rule(area.rule) | {"facts": _digests(facts)} for area, facts in found.areas],
        "scorecard": _rule(found.card.rule),
        "change": None if found.change is None else _change(found.change),
        "ahead": {
            "through": found.ahead.through,
            "is_best": found.ahead.is_best,
            "time": None if found.ahead.time is None else _path(found.ahead.time),
            "ways": [_path(path) for path in found.ahead.paths],
        },
    }


def _line(line: Line) -> dict[str, Any]:
    return {"indicator": line.indicator, "value": line.value, "points": line.points}


def _fact(fact: Fact) -> dict[str, Any]:
    return {"digest": fact.digest, "kind": fact.kind, "from": fact.span.from_on, "until": fact.span.until_on}


def _digests(facts: Iterable[Fact]) -> list[str]:
    return [fact.digest for fact in facts]


def _held(rule: DirectRule | Signal, facts: Iterable[Fact]) -> dict[str, Any]:
    does: Mapping[str, Any]
    if isinstance(rule, DirectRule):
        does = {"class": rule.class_code}
    else:
        does = {"steps": rule.steps, "bound": rule.bound}
    return _rule(rule.rule) | does | {"facts": _digests(facts)}


def _rule(rule: Rule) -> dict[str, Any]:
    source = {"instrument": rule.source.instrument, "article": rule.source.article}
    return {
        "number": rule.number,
        "title": dict(rule.title),
        "source": source | {"confidence": rule.source.confidence.value},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "run": change.run,
        "as_of": change.as_of,
        "class": change.class_code,
        "points": change.points,
        "lines": [
            {
                "indicator": one.indicator,
                "area": one.area,
                "before": None if one.before is None else one.before.points,
                "after": None if one.after is None else one.after.points,
                "new": _digests(one.new),
                "gone": _digests(one.gone),
            }
            for one in change.lines
        ],
        "new": [_fact(fact) for fact in change.new],
        "gone": [_fact(fact) for fact in change.gone],
    }


def _path(path: Path) -> dict[str, Any]:
    return {
        "on": path.reached.on,
        "class": path.reached.class_code,
        "points": path.reached.points,
        "until": path.reached.until_on,
        "steps": [
            {
                "means": step.remedy.means.value,
                "year": step.remedy.year,
                "about": _digests(step.remedy.about),
                "asked_on": step.asked_on,
                "counts_on": step.counts_on,
                "is_estimated": step.is_estimated,
                "asks": dict(step.remedy.asks or {}),
                "rules": [_rule(rule) for rule in step.rules],
            }
            for step in path.steps
        ],
        "foreseen": [
            {"rule": one.rule.number, "on": one.on, "year": one.year, "fact": one.fact and one.fact.digest}
            for one in path.foreseen
        ],
        "shifts": [
            {
                "indicator": one.weighing.indicator,
                "area": one.weighing.area,
                "before": one.before.points,
                "after": one.after.points,
                "since": one.since,
                "gone": [
                    {
                        "digest": gone.fact.digest,
                        "by": gone.by.value,
                        "on": gone.on,
                        "rule": gone.rule and gone.rule.number,
                    }
                    for gone in one.gone
                ],
            }
            for one in path.shifts
        ],
        "released": [one.rule.number for one in path.released],
    }

"""treatment: how each class is supervised, or how one business is and whether a lot may draw it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table

from goodstanding.cli.engine import KnownAt, Scale, known_by, parse_class_day
from goodstanding.cli.explain import Language
from goodstanding.cli.frame import app, console, is_json, now, open_records, result, say
from goodstanding.core.plan import treatments_in_force
from goodstanding.core.rule import Rule
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import Check, Ground, Mode, Treatment
from goodstanding.look.words import Translate, localised, words


@app.command("treatment")
def treatment_command(
    entity: Annotated[str, typer.Argument(help="A business, as scheme:code; without one, every class.")] = "",
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_class_day, help="Default: today in the register.")
    ] = None,
    known_at: KnownAt = None,
    scale: Scale = "",
    ground: Annotated[Ground, typer.Option(help="Why a check would be made.")] = Ground.LOT,
    mode: Annotated[Mode | None, typer.Option(help="How; default the way that is usual for the class.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the tables.")] = Language.EN,
) -> None:
    """Say how classes are supervised: share, frequency, ways, limits, benefits; or how one business is."""
    home = open_records()
    from zoneinfo import ZoneInfo

    book = home.rulebook
    day = as_of or now().astimezone(ZoneInfo(book.timezone)).date()
    t = words(language.value)
    if not entity:
        found = treatments_in_force(book.supervision, book.scale(scale).code, day)
        if not is_json():
            console.print(_table(found, book, t, language.value))
        line = t("treatment.line", count=len(found), scale=found[0].scale, day=day)
        result(line, {"as_of": day, "scale": found[0].scale, "treatments": [as_json(one) for one in found]})
        return
    from goodstanding.supervise.treated import treated

    one = treated(book, entity, day, known_by(known_at), scale, Check(ground, mode))
    if not is_json():
        console.print(_table((one.treatment,), book, t, language.value))
        for code in one.treatment.benefits:
            say(t("treatment.given", title=localised(book.supervision.benefits[code].rule.title, language.value)))
    values = {"entity": entity, "as_of": day, "scale": one.scale, "class": one.class_code, "classed_on": one.classed_on}
    values |= {"areas": sorted(one.areas), "treatment": as_json(one.treatment)}
    values["checks_this_year"], values["last_clean_on"] = one.past.checks_this_year, one.past.last_clean_on
    if one.left_out is None:
        line = t("treatment.may_be_drawn", entity=entity, code=one.class_code, day=day)
        result(line, values | {"left_out": None})
        return
    rule, until_on = one.left_out.rule, one.left_out.until_on
    ends = t("treatment.until", day=until_on) if until_on is not None else t("treatment.while_class")
    line = t("treatment.left_out", entity=entity, code=one.class_code, rule=_cited(rule, t, language.value), ends=ends)
    result(line, values | {"left_out": {"rule": rule.number, "until": until_on}})


def as_json(one: Treatment) -> dict[str, Any]:
    """Return a treatment for a machine reader."""
    often, quiet = one.frequency, one.cooling_off
    return {
        "class": one.class_code,
        "area": one.area,
        "rule": one.rule.number,
        "ratio_ppm": one.ratio_ppm,
        "weight": one.weight,
        "frequency": None
        if often is None
        else {"times": often.times, "per": {"number": often.per.number, "unit": often.per.unit.value}},
        "modes": [mode.value for mode in one.modes],
        "most_per_year": one.most_per_year,
        "cooling_off": None if quiet is None else {"number": quiet.number, "unit": quiet.unit.value},
        "benefits": list(one.benefits),
        "items": list(one.items),
    }


_COLUMNS = ("class", "share", "frequency", "modes", "most", "quiet", "items", "rule")


def _table(found: tuple[Treatment, ...], book: Rulebook, t: Translate, language: str) -> Table:
    table = Table(*(t(f"treatment.{name}") for name in _COLUMNS))
    for one in found:
        often, quiet = one.frequency, one.cooling_off
        area = localised(book.areas[one.area].rule.title, language) if one.area else ""
        items = (localised(book.inspection.items[code].rule.title, language) for code in one.items)
        per = "" if often is None else t(f"treatment.per_{often.per.unit.value}", count=often.per.number)
        table.add_row(
            f"{one.class_code} {area}".rstrip(),
            f"{one.ratio_ppm // 10_000}.{one.ratio_ppm % 10_000 // 1_000} %",
            "" if often is None else t("treatment.times", times=often.times, per=per),
            ", ".join(t(f"treatment.{mode.value}") for mode in one.modes),
            "" if one.most_per_year is None else str(one.most_per_year),
            "" if quiet is None else t(f"treatment.per_{quiet.unit.value}", count=quiet.number),
            ", ".join(items),
            one.rule.number,
        )
    return table


def _cited(rule: Rule, t: Translate, language: str) -> str:
    return t("treatment.cited", number=rule.number, title=localised(rule.title, language))

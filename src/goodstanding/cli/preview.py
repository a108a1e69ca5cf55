"""preview: what a variant of the rulebook would move if it came into force."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from goodstanding.cli.engine import KnownAt, Scale, known_by, parse_class_day
from goodstanding.cli.explain import Language
from goodstanding.cli.frame import app, console, is_json, now, open_records, progress, result, say
from goodstanding.core.errors import FileUnreadable
from goodstanding.core.plan import UNTREATED
from goodstanding.core.preview import NOWHERE, Preview, in_whole
from goodstanding.core.preview_told import EFFECTS, LIST_COUNTS, as_json, drawn_counts, effect_counts, list_lines
from goodstanding.core.rulebook import Rulebook

Say = Callable[..., str]


@app.command("preview")
def preview_command(
    rulebook: Annotated[str, typer.Option("--rulebook", help="The variant: a shipped name or a folder.")],
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_class_day, help="Default: today in the register.")
    ] = None,
    known_at: KnownAt = None,
    scale: Scale = "",
    counts: Annotated[Path | None, typer.Option("--csv", help="Write every count to this file as well.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the counts for the office's page of previews.")] = False,
    language: Annotated[Language, typer.Option(help="Language of the tables.")] = Language.EN,
) -> None:
    """Tell what a variant of the rulebook would move: classes, list proposals and expected checks."""
    home = open_records()
    from zoneinfo import ZoneInfo

    from goodstanding.home import read_rulebook, rulebook_folder
    from goodstanding.look.words import words
    from goodstanding.supervise.preview import preview
    from goodstanding.supervise.previews import keep_preview

    book = home.rulebook
    day = as_of or now().astimezone(ZoneInfo(book.timezone)).date()
    with progress() as bar:
        tasks = {}

        def advance(what: str, done: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.update(tasks[what], completed=done)

        found = preview(home, read_rulebook(rulebook_folder(rulebook)), day, known_by(known_at), scale, advance)
    if counts is not None:
        _write(counts, found)
    if keep:
        keep_preview(home, found, rulebook_folder(rulebook).name)
    t = words(language.value)
    if not is_json():
        for table in _tables(found, book, t, language.value):
            console.print(table)
        if found.uncounted:
            say(t("preview.uncounted", count=found.uncounted))
    moved = sum(count for (before, after), count in found.moved.items() if before != after)
    line = t("preview.line", moved=f"{moved:,}", count=f"{found.whole.entities:,}", scale=found.scale, day=day)
    result(line, as_json(found))


def _rows(found: Preview) -> Iterator[tuple[str, str, str, int]]:
    """Yield every count as (part, key, measure, number)."""
    for (before, after), count in sorted(found.moved.items()):
        yield "class", f"{before}>{after}", "businesses", count
    for code, act, counts in list_lines(found):
        for name in LIST_COUNTS:
            yield "list", f"{code}/{act}", name, counts[name]
    for code, pair in found.drawn.items():
        for side, drawn in zip(("today", "variant"), pair, strict=True):
            for name, count in drawn_counts(drawn).items():
                yield "checks", code, f"{name}_{side}", count
    for rule, pair_of_counts in found.left_out.items():
        for side, count in zip(("today", "variant"), pair_of_counts, strict=True):
            yield "left_out", rule, side, count
    for part, effects in (("whole", {"": found.whole}), ("region", found.regions), ("sector", found.sectors)):
        for code, effect in effects.items():
            for name, count in effect_counts(effect).items():
                yield part, code, name, count


def _write(path: Path, found: Preview) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("part", "key", "measure", "count"))
            writer.writerows(_rows(found))
    except OSError as error:
        raise FileUnreadable(
            asked=f"To write the counts to {path}.",
            found=f"{error.strerror}.",
            wants="A path that may be written.",
            next_step="Check the folder and its permissions.",
        ) from None


def _tables(found: Preview, book: Rulebook, t: Say, language: str) -> Iterator[Table]:
    def class_name(code: str) -> str:
        return code if code != NOWHERE else t("preview.unclassed")

    matrix = _table(t("preview.migration"), t("preview.from_to"), *(class_name(code) for code in found.classes))
    for before in found.classes:
        matrix.add_row(class_name(before), *(_count(found.moved.get((before, after), 0)) for after in found.classes))
    yield matrix

    lists = _table(t("preview.lists"), t("preview.list"), t("preview.act"), *(t(f"preview.{n}") for n in LIST_COUNTS))
    for code, act, counts in list_lines(found):
        known = book.lists.lists.get(code)
        title = code if known is None else _localised(known.title, language)
        lists.add_row(title, t(f"preview.{act}"), *(_count(counts[name]) for name in LIST_COUNTS))
    if lists.rows:
        yield lists

    pairs = [f"{t(f'preview.{name}')}, {t(f'preview.{side}')}" for name in ("eligible", "drawn") for side in _SIDES]
    has_frequency = any(one.yearly_ppm for pair in found.drawn.values() for one in pair)
    yearly = [f"{t('preview.yearly')}, {t(f'preview.{side}')}" for side in _SIDES] if has_frequency else []
    checks = _table(t("preview.checks"), t("preview.class"), *pairs, *yearly)
    for code, (a, b) in found.drawn.items():
        often = [in_whole(a.yearly_ppm), in_whole(b.yearly_ppm)] if has_frequency else []
        numbers = (_count(number) for number in (a.eligible, b.eligible, a.drawn, b.drawn))
        checks.add_row(class_name(code), *numbers, *often)
    yield checks

    if found.left_out:
        left_out = _table(t("preview.left_out"), t("preview.rule"), *(t(f"preview.{side}") for side in _SIDES))
        for rule, counts_of in found.left_out.items():
            left_out.add_row(rule if rule != UNTREATED else t("preview.untreated"), *map(_count, counts_of))
        yield left_out

    for part, effects, titles in (
        ("regions", found.regions, book.tables.get(_table_of(book, book.roles.region), {})),
        ("sectors", found.sectors, book.tables.get(_table_of(book, book.roles.sector), {})),
    ):
        if set(effects) <= {""}:
            continue
        # What happens nowhere needs no column.
        met = [name for name in EFFECTS if any(getattr(one, name) for one in effects.values())]
        names = [t(f"preview.{name}") for name in met]
        table = _table(t(f"preview.{part}"), "", t("preview.businesses"), *names, t("preview.expected"))
        for code, one in effects.items():
            title = _localised(titles.get(code, {}), language) or code or t("preview.unsaid")
            numbers = (_count(getattr(one, name)) for name in ("entities", *met))
            table.add_row(title, *numbers, " → ".join(in_whole(ppm) for ppm in one.expected_ppm))
        yield table


_SIDES = ("today", "variant")


def _table_of(book: Rulebook, field: str) -> str:
    known = book.kinds[book.roles.kind].fields.get(field)
    return known.table if known is not None else ""


def _localised(title: Mapping[str, str], language: str) -> str:
    return title.get(language) or next(iter(title.values()), "")


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(first, *columns, title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _count(number: int) -> str:
    return f"{number:,}" if number else "·"

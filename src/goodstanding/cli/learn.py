"""learn: from past visits to a proposed scorecard, with what it is worth; nothing is put in force."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goodstanding.cli.frame import app, is_json, now, open_records, parse_day, progress, result, say
from goodstanding.core.errors import FileUnreadable

if TYPE_CHECKING:
    from goodstanding.core.classification import Scale
    from goodstanding.core.fact import Fact
    from goodstanding.core.rulebook import Rulebook
    from goodstanding.home import Home
    from goodstanding.learn.panel import Parties


@app.command("learn")
def learn_command(
    train_until: Annotated[date, typer.Option(parser=parse_day, help="Visits before this day are learned from.")],
    out: Annotated[
        Path,
        typer.Option(
            dir_okay=False,
            help="File of the proposal; its report goes beside it, as .txt, .json, .en.html and .zh.html.",
        ),
    ],
    scale: Annotated[str, typer.Option(help="Scale whose classes and directions hold; default the first.")] = "",
    test_from: Annotated[
        date | None, typer.Option(parser=parse_day, help="First day of the visits it is judged on.")
    ] = None,
    test_until: Annotated[
        date | None, typer.Option(parser=parse_day, help="Day before which they end; default all there are.")
    ] = None,
    label: Annotated[
        str, typer.Option(help='What counts as found: "adverse", or a field of the result as "field>=1".')
    ] = "adverse",
    code: Annotated[str, typer.Option(help="Code of the proposed scale; default SCALE_learned.")] = "",
    known_then: Annotated[
        bool, typer.Option(help="See only what was recorded by each visit's eve; not for a history imported at once.")
    ] = False,
    draws: Annotated[int, typer.Option(min=20, help="Resamples behind each interval.")] = 500,
) -> None:
    """Propose a scorecard learned from past visits; a person reads it, dates it, and puts it in force."""
    home = open_records()
    from goodstanding.core.errors import TooLittleToLearn
    from goodstanding.home import read_rulebook
    from goodstanding.learn import fit, page, panel, proposal, report
    from goodstanding.look.words import LANGUAGES

    book = home.rulebook
    kept = book.scale(scale)
    named = code or f"{kept.code}_learned"
    _check_asked(book, kept, named, train_until, test_from)
    _check_writable(out)
    found = panel.label(label, book)
    until = test_until or date.max
    with progress() as bar:
        task = bar.add_task("businesses", total=None)
        seen = panel.panel(
            _everyone(lambda done: bar.update(task, completed=done)),
            book,
            kept,
            panel.learnable(kept),
            found,
            now(),
            _parties(home),
            known_then,
            until,
        )
    train = [visit for visit in seen.visits if visit.on < train_until]
    test = [visit for visit in seen.visits if visit.on >= (test_from or train_until)]
    learned = fit.learn(train, panel.learnable(kept), tuple(book.areas), kept)
    if not 0 < sum(visit.found for visit in test) < len(test):
        raise TooLittleToLearn(
            asked="To judge the scorecard on visits it was not learned from.",
            found=f"{len(test):,} visits from {test_from or train_until} on; none found anything, or all did.",
            wants="Visits with a finding and visits without.",
            next_step="Train until an earlier day, or test on other days.",
        )
    told = report.report(learned, test, kept, draws=draws, before=train)
    note = f"Learned from {learned.visits} visits before {train_until}, {learned.found} with a finding ({label})."
    fragment = proposal.fragment(learned, kept, named, f"{book.code.upper()}-LEARNED", note)
    proposal.pasted(read_rulebook(home.cards.parent), fragment, train_until.isoformat())
    out.write_text(fragment, encoding="utf-8")
    lines = [note, f"Left out, not registered on the eve: {seen.unregistered}.", "", *report.lines(told)]
    out.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out.with_suffix(".json").write_text(json.dumps(told.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    judged_from = (test_from or train_until).isoformat()
    for language in LANGUAGES:
        drawn = page.page(told, kept, note, judged_from, language, _regions(book))
        out.with_suffix(f".{language}.html").write_text(drawn, encoding="utf-8")
    if not is_json():
        for line in lines:
            say(line)
    best = told.rankings[0].measures
    result(
        f"Proposed in {out}: AUC {best.auc:.3f} and findings {best.days_earlier:.1f} days earlier "
        f"on {told.visits:,} visits; nothing is in force until a person dates it.",
        {"out": out, "train": len(train), "report": told.as_json()},
    )


def _check_asked(book: Rulebook, scale: Scale, code: str, train_until: date, test_from: date | None) -> None:
    """Refuse what could only fail, or mislead, after all the learning."""
    from goodstanding.learn.fit import Settings

    if test_from is not None and test_from < train_until:
        raise typer.BadParameter(
            f"--test-from {test_from} lies before --train-until {train_until}: a scorecard is not judged on visits "
            "that it was learned from."
        )
    if len(scale.bands) != len(Settings().shares):
        raise typer.BadParameter(
            f"Scale {scale.code} has {len(scale.bands)} classes; a scorecard is learned for {len(Settings().shares)}."
        )
    if code in book.scales or not re.fullmatch("[A-Za-z0-9_-]{1,40}", code):
        raise typer.BadParameter(
            f"--code {code!r}: a proposal wants a new scale's code, of 1 to 40 letters, digits, - or _ of ASCII."
        )


def _check_writable(out: Path) -> None:
    """Refuse a file that cannot be written before the work is done, and leave none that was not there."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        was_there = out.exists()
        with out.open("a", encoding="utf-8"):
            pass
        if not was_there:
            out.unlink()
    except OSError as error:
        raise FileUnreadable(
            asked=f"To write a proposal to {out}.",
            found=f"{error.strerror}.",
            wants="A path that may be written.",
            next_step="Check the folder and its permissions.",
        ) from None


def _everyone(on_progress: Callable[[int], None]) -> Iterator[tuple[str, Sequence[Fact]]]:
    from goodstanding.records import ledger

    position = ledger.position()
    everyone = ledger.by_entity(ledger.entities_between(0, position), position)
    for number, found in enumerate(everyone):
        if number % 1000 == 0:
            on_progress(number)
        yield found


def _regions(book: Rulebook) -> Mapping[str, Mapping[str, str]]:
    known = book.kinds[book.roles.kind].fields.get(book.roles.region)
    return book.tables.get(known.table, {}) if known is not None else {}


def _parties(home: Home) -> Parties:
    from goodstanding.engine.features import parties_of
    from goodstanding.records import ledger

    def parties(facts: Sequence[Fact]) -> Mapping[str, Iterable[Fact]]:
        named = sorted(parties_of(facts, home.rulebook))
        return dict(ledger.by_entity(named)) if named else {}

    return parties

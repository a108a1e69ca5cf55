"""demo and field: one whole cycle on a synthetic province, and a place's published records, from an empty folder."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, now, progress, result, say, start_orm, the_home
from goodstanding.cli.installation import init
from goodstanding.core.errors import FolderNotOurs
from goodstanding.core.published import read_published
from goodstanding.core.rulebook import load
from goodstanding.home import Home, read_rulebook, rulebook_folder

if TYPE_CHECKING:
    from goodstanding.intake.importing import ImportOutcome
    from goodstanding.records.models import Campaign, ClassRun
    from goodstanding.supervise.aftermath import HitRate
    from goodstanding.synth.province import TruthRow

MARK = "demo"  # the file that says a demo made this folder and may empty it
RULEBOOK = "cn"
CAMPAIGN = "2026-autumn"
OFFICER = "officer"
SEED = "2026-11-06 dice 4 1 6 2 3 5 5 1 6 4"
UNTIL = date(2026, 11, 20)  # the last day of the province's history
ENTERED_BY = (
    ("notify", "officer"),
    ("review", "other"),
    ("consent", "chief"),
    ("list", "chief"),
    ("serve", "officer"),
)
"""Steps of the shipped procedure by which a business is entered, and by whom: three people at the least."""
EVIDENCE = {
    "grounds": "有关处罚决定书认定的事实和依据；拟列入严重违法失信名单。",
    "gravity": "罚款位于法定幅度的上段；持续时间长；货值较大；未发现无主观故意的证据。",
    "review_opinion": "事实清楚，依据适当，程序合法，同意报批。",
}
"""What stands on record with those steps; for the rest a file number."""
LISTED_ON = (date(2026, 7, 10), date(2026, 10, 30))  # after the reporting window; after the late reports
PLANNED_ON = date(2026, 11, 6)
VISITED_ON = tuple(date(2026, 11, day) for day in (9, 10, 11, 12, 13, 16, 17, 18))

Advance = Callable[[int], None]

Fresh = Annotated[bool, typer.Option("--fresh", help="Remove what an earlier demo left in the folder.")]
Serve = Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the portal and the office afterwards.")]
Port = Annotated[int, typer.Option(min=1, max=65_535)]


@contextmanager
def step(bar: Progress, title: str, total: int | None = None) -> Iterator[Advance]:
    """Show one step on the progress bar, and say afterwards how long it took."""
    task = bar.add_task(title, total=total)
    begun = time.monotonic()
    yield lambda done: bar.update(task, completed=done)
    bar.remove_task(task)
    say(f"  {title:<62}{time.monotonic() - begun:7.1f} s")


def begin(fresh: bool, rulebook: str) -> Home:
    """Make the installation of a demo in the home's folder, and mark it as one.

    Raises:
        FolderNotOurs: With ``fresh``, the folder holds what no demo made.
        HomeExists: Without it, the folder holds an installation.
    """
    path = the_home().path
    if fresh and path.exists() and any(path.iterdir()):
        if not (path / MARK).exists():
            raise FolderNotOurs(
                asked=f"To begin afresh in {path}.",
                found="It holds files that no demo made.",
                wants="An empty folder, or one an earlier demo made.",
                next_step="Choose another --home, or empty the folder yourself.",
            )
        shutil.rmtree(path)
    # A demo keeps to its own folder: it never writes to a database server somebody else may be using.
    os.environ.pop("DATABASE_URL", None)
    path.mkdir(parents=True, exist_ok=True)
    (path / MARK).touch()
    home = init(path, rulebook)
    start_orm()
    return home


@app.command("demo")
def demo_command(
    entities: Annotated[int, typer.Option(min=50, help="Businesses of the province.")] = 20_000,
    years: Annotated[int, typer.Option(min=1, help="Years of history.")] = 8,
    seed: Annotated[str, typer.Option(help="Seed of the province; the lot has its own.")] = "goodstanding",
    fresh: Fresh = False,
    serve: Serve = True,
    port: Port = 8000,
) -> None:
    """Let a synthetic province live one whole supervision cycle, then serve it."""
    begun = time.monotonic()
    home = begin(fresh, RULEBOOK)
    from goodstanding.core.draw_seed import Seed, SeedKind
    from goodstanding.publish.publisher import SAMPLE_MARK
    from goodstanding.records import ledger
    from goodstanding.records.campaigns import draw_campaign, plan_campaign
    from goodstanding.records.listings import tick
    from goodstanding.supervise.classify import classify_all
    from goodstanding.synth import province

    book = home.rulebook
    (home.path / SAMPLE_MARK).touch()
    folder = home.folder("synthetic")
    password = secrets.token_urlsafe(12)
    with progress() as bar:
        say(f"A synthetic province of {entities:,} businesses with {years} years of history ({book.code}):")
        with step(bar, "the province, as files", entities) as advance:
            parameters = rulebook_folder(RULEBOOK) / "synthetic"
            made = province.write_province(book, parameters, folder, entities, years, seed, UNTIL, advance)
        imported = [_import(bar, home, folder / file, card) for file, card in made.imports]
        _directory(folder / "inspectors.csv")
        add_officer(OFFICER, password)
        listings: Counter[str] = Counter()
        for day in LISTED_ON:
            with step(bar, f"what the calendar makes due on {day}, decided by an officer", entities) as advance:
                listings.update(tick_and_decide(home, day, now(), advance))
        with step(bar, f"everyone's class as of {PLANNED_ON}", entities) as advance:
            run = classify_all(home, PLANNED_ON, now(), now(), on_progress=advance)
        with step(bar, "a campaign: frame, strata and roster committed", entities) as advance:
            title = {"zh": "2026年秋季双随机抽查", "en": "Autumn random inspection 2026"}
            plan_campaign(book, CAMPAIGN, title, PLANNED_ON, now(), OFFICER, on_progress=advance)
        with step(bar, "the lot, from a seed revealed after the commitment"):
            campaign = draw_campaign(CAMPAIGN, Seed(SEED, SeedKind.DECLARED, now()))
            bundle = home.folder("bundles") / f"{CAMPAIGN}.json"
            bundle.write_text(campaign.bundle, encoding="utf-8")
        with step(bar, "the visits and what they found"):
            _visit(home, campaign, province.read_truth(folder))
        with step(bar, f"what the calendar makes due on {UNTIL}, left for the office", entities) as advance:
            waiting = tick(home, UNTIL, now(), advance)
        with step(bar, f"everyone's class as of {UNTIL}", entities) as advance:
            classify_all(home, UNTIL, now(), now(), on_progress=advance)
        published = _publish(bar, home, UNTIL)
    seconds = time.monotonic() - begun
    if not is_json():
        _print_classes(home, run, campaign)
        _print_lists(listings)
    say(f"Bundle of the lot: {bundle}; run it again with: python3 verify {bundle} --commitment {campaign.commitment}")
    if serve:
        say(f"Office: sign in as {OFFICER} with the password {password}")
    else:
        say(f"Office: {OFFICER}, password {password} (made for this demo alone)")
    facts = ledger.position()
    held = sum(outcome.held for outcome in imported)
    result(
        f"One cycle in {seconds:.0f} s: {facts:,} facts of {run.entities:,} businesses, {held:,} rows in quarantine, "
        f"{waiting.open:,} proposals wait in the office, {published:,} pages published.",
        {
            "seconds": round(seconds),
            "facts": facts,
            "entities": run.entities,
            "held": held,
            "classes": run.counts,
            "waiting": waiting.open,
            "published": published,
            "bundle": bundle,
            "commitment": campaign.commitment,
        },
    )
    if serve:
        _serve(home, port)


@app.command("field")
def field_command(
    place: Annotated[str, typer.Option(help="Rulebook with published files, by name or path.")],
    data: Annotated[Path, typer.Option(help="Folder with the published files.")],
    as_of: Annotated[str, typer.Option("--as-of", help="Day of the view, YYYY-MM-DD; else the rulebook's own.")] = "",
    fresh: Fresh = False,
    serve: Serve = True,
    port: Port = 8000,
) -> None:
    """Import the published records of a place, hold the classes of a day to what came after, and serve the pages."""
    from goodstanding.cli.draw import require_file
    from goodstanding.cli.frame import parse_day

    folder = rulebook_folder(place)
    files_toml = folder / "field" / "files.toml"
    require_file(files_toml)
    book = load(read_rulebook(folder))
    field = read_published(files_toml.read_bytes(), book)
    day = parse_day(as_of) if as_of else field.as_of
    for name, _ in field.files:
        require_file(data / name)
    home = begin(fresh, place)
    from goodstanding.records import ledger
    from goodstanding.records.classes import class_by_entity
    from goodstanding.supervise.aftermath import hit_rates
    from goodstanding.supervise.classify import classify_all

    with progress() as bar:
        say(f"{book.title['en']}, as of {day}:")
        imported = [_import(bar, home, data / name, card) for name, card in field.files]
        with step(bar, f"everyone's class as of {day}") as advance:
            run = classify_all(home, day, now(), now(), on_progress=advance)
        with step(bar, "what the first visits after that day found"):
            rates = hit_rates(field.outcome, class_by_entity(run), day)
        published = _publish(bar, home, day)
        shown = _richest(home, day)
    facts = ledger.position()
    held: Counter[str] = Counter()
    for outcome in imported:
        held.update(outcome.problems)
    if not is_json():
        _print_aftermath(run, rates, field.outcome.title["en"])
    say(f"One business's page: http://127.0.0.1:{port}/entity/{shown}")
    result(
        f"{facts:,} facts of {run.entities:,} businesses, {held.total():,} rows in quarantine, {published:,} pages.",
        {
            "rows": sum(outcome.rows for outcome in imported),
            "facts": facts,
            "entities": run.entities,
            "held": held.total(),
            "reasons": dict(held),
            "classes": run.counts,
            "visited": {rate.class_code: rate.visited for rate in rates},
            "found": {rate.class_code: rate.found for rate in rates},
            "published": published,
            "page": f"/entity/{shown}",
        },
    )
    if serve:
        _serve(home, port, day)


def _import(bar: Progress, home: Home, file: Path, card: str) -> ImportOutcome:
    from goodstanding.intake.importing import find_card, import_file

    with step(bar, f"{file.name} by card {card}") as advance:
        outcome = import_file(home, find_card(home, card), file, now(), advance)
    why = ", ".join(f"{count:,} {reason}" for reason, count in outcome.problems.most_common())
    say(f"      {outcome.rows:,} rows, {outcome.added:,} facts, {outcome.held:,} held" + (f": {why}" if why else ""))
    return outcome


def _directory(file: Path) -> None:
    from goodstanding.records.directory import replace_directory

    replace_directory(file.read_bytes())


def add_officer(name: str, password: str) -> None:
    """Add the demo's one account, which may decide everything."""
    from goodstanding.cli.supervision import add_user

    add_user(name, "chief", password)


def tick_and_decide(home: Home, day: date, at: datetime, advance: Advance) -> Counter[str]:
    """Decide all that a day makes due, by procedure where the law asks for one.

    Args:
        at: The instant at which it becomes known.
    Returns:
        How many entries and removals there were, by act and list.
    """
    from goodstanding.core.errors import ProcedureNeeded
    from goodstanding.records.listings import Verdict, decide_many, tick
    from goodstanding.records.models import ProposalRecord

    tick(home, day, at, advance)
    waiting = list(ProposalRecord.objects.filter(state=ProposalRecord.State.OPEN).order_by("id"))
    decided = decide_many(home, [one.pk for one in waiting], Verdict.APPROVE, OFFICER, "", day, at)
    needed = {id_ for id_, error in decided.refusals if isinstance(error, ProcedureNeeded)}
    for one in waiting:
        if one.pk in needed:
            _list_by_procedure(home, one.entity_id, one.facts[0], day, at)
    done = ProposalRecord.objects.filter(pk__in=[one.pk for one in waiting]).exclude(decision=None)
    ended = ProposalRecord.objects.filter(decision__decided_on=day).exclude(pk__in=[one.pk for one in waiting])
    acts = [*done.values_list("act", "list_code"), *ended.values_list("act", "list_code")]
    return Counter(f"{act} {list_code}" for act, list_code in acts)


def _list_by_procedure(home: Home, entity_id: str, digest: str, day: date, at: datetime) -> None:
    """Enter a business as its procedure asks: notice, silence until the period is over, review, consent, decision."""
    from goodstanding.core.case import Actor, running
    from goodstanding.core.opening import that_enters
    from goodstanding.records import cases, ledger

    book = home.rulebook
    cause = next(fact for fact in ledger.facts_of(entity_id) if fact.digest == digest)
    procedure = that_enters(book.procedures, cause, day)
    assert procedure is not None  # noqa: S101 - the queue refused it for the sake of one
    hands = {
        "officer": Actor(OFFICER, "officer"),
        "other": Actor("second", "officer"),
        "chief": Actor("chief", "chief"),
    }
    case = cases.open_case(book, procedure.code, entity_id, [digest], hands["officer"], day, at)
    on = day
    for code, hand in ENTERED_BY:
        step = procedure.step_on(code, on)
        assert step is not None  # noqa: S101 - a step of the shipped procedure
        evidence = {code: EVIDENCE.get(code, f"{case.number}-{code}") for code in step.needs}
        case = cases.take(book, case.number, code, hands[hand], evidence, "", on, at)
        periods = running(case, procedure, book.calendar).values()
        waits = [one.due_on for one in periods if one.clock.deems and one.due_on is not None]
        on = max(waits, default=on - timedelta(days=1)) + timedelta(days=1)


def _visit(home: Home, campaign: Campaign, truth: Mapping[str, TruthRow]) -> None:
    from goodstanding.records.campaigns import Finding, record_findings
    from goodstanding.synth import province

    findings = [
        Finding(
            visit.pk,
            province.outcome(truth[visit.entity_id], SEED, visit.entity_id),
            VISITED_ON[number % len(VISITED_ON)],
        )
        for number, visit in enumerate(campaign.visit_set.order_by("id"))
    ]
    record_findings(home.rulebook, findings, now(), OFFICER)


def _publish(bar: Progress, home: Home, day: date) -> int:
    from goodstanding.publish.publisher import publish

    with step(bar, f"the public store as of {day}") as advance:
        return publish(home, day, now(), on_progress=lambda done, _total: advance(done)).entities


def _richest(home: Home, day: date) -> str:
    """Return the public business with the most facts: the page worth looking at first."""
    from django.db.models import Count

    from goodstanding.records.models import FactRecord

    registered = FactRecord.objects.filter(kind=home.rulebook.roles.kind, valid_from__lte=day).values("entity_id")
    counted = FactRecord.objects.filter(entity_id__in=registered).values("entity_id").annotate(facts=Count("id"))
    return str(counted.order_by("-facts", "entity_id").values_list("entity_id", flat=True)[0])


def _print_classes(home: Home, run: ClassRun, campaign: Campaign) -> None:
    from goodstanding.records.campaigns import hit_rates

    rates = {rate.class_code: rate for rate in hit_rates(home.rulebook, campaign.label)}
    table = Table("class", "businesses", "share", "visited", "problems found", "hit rate", title="Classes and the lot")
    for code, count in run.counts.items():
        rate = rates.get(code)
        found = (str(rate.visited), str(rate.adverse), f"{rate.adverse / rate.visited:.0%}") if rate else ("0", "", "")
        table.add_row(code, f"{count:,}", f"{count / run.entities:.1%}", *found)
    console.print(table)


def _print_aftermath(run: ClassRun, rates: list[HitRate], title: str) -> None:
    by_class = {rate.class_code: rate for rate in rates}
    table = Table("class", "businesses", "share", "visited after", "found", "hit rate", title=f"{title}, by class")
    for code, count in run.counts.items():
        rate = by_class.get(code)
        seen = (f"{rate.visited:,}", f"{rate.found:,}", f"{rate.found / rate.visited:.1%}") if rate else ("0", "", "")
        table.add_row(code, f"{count:,}", f"{count / run.entities:.1%}", *seen)
    console.print(table)


def _print_lists(listings: Counter[str]) -> None:
    table = Table("act", "list", "decisions", title="Lists, by the calendar and an officer")
    for key, count in sorted(listings.items()):
        act, list_code = key.split(" ", 1)
        table.add_row(act, list_code, f"{count:,}")
    console.print(table)


def _serve(home: Home, port: int, on: date | None = None) -> None:
    from goodstanding.cli.serve import serve

    serve(home, port=port, on=on)

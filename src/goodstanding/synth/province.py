"""The act of making a province: parameters and a seed to a folder of files, streaming, the same bytes every time.

Assumptions: every business has a stream of chance of its own, so the first thousand of a million are the thousand of a
thousand; everything is written in the order of businesses, so memory does not grow with their number.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from goodstanding.core.dates import add_months
from goodstanding.core.errors import FolderTaken, SynthInvalid
from goodstanding.core.reading import Table, parse
from goodstanding.core.rulebook import Rulebook
from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.behaviour_reading import read_behaviour
from goodstanding.synth.business import Times, identify, person_name
from goodstanding.synth.chance import Chance
from goodstanding.synth.history import Historian
from goodstanding.synth.layout import DOCUMENTS, Layouts, Record, read_layouts
from goodstanding.synth.setting import Setting, read_setting
from goodstanding.synth.spoiling import Clerk, FileCount
from goodstanding.synth.standing import Standing, read_standing
from goodstanding.synth.truth import SCHEMA, TRUTH, TruthRow, cells, iterate_truth, outcome, read_truth, truth_of
from goodstanding.synth.writing import ParquetRows, open_writer

__all__ = [
    "INSPECTORS",
    "MANIFEST",
    "Made",
    "Parameters",
    "TruthRow",
    "iterate_truth",
    "outcome",
    "read_parameters",
    "read_truth",
    "write_province",
]

MANIFEST = "manifest.json"
INSPECTORS = "inspectors.csv"
README = "README.txt"
_STEP = 200  # businesses between two reports of progress

OnProgress = Callable[[int], None]
"""Told the number of businesses made so far."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """A rulebook's folder ``synthetic``, read and checked."""

    setting: Setting
    behaviour: Behaviour
    standing: Standing
    layouts: Layouts


@dataclass(frozen=True, slots=True)
class Made:
    """What was written.

    Args:
        files: One count for each file that is imported, in the order of import.
        registered: Businesses that some file registers in order.
        facts: Facts the files state, by kind.
    """

    folder: Path
    entities: int
    registered: int
    files: tuple[FileCount, ...]
    facts: Mapping[str, int]

    @property
    def imports(self) -> tuple[tuple[str, str], ...]:
        """File name and source card, in the order of import."""
        return tuple((count.layout.name, count.layout.card) for count in self.files)


def read_parameters(book: Rulebook, folder: Path) -> Parameters:
    """Read the parameters of a province and check them against its rulebook.

    Args:
        folder: With ``province.toml``, ``behaviour.toml``, ``standing.toml`` and ``files.toml``.
    Raises:
        SynthInvalid: A file is missing.
        RulebookInvalid: With file, key, what was found and what is wanted, for the first mistake met.
    """

    def read(name: str) -> Table:
        path = folder / name
        if not path.is_file():
            raise SynthInvalid(
                asked=f"A synthetic province under rulebook {book.code}.",
                found=f"{folder} has no {name}.",
                wants="A folder with province.toml, behaviour.toml, standing.toml and files.toml.",
                next_step="Choose a rulebook that ships parameters of a province, or write them.",
            )
        return parse(f"{folder.name}/{name}", path.read_bytes())

    with read("province.toml") as file:
        setting = read_setting(file, book)
    with read("behaviour.toml") as file:
        behaviour = read_behaviour(file, book)
    with read("standing.toml") as file:
        standing = read_standing(file, book)
    with read("files.toml") as file:
        layouts = read_layouts(file, book)
    return Parameters(setting, behaviour, standing, layouts)


def write_province(
    book: Rulebook,
    parameters: Path,
    folder: Path,
    entities: int,
    years: int,
    seed: str,
    until: date,
    on_progress: OnProgress | None = None,
) -> Made:
    """Write the files of a synthetic province.

    Args:
        parameters: The rulebook's folder ``synthetic``.
        folder: Empty or absent.
        entities: How many businesses.
        years: Length of the history; older businesses are registered before it, and yearly reports may reach back
            further, so that indicators never look before them.
        seed: Same seed, same parameters, same bytes.
        until: Last day of the history.
    Raises:
        SynthInvalid: A number makes no sense, or the parameters are incomplete.
        FolderTaken: The folder holds something.
        RulebookInvalid: The parameters have a mistake.
    """
    read = read_parameters(book, parameters)
    if not 1 <= entities <= read.setting.codes.capacity or years < 1:
        raise SynthInvalid(
            asked=f"{entities} businesses with {years} years of history.",
            found="A number that cannot be had.",
            wants=f"From 1 to {read.setting.codes.capacity} businesses and at least one year.",
            next_step="Choose other numbers.",
        )
    if folder.exists() and any(folder.iterdir()):
        raise FolderTaken(
            asked=f"To write a province into {folder}.",
            found="The folder is not empty.",
            wants="An empty folder; nothing is overwritten.",
            next_step="Choose another folder, or empty this one yourself.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    times = Times(since=add_months(until, -12 * years), until=until)
    setting, behaviour, layouts = read.setting, read.behaviour, read.layouts
    historian = Historian(
        book, setting, behaviour, read.standing, times, lambda number: identify(setting, behaviour, times, seed, number)
    )
    registered = 0
    with ExitStack() as stack:
        clerks = [
            Clerk(layout, layouts, seed, setting.codes.alphabet, stack.enter_context(open_writer(folder, layout)))
            for layout in layouts.files
        ]
        truth = ParquetRows(stack.enter_context((folder / TRUTH).open("wb")), SCHEMA)
        for index in range(entities):
            history = historian.write(identify(setting, behaviour, times, seed, index))
            is_registered = False
            for clerk in clerks:
                record = clerk.count.layout.record
                for document in DOCUMENTS[record](history):
                    is_good = clerk.enter(document)
                    if is_good and record in (Record.REGISTRATION, Record.REGISTRATION_UPDATE):
                        is_registered = True
            registered += is_registered
            truth.row(cells(truth_of(history, until, is_registered)))
            if on_progress is not None and (index + 1) % _STEP == 0:
                on_progress(index + 1)
        truth.close()
    if on_progress is not None:
        on_progress(entities)
    _write_inspectors(folder / INSPECTORS, read, times, seed, entities)
    facts: dict[str, int] = {}
    for clerk in clerks:
        kind = clerk.count.layout.kind
        facts[kind] = facts.get(kind, 0) + clerk.count.facts
    made = Made(folder, entities, registered, tuple(clerk.count for clerk in clerks), facts)
    _write_readme(folder / README, setting, book)
    _write_manifest(folder / MANIFEST, made, book, years, seed, until)
    return made


def _write_inspectors(path: Path, read: Parameters, times: Times, seed: str, entities: int) -> None:
    """Write the inspector directory: some for every region, a few recused from a business."""
    setting, rules = read.setting, read.behaviour.inspectors
    total = sum(region.weight for region in setting.regions)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        write(("code", "name", "regions", "skills", "recused_from"))
        for region in setting.regions:
            share = entities * region.weight // (total * rules.one_per_businesses)
            chance = Chance(seed, "inspectors", region.code)
            for number in range(1, max(rules.per_region_at_least, share) + 1):
                name = person_name(setting.names, chance)
                recused = ""
                if chance.hits(rules.recused_ppm):
                    recused = identify(setting, read.behaviour, times, seed, chance.below(entities)).entity_id
                write((f"{region.code}-{number:03d}", name, region.code, "", recused))


def _write_readme(path: Path, setting: Setting, book: Rulebook) -> None:
    parts = [f"{setting.title[language]}\n\n{setting.readme[language].strip()}\n" for language in book.languages]
    path.write_text("\n".join(parts), encoding="utf-8", newline="\n")


def _write_manifest(path: Path, made: Made, book: Rulebook, years: int, seed: str, until: date) -> None:
    values = {
        "is_synthetic": True,
        "rulebook": book.code,
        "entities": made.entities,
        "registered": made.registered,
        "years": years,
        "seed": seed,
        "until": until.isoformat(),
        "facts": dict(sorted(made.facts.items())),
        "files": [
            {
                "file": count.layout.name,
                "card": count.layout.card,
                "kind": count.layout.kind,
                "rows": count.rows,
                "facts": count.facts,
                "repeated": count.repeated,
                "spoilt": dict(sorted(count.spoilt.items())),
            }
            for count in made.files
        ],
    }
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")

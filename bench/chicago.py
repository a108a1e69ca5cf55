"""Chicago's food inspections: the published models, the baselines, and whole-point scorecards learned by the program.

Imports the published files through the rulebook's own cards into a fresh folder, reads the record on the eve of every
inspection by the engine's own indicators, learns a scorecard for each split from its earlier inspections alone, and
measures it on the later ones. No inspector's group is ever read by a score: most of the published gain is who went,
which says who is stricter, not which premises are worse, and which nobody knows before the lot. A second scorecard is
learned from findings from which each group's effect, as estimated on the earlier inspections, has been taken out; it is
shown for what it is. Nothing here was chosen on a test: the settings come from inspections before July 2013.

Usage: python bench/chicago.py --data FOLDER [--home DIR] [--draws N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from chicago_files import write_files
from goodstanding.core.classification import Scale
from goodstanding.learn.fit import Learned, Settings, group_effects, learn
from goodstanding.learn.measure import Band, Floats, by_part, by_share, is_rising
from goodstanding.learn.panel import Panel, Visit, label, learnable, panel
from goodstanding.learn.report import Judged, columns, judge

CARDS = ("licences", "inspections", "premises", "accounts")
FOUND = "critical_violations>=1"
SCALE = "plan"


@dataclass(frozen=True, slots=True)
class Bar:
    """One split of the data, with what is quoted for it in the data's README.

    Args:
        until: Visits before this day are learned from.
        since: Visits from this day on are the test.
        quoted: Lines to print first.
        wants: Least figures a scorecard without inspectors is to reach.
    """

    name: str
    until: date
    since: date
    through: date
    of_study: bool
    quoted: tuple[str, ...]
    wants: Mapping[str, float]


BARS = (
    Bar(
        "A: the published split",
        date(2014, 4, 17),
        date(2014, 9, 2),
        date(2014, 10, 31),
        True,
        (
            "published, ridge logistic with inspectors   AUC 0.672  7.44 days earlier  first half 0.682",
            "published, XGBoost with inspectors          AUC 0.679  7.79 days earlier  first half 0.682",
            "best quoted with inspectors (LightGBM)      AUC 0.709  9.25 days earlier  first half 0.736",
            "best quoted without (LightGBM)              AUC 0.620  4.72 days earlier  first half 0.628",
            "statutory risk category alone               AUC 0.566  2.68 days earlier  first half 0.585",
        ),
        {"auc": 0.60, "days_earlier": 4.0, "first_half": 0.62},
    ),
    Bar(
        "A2: the same table, more test rows",
        date(2013, 7, 1),
        date(2013, 7, 1),
        date(2014, 4, 16),
        True,
        (
            "best quoted without inspectors (LightGBM)   AUC 0.612  first half of visits 0.631  top 20 % 0.316",
            "quoted without inspectors (logistic)        AUC 0.600",
            "quoted with inspectors (logistic)           AUC 0.741  first half of visits 0.793",
        ),
        {"auc": 0.602},
    ),
    Bar(
        "B: every inspection",
        date(2014, 1, 1),
        date(2014, 1, 2),
        date(2014, 12, 30),
        False,
        (
            "best quoted without inspectors (LightGBM)   AUC 0.611  26.0 days earlier  first half of visits 0.626",
            "quoted without inspectors (logistic)        AUC 0.606  first half of visits 0.610  top 20 % 0.282",
            "past critical rate alone                    AUC 0.570",
        ),
        {"auc": 0.601},
    ),
)


def read_panel(data: Path, home_path: Path) -> tuple[Panel, Scale, tuple[str, ...]]:
    """Import the published files and return every inspection with the record on its eve."""
    os.environ.pop("DATABASE_URL", None)
    os.environ["GOODSTANDING_HOME"] = str(home_path)
    from goodstanding.cli.frame import now, start_orm
    from goodstanding.cli.installation import init

    home = init(home_path, "chicago")
    start_orm()
    from goodstanding.engine.features import parties_of
    from goodstanding.intake.importing import find_card, import_file
    from goodstanding.records import ledger

    made = home_path / "made"
    write_files(data, made)
    for name in CARDS:
        folder = made if (made / f"{name}.parquet").exists() else data
        import_file(home, find_card(home, name), folder / f"{name}.parquet", now())
    book = home.rulebook
    scale = book.scales[SCALE]
    everyone = dict(ledger.by_entity(ledger.entities_between(0, ledger.position())))
    found = panel(
        everyone.items(),
        book,
        scale,
        learnable(scale),
        label(FOUND, book),
        now(),
        lambda facts: {id_: everyone[id_] for id_ in parties_of(facts, book) if id_ in everyone},
    )
    return found, scale, tuple(book.areas)


def of_study(data: Path) -> tuple[set[str], dict[str, str], dict[str, dict[str, float]]]:
    """Return the study's inspections, the inspectors' groups, and the published scores, by inspection."""
    table = pq.read_table(data / "model_table.parquet").to_pylist()
    scores = {
        name: {str(row["inspection_id"]): row[name] for row in table if row["is_test"]}
        for name in ("published_glm_score_fit_on_train", "published_xgb_score")
    }
    inspections = pq.read_table(data / "inspections.parquet", columns=["inspection_id", "sanitarian_group"]).to_pylist()
    groups = {str(row["inspection_id"]): row["sanitarian_group"] or "" for row in inspections}
    return {str(row["inspection_id"]) for row in table}, groups, scores


def without_groups(
    visits: Sequence[Visit], first: Learned, groups: Mapping[str, str], areas: Sequence[str], scale: Scale
) -> tuple[Learned, Mapping[str, float]]:
    """Learn anew from findings from which the effect of each group of inspectors is taken out."""
    settings = Settings()
    points = [first.points(visit) for visit in visits]
    offsets, effects = group_effects(
        points, [visit.found for visit in visits], [groups[visit.ref] for visit in visits], settings.doubling
    )
    return learn(visits, learnable(scale), areas, scale, settings, offsets), effects


def run(
    bar: Bar, visits: Sequence[Visit], scale: Scale, areas: Sequence[str], data: Path, draws: int
) -> dict[str, Any]:
    """Learn and measure for one split; print, and return what was printed."""
    study, groups, published = of_study(data)
    chosen = [visit for visit in visits if not bar.of_study or visit.ref in study]
    chosen.sort(key=lambda visit: int(visit.ref))
    train = [visit for visit in chosen if visit.on < bar.until]
    test = [visit for visit in chosen if bar.since <= visit.on <= bar.through]
    found, days = columns(test)
    learned = learn(train, learnable(scale), areas, scale)
    apart, effects = without_groups(train, learned, groups, areas, scale)
    judged = []
    if bar.name.startswith("A:"):
        judged += [
            judge(f"{name} (inspectors inside)", _scores([by_id[visit.ref] for visit in test]), found, days, draws)
            for name, by_id in published.items()
        ]
    judged.append(judge("scorecard in force", _scores([visit.points for visit in test]), found, days, draws))
    points = _scores([learned.points(visit) for visit in test])
    judged.append(judge("learned, no inspector", points, found, days, draws))
    judged.append(
        judge("learned, inspectors' effect removed", _scores([apart.points(v) for v in test]), found, days, draws)
    )
    codes = [band.code for band in scale.bands]
    bands = by_share(codes, Settings().shares, points, found)
    print(f"\nBar {bar.name}")
    print(
        f"  learned from {len(train):,} inspections, {sum(visit.found for visit in train):,} with a critical violation;"
    )
    print(f"  tested on {len(test):,} from {min(visit.on for visit in test)} on, {int(found.sum()):,} with one")
    for line in bar.quoted:
        print(f"  quoted    {line}")
    for one in judged:
        _print_ranking(one)
    _print_bands(bands)
    within = by_part([groups[visit.ref] for visit in test], points, found)
    inside = ", ".join(f"{part.name} {part.rate:.1%} ({part.auc:.3f})" for part in within if part.auc is not None)
    print(f"  found by group of inspectors, and AUC of the learned points inside it: {inside}")
    print("  effect of a group on the odds, learned apart: " + _odds(effects))
    met = _verdict(bar, judged[-2], bands)
    return {
        "bar": bar.name,
        "train": len(train),
        "test": len(test),
        "found": int(found.sum()),
        "rankings": [asdict(one) for one in judged],
        "bands": [asdict(band) for band in bands],
        "met": met,
    }


def _scores(listed: Sequence[float | None]) -> Floats:
    return np.array(listed, dtype=np.float64)


def _print_ranking(one: Judged) -> None:
    print(f"  measured  {one.name}")
    told = []
    for name, text in (
        ("auc", "AUC {:.3f}"),
        ("average_precision", "AP {:.3f}"),
        ("days_earlier", "{:.2f} days earlier"),
        ("first_half", "first half of days {:.3f}"),
        ("top_half", "of visits {:.3f}"),
        ("top_20", "top 20 % {:.3f}"),
    ):
        low, high = one.between[name]
        told.append(text.format(one.measures.items()[name]) + f" ({low:.3f} to {high:.3f})")
    print("            " + "; ".join(told))


def _print_bands(bands: Sequence[Band]) -> None:
    told = ", ".join(f"{band.code} {band.rate:.3f} of {band.visits:,}" for band in reversed(bands))
    rises = "strictly rising from A to D" if is_rising(bands) else "NOT rising from A to D"
    print(f"  bands of 10/20/30/40 %: {told}: {rises}")


def _odds(effects: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name} x{np.exp(effect):.2f}" for name, effect in sorted(effects.items(), key=lambda one: one[1])
    )


def _verdict(bar: Bar, ours: Judged, bands: Sequence[Band]) -> bool:
    missed = [
        f"{name} {ours.measures.items()[name]:.3f}, asked {least:.3f}"
        for name, least in bar.wants.items()
        if ours.measures.items()[name] < least
    ]
    if not is_rising(bands):
        missed.append("the bands do not rise")
    print("  MET" if not missed else "  NOT MET: " + "; ".join(missed))
    return not missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="folder to import into; by default one that is removed")
    parser.add_argument("--draws", type=int, default=500, help="resamples behind each interval")
    parser.add_argument("--json", type=Path, help="file to write everything to")
    asked = parser.parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="goodstanding-chicago-"))
    begun = time.monotonic()
    try:
        found, scale, areas = read_panel(asked.data, home / "city")
        print(f"{len(found.visits):,} inspections, each with the record on its eve; {found.unregistered:,} left out")
        told = [run(bar, found.visits, scale, areas, asked.data, asked.draws) for bar in BARS]
    finally:
        if asked.home is None:
            shutil.rmtree(home, ignore_errors=True)
    print(f"\nIntervals are the middle 95 % of {asked.draws} resamples. {time.monotonic() - begun:.0f} s.")
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

"""New York's restaurant inspections and Toronto's: the same panel, the same learner and the same measures as Chicago's.

Imports the published files through each rulebook's own cards, reads the record on the eve of every visit that counts,
learns a scorecard from the earlier visits and measures it on the later ones, as the data's README splits them. Only the
data differs: which files, which visits, what counts as found.

Usage: python bench/fields.py --place nyc|toronto --data FOLDER [--home DIR] [--draws N]
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from goodstanding.core.fact import Fact
from goodstanding.learn.fit import learn
from goodstanding.learn.panel import learnable, panel
from goodstanding.learn.report import lines, report

SCALE = "plan"


@dataclass(frozen=True, slots=True)
class Place:
    """One published set of inspections.

    Args:
        files: Card and file, in the order of import; those that no indicator of the scale reads are left out.
        since: Visits before this day are learned from, later ones are the test.
        until: Visits from this day on are left out.
        found: Makes, from the data's folder, what counts as found.
        counts: Makes, from the data's folder, whether a visit is a row.
    """

    files: tuple[tuple[str, str], ...]
    since: date
    until: date
    found: Callable[[Path], Callable[[Fact], bool]]
    counts: Callable[[Path], Callable[[Fact], bool]]
    quoted: tuple[str, ...]


def _high_score(_: Path) -> Callable[[Fact], bool]:
    return lambda fact: int(str(fact.payload["score"])) >= 28


def _crucial(data: Path) -> Callable[[Fact], bool]:
    rows = pq.read_table(data / "infractions.parquet", columns=["inspection_id", "severity"])
    crucial = {str(one) for one in rows.filter(pc.equal(rows["severity"], "C - Crucial"))["inspection_id"].to_pylist()}
    return lambda fact: fact.payload["inspection_id"] in crucial


def _seen_before(data: Path) -> Callable[[Fact], bool]:
    """An initial inspection of the cycle, where a scored one of the cycle or in operation went before it."""
    columns = ["camis", "inspection_date", "inspection_type", "score"]
    rows = pq.read_table(data / "inspections.parquet", columns=columns)
    in_operation = pc.match_substring_regex(rows["inspection_type"], r"^(Cycle|Pre-permit \(Operational\))")
    scored = rows.filter(pc.and_(in_operation, pc.is_valid(rows["score"])))
    first = scored.group_by("camis").aggregate([("inspection_date", "min")])
    days = pc.cast(first["inspection_date_min"], pa.date32()).to_pylist()
    first_on = {f"camis:{camis}": on for camis, on in zip(first["camis"].to_pylist(), days, strict=True)}

    def holds(fact: Fact) -> bool:
        is_row = fact.payload["programme"] == "cycle" and fact.payload["visit"] == "initial"
        return is_row and fact.entity_id in first_on and first_on[fact.entity_id] < fact.span.from_on

    return holds


PLACES = {
    "nyc": Place(
        (("restaurants", "restaurants.parquet"), ("inspections", "inspections.parquet")),
        date(2015, 4, 1),
        date(2016, 1, 5),
        _high_score,
        _seen_before,
        (
            "logistic   AUC 0.668  AP 0.249  top 20 % 0.372  first half of visits 0.711",
            "EBM        AUC 0.660, on rates alone",
            "LightGBM   AUC 0.659, on rates alone",
            "last score AUC 0.617",
        ),
    ),
    "toronto": Place(
        (
            ("establishments", "establishments.parquet"),
            ("inspections", "inspections.parquet"),
            ("infractions", "infractions.parquet"),
        ),
        date(2012, 1, 1),
        date(2013, 1, 1),
        _crucial,
        lambda _: lambda _: True,
        (
            "LightGBM   AUC 0.762  AP 0.146  top 20 % 0.553  first half of visits 0.839",
            "EBM        AUC 0.742",
            "logistic   AUC 0.728",
            "past rate  AUC 0.670",
        ),
    ),
}


def read_and_judge(name: str, data: Path, home_path: Path, draws: int) -> Sequence[str]:
    """Import a place's files, learn, and return the report."""
    os.environ.pop("DATABASE_URL", None)
    os.environ["GOODSTANDING_HOME"] = str(home_path)
    from goodstanding.cli.frame import now, start_orm
    from goodstanding.cli.installation import init

    place = PLACES[name]
    home = init(home_path, name)
    start_orm()
    from goodstanding.intake.importing import find_card, import_file
    from goodstanding.records import ledger

    for card, file in place.files:
        import_file(home, find_card(home, card), data / file, now())
    book = home.rulebook
    scale = book.scales[SCALE]
    position = ledger.position()
    seen = panel(
        ledger.by_entity(ledger.entities_between(0, position), position),
        book,
        scale,
        learnable(scale),
        place.found(data),
        now(),
        until=place.until,
        counts=place.counts(data),
    )
    visits = seen.visits
    train = [visit for visit in visits if visit.on < place.since]
    learned = learn(train, learnable(scale), tuple(book.areas), scale)
    told = report(learned, [visit for visit in visits if visit.on >= place.since], scale, draws=draws)
    begun = f"{name}: learned from {learned.visits:,} visits before {place.since}, {learned.found:,} with a finding"
    return [begun, *(f"quoted    {line}" for line in place.quoted), "", *lines(told)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--place", choices=sorted(PLACES), required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the published files")
    parser.add_argument("--home", type=Path, help="folder to import into; by default one that is removed")
    parser.add_argument("--draws", type=int, default=500, help="resamples behind each interval")
    asked = parser.parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="goodstanding-field-"))
    begun = time.monotonic()
    try:
        for line in read_and_judge(asked.place, asked.data, home / "city", asked.draws):
            print(line)
    finally:
        if asked.home is None:
            shutil.rmtree(home, ignore_errors=True)
    print(f"{time.monotonic() - begun:.0f} s.")


if __name__ == "__main__":
    main()

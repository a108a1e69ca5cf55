"""What the files of a run say of everyone together: how many fall in each bin, and for how many each rule held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.engine.measured import area_column
from goodstanding.engine.score import held_columns


def bin_counts(files: Sequence[Path], weighings: Sequence[Weighing]) -> list[list[int]]:
    """Return, by weighing, the businesses without a value and then those in each bin; a key area's among its own.

    Args:
        files: Parquet files of one run, as `goodstanding.engine.whole.class_files` writes them, whose scorecard asks
            for those indicators and areas.
    """
    asked = [_places(weighing) for weighing in weighings]
    counts = iter(_counts(files, [place for places in asked for place in places]))
    return [[next(counts) for _ in places] for places in asked]


def held_counts(files: Sequence[Path], card: Scorecard) -> tuple[int, list[int]]:
    """Return how many businesses a run placed, and for how many each signal and then each direct rule held.

    Args:
        files: See `bin_counts`.
        card: The scorecard of that run.
    """
    seen, *found = _counts(files, ["true", *(f'"{column}"' for column in held_columns(card))])
    return seen, found


def _counts(files: Sequence[Path], conditions: Sequence[str]) -> list[int]:
    wanted = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    with duckdb.connect() as engine:
        # Names of columns, which are the scorecard's, and whole numbers alone stand in the text.
        found = engine.execute(f"SELECT {wanted} FROM read_parquet(?)", [[str(path) for path in files]]).fetchone()  # noqa: S608
    return list(found or ())


def _places(weighing: Weighing) -> list[str]:
    name = f'"{weighing.indicator}"'
    inside = [f'"{area_column(weighing.area)}" = 1'] if weighing.area else []
    places = [[*inside, f"{name} IS NULL"]]
    for place in range(len(weighing.bins)):
        lower, after = weighing.bounds(place)
        within = [*inside, f"{name} IS NOT NULL"]
        within += [] if lower is None else [f"{name} >= {lower}"]
        within += [] if after is None else [f"{name} < {after}"]
        places.append(within)
    return [" AND ".join(conditions) for conditions in places]

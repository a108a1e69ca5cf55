"""How many businesses of a run fall in each bin of each indicator, counted from the run's own files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from goodstanding.core.classification import Scorecard, Weighing


def bin_counts(files: Sequence[Path], card: Scorecard) -> dict[str, list[int]]:
    """Return, by indicator weighed for everyone, the businesses without a value and then those in each bin.

    Args:
        files: Parquet files of one run, as `goodstanding.engine.whole.class_files` writes them.
        card: The scorecard of that run.
    """
    weighings = [weighing for weighing in card.weighings if not weighing.area]
    asked = [_places(weighing) for weighing in weighings]
    wanted = ", ".join(f"count(*) FILTER (WHERE {place})" for places in asked for place in places)
    with duckdb.connect() as engine:
        # Names of indicators and whole numbers alone stand in the text.
        found = engine.execute(f"SELECT {wanted} FROM read_parquet(?)", [[str(path) for path in files]]).fetchone()  # noqa: S608
    counts = iter(found or ())
    return {
        weighing.indicator: [next(counts) for _ in places] for weighing, places in zip(weighings, asked, strict=True)
    }


def _places(weighing: Weighing) -> list[str]:
    name = f'"{weighing.indicator}"'
    places = [f"{name} IS NULL"]
    for place in range(len(weighing.bins)):
        lower, after = weighing.bounds(place)
        within = [f"{name} IS NOT NULL"]
        within += [] if lower is None else [f"{name} >= {lower}"]
        within += [] if after is None else [f"{name} < {after}"]
        places.append(" AND ".join(within))
    return places

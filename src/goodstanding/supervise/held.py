"""What a run's own files say beside its classes: where signals and direct rules held, and how key areas are weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.core.rule import Rule
from goodstanding.engine.measured import area_column
from goodstanding.engine.score import result_schema


@dataclass(frozen=True, slots=True)
class Held:
    """For how many businesses of a run one signal or direct rule held, whether or not it changed their class.

    Args:
        is_direct: It sets a class; otherwise it is a signal, and moves one.
        found: How many of ``seen`` businesses.
        found_before: The same of the run before; ``None`` where that one did not ask for a rule of this number, or
            its files are gone.
        seen_before: Businesses of the run before; zero where that is not known.
    """

    rule: Rule
    is_direct: bool
    found: int
    seen: int
    found_before: int | None = None
    seen_before: int = 0

    @property
    def share(self) -> float:
        return self.found / self.seen if self.seen else 0.0

    @property
    def share_before(self) -> float | None:
        if self.found_before is None or not self.seen_before:
            return None
        return self.found_before / self.seen_before


def conditions_held(files: Sequence[Path], card: Scorecard) -> list[Held]:
    """Return for how many businesses each signal and then each direct rule of a run's scorecard held.

    Args:
        files: Parquet files of one run, as `goodstanding.engine.whole.class_files` writes them; where there are none,
            nothing is returned.
        card: The scorecard of that run.
    """
    rules = [*((one.rule, False) for one in card.signals), *((one.rule, True) for one in card.direct)]
    if not files or not rules:
        return []
    flags = result_schema(card).names[-len(rules) :]
    counts = _counts(files, [f'"{flag}"' for flag in flags])
    return [Held(rule, is_direct, found, counts[0]) for (rule, is_direct), found in zip(rules, counts[1:], strict=True)]


def area_bins(files: Sequence[Path], weighings: Sequence[Weighing]) -> list[list[int]]:
    """Return, by weighing of a key area, its businesses without a value and then those in each bin.

    Args:
        files: Parquet files of one run whose scorecard asks for those areas and indicators.
        weighings: Each for a key area.
    """
    asked = [_places(weighing) for weighing in weighings]
    counts = iter(_counts(files, [place for places in asked for place in places])[1:])
    return [[next(counts) for _ in places] for places in asked]


def _counts(files: Sequence[Path], conditions: Sequence[str]) -> tuple[int, ...]:
    """Return how many businesses there are, and for how many each condition holds, in one reading."""
    wanted = ", ".join(["count(*)", *(f"count(*) FILTER (WHERE {condition})" for condition in conditions)])
    with duckdb.connect() as engine:
        # Names of columns, which are the scorecard's, and whole numbers alone stand in the text.
        found = engine.execute(f"SELECT {wanted} FROM read_parquet(?)", [[str(path) for path in files]]).fetchone()  # noqa: S608
    return tuple(found or ())


def _places(weighing: Weighing) -> list[str]:
    name, inside = f'"{weighing.indicator}"', f'"{area_column(weighing.area)}" = 1'
    places = [f"{inside} AND {name} IS NULL"]
    for place in range(len(weighing.bins)):
        lower, after = weighing.bounds(place)
        within = [inside, f"{name} IS NOT NULL"]
        within += [] if lower is None else [f"{name} >= {lower}"]
        within += [] if after is None else [f"{name} < {after}"]
        places.append(" AND ".join(within))
    return places

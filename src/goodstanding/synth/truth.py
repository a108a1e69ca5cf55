"""What is true of every business and stands in no file that is imported; and what a drawn visit would find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.synth.chance import MILLION, number_of
from goodstanding.synth.history import History

TRUTH = "truth.parquet"


@dataclass(frozen=True, slots=True)
class TruthRow:
    """The truth about one business on the last day of the history.

    Args:
        is_registered: Whether some file states a registration of it that is in order.
        risk_percent: Latent risk; 100 is the average.
        is_reachable: Whether it can be reached where it is registered.
        report_is_missing: Whether the yearly report last due has not been filed.
        finding_ppm: Probability, in parts per million, that an inspection finds ``finding``.
        finding: Result codes, sorted.
        otherwise: Result codes of an inspection that does not find it, sorted.
    """

    entity_id: str
    is_registered: bool
    subject_type: str
    region: str
    sector: str
    status: str
    established_on: date
    risk_percent: int
    is_reachable: bool
    report_is_missing: bool
    finding_ppm: int
    finding: tuple[str, ...]
    otherwise: tuple[str, ...]


SCHEMA = pa.schema(
    [
        ("entity_id", pa.string()),
        ("is_registered", pa.bool_()),
        ("subject_type", pa.string()),
        ("region", pa.string()),
        ("sector", pa.string()),
        ("status", pa.string()),
        ("established_on", pa.date32()),
        ("risk_percent", pa.int32()),
        ("is_reachable", pa.bool_()),
        ("report_is_missing", pa.bool_()),
        ("finding_ppm", pa.int32()),
        ("finding", pa.list_(pa.string())),
        ("otherwise", pa.list_(pa.string())),
    ]
)


def truth_of(history: History, until: date, is_registered: bool) -> TruthRow:
    """Return the truth about the business of a history."""
    business = history.business
    return TruthRow(
        entity_id=business.entity_id,
        is_registered=is_registered,
        subject_type=business.kind.code,
        region=business.region.code,
        sector=business.sector.code,
        status=history.status,
        established_on=business.established_on,
        risk_percent=business.risk,
        is_reachable=business.is_open(until) and not business.is_absent(until),
        report_is_missing=history.report_is_missing,
        finding_ppm=history.prospect.finding_ppm,
        finding=history.prospect.finding,
        otherwise=history.prospect.otherwise,
    )


cells: Callable[[TruthRow], tuple[object, ...]] = attrgetter(*SCHEMA.names)
"""Return a row's values in the order of `SCHEMA`."""


def iterate_truth(folder: Path) -> Iterator[TruthRow]:
    """Yield the truth about every business, in the order they were made."""
    with pq.ParquetFile(folder / TRUTH) as file:
        for batch in file.iter_batches(columns=SCHEMA.names):
            for row in batch.to_pylist():
                row["finding"], row["otherwise"] = tuple(row["finding"]), tuple(row["otherwise"])
                yield TruthRow(**row)


def read_truth(folder: Path) -> dict[str, TruthRow]:
    """Return the truth about every business by entity id.

    Args:
        folder: A folder that `goodstanding.synth.province.write_province` wrote.
    """
    return {row.entity_id: row for row in iterate_truth(folder)}


def outcome(row: TruthRow, seed: str, entity_id: str) -> tuple[str, ...]:
    """Return the result codes of a visit: a pure function of its arguments.

    Args:
        row: The truth about the business visited.
        seed: Anything that tells one round of visits from another, such as a campaign's label.
        entity_id: The business visited.
    Returns:
        Codes of the rulebook's inspection results, sorted.
    """
    found = number_of(seed, "visit", entity_id) % MILLION < row.finding_ppm
    return row.finding if found else row.otherwise

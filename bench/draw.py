"""How long a draw takes beside sorting the same hashes, and how long its checker.

Makes a frame of so many units in four strata with the ratios of four classes, and a roster in so many regions; commits,
draws, and in another process lets DuckDB compute and sort the very tickets of the frame. Each in a process of its own,
for its memory. Then a bundle of a smaller frame is written and the stand-alone checker runs it again.

Usage: python bench/draw.py [--units N] [--inspectors M] [--bundle B]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from goodstanding.core.draw import Inspector, Plan, Seed, SeedKind, Stratum, Unit, commit, draw
from goodstanding.core.draw_bundle import bundle
from goodstanding.core.draw_plan import salted

CLASSES = (("A", 61, 10_000), ("B", 26, 30_000), ("C", 10, 100_000), ("D", 3, 300_000))
"""Code, percentage of the units, and share drawn in millionths."""

REGIONS = 100
LABEL, SEED = "bench", "40718256093351827746"
COMMITTED_AT, REVEALED_AT = datetime(2026, 3, 11, 9, tzinfo=UTC), datetime(2026, 3, 18, 9, tzinfo=UTC)


def plan_of(units: int, inspectors: int) -> Plan:
    """Return a plan of so many units, with salts."""
    codes = [code for code, part, _ in CLASSES for _ in range(part)]
    frame = tuple(
        Unit(f"uscc:{number:018}", codes[number % 100], region=str(number % REGIONS)) for number in range(units)
    )
    sizes = {code: units * part // 100 * ratio // 1_000_000 for code, part, ratio in CLASSES}
    roster = tuple(Inspector(f"I-{number:05}", regions=(str(number % REGIONS),)) for number in range(inspectors))
    strata = tuple(Stratum(code, size) for code, size in sizes.items())
    plan = Plan(LABEL, "", date(2026, 3, 1), "0" * 64, frame, strata, roster, visits_per_inspector=200)
    return salted(plan, "bench")


def draw_it(units: int, inspectors: int) -> dict[str, float]:
    """Commit and draw, and return the seconds of each."""
    plan = plan_of(units, inspectors)
    begun = time.perf_counter()
    commitment = commit(plan, COMMITTED_AT)
    committed = time.perf_counter()
    outcome = draw(plan, Seed(SEED, SeedKind.DECLARED, REVEALED_AT), commitment)
    return {
        "commit": committed - begun,
        "draw": time.perf_counter() - committed,
        "visits": len(outcome.selected),
    }


def sort_them(units: int, _: int) -> dict[str, float]:
    """Let DuckDB hash and sort the same tickets, and return the seconds."""
    begun = time.perf_counter()
    database = duckdb.connect()
    database.execute("SET threads = 1; SET enable_progress_bar = false")
    database.execute(
        """CREATE TABLE sorted AS
        SELECT id, sha256(? || id || '"]') AS ticket
        FROM (SELECT 'uscc:' || lpad(range::VARCHAR, 18, '0') AS id FROM range(?))
        ORDER BY ticket""",
        [f'["{LABEL}","{SEED}","', units],
    )
    return {"sort": time.perf_counter() - begun}


def check_it(units: int, inspectors: int) -> dict[str, float]:
    """Write a bundle and return the seconds that the checker takes for it."""
    plan = plan_of(units, inspectors)
    outcome = draw(plan, Seed(SEED, SeedKind.DECLARED, REVEALED_AT), commit(plan, COMMITTED_AT))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_text(json.dumps(bundle(plan, outcome)), encoding="utf-8")
        size = file.stat().st_size
        begun = time.perf_counter()
        verify = Path(__file__).parents[1] / "verify"
        subprocess.run([sys.executable, "-I", "-S", str(verify), str(file)], check=True, capture_output=True)
        return {"check": time.perf_counter() - begun, "bytes": size}


def _alone(act: Callable[[int, int], dict[str, float]], units: int, inspectors: int) -> dict[str, float]:
    """Run something in a process of its own, and add its greatest memory in megabytes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (act, units, inspectors))


def _measured(act: Callable[[int, int], dict[str, float]], units: int, inspectors: int) -> dict[str, float]:
    return act(units, inspectors) | {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--units", type=int, default=10_000_000)
    parser.add_argument("--inspectors", type=int, default=20_000)
    parser.add_argument("--bundle", type=int, default=200_000)
    options = parser.parse_args()
    ours = _alone(draw_it, options.units, options.inspectors)
    theirs = _alone(sort_them, options.units, options.inspectors)
    print(
        f"{options.units:,} units, {options.inspectors:,} inspectors, {ours['visits']:,.0f} visits: committed in "
        f"{ours['commit']:.1f} s, drawn in {ours['draw']:.1f} s, {ours['megabytes']:,.0f} MB"
    )
    print(
        f"DuckDB, one thread, hashes and sorts these tickets in {theirs['sort']:.1f} s, {theirs['megabytes']:,.0f} MB: "
        f"the draw takes {ours['draw'] / theirs['sort']:.1f} times as long"
    )
    checked = _alone(check_it, options.bundle, min(options.inspectors, 2_000))
    print(
        f"The checker runs a bundle of {options.bundle:,} units ({checked['bytes'] / 1e6:,.0f} MB) again in "
        f"{checked['check']:.1f} s"
    )


if __name__ == "__main__":
    main()

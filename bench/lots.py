"""How often the intervals of a lot hold the truth, and what drawing by risk finds beside drawing evenly.

Takes the committed plan of a synthetic province whose truth is known, fixes once what a visit to each business would
find, draws that plan again under so many seeds, and estimates from each lot the rates of everybody and of every class,
region and sector. Prints how often the intervals of 95 per cent held the true rate, for groups with so many visits on
the average, and how many of the visits found something; beside it, the same effort drawn evenly from the whole frame.

Usage: python bench/lots.py [--home DIR] [--campaign LABEL] [--rounds N] [--least V] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
from collections import defaultdict
from pathlib import Path

from goodstanding.cli.frame import open_records
from goodstanding.core.draw_bundle import read_plan
from goodstanding.core.draw_plan import Unit
from goodstanding.core.draw_units import take
from goodstanding.core.estimate import Lot, Visited, estimate, estimates
from goodstanding.home import ENVIRONMENT
from goodstanding.synth.province import read_truth
from goodstanding.synth.truth import outcome

GROUPINGS = ("class", "region", "sector")


def main() -> None:
    """Draw, estimate and count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, default=Path("build/demo"))
    parser.add_argument("--campaign", default="2026-autumn")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--least", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ[ENVIRONMENT] = str(options.home.resolve())
    home = open_records()
    from goodstanding.records.campaigns import campaign_of
    from goodstanding.records.classes import class_by_entity

    campaign = campaign_of(options.campaign)
    plan = read_plan(json.loads(campaign.plan))
    truth = read_truth(home.folder("synthetic"))
    assert campaign.class_run is not None
    classes = class_by_entity(campaign.class_run, [unit.id for unit in plan.frame])
    adverse = {code for code, result in home.rulebook.inspection.results.items() if result.is_adverse}
    is_bad = {unit.id: not adverse.isdisjoint(outcome(truth[unit.id], "bench", unit.id)) for unit in plan.frame}
    groups = {
        unit.id: {"class": classes[unit.id], "region": unit.region, "sector": truth[unit.id].sector}
        for unit in plan.frame
    }
    true_rates = rates_of(groups, is_bad)
    units: dict[str, list[Unit]] = defaultdict(list)
    for unit in plan.frame:
        units[unit.stratum].append(unit)
    lots = {one.code: Lot(len(units[one.code]), one.size) for one in plan.strata if one.size}
    effort = sum(one.drawn for one in lots.values())
    even = [Unit(unit.id, "all") for unit in plan.frame]
    held: dict[tuple[str, str], list[bool]] = defaultdict(list)
    seen: dict[tuple[str, str], int] = defaultdict(int)
    by_risk, evenly = [], []
    for number in range(options.rounds):
        seed = f"bench {number}"
        visits = [
            Visited(code, one.chance, is_bad[one.unit.id], groups[one.unit.id])
            for code, lot in lots.items()
            for one in take(units[code], lot.drawn, 0, plan.label, seed)
        ]
        by_risk.append(sum(one.is_found for one in visits) / effort)
        evenly.append(sum(is_bad[one.unit.id] for one in take(even, effort, 0, plan.label, seed)) / effort)
        rates = {("", ""): estimate(visits, lots)}
        for grouping in GROUPINGS:
            rates |= {(grouping, group): rate for group, rate in estimates(visits, lots, grouping).items()}
        for key, rate in rates.items():
            held[key].append(rate.lower <= true_rates[key] <= rate.upper)
            seen[key] += rate.seen
    told = {
        grouping or "everybody": sorted(
            sum(found) / len(found)
            for key, found in held.items()
            if key[0] == grouping and seen[key] / options.rounds >= options.least
        )
        for grouping in ("", *GROUPINGS)
    }
    report = {
        "machine": platform.processor() or platform.machine(),
        "frame": len(plan.frame),
        "visits": effort,
        "rounds": options.rounds,
        "true_rate": round(true_rates["", ""], 4),
        "held": {
            name: {"groups": len(one), "least": one[0], "median": statistics.median(one), "most": one[-1]}
            for name, one in told.items()
            if one
        },
        "found_by_risk": round(statistics.mean(by_risk), 4),
        "found_evenly": round(statistics.mean(evenly), 4),
    }
    if options.json:
        print(json.dumps(report))
        return
    true_rate = true_rates["", ""]
    print(f"{len(plan.frame):,} in the frame, {effort:,} visits, {options.rounds} lots; true rate {true_rate:.1%}")
    for name, one in told.items():
        if one:
            middle = statistics.median(one)
            print(f"  {name:10} {len(one):3} groups: intervals held {one[0]:.1%} to {one[-1]:.1%}, median {middle:.1%}")
    risk, without = statistics.mean(by_risk), statistics.mean(evenly)
    print(
        f"  visits that found something: {risk:.1%} by risk, {without:.1%} evenly, {risk / without:.2f} times as many"
    )


def rates_of(groups: dict[str, dict[str, str]], is_bad: dict[str, bool]) -> dict[tuple[str, str], float]:
    """Return the true rate of everybody, under two empty names, and of every group of every grouping."""
    counted: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for who, own in groups.items():
        for key in (("", ""), *own.items()):
            counted[key].append(is_bad[who])
    return {key: sum(found) / len(found) for key, found in counted.items()}


if __name__ == "__main__":
    main()

"""monitor: how the classes of a scale develop, as tables, and as pictures on request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from goodstanding.cli.frame import app, console, is_json, open_records, result

if TYPE_CHECKING:
    from goodstanding.supervise.held import Held


@app.command("monitor")
def monitor_command(
    scale: Annotated[str, typer.Option(help="Scale to look at; default the rulebook's first.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder to write the pictures to, as SVG.")] = None,
) -> None:
    """Show the classes over time, who moved since the run before, which indicators drifted, and where rules held."""
    home = open_records()
    from goodstanding.core.monitoring import moved
    from goodstanding.supervise import monitor

    code = home.rulebook.scale(scale).code
    runs = monitor.runs_of(code)
    if not runs:
        result(f"Nothing was classified on scale {code} yet.", {"scale": code, "runs": []})
        return
    bands = [band.code for band in monitor.scale_of(home, runs[-1]).bands]
    earlier = monitor.before(runs[-1])
    matrix = {} if earlier is None else monitor.migration(earlier, runs[-1])
    drifts = [] if earlier is None else monitor.drifts(home, earlier, runs[-1])
    held = monitor.held(home, earlier, runs[-1])
    if not is_json():
        table = Table("as of", "run", *bands, title=f"scale {code}")
        for run in runs:
            table.add_row(str(run.as_of), str(run.pk), *(f"{run.counts.get(band, 0):,}" for band in bands))
        console.print(table)
        if matrix:
            moves = Table("before \\ now", *bands)
            for old in bands:
                moves.add_row(old, *(f"{matrix.get((old, new), 0):,}" for new in bands))
            console.print(moves)
        for one in drifts[:10]:
            console.print(f"{one.index:.3f}  {one.indicator}{f' in {one.area}' if one.area else ''}")
        if held:
            asked = Table(
                "rule", "effect", "businesses", "share", "share before", title="signals and direct rules held"
            )
            for rule in held:
                before = "" if rule.share_before is None else f"{rule.share_before:.2%}"
                effect = "sets a class" if rule.is_direct else "moves the class"
                asked.add_row(rule.rule.number, effect, f"{rule.found:,}", f"{rule.share:.2%}", before)
            console.print(asked)
    rows = [(f"{run.as_of} · {run.pk}", [run.counts.get(band, 0) for band in bands]) for run in runs]
    written = [] if out is None else _pictures(out, bands, rows, held)
    safer, _, riskier = moved(matrix, bands)
    result(
        f"{len(runs)} runs on scale {code}; since the one before, {safer:,} came to a safer class and {riskier:,} to "
        "one of more risk.",
        {
            "scale": code,
            "runs": [{"run": run.pk, "as_of": run.as_of, "counts": run.counts} for run in runs],
            "moves": [{"before": old, "now": new, "businesses": count} for (old, new), count in sorted(matrix.items())],
            "drift": [{"indicator": one.indicator, "area": one.area, "index": round(one.index, 6)} for one in drifts],
            "held": [
                {
                    "rule": one.rule.number,
                    "is_direct": one.is_direct,
                    "businesses": one.found,
                    "of": one.seen,
                    "businesses_before": one.found_before,
                    "of_before": one.seen_before,
                }
                for one in held
            ],
            "pictures": [str(path) for path in written],
        },
    )


def _pictures(out: Path, bands: list[str], rows: list[tuple[str, list[int]]], held: list[Held]) -> list[Path]:
    from goodstanding.look.plot import Told, bars, shares

    out.mkdir(parents=True, exist_ok=True)
    path = out / "classes-over-time.svg"
    told = Told("Classes over time", "One line a run: the share of each class, the lowest risk first.")
    path.write_text(shares(told, bands, rows), encoding="utf-8")
    if not held:
        return [path]
    of_rules = out / "rules-held.svg"
    told = Told("Where signals and direct rules held", "Share of businesses for which the condition of each held.")
    lines = [(one.rule.number, round(one.share, 6), f"{one.share:.2%}") for one in held]
    of_rules.write_text(bars(told, lines), encoding="utf-8")
    return [path, of_rules]

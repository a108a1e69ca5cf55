"""Every indicator, one file each; the file's name is the indicator's. The package run as a program lists them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from goodstanding.engine.indicator import Indicator, Need


@cache
def every() -> dict[str, Indicator]:
    """Return all indicators by name, in the order of their names."""
    found = {}
    for module in iter_modules(__path__):
        if module.name == "__main__":
            continue
        indicator: Indicator = import_module(f"{__name__}.{module.name}").INDICATOR
        if indicator.name != module.name:
            raise ValueError(f"the indicator in {module.name}.py calls itself {indicator.name}")
        found[indicator.name] = indicator
    return found


def names() -> frozenset[str]:
    """Return the names a scorecard may use."""
    return frozenset(every())


def page(indicators: Iterable[Indicator]) -> str:
    """Return the page of indicators, docs/indicators.md, in Markdown."""
    rows = []
    for one in indicators:
        reads = [_reads(need) for need in one.needs]
        if one.needs_duty:
            reads.append(f"the yearly duty of `{one.needs_duty}`")
        cells = (f"`{one.name}`", one.title["zh"], one.title["en"], one.dimension, one.unit, one.window, one.source)
        rows.append("| " + " | ".join([*cells, ", ".join(reads)]) + " |")
    return _HEAD.format(count=len(rows)) + "\n".join(rows) + "\n"


def _reads(need: Need) -> str:
    field = f"`{need.kind}.{need.field}`" if need.field else f"`{need.kind}`"
    return field + (f" ({', '.join(need.codes)})" if need.codes else "")


_HEAD = """# Indicators

What a scorecard of a rulebook may weigh: {count} whole numbers about one business on one day. An indicator is one file
in `src/goodstanding/engine/indicators/`; `tests/parity/oracles.py` says each a second time in plain Python.

- Only what was known by the instant and begun by the day counts, and of a public kind only what is still displayed. A
  window of 24 months looks at what began later than the same day 24 months ago.
- A rulebook that lacks what an indicator reads, or keeps it from the public by field, cannot use it: the program
  refuses to classify and names what is missing.
- Inspection results count as adverse where the rulebook's `inspection.toml` says so.
- An indicator with nothing to say, such as the days since an inspection that never was, gives no points.

This page is written by the program; after a change run `python -m goodstanding.engine.indicators > docs/indicators.md`.

| name | 名称 | title | dimension | unit | window | source | reads |
|---|---|---|---|---|---|---|---|
"""

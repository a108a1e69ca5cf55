"""Every indicator, one file each; the file's name is the indicator's."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from goodstanding.engine.indicator import Indicator


@cache
def every() -> dict[str, Indicator]:
    """Return all indicators by name, in the order of their names."""
    found = {}
    for module in iter_modules(__path__):
        indicator: Indicator = import_module(f"{__name__}.{module.name}").INDICATOR
        if indicator.name != module.name:
            raise ValueError(f"the indicator in {module.name}.py calls itself {indicator.name}")
        found[indicator.name] = indicator
    return found


def names() -> frozenset[str]:
    """Return the names a scorecard may use."""
    return frozenset(every())

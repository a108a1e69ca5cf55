"""Honours held on the day."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.in_force("honour"))


INDICATOR = Indicator(
    name="honours",
    title={"zh": "有效表彰、荣誉数", "en": "Honours held"},
    unit="honours",
    window="on the day",
    source="Local scheme of five grades (Shenzhen, 2021), as reported; the measure is our own",
    dimension="social",
    needs=(Need("honour"),),
    measure=measure,
)

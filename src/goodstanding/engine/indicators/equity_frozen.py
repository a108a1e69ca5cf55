"""Whether equity of the business is frozen."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.any(facts.in_force("equity_freeze"))


INDICATOR = Indicator(
    name="equity_frozen",
    title={"zh": "股权是否被冻结", "en": "Equity frozen"},
    unit="0 or 1",
    window="on the day",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="dynamics",
    needs=(Need("equity_freeze"),),
    measure=measure,
)

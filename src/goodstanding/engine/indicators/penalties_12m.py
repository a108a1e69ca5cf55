"""Penalties decided in the last year and still displayed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("penalty", 12))


INDICATOR = Indicator(
    name="penalties_12m",
    title={"zh": "近一年行政处罚次数", "en": "Penalties in one year"},
    unit="decisions",
    window="12 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("penalty"),),
    measure=measure,
)

"""Complaints received in the last year, upheld or not."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("complaint", 12))


INDICATOR = Indicator(
    name="complaints_12m",
    title={"zh": "近一年投诉举报次数", "en": "Complaints in one year"},
    unit="complaints",
    window="12 months",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="social",
    needs=(Need("complaint", "is_upheld"),),
    measure=measure,
)

"""Samples of the last two years that failed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("sampling", 24) & ~facts.table.is_passed)


INDICATOR = Indicator(
    name="samplings_failed_24m",
    title={"zh": "近两年抽检不合格批次", "en": "Samples failed in two years"},
    unit="samples",
    window="24 months",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="supervision",
    needs=(Need("sampling", "is_passed"),),
    measure=measure,
)

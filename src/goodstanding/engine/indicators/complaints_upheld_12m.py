"""Complaints upheld in the last year."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("complaint", 12) & facts.table.is_upheld)


INDICATOR = Indicator(
    name="complaints_upheld_12m",
    title={"zh": "近一年查实投诉举报次数", "en": "Upheld complaints in one year"},
    unit="complaints",
    window="12 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="social",
    needs=(Need("complaint", "is_upheld"),),
    measure=measure,
)

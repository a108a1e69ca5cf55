"""Fines of the last two years that are still displayed, summed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.table.amount_minor.sum(where=facts.within_months("penalty", 24)).fill_null(0)


INDICATOR = Indicator(
    name="penalty_amount_24m",
    title={"zh": "近两年罚款金额", "en": "Fines in two years"},
    unit="minor currency units",
    window="24 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("penalty", "amount_minor"),),
    measure=measure,
)

"""Largest fine of one decision in the last three years that is still displayed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.table.amount_minor.max(where=facts.within_months("penalty", 36)).fill_null(0)


INDICATOR = Indicator(
    name="largest_fine_36m",
    title={"zh": "近三年单次最高罚款金额", "en": "Largest fine in three years"},
    unit="minor currency units",
    window="36 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("penalty", "amount_minor"),),
    measure=measure,
)

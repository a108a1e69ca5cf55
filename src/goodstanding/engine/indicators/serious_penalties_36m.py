"""Serious penalties of the last three years that are still displayed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("penalty", 36) & (facts.table.severity == "serious"))


INDICATOR = Indicator(
    name="serious_penalties_36m",
    title={"zh": "近三年严重行政处罚次数", "en": "Serious penalties in three years"},
    unit="decisions",
    window="36 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("penalty", "severity", ("serious",)),),
    measure=measure,
)

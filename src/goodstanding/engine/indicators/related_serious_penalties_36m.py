"""Penalties graded serious of related businesses in the last three years of the link, still displayed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("related.penalty", 36) & (facts.table.severity == "serious"))


INDICATOR = Indicator(
    name="related_serious_penalties_36m",
    title={"zh": "近三年关联主体严重行政处罚次数", "en": "Serious penalties of related businesses in three years"},
    unit="decisions",
    window="36 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="related",
    needs=(Need("related.penalty", "severity", ("serious",)),),
    measure=measure,
)

"""Penalties graded minor that were decided in the last two years and are still displayed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("penalty", 24) & (facts.table.severity == "minor"))


INDICATOR = Indicator(
    name="minor_penalties_24m",
    title={"zh": "近两年轻微行政处罚次数", "en": "Minor penalties in two years"},
    unit="decisions",
    window="24 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("penalty", "severity", ("minor",)),),
    measure=measure,
)

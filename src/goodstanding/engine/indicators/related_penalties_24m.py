"""Penalties of related businesses that fell in the last two years of the link and are still displayed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("related.penalty", 24))


INDICATOR = Indicator(
    name="related_penalties_24m",
    title={"zh": "近两年关联主体行政处罚次数", "en": "Penalties of related businesses in two years"},
    unit="decisions",
    window="24 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="related",
    needs=(Need("related.penalty"),),
    measure=measure,
)

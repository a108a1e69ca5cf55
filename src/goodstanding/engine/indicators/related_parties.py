"""Other registered businesses that a link in force names."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.in_force("investment"))


INDICATOR = Indicator(
    name="related_parties",
    title={"zh": "有效关联主体数", "en": "Related businesses"},
    unit="links",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="related",
    needs=(Need("investment"),),
    measure=measure,
)

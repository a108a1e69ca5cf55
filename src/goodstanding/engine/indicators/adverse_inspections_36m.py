"""Inspections with findings in three years."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months(facts.book.inspection.result_kind, 36) & facts.adverse)


INDICATOR = Indicator(
    name="adverse_inspections_36m",
    title={"zh": "近三年抽查发现问题次数", "en": "Inspections with findings in three years"},
    unit="inspections",
    window="36 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("inspection"),),
    measure=measure,
)

"""Inspections of the last year that found something adverse."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months(facts.book.inspection.result_kind, 12) & facts.adverse)


INDICATOR = Indicator(
    name="adverse_inspections_12m",
    title={"zh": "近一年检查发现问题次数", "en": "Adverse inspections in one year"},
    unit="inspections",
    window="12 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("inspection", "results"),),
    measure=measure,
)

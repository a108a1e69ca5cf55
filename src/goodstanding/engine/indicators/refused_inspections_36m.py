"""Inspections of the last three years with which the business seriously refused to cooperate."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    found = facts.holds_any(facts.book.inspection.result_kind, facts.book.inspection.result_field, frozenset({"8"}))
    return facts.count(facts.within_months(facts.book.inspection.result_kind, 36) & found)


INDICATOR = Indicator(
    name="refused_inspections_36m",
    title={"zh": "近三年不配合检查情节严重次数", "en": "Inspections refused in three years"},
    unit="inspections",
    window="36 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("inspection", "results", ("8",)),),
    measure=measure,
)

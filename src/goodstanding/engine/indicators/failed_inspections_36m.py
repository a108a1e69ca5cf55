"""Inspections failed in the last three years."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    failed = facts.holds_any("inspection", "results", frozenset({"fail"}))
    return facts.count(facts.within_months("inspection", 36) & failed)


INDICATOR = Indicator(
    name="failed_inspections_36m",
    title={"zh": "近三年检查不合格次数", "en": "Inspections failed in three years"},
    unit="inspections",
    window="36 months",
    source="Own choice; the published study of this data weighs past failures",
    dimension="supervision",
    needs=(Need("inspection", "results", ("fail",)),),
    measure=measure,
)

"""Inspections of the last two years that could not reach the business at its address."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    found = facts.holds_any(facts.book.inspection.result_kind, facts.book.inspection.result_field, frozenset({"6"}))
    return facts.count(facts.within_months(facts.book.inspection.result_kind, 24) & found)


INDICATOR = Indicator(
    name="unreachable_found_24m",
    title={"zh": "近两年检查通过登记住所无法联系次数", "en": "Found unreachable in two years"},
    unit="inspections",
    window="24 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("inspection", "results", ("6",)),),
    measure=measure,
)

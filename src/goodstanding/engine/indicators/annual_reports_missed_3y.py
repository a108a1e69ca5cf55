"""Yearly reports not filed at all, of the last three windows that closed and bound the business."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    duty = facts.duty_of("annual_report")
    missed = []
    for back in range(3):
        year = facts.window_year(duty, back) - duty.years_back
        filed = facts.count(facts.of(duty.kind) & (facts.table[duty.year_field] == year)) > 0
        missed.append((facts.owed(duty, back) & ~filed).cast("int64"))
    return sum(missed, start=facts.none())


INDICATOR = Indicator(
    name="annual_reports_missed_3y",
    title={"zh": "近三年未报送年度报告次数", "en": "Annual reports missing of the last three"},
    unit="reports",
    window="the last three closed windows",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="dynamics",
    needs=(Need("annual_report", "year"), Need("registration")),
    measure=measure,
    needs_duty="annual_report",
)

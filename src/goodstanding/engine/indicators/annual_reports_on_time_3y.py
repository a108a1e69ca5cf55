"""Yearly reports that came by the end of their window, of the last three windows that closed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    duty = facts.duty_of("annual_report")
    timely = []
    for back in range(3):
        year = facts.window_year(duty, back) - duty.years_back
        first = facts.table.from_day.min(where=facts.of(duty.kind) & (facts.table[duty.year_field] == year))
        timely.append((first <= facts.window_end(duty, back)).fill_null(False).cast("int64"))
    return sum(timely, start=facts.none())


INDICATOR = Indicator(
    name="annual_reports_on_time_3y",
    title={"zh": "近三年按时报送年度报告次数", "en": "Annual reports on time, of the last three"},
    unit="reports",
    window="the last three closed windows",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="dynamics",
    needs=(Need("annual_report", "year"),),
    measure=measure,
    needs_duty="annual_report",
)

"""Whether the report of the last closed window came late."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    duty = facts.duty_of("annual_report")
    of_year = facts.of(duty.kind) & (facts.table[duty.year_field] == facts.window_year(duty) - duty.years_back)
    first = facts.table.from_day.min(where=of_year)
    return (first > facts.window_end(duty)).cast("int64").fill_null(0)


INDICATOR = Indicator(
    name="annual_report_late_last",
    title={"zh": "最近一次年度报告是否逾期报送", "en": "Last annual report filed late"},
    unit="0 or 1",
    window="the last closed window",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="dynamics",
    needs=(Need("annual_report", "year"),),
    measure=measure,
    needs_duty="annual_report",
)

"""Yearly reports not filed at all, of the last three windows that closed and bound the business."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need

_WINDOWS = range(3)


def owed(facts: Facts) -> ir.IntegerScalar:
    """Return a bit for each window that bound the business, as its registrations say."""
    duty = facts.duty_of("annual_report")
    return sum((facts.owed(duty, back).cast("int64") * 2**back for back in _WINDOWS), start=facts.none())


def filed(facts: Facts) -> ir.IntegerScalar:
    """Return a bit for each window whose report was filed."""
    duty = facts.duty_of("annual_report")
    found = facts.none()
    for back in _WINDOWS:
        of_year = facts.table[duty.year_field] == facts.window_year(duty, back) - duty.years_back
        found += facts.any(facts.of(duty.kind) & of_year) * 2**back
    return found


def missed(of: Mapping[str, ir.IntegerValue]) -> ir.IntegerValue:
    """Return how many windows bound the business and were let pass."""
    passed = of["registration"] - (of["registration"] & of["annual_report"])
    return sum(((passed >> back) & 1 for back in _WINDOWS[1:]), start=passed & 1)


INDICATOR = Indicator(
    name="annual_reports_missed_3y",
    title={"zh": "近三年未报送年度报告次数", "en": "Annual reports missing of the last three"},
    unit="reports",
    window="the last three closed windows",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="dynamics",
    needs=(Need("annual_report", "year"), Need("registration")),
    measure={"registration": owed, "annual_report": filed},
    needs_duty="annual_report",
    joined=missed,
)

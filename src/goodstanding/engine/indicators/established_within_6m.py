"""Whether the business was established less than six months ago."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.core.dates import add_months
from goodstanding.engine.indicator import Facts, Indicator, Need, ymd


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    bound = facts.clock("ymd_6_months_ago", lambda day: ymd(add_months(day, -6)))
    return (facts.established() > bound).cast("int64")


INDICATOR = Indicator(
    name="established_within_6m",
    title={"zh": "是否成立不足六个月", "en": "Established within six months"},
    unit="0 or 1",
    window="6 months",
    source="Early warning by abnormal signals, as reported of pilots under the 2022 notice; the measure is our own",
    dimension="basic",
    needs=(Need("registration"),),
    measure=measure,
)

"""Inspections that found a critical violation among all that counted them, drawn to one in eight by four more."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    counted = facts.of("inspection") & facts.table.critical_violations.notnull()
    found = facts.count(counted & (facts.table.critical_violations > 0))
    # One inspection says little: four imagined ones, half of one with a finding, stand beside those on record.
    return (found * 1000 + 500) // (facts.count(counted).nullif(0) + 4)


INDICATOR = Indicator(
    name="critical_share_all",
    title={
        "zh": "历次检查发现关键违规的比例（千分比，平滑）",
        "en": "Share of inspections with a critical violation, smoothed",
    },
    unit="parts per thousand",
    window="whole record",
    source="Own choice; past critical findings lead the published study of this data; the smoothing is our own",
    dimension="supervision",
    needs=(Need("inspection", "critical_violations"),),
    measure=measure,
    empty=None,
)

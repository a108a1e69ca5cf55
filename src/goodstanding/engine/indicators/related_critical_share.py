"""Inspections of related businesses that found a critical violation, drawn to one in eight by four more."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    counted = facts.of("related.inspection") & facts.table.critical_violations.notnull()
    found = facts.count(counted & (facts.table.critical_violations > 0))
    # As in critical_share_all, so that the two can be read side by side.
    return (found * 1000 + 500) // (facts.count(counted).nullif(0) + 4)


INDICATOR = Indicator(
    name="related_critical_share",
    title={
        "zh": "关联主体历次检查发现关键违规的比例（千分比，平滑）",
        "en": "Share of related businesses' inspections with a critical violation, smoothed",
    },
    unit="parts per thousand",
    window="whole record",
    source="Own choice; premises under one owner keep to the same practice; the smoothing is our own",
    dimension="related",
    needs=(Need("related.inspection", "critical_violations"),),
    measure=measure,
    empty=None,
)

"""Re-inspections among all inspections on record, in thousandths."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    every = facts.of("inspection")
    return facts.count(every & (facts.table.visit == "re_inspection")) * 1000 // facts.count(every).nullif(0)


INDICATOR = Indicator(
    name="re_inspections_share_all",
    title={
        "zh": "复查占历次检查的比例（千分比）",
        "en": "Share of re-inspections among inspections",
    },
    unit="parts per thousand",
    window="whole record",
    source="Own choice; a re-inspection follows an initial one that found too much",
    dimension="supervision",
    needs=(Need("inspection", "visit", ("re_inspection",)),),
    measure=measure,
    empty=None,
)

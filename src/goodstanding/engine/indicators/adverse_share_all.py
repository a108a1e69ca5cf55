"""Adverse inspections among all on record, drawn to one in eight by four imagined ones."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    every = facts.of(facts.book.inspection.result_kind)
    # One inspection says little: four imagined ones, half of one adverse, stand beside those on record.
    return (facts.count(every & facts.adverse) * 1000 + 500) // (facts.count(every).nullif(0) + 4)


INDICATOR = Indicator(
    name="adverse_share_all",
    title={
        "zh": "历次检查问题率（千分比，平滑）",
        "en": "Share of adverse inspections, smoothed",
    },
    unit="parts per thousand",
    window="whole record",
    source="Own choice; a rate does not grow with the length of the record, as a count does; the smoothing is our own",
    dimension="supervision",
    needs=(Need("inspection", "results"),),
    measure=measure,
    empty=None,
)

"""Days since the last complaint that was upheld; nothing where there is none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.day - facts.table.from_day.max(where=facts.of("complaint") & facts.table.is_upheld)


INDICATOR = Indicator(
    name="days_since_upheld_complaint",
    title={"zh": "距上次投诉举报属实天数", "en": "Days since the last complaint upheld"},
    unit="days",
    window="whole history",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="social",
    needs=(Need("complaint", "is_upheld"),),
    measure=measure,
    empty=None,
)

"""Days with a critical violation among all days of inspection, drawn to one in eight by four imagined ones."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    found = facts.of("violation") & (facts.table.severity == "critical")
    seen = facts.table.from_day.nunique(where=facts.of("inspection"))
    # One inspection says little: four imagined ones, half of one with a finding, stand beside those on record.
    return (facts.table.from_day.nunique(where=found) * 1000 + 500) // (seen.nullif(0) + 4)


INDICATOR = Indicator(
    name="critical_days_share_all",
    title={
        "zh": "有关键违规的检查日比例（千分比，平滑）",
        "en": "Share of days of inspection with a critical violation, smoothed",
    },
    unit="parts per thousand",
    window="whole record",
    source="Own choice; for registers that state violations one by one; the smoothing is our own",
    dimension="supervision",
    needs=(
        Need("inspection"),
        Need("violation", "severity", ("critical",)),
    ),
    measure=measure,
    empty=None,
)

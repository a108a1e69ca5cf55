"""Minor violations a day of inspection over the whole record, in thousandths, drawn to one half by four days more."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    found = facts.count(facts.of("violation") & (facts.table.severity == "minor"))
    seen = facts.table.from_day.nunique(where=facts.of("inspection"))
    # As in serious_findings_mean_all, so that the two can be read side by side.
    return (found * 1000 + 2000) // (seen.nullif(0) + 4)


INDICATOR = Indicator(
    name="minor_findings_mean_all",
    title={
        "zh": "每个检查日平均轻微违规数（千分之一，平滑）",
        "en": "Minor violations a day of inspection, smoothed",
    },
    unit="thousandths of a violation",
    window="whole record",
    source="Own choice; for registers that state violations one by one; the smoothing is our own",
    dimension="supervision",
    needs=(
        Need("inspection"),
        Need("violation", "severity", ("minor",)),
    ),
    measure=measure,
    empty=None,
)

"""Days since the last penalty that is still displayed; nothing where there is none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.day - facts.table.from_day.max(where=facts.of("penalty"))


INDICATOR = Indicator(
    name="days_since_last_penalty",
    title={"zh": "距上次行政处罚天数", "en": "Days since the last penalty"},
    unit="days",
    window="whole history",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("penalty"),),
    measure=measure,
    empty=None,
)

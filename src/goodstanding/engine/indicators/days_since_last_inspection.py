"""Days since the last inspection; nothing where there was none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.day - facts.table.from_day.max(where=facts.of(facts.book.inspection.result_kind))


INDICATOR = Indicator(
    name="days_since_last_inspection",
    title={"zh": "距上次检查天数", "en": "Days since the last inspection"},
    unit="days",
    window="whole history",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("inspection"),),
    measure=measure,
    empty=None,
)

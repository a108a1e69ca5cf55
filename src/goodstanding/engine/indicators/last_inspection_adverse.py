"""Whether the last inspection, or any of the last day that saw one, found something adverse."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # Day and finding in one number, moved by a million days so that a remainder never changes its sign.
    found = (facts.table.from_day.cast("int64") + 1_000_000) * 2 + facts.adverse.cast("int64")
    return found.max(where=facts.of(facts.book.inspection.result_kind)) % 2


INDICATOR = Indicator(
    name="last_inspection_adverse",
    title={"zh": "最近一次检查是否发现问题", "en": "Last inspection adverse"},
    unit="0 or 1",
    window="the last inspection",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("inspection", "results"),),
    measure=measure,
    empty=None,
)

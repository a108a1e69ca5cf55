"""Critical violations found at the last inspection that counted them; the most where a day saw two, 999 at most."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # Day and count in one whole number, so that the latest day's largest count is a plain maximum.
    # Moved by a million days, so that no day is negative and the remainder never changes its sign.
    packed = (facts.table.from_day.cast("int64") + 1_000_000) * 1000 + facts.table.critical_violations.clip(upper=999)
    return packed.max(where=facts.of("inspection")) % 1000


INDICATOR = Indicator(
    name="critical_violations_last",
    title={"zh": "最近一次检查严重问题数", "en": "Critical violations at the last inspection"},
    unit="violations",
    window="the last inspection",
    source="Own choice; the published study of this data weighs past critical violations",
    dimension="supervision",
    needs=(Need("inspection", "critical_violations"),),
    measure=measure,
    empty=None,
)

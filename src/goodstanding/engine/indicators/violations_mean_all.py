"""Mean violations an inspection over the whole record, in thousandths; 999 at most of one inspection."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    counted = facts.of("inspection") & facts.table.violations.notnull()
    found = facts.table.violations.clip(upper=999).sum(where=counted)
    return found * 1000 // facts.count(counted).nullif(0)


INDICATOR = Indicator(
    name="violations_mean_all",
    title={
        "zh": "历次检查平均违规数（千分之一）",
        "en": "Mean violations an inspection",
    },
    unit="thousandths of a violation",
    window="whole record",
    source="Own choice; a mean does not grow with the length of the record, as a count does",
    dimension="supervision",
    needs=(Need("inspection", "violations"),),
    measure=measure,
    empty=None,
)

"""Serious violations an inspection over the whole record, in thousandths, drawn to one half by four more."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    counted = facts.of("inspection") & facts.table.serious_violations.notnull()
    found = facts.table.serious_violations.clip(upper=999).sum(where=counted)
    # One inspection says little: four imagined ones with two findings in all stand beside those on record.
    return (found * 1000 + 2000) // (facts.count(counted).nullif(0) + 4)


INDICATOR = Indicator(
    name="serious_violations_mean",
    title={"zh": "历次检查平均严重违规数（千分之一，平滑）", "en": "Serious violations an inspection, smoothed"},
    unit="thousandths of a violation",
    window="whole record",
    source="Own choice; the published study of this data weighs the last counts; the smoothing is our own",
    dimension="supervision",
    needs=(Need("inspection", "serious_violations"),),
    measure=measure,
    empty=None,
)

"""Public reports of the last year that were checked and confirmed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("opinion_alert", 12) & facts.table.is_confirmed)


INDICATOR = Indicator(
    name="opinion_alerts_12m",
    title={"zh": "近一年舆情核查属实次数", "en": "Public reports confirmed in one year"},
    unit="reports",
    window="12 months",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="social",
    needs=(Need("opinion_alert", "is_confirmed"),),
    measure=measure,
)

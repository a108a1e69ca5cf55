"""Licences in force whose last day is today or in the next ninety days."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    last = facts.table.expires_on
    return facts.count(facts.in_force("licence") & (last >= facts.day) & (last <= facts.day + 90))


INDICATOR = Indicator(
    name="licences_expiring_90d",
    title={"zh": "九十日内到期许可数", "en": "Licences that expire within ninety days"},
    unit="licences",
    window="the next 90 days",
    source="Early warning by abnormal signals, as reported of pilots under the 2022 notice; the measure is our own",
    dimension="basic",
    needs=(Need("licence", "expires_on"),),
    measure=measure,
)

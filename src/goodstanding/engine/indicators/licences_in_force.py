"""Licences in force whose last day has not passed."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    last = facts.table.expires_on
    return facts.count(facts.in_force("licence") & (last.isnull() | (last >= facts.day)))


INDICATOR = Indicator(
    name="licences_in_force",
    title={"zh": "有效行政许可数", "en": "Licences in force"},
    unit="licences",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="basic",
    needs=(Need("licence", "expires_on"),),
    measure=measure,
)

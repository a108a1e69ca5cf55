"""Pledges in force."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.in_force("pledge"))


INDICATOR = Indicator(
    name="pledges_in_force",
    title={"zh": "有效抵押、质押登记数", "en": "Pledges in force"},
    unit="pledges",
    window="on the day",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="dynamics",
    needs=(Need("pledge"),),
    measure=measure,
)

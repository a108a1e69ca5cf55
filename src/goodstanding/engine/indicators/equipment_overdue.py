"""Special equipment in use whose inspection is overdue."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.in_force("equipment") & (facts.table.inspect_by < facts.day))


INDICATOR = Indicator(
    name="equipment_overdue",
    title={"zh": "特种设备超期未检数", "en": "Special equipment overdue for inspection"},
    unit="pieces",
    window="on the day",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="supervision",
    needs=(Need("equipment", "inspect_by"),),
    measure=measure,
)

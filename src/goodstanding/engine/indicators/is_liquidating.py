"""Whether the registration in force says that the business is in liquidation."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.any(facts.in_force(facts.book.roles.kind) & (facts.table.status == "liquidating"))


INDICATOR = Indicator(
    name="is_liquidating",
    title={"zh": "是否清算", "en": "In liquidation"},
    unit="0 or 1",
    window="on the day",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="basic",
    needs=(Need("registration", "status", ("liquidating",)),),
    measure=measure,
)

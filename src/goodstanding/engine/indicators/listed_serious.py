"""Whether the business stands on the list of serious violations."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.any(facts.in_force("list_entry") & (facts.table["list"] == "serious"))


INDICATOR = Indicator(
    name="listed_serious",
    title={"zh": "是否被列入严重违法失信名单", "en": "On the serious-violation list"},
    unit="0 or 1",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("list_entry", "list", ("serious",)),),
    measure=measure,
)

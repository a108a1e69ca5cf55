"""Amount secured by the pledges in force."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.table.secured_minor.sum(where=facts.in_force("pledge")).fill_null(0)


INDICATOR = Indicator(
    name="pledged_amount",
    title={"zh": "有效抵押、质押担保金额", "en": "Amount secured by pledges in force"},
    unit="minor currency units",
    window="on the day",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="dynamics",
    needs=(Need("pledge", "secured_minor"),),
    measure=measure,
)

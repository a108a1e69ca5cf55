"""Entries of related businesses on the serious-violation list that stand."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.in_force("related.list_entry") & (facts.table["list"] == "serious"))


INDICATOR = Indicator(
    name="related_serious",
    title={"zh": "关联主体列入严重违法失信名单数", "en": "Related businesses on the serious list"},
    unit="entries",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="related",
    needs=(Need("related.list_entry", "list", ("serious",)),),
    measure=measure,
)

"""Whether the business stands on the abnormal list or under an abnormal mark."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.any(facts.in_force("list_entry") & facts.table["list"].isin(("abnormal", "abnormal_mark")))


INDICATOR = Indicator(
    name="listed_abnormal",
    title={"zh": "是否被列入经营异常名录或者标记为经营异常状态", "en": "On the abnormal list or marked"},
    unit="0 or 1",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(Need("list_entry", "list", ("abnormal", "abnormal_mark")),),
    measure=measure,
)

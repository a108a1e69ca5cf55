"""Entries of related businesses on the abnormal list, or marks, that stand."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    listed = facts.table["list"].isin(["abnormal", "abnormal_mark"])
    return facts.count(facts.in_force("related.list_entry") & listed)


INDICATOR = Indicator(
    name="related_abnormal",
    title={"zh": "关联主体列入经营异常名录数", "en": "Related businesses on the abnormal list"},
    unit="entries",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="related",
    needs=(
        Need(
            "related.list_entry",
            "list",
            (
                "abnormal",
                "abnormal_mark",
            ),
        ),
    ),
    measure=measure,
)

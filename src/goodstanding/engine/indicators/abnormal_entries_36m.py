"""Entries on the abnormal list, or marks, of the last three years, ended ones included."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("list_entry", 36) & facts.table["list"].isin(["abnormal", "abnormal_mark"]))


INDICATOR = Indicator(
    name="abnormal_entries_36m",
    title={"zh": "近三年列入经营异常名录次数", "en": "Abnormal-list entries in three years"},
    unit="entries",
    window="36 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="supervision",
    needs=(
        Need(
            "list_entry",
            "list",
            (
                "abnormal",
                "abnormal_mark",
            ),
        ),
    ),
    measure=measure,
)

"""Days since the first of the entries on the abnormal list, or marks, that stand; nothing where none does."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    standing = facts.in_force("list_entry") & facts.table["list"].isin(["abnormal", "abnormal_mark"])
    return facts.day - facts.table.from_day.min(where=standing)


INDICATOR = Indicator(
    name="days_listed_abnormal",
    title={"zh": "列入经营异常名录天数", "en": "Days on the abnormal list"},
    unit="days",
    window="on the day",
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
    empty=None,
)

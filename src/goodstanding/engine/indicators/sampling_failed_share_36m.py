"""Samples that failed among those of the last three years; nothing where there was none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    recent = facts.within_months("sampling", 36)
    return facts.count(recent & ~facts.table.is_passed) * 1000 // facts.count(recent).nullif(0)


INDICATOR = Indicator(
    name="sampling_failed_share_36m",
    title={"zh": "近三年抽检不合格率（千分比）", "en": "Share of samples failed in three years"},
    unit="parts per thousand",
    window="36 months",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="supervision",
    needs=(Need("sampling", "is_passed"),),
    measure=measure,
    empty=None,
)

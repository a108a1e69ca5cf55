"""Adverse inspections among those of the last three years; nothing where there was none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    recent = facts.within_months(facts.book.inspection.result_kind, 36)
    return facts.count(recent & facts.adverse) * 1000 // facts.count(recent).nullif(0)


INDICATOR = Indicator(
    name="adverse_share_36m",
    title={"zh": "近三年检查问题率（千分比）", "en": "Share of adverse inspections in three years"},
    unit="parts per thousand",
    window="36 months",
    source="Own choice; a rate says more than a count where businesses are seen unequally often",
    dimension="supervision",
    needs=(Need("inspection", "results"),),
    measure=measure,
    empty=None,
)

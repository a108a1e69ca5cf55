"""Complaints upheld among those of the last two years that were closed either way; nothing where there was none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    judged = facts.within_months("complaint", 24) & facts.table.is_upheld.notnull()
    return facts.count(judged & facts.table.is_upheld) * 1000 // facts.count(judged).nullif(0)


INDICATOR = Indicator(
    name="complaints_upheld_share_24m",
    title={"zh": "近两年投诉举报属实率（千分比）", "en": "Share of complaints upheld in two years"},
    unit="parts per thousand",
    window="24 months",
    source="Own choice; a rate says more than a count where businesses are seen unequally often",
    dimension="social",
    needs=(Need("complaint", "is_upheld"),),
    measure=measure,
    empty=None,
)

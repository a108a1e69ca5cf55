"""Inspections of the last three years."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months(facts.book.inspection.result_kind, 36))


INDICATOR = Indicator(
    name="inspections_36m",
    title={"zh": "近三年受检次数", "en": "Inspections in three years"},
    unit="inspections",
    window="36 months",
    source="Own choice; a rate says more than a count where businesses are seen unequally often",
    dimension="supervision",
    needs=(Need("inspection"),),
    measure=measure,
)

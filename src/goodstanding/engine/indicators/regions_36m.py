"""Different regions named by registrations begun in the last three years."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.table.region.nunique(where=facts.within_months(facts.book.roles.kind, 36))


INDICATOR = Indicator(
    name="regions_36m",
    title={"zh": "近三年登记地个数", "en": "Regions registered in, three years"},
    unit="regions",
    window="36 months",
    source="Early warning by abnormal signals, as reported of pilots under the 2022 notice; the measure is our own",
    dimension="dynamics",
    needs=(Need("registration", "region"),),
    measure=measure,
)

"""Changes of registration in the last six months; the first registration is none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    kind = facts.book.roles.kind
    first = facts.table.from_day.min(where=facts.of(kind))
    # Were even the first one recent, it would be among those counted.
    return facts.count(facts.within_months(kind, 6)) - (first > facts.months_ago(6)).cast("int64")


INDICATOR = Indicator(
    name="registration_changes_6m",
    title={"zh": "近半年变更登记次数", "en": "Changes of registration in six months"},
    unit="changes",
    window="6 months",
    source="Early warning by abnormal signals, as reported of pilots under the 2022 notice; the measure is our own",
    dimension="dynamics",
    needs=(Need("registration"),),
    measure=measure,
)

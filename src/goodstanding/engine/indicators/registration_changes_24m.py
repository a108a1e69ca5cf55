"""Changes of registration in the last two years; the first registration is none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    kind = facts.book.roles.kind
    recent = facts.within_months(kind, 24)
    first = facts.table.from_day.min(where=facts.of(kind))
    # Were even the first one recent, it would be among those counted.
    return facts.count(recent) - (first > facts.months_ago(24)).cast("int64")


INDICATOR = Indicator(
    name="registration_changes_24m",
    title={"zh": "近两年变更登记次数", "en": "Changes of registration in two years"},
    unit="changes",
    window="24 months",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="dynamics",
    needs=(Need("registration"),),
    measure=measure,
)

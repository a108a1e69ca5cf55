"""Critical violations found in the last two years, where each is a record of its own."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("violation", 24) & (facts.table.severity == "critical"))


INDICATOR = Indicator(
    name="critical_findings_24m",
    title={
        "zh": "近两年关键违规数",
        "en": "Critical violations in two years",
    },
    unit="violations",
    window="24 months",
    source="Own choice; for registers that state violations one by one",
    dimension="supervision",
    needs=(Need("violation", "severity", ("critical",)),),
    measure=measure,
    empty=0,
)

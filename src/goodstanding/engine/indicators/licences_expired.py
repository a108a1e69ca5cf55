"""Whether the business holds licences and every one of them has expired."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # A renewal is a licence of its own, so only the latest expiry tells. The last day is still a day of validity.
    return (facts.table.expires_on.max(where=facts.of("licence")) < facts.day).cast("int64").fill_null(0)


INDICATOR = Indicator(
    name="licences_expired",
    title={"zh": "许可证是否全部过期", "en": "All licences expired"},
    unit="0 or 1",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="basic",
    needs=(Need("licence", "expires_on"),),
    measure=measure,
)

"""Whether the business has had licences and every one of them has expired; one that names no last day never does."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # A renewal is a licence of its own; the last day is still a day of validity.
    licences, last = facts.of("licence"), facts.table.expires_on
    return facts.any(licences) * (1 - facts.any(licences & (last.isnull() | (last >= facts.day))))


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

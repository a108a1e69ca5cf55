"""Whole years since the business was established; none before its first anniversary."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # A day of establishment yet to come counts as today's.
    return ((facts.day_ymd - facts.established()) // 10_000).clip(lower=0)


INDICATOR = Indicator(
    name="years_open",
    title={"zh": "成立年限", "en": "Years since establishment"},
    unit="years",
    window="whole life",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="basic",
    needs=(Need("registration"),),
    measure=measure,
)

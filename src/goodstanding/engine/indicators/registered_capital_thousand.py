"""Registered capital by the registration that gives the profile, in thousands of currency units; a hundred million
thousands at most."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # Rank and amount in one number below 2**53, so that the last registration's amount is a plain maximum.
    amount = (facts.table.capital_minor.fill_null(0) // 100_000).clip(upper=100_000_000)
    rank = facts.in_force(facts.book.roles.kind).cast("int64") * 2**24 + facts.table.place
    return (rank * 2**27 + amount).max(where=facts.of(facts.book.roles.kind)) % 2**27


INDICATOR = Indicator(
    name="registered_capital_thousand",
    title={"zh": "注册资本（千元）", "en": "Registered capital"},
    unit="thousands of currency units",
    window="on the day",
    source="General index of credit risk classification, first edition (2022 notice on credit risk classification)",
    dimension="basic",
    needs=(Need("registration", "capital_minor"),),
    measure=measure,
)

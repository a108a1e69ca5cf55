"""Judgments for which the court listed the debtor in the last three years, ended ones included."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("court_debt", 36))


INDICATOR = Indicator(
    name="court_debts_36m",
    title={"zh": "近三年失信被执行案件数", "en": "Judgments in default in three years"},
    unit="judgments",
    window="36 months",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="supervision",
    needs=(Need("court_debt"),),
    measure=measure,
)

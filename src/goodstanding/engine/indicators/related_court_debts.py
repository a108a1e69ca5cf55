"""Judgments in default of related businesses, on the day."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.in_force("related.court_debt"))


INDICATOR = Indicator(
    name="related_court_debts",
    title={"zh": "关联主体失信被执行案件数", "en": "Judgments in default of related businesses"},
    unit="judgments",
    window="on the day",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="related",
    needs=(Need("related.court_debt"),),
    measure=measure,
)

"""Judgments whose debtor the court has listed for not performing them, on the day."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.in_force("court_debt"))


INDICATOR = Indicator(
    name="court_debts",
    title={"zh": "失信被执行人在列案件数", "en": "Judgments in default"},
    unit="judgments",
    window="on the day",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="supervision",
    needs=(Need("court_debt"),),
    measure=measure,
)

"""Worst grade of the evaluations in the last two years, 1 best to 5 worst; nothing where there was none."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.table.grade.max(where=facts.within_months("evaluation", 24))


INDICATOR = Indicator(
    name="worst_evaluation_24m",
    title={"zh": "近两年最差评价等级", "en": "Worst evaluation in two years"},
    unit="grade",
    window="24 months",
    source="Local scheme of five grades (Shenzhen, 2021), as reported; the measure is our own",
    dimension="social",
    needs=(Need("evaluation", "grade"),),
    measure=measure,
    empty=None,
)

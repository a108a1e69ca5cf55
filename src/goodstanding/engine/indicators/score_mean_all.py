"""Mean points of the inspections on record, in thousandths; below nought counts as nought, 999 at most."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    scored = facts.of("inspection") & facts.table.score.notnull()
    points = facts.table.score.clip(lower=0, upper=999).sum(where=scored)
    return points * 1000 // facts.count(scored).nullif(0)


INDICATOR = Indicator(
    name="score_mean_all",
    title={
        "zh": "历次检查平均得分（千分之一）",
        "en": "Mean points of all inspections",
    },
    unit="thousandths of a point",
    window="whole record",
    source="Own choice; a mean does not grow with the length of the record, as a count does",
    dimension="supervision",
    needs=(Need("inspection", "score"),),
    measure=measure,
    empty=None,
)

"""Points of the last initial inspection, the most where a day saw two; below nought counts as nought, 999 at most."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # Day and points in one whole number, so that the latest day's most points are a plain maximum.
    # Moved by a million days, so that no day is negative and the remainder never changes its sign.
    packed = (facts.table.from_day.cast("int64") + 1_000_000) * 1000 + facts.table.score.clip(lower=0, upper=999)
    return packed.max(where=facts.of("inspection") & (facts.table.visit == "initial")) % 1000


INDICATOR = Indicator(
    name="score_last_initial",
    title={
        "zh": "最近一次初次检查得分",
        "en": "Points at the last initial inspection",
    },
    unit="points",
    window="the last initial inspection",
    source="Own choice; an initial inspection shows the ordinary day, a repeated one what was mended",
    dimension="supervision",
    needs=(
        Need("inspection", "score"),
        Need("inspection", "visit", ("initial",)),
    ),
    measure=measure,
    empty=None,
)

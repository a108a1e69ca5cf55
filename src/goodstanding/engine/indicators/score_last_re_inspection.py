"""Points of the last re-inspection, the most where a day saw two; below nought counts as nought, 999 at most."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    # Day and points in one whole number, so that the latest day's most points are a plain maximum.
    # Moved by a million days, so that no day is negative and the remainder never changes its sign.
    packed = (facts.table.from_day.cast("int64") + 1_000_000) * 1000 + facts.table.score.clip(lower=0, upper=999)
    return packed.max(where=facts.of("inspection") & (facts.table.visit == "re_inspection")) % 1000


INDICATOR = Indicator(
    name="score_last_re_inspection",
    title={
        "zh": "最近一次复查得分",
        "en": "Points at the last re-inspection",
    },
    unit="points",
    window="the last re-inspection",
    source="Own choice; what is still found at a re-inspection was not mended when it was expected",
    dimension="supervision",
    needs=(
        Need("inspection", "score"),
        Need("inspection", "visit", ("re_inspection",)),
    ),
    measure=measure,
    empty=None,
)

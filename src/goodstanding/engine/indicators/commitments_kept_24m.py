"""Commitments given in the last two years that were checked and found kept."""

from __future__ import annotations

import ibis.expr.types as ir

from goodstanding.engine.indicator import Facts, Indicator, Need


def measure(facts: Facts) -> ir.IntegerScalar:
    """Return the aggregate over one entity's facts."""
    return facts.count(facts.within_months("commitment", 24) & facts.table.kept)


INDICATOR = Indicator(
    name="commitments_kept_24m",
    title={"zh": "近两年已履行信用承诺数", "en": "Commitments kept in two years"},
    unit="commitments",
    window="24 months",
    source="Input named by the 2022 notice on credit risk classification; the measure is our own",
    dimension="dynamics",
    needs=(Need("commitment", "kept"),),
    measure=measure,
)

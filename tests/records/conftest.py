"""A few registered businesses, classified, and three inspectors."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger
from goodstanding.records.models import ClassRecord, ClassRun, Inspector
from tests.conftest import NOW


def registration(number: int, *, region: str, status: str = "open") -> Fact:
    """Return the registration of one invented business."""
    return Fact(
        entity_id=f"uscc:{number:018}",
        kind="registration",
        source="register",
        source_ref=str(number),
        span=Span(date(2020, 1, 1)),
        known_at=NOW - timedelta(days=30),
        payload={"name": f"Business {number}", "subject_type": "enterprise", "status": status, "region": region},
    )


@pytest.fixture
def region(cn: Rulebook) -> str:
    """A region code the rulebook knows."""
    return min(cn.tables["regions"])


@pytest.fixture
def classified(db: None, cn: Rulebook, region: str) -> ClassRun:
    """Forty businesses, ten in each class, the last one no longer open."""
    facts = [registration(n, region=region, status="open" if n < 39 else "deregistered") for n in range(40)]
    ledger.deliver([ledger.Delivered(fact) for fact in facts], NOW)
    run = ClassRun.objects.create(
        scale="risk",
        as_of=date(2026, 11, 6),
        known_at=NOW,
        ledger_position=ledger.position(),
        rulebook_digest=cn.digest,
        scorecard="C-01",
        engine="test",
        made_at=NOW,
        entities=40,
    )
    ClassRecord.objects.bulk_create(
        ClassRecord(run=run, entity_id=fact.entity_id, class_code="ABCD"[n % 4], points=n, values="{}")
        for n, fact in enumerate(facts)
    )
    Inspector.objects.bulk_create(Inspector(code=f"I-{n}", name=f"Inspector {n}") for n in range(3))
    return run

"""Classes held to what came after: the first visit to each business after the day, and whether it found something."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from goodstanding.core.published import Outcome, Sort
from goodstanding.records.models import FactRecord

_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class HitRate:
    """What the first visits to the businesses of one class found."""

    class_code: str
    visited: int
    found: int


def hit_rates(outcome: Outcome, classes: Mapping[str, str], as_of: date) -> list[HitRate]:
    """Hold classes to what came after the day of their classification.

    Args:
        classes: Class by entity id.
        as_of: The day of the classification; only later visits count, the first of each business.
    Returns:
        A rate for each class that was visited, in the order of their codes.
    """
    first: dict[str, date] = {}
    for entity_id, on in _after(outcome.visit, as_of):
        if entity_id in classes:
            first.setdefault(entity_id, on)
    found = set(_after(outcome.found, as_of))
    visited = Counter(classes[entity_id] for entity_id in first)
    hits = Counter(classes[entity_id] for entity_id, on in first.items() if (entity_id, on) in found)
    return [HitRate(code, visited[code], hits[code]) for code in sorted(visited)]


def _after(sort: Sort, as_of: date) -> Iterator[tuple[str, date]]:
    """Yield business and day of every uncorrected fact of a sort begun after a day, the earliest first."""
    corrected = FactRecord.objects.filter(kind=sort.kind, corrects__isnull=False).values("corrects")
    facts = FactRecord.objects.filter(kind=sort.kind, valid_from__gt=as_of).exclude(digest__in=corrected)
    rows = facts.order_by("valid_from", "id").values_list("entity_id", "valid_from", "valid_until", "payload")
    for entity_id, since, until, payload in rows.iterator(_BATCH):
        if since != until and sort.holds(json.loads(payload)):  # an empty span says that it never was
            yield entity_id, since

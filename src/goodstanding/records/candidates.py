"""Who might be drawn on a day: the classified, active businesses with what is known of their past checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime

from goodstanding.core.classification import areas_of
from goodstanding.core.entity import profile
from goodstanding.core.ledger import view
from goodstanding.core.plan import UNTREATED, Candidate, Frame
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import past_of
from goodstanding.records import ledger
from goodstanding.records.classes import class_by_entity
from goodstanding.records.models import ClassRun, Visit

_LEFT_OUT = {"zh": "（未列入抽取范围：{}）", "en": " (not in the lot: {})"}
_NO_TREATMENT = {"zh": "该类别未规定处理方式", "en": "class without a treatment"}


def candidates(
    book: Rulebook,
    run: ClassRun,
    position: int,
    day: date,
    now: datetime,
    on_progress: Callable[[int], None] | None = None,
) -> Iterator[Candidate]:
    """Yield the active businesses of a classification as they stood on a day.

    Args:
        run: Whose classes count, as it leaves them.
        position: Ledger position up to which facts are read; checks recorded since the run count as well.
        now: Facts learned later are not looked at; UTC.
    """
    classes = class_by_entity(run)
    coming = visits_to_come(day.year)
    for done, (entity_id, facts) in enumerate(ledger.by_entity(sorted(classes), position), start=1):
        seen = view(facts, day, now)
        who = profile(seen, book.roles)
        if who is not None and who.is_active:
            past = past_of(seen, book.inspection, book.supervision, coming[entity_id])
            since = min(fact.span.from_on for fact in seen.facts if fact.kind == book.roles.kind)
            yield Candidate(entity_id, classes[entity_id], who.region, areas_of(seen, book.areas), past, since)
        if on_progress is not None and done % 1000 == 0:
            on_progress(done)


def visits_to_come(year: int) -> Counter[str]:
    """Return how many drawn visits of one year's campaigns have no result yet, by entity."""
    waiting = Visit.objects.filter(campaign__as_of__year=year, inspected_on=None)
    return Counter(waiting.values_list("entity_id", flat=True))


def left_out_text(framed: Frame, language: str) -> str:
    """Return how many each rule left out, in words of a language, English where we have none of it."""
    if not framed.left_out:
        return ""
    none = _NO_TREATMENT.get(language, _NO_TREATMENT["en"])
    counts = (f"{none if rule == UNTREATED else rule} {count}" for rule, count in framed.left_out.items())
    return _LEFT_OUT.get(language, _LEFT_OUT["en"]).format(", ".join(counts))

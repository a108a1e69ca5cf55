"""How one business is treated on a day: by its class and its key areas, and whether a lot may draw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from goodstanding.core.classification import areas_of
from goodstanding.core.entity import profile
from goodstanding.core.errors import ClassRunMissing, EntityUnknown, NoRuleInForce
from goodstanding.core.ledger import view
from goodstanding.core.plan import treatments_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import Check, LeftOut, Past, Treatment, left_out, past_of, treatment_of
from goodstanding.records import classes, ledger
from goodstanding.records.candidates import visits_to_come


@dataclass(frozen=True, slots=True)
class Treated:
    """How one business is treated.

    Args:
        classed_on: Day of the classification its class is from.
        areas: Key areas it is in on the day.
        left_out: Why a lot may not draw it that day, and until when; ``None`` where it may.
    """

    entity_id: str
    scale: str
    class_code: str
    classed_on: date
    areas: frozenset[str]
    treatment: Treatment
    past: Past
    left_out: LeftOut | None


def treated(
    book: Rulebook, entity_id: str, as_of: date, known_at: datetime, scale: str = "", check: Check | None = None
) -> Treated:
    """Return how a business is treated, by the last class recorded for it.

    Args:
        as_of: The day asked about.
        known_at: Facts learned later are not looked at; UTC.
        scale: Whose class counts; by default the rulebook's first.
        check: What a lot would bring; by default that of the yearly plan.
    Raises:
        EntityUnknown: No registration of it was known to have begun by the day.
        ClassRunMissing: It was never classified on that scale.
        NoRuleInForce: Its class has no treatment on the day.
    """
    scale = book.scale(scale).code
    seen = view(ledger.facts_of(entity_id), as_of, known_at)
    if profile(seen, book.roles) is None:
        raise EntityUnknown(
            asked=f"How {entity_id} is treated on {as_of}.",
            found="No registration of that business was known to have begun by then.",
            wants="The id of a registered business, as scheme:code.",
            next_step="Look the business up by its name or code, or choose a later day.",
        )
    record = classes.latest(entity_id, scale)
    if record is None:
        raise ClassRunMissing(
            asked=f"How {entity_id} is treated on {as_of}.",
            found=f"It was never classified on scale {scale}.",
            wants="A class: the treatment follows it.",
            next_step="Run `goodstanding classify --as-of DAY`, then ask again.",
        )
    areas = areas_of(seen, book.areas)
    treatment = treatment_of(treatments_in_force(book.supervision, scale, as_of), record.class_code, areas)
    if treatment is None:
        raise NoRuleInForce(
            asked=f"How {entity_id} of class {record.class_code} is treated on {as_of}.",
            found="No treatment of that class is in force.",
            wants="A treatment of every class that may be drawn.",
            next_step="State it in the rulebook's inspection.toml.",
        )
    past = past_of(seen, book.inspection, book.supervision, visits_to_come(as_of.year)[entity_id])
    reason = left_out(treatment, past, book.supervision, check or Check(), as_of, book.calendar)
    return Treated(entity_id, scale, record.class_code, record.run.as_of, areas, treatment, past, reason)

"""Measures in practice: switched on with the listing, off with it, each with a record of its own.

Rules kept here:
- What is on is what the facts of the day call for; `follow` writes down the difference, once; nothing else switches.
- It runs in the transaction of the decision that made or ended a listing, so no listing ends without its measures, and
  every day's tick runs it over whatever came or ended otherwise.
- A switch names the measure, its basis, the fact it rests on and that fact's decision: who may apply it and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from goodstanding.core.entity import profile
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.measure import Standing, measures_on
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger
from goodstanding.records.models import MeasureSwitch

_ON, _OFF = MeasureSwitch.Act.ON, MeasureSwitch.Act.OFF
_BATCH = 500


@dataclass(slots=True)
class Switched:
    """How many measures were switched on and off."""

    on: int = 0
    off: int = 0

    def add(self, other: Switched) -> None:
        self.on += other.on
        self.off += other.off


@dataclass(frozen=True, slots=True)
class Gap:
    """A measure whose switch and whose law disagree.

    Args:
        is_on: What the switches say; the facts of the day say the opposite.
    """

    entity_id: str
    measure: str
    trigger: str
    is_on: bool


def called_for(book: Rulebook, facts: Iterable[Fact], day: date, now: datetime) -> tuple[Standing, ...]:
    """Return the measures that the facts of one business call for on a day, as known at an instant."""
    seen = view(facts, day, now)
    who = profile(seen, book.roles)
    return () if who is None else measures_on(seen, who.subject_type, book.measures, book.calendar)


def switched_on(entity_ids: Iterable[str]) -> list[MeasureSwitch]:
    """Return the switches that are on for some businesses: the last one of each measure and trigger, where it is ON."""
    last: dict[tuple[str, str], MeasureSwitch] = {}
    for row in MeasureSwitch.objects.filter(entity_id__in=list(entity_ids)).order_by("id"):
        last[row.measure, row.trigger] = row
    return [row for row in last.values() if row.act == _ON]


def follow(
    book: Rulebook,
    businesses: Iterable[tuple[str, Sequence[Fact]]],
    day: date,
    now: datetime,
    through: int | None = None,
) -> Switched:
    """Switch on and off whatever the facts of some businesses call for, in the caller's or its own transaction.

    Doing it twice changes nothing.

    Args:
        businesses: (entity id, every fact of it, those just appended included), each business once.
        day: The legal day; what begins binds from it, what is over no longer does on it.
        now: The instant of the act; UTC.
        through: Position of the last fact looked at; the ledger's last one when not given.
    """
    outcome = Switched()
    if not book.measures.measures:
        return outcome
    facts = dict(businesses)
    ids = list(facts)
    position = ledger.position() if through is None else through
    with transaction.atomic():
        for start in range(0, len(ids), _BATCH):
            chunk = ids[start : start + _BATCH]
            outcome.add(_follow(book, {id_: facts[id_] for id_ in chunk}, day, now, position))
    return outcome


def follow_decided(
    book: Rulebook, made: Iterable[Fact], known: Mapping[str, Sequence[Fact]], day: date, now: datetime
) -> Switched:
    """Follow the businesses for which decisions just made facts; in the transaction of the decisions.

    Args:
        made: The facts the decisions made.
        known: What was known of each of these businesses before.
    """
    by_entity: dict[str, list[Fact]] = {}
    for fact in made:
        by_entity.setdefault(fact.entity_id, []).append(fact)
    # Most decisions of a bulk touch no list that brings a measure: those cost nothing here.
    touched = [
        (id_, [*known.get(id_, ()), *facts])
        for id_, facts in by_entity.items()
        if any(_may_bring(book, fact) for fact in facts)
    ]
    return follow(book, touched, day, now) if touched else Switched()


def _may_bring(book: Rulebook, fact: Fact) -> bool:
    return any(one.kind == fact.kind and one.when.agrees(fact.payload) for one in book.measures.measures)


def _follow(book: Rulebook, facts: dict[str, Sequence[Fact]], day: date, now: datetime, position: int) -> Switched:
    last: dict[tuple[str, str], MeasureSwitch] = {}
    for row in MeasureSwitch.objects.filter(entity_id__in=list(facts)).order_by("id"):
        last[row.measure, row.trigger] = row
    wanted = {(one.code, one.trigger): one for id_, known in facts.items() for one in called_for(book, known, day, now)}
    rows: list[MeasureSwitch] = []
    for key, one in wanted.items():
        before = last.get(key)
        if before is None or before.act == _OFF:
            rows.append(
                MeasureSwitch(
                    entity_id=one.entity_id,
                    measure=one.code,
                    rule_number=one.rule.number,
                    basis=str(one.rule.source)[:300],
                    trigger=one.trigger,
                    decision=one.decision,
                    act=_ON,
                    serial=1 if before is None else before.serial + 1,
                    on_day=one.span.from_on if before is None else day,
                    until_on=one.span.until_on,
                    ledger_position=position,
                    rulebook_digest=book.digest,
                    written_at=now,
                )
            )
    for key, row in last.items():
        if row.act == _ON and key not in wanted:
            rows.append(
                MeasureSwitch(
                    entity_id=row.entity_id,
                    measure=row.measure,
                    rule_number=row.rule_number,
                    basis=row.basis,
                    trigger=row.trigger,
                    decision=row.decision,
                    act=_OFF,
                    serial=row.serial + 1,
                    # Found late, it ended when the law says all the same.
                    on_day=day if row.until_on is None else min(day, row.until_on),
                    ledger_position=position,
                    rulebook_digest=book.digest,
                    written_at=now,
                )
            )
    MeasureSwitch.objects.bulk_create(rows, batch_size=_BATCH)
    on = sum(row.act == _ON for row in rows)
    return Switched(on, len(rows) - on)


def follow_day(book: Rulebook, day: date, now: datetime) -> Switched:
    """Follow everything that may have changed since the last time: facts that came, and terms that are over.

    Args:
        day: The legal day.
        now: The instant; UTC.
    """
    catalogue = book.measures.measures
    if not catalogue:
        return Switched()
    position = ledger.position()
    last = MeasureSwitch.objects.order_by("-id").first()
    if last is not None and last.rulebook_digest != book.digest:
        # The law changed: what rested on a line that is gone ends, what a new line calls for begins.
        return follow_all(book, day, now)
    after = MeasureSwitch.objects.aggregate(last=Max("ledger_position"))["last"] or 0
    kinds = sorted({measure.kind for measure in catalogue})
    touched = {fact.entity_id for fact in ledger.of_kinds(kinds, after, position) if _may_bring(book, fact)}
    touched |= set(MeasureSwitch.objects.filter(act=_ON, until_on__lte=day).values_list("entity_id", flat=True))
    return follow(book, ledger.by_entity(sorted(touched), position), day, now, position)


def follow_all(book: Rulebook, day: date, now: datetime) -> Switched:
    """Follow every business that has a fact a measure could rest on, or a measure switched on."""
    position = ledger.position()
    return follow(book, ledger.by_entity(_concerned(book, position), position), day, now, position)


def gaps(book: Rulebook, day: date, now: datetime) -> list[Gap]:
    """Return every measure that is on without the law calling for it, or called for and not on: there should be none.

    This is the proof that measures end with their listing: it derives everything anew from the facts.
    """
    position = ledger.position()
    found: list[Gap] = []
    ids = _concerned(book, position)
    for start in range(0, len(ids), _BATCH):
        chunk = ids[start : start + _BATCH]
        on = {(row.entity_id, row.measure, row.trigger) for row in switched_on(chunk)}
        wanted = {
            (one.entity_id, one.code, one.trigger)
            for _, facts in ledger.by_entity(chunk, position)
            for one in called_for(book, facts, day, now)
        }
        found += [Gap(*key, is_on=True) for key in sorted(on - wanted)]
        found += [Gap(*key, is_on=False) for key in sorted(wanted - on)]
    return found


def _concerned(book: Rulebook, position: int) -> list[str]:
    kinds = sorted({measure.kind for measure in book.measures.measures})
    facts = ledger.of_kinds(kinds, 0, position) if kinds else iter(())
    ids = {fact.entity_id for fact in facts if _may_bring(book, fact)}
    return sorted(ids | set(MeasureSwitch.objects.values_list("entity_id", flat=True).distinct()))

"""Classify the touched: only businesses with new facts are placed anew, everybody else keeps the class of the last run.

Rules kept here:
- Touched is who has a fact the last run did not see, or names as related one who has.
- A class that changes by the mere passing of days is not looked for here: a classification of everyone finds it.
- A partial run goes on from a full one under the same rulebook and the same scorecard, and never looks back to an
  earlier day or instant. Where that cannot be, a classification of everyone is due.
- Whatever a run does not get to waits for the next: the ledger remembers through which position each run saw it whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from goodstanding.core.classification import Scorecard
from goodstanding.core.errors import ClassificationDue, GoodstandingError, NoRuleInForce
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import apart
from goodstanding.engine.instant import DIALECT, instant_of
from goodstanding.home import Home
from goodstanding.records import classes, ledger
from goodstanding.records.models import ClassRun
from goodstanding.supervise.classify import alone
from goodstanding.supervise.weighed import entities, touched_since

AT_ONCE = 100_000
"""How many touched businesses an act places at once; after more, everyone is classified more cheaply."""

_CHUNK = 2_000
_PATIENCE_S = 2.0  # another partial run is over by then; a full one is not worth waiting for


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of the touched after an act.

    Args:
        runs: The partial runs made, one for each scale on which somebody was touched.
        refused: Why a scale was left as it stands; the next run on it makes up for this one.
    """

    runs: tuple[ClassRun, ...] = ()
    refused: tuple[GoodstandingError, ...] = ()


def place_touched(home: Home, now: datetime, at_most: int = AT_ONCE) -> Placed:
    """Place whoever was touched since the last run, on every scale that was classified and has a scorecard in force.

    The day is that of ``now`` in the jurisdiction, or the last run's where that is later. Nothing is raised for what
    the law or the installation refuses: the act that touched them stands.

    Args:
        now: UTC.
        at_most: More touched businesses than these are left to a classification of everyone.
    """
    book = home.rulebook
    today = now.astimezone(ZoneInfo(book.timezone)).date()
    runs: list[ClassRun] = []
    refused: list[GoodstandingError] = []
    for scale in book.scales:
        last = classes.current_run(book.digest, scale)
        if last is None:
            continue
        try:
            run = classify_changed(home, max(today, last.as_of), max(now, last.known_at), now, scale, at_most=at_most)
        except NoRuleInForce:
            continue
        except GoodstandingError as error:
            refused.append(error)
            continue
        if run is not None:
            runs.append(run)
    return Placed(tuple(runs), tuple(refused))


def classify_changed(
    home: Home,
    as_of: date,
    known_at: datetime,
    now: datetime,
    scale: str = "",
    on_progress: Callable[[int], None] | None = None,
    at_most: int | None = None,
) -> ClassRun | None:
    """Place the businesses touched since the last run on a scale and record a run that goes on from it.

    Args:
        as_of: Day of the classification of the touched.
        known_at: What was known by then; UTC.
        now: Instant written on the run; UTC.
        scale: Which scale; by default the rulebook's first.
        at_most: More touched businesses than these are left to a classification of everyone.
    Returns:
        The run, or ``None`` where nobody was touched and none was made.
    Raises:
        ScaleUnknown: The rulebook has no such scale.
        NoRuleInForce: No scorecard is in force on the day.
        ClassificationDue: There is no run to go on from, or it cannot be gone on from.
        ClassificationUnderWay: Another process is classifying.
    """
    book = home.rulebook
    card = book.scorecard_on(scale, as_of)
    with alone(home.folder("classes"), _PATIENCE_S):
        last = _last(book, card, as_of, known_at)
        position = ledger.position()
        touched = sorted(touched_since(home.folder("snapshots"), book, last.complete_through, position))
        if not touched:
            return None
        if at_most is not None and len(touched) > at_most:
            raise _due(card, as_of, f"{len(touched):,} businesses were touched since run {last.pk}.")
        with transaction.atomic():
            run = ClassRun.objects.create(
                scale=card.scale,
                as_of=as_of,
                known_at=known_at,
                ledger_position=position,
                complete_through=ledger.complete_through(known_at, position, last.complete_through),
                rulebook_digest=book.digest,
                scorecard=card.rule.number,
                engine=DIALECT,
                made_at=now,
                base_id=last.base_id or last.pk,
                entities=0,
            )
            _place(home, card, run, last, touched, on_progress)
    return run


def _place(
    home: Home,
    card: Scorecard,
    run: ClassRun,
    last: ClassRun,
    touched: Sequence[str],
    on_progress: Callable[[int], None] | None,
) -> None:
    """Record the classes of the touched, and what the whole register now looks like."""
    book = home.rulebook
    ready = instant_of(book, card, home.folder("classes"))
    moves: Counter[tuple[str, str]] = Counter()
    for start in range(0, len(touched), _CHUNK):
        chunk = touched[start : start + _CHUNK]
        before = classes.class_by_entity(last, chunk)
        rows = []
        for entity_id, facts in entities(book, chunk, run.ledger_position):
            own, others = apart(entity_id, facts)
            rows += ready.rows_of(own, run.known_at, others)
        found = {one.entity_id: one for one in ready.classify(rows, run.as_of)}
        lines = [(one.entity_id, one.class_code, one.points, one.values_json) for one in found.values()]
        # Whoever had a class and is registered no more gets a line that says so.
        lines += [(entity_id, classes.GONE, 0, "{}") for entity_id in sorted(before.keys() - found.keys())]
        classes.record(run, lines)
        moves.update((before.get(entity_id, classes.GONE), code) for entity_id, code, _, _ in lines)
        run.placed += len(lines)
        if on_progress is not None:
            on_progress(run.placed)
    counts = Counter(last.counts)
    for (was, is_), count in moves.items():
        if was != is_:
            counts[was] -= count
            counts[is_] += count
            run.moves.setdefault(was, {})[is_] = count
    run.counts = {band.code: counts[band.code] for band in book.scales[card.scale].bands}
    run.entities = sum(run.counts.values())
    run.save(update_fields=["entities", "placed", "counts", "moves"])


def _last(book: Rulebook, card: Scorecard, as_of: date, known_at: datetime) -> ClassRun:
    last = classes.current_run(book.digest, card.scale)
    if last is None:
        raise _due(card, as_of, "Nobody was classified under this rulebook yet.")
    if as_of < last.as_of or known_at < last.known_at:
        found = (
            f"Run {last.pk} looked at {last.as_of} as known at {last.known_at:%Y-%m-%d %H:%M:%S} UTC, which is later."
        )
        raise _due(card, as_of, found)
    if book.scorecard_on(card.scale, last.as_of) != card:
        raise _due(card, as_of, f"Run {last.pk} was made by the scorecard in force on {last.as_of}, which is another.")
    return last


def _due(card: Scorecard, as_of: date, found: str) -> ClassificationDue:
    return ClassificationDue(
        asked=f"To place on the scale {card.scale} on {as_of} only those touched since the last run.",
        found=found,
        wants="A run of everyone to go on from: of this rulebook and scorecard, no later day, and not too long ago.",
        next_step=f"Run `goodstanding classify --as-of {as_of} --scale {card.scale}`.",
    )

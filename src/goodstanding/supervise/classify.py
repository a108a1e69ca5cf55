"""Classify everyone: ledger to snapshot, snapshot to classes, classes to the records.

Rules kept here:
- One classification at a time in one installation: the snapshot that one reads is not replaced by another. The
  snapshot of the last one is brought up to date where that serves, else written anew.
- The run and all its lines are recorded in one transaction. The Parquet copy in ``classes/<run>`` is put in place after
  it; a crash between leaves the run without that copy, and no reader of the records can tell.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from goodstanding.core.errors import ClassificationUnderWay
from goodstanding.engine.backends import DuckDB, Engine
from goodstanding.engine.whole import classify_snapshot
from goodstanding.home import Home
from goodstanding.records import classes, ledger
from goodstanding.records.models import ClassRun
from goodstanding.supervise.weighed import snapshot_at

_MAKING = "making-"


def classify_all(
    home: Home,
    as_of: date,
    known_at: datetime,
    now: datetime,
    scale: str = "",
    on_progress: Callable[[int], None] | None = None,
    engine: Engine | None = None,
) -> ClassRun:
    """Place every registered business in a class and record the run.

    Args:
        as_of: Day of the classification.
        known_at: What was known by then; UTC.
        now: Instant written on the run; UTC.
        scale: Which scale; by default the rulebook's first.
        engine: Where the expressions run; by default DuckDB in this process. Every engine gives the same classes.
    Raises:
        ScaleUnknown: The rulebook has no such scale.
        NoRuleInForce: No scorecard is in force on the day.
        IndicatorUnfit: The rulebook cannot feed its own scorecard.
        ClassificationUnderWay: Another process is classifying.
        ClusterFailed: The engine is a cluster and could not finish; nothing was recorded.
    """
    engine = engine or DuckDB()
    book = home.rulebook
    card = book.scorecard_on(scale, as_of)
    with alone(home.folder("classes")) as making:
        position = ledger.position()
        snapshot = snapshot_at(home.folder("snapshots"), book, known_at, position, on_progress)
        with transaction.atomic():
            run = ClassRun.objects.create(
                scale=card.scale,
                as_of=as_of,
                known_at=known_at,
                ledger_position=position,
                complete_through=snapshot.complete_through,
                rulebook_digest=book.digest,
                scorecard=card.rule.number,
                engine=engine.name,
                made_at=now,
                entities=0,
            )
            counts: Counter[str] = Counter()
            for chunk in classify_snapshot(snapshot, book, card, as_of, engine, making):
                classes.record(run, ((one.entity_id, one.class_code, one.points, one.values_json) for one in chunk))
                counts.update(one.class_code for one in chunk)
            run.entities = run.placed = counts.total()
            run.counts = {band.code: counts[band.code] for band in book.scales[card.scale].bands}
            run.save(update_fields=["entities", "placed", "counts"])
        _put(making, home.folder("classes") / str(run.pk))
    return run


@contextmanager
def alone(folder: Path, patience_s: float = 0) -> Iterator[Path]:
    """Hold the installation's classification and yield an empty folder to write in, which does not outlive the hold.

    Args:
        patience_s: How long to wait for another that holds it; seconds.
    Raises:
        ClassificationUnderWay: Another holds it still.
    """
    until = time.monotonic() + patience_s
    with (folder / "lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise _under_way(folder) from None
                time.sleep(0.02)
        # Nobody else holds the folder, so what another began to make there, it left behind when it was stopped.
        for left in folder.glob(f"{_MAKING}*"):
            shutil.rmtree(left, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=folder))
        try:
            yield making
        finally:
            shutil.rmtree(making, ignore_errors=True)


def _under_way(folder: Path) -> ClassificationUnderWay:
    return ClassificationUnderWay(
        asked=f"To classify into {folder}.",
        found="Another process is classifying there.",
        wants="One classification at a time.",
        next_step="Wait until it is done, then classify again.",
    )


def _put(made: Path, target: Path) -> None:
    # A folder of that number is left from another database; its run is not this one.
    shutil.rmtree(target, ignore_errors=True)
    made.rename(target)

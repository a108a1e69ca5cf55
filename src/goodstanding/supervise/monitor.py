"""How the classes develop: their distribution, who moved, what drifted, and what the lots found in each class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from django.db import connection

from goodstanding.core.classification import Scale, Scorecard
from goodstanding.core.errors import ClassRunMissing
from goodstanding.core.monitoring import stability
from goodstanding.engine.counts import bin_counts
from goodstanding.home import Home
from goodstanding.records.models import ClassRun
from goodstanding.supervise.held import Held, conditions_held

Matrix = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one indicator's values have moved between two runs.

    Args:
        before: Businesses without a value, then in each bin of the later run's scorecard.
        after: The same in the later run.
        index: The population stability index of the two.
        area: Key area whose businesses alone are counted; empty where everyone is.
    """

    indicator: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    index: float
    area: str = ""


def scales_classified() -> list[str]:
    """Return the scales on which anybody was ever classified."""
    return sorted(ClassRun.objects.values_list("scale", flat=True).distinct())


def runs_of(scale: str, at_most: int = 24) -> list[ClassRun]:
    """Return the full runs on a scale, those of the latest days, the earliest first."""
    runs = ClassRun.objects.filter(scale=scale, base=None).order_by("-as_of", "-known_at", "-id")[:at_most]
    return list(reversed(runs))


def run_of(number: int) -> ClassRun:
    """Return one run.

    Raises:
        ClassRunMissing: There is none of that number.
    """
    run = ClassRun.objects.filter(pk=number).first()
    if run is None:
        raise ClassRunMissing(
            asked=f"The classification run {number}.",
            found="None of that number was recorded.",
            wants="The number of a recorded run.",
            next_step="Choose one of the list of runs.",
        )
    return run


def before(run: ClassRun) -> ClassRun | None:
    """Return the run on the same scale that a run is compared with.

    Of a full run it is the last full one of an earlier day, or made before on the same day; of a partial one the run
    that it continued.
    """
    if run.base is not None:
        partial = ClassRun.objects.filter(base=run.base, pk__lt=run.pk).order_by("-id").first()
        return partial or run.base
    runs = ClassRun.objects.filter(scale=run.scale, base=None).exclude(pk=run.pk)
    earlier = runs.filter(as_of__lt=run.as_of).order_by("-as_of", "-known_at", "-id").first()
    return earlier or runs.filter(as_of=run.as_of, pk__lt=run.pk).order_by("-id").first()


def scale_of(home: Home, run: ClassRun) -> Scale:
    """Return the scale of a run, as the rulebook then in force wrote it."""
    return home.rulebook_of(run.rulebook_digest).scales[run.scale]


def migration(earlier: ClassRun, later: ClassRun) -> Matrix:
    """Return businesses by (class before, class after) of two runs; empty text stands for not being there.

    A partial run knows its own moves, and nobody in them stayed; two full ones are compared in the database.
    """
    if later.base is not None:
        return {(old, new): count for old, targets in later.moves.items() for new, count in targets.items()}
    sql = """
        SELECT coalesce(old, ''), coalesce(new, ''), count(*) FROM (
            SELECT max(CASE WHEN run_id = %s THEN class_code END) AS old,
                   max(CASE WHEN run_id = %s THEN class_code END) AS new
            FROM class_of_entity WHERE run_id IN (%s, %s) GROUP BY entity_id
        ) AS placed GROUP BY 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [earlier.pk, later.pk, earlier.pk, later.pk])
        return {(str(old), str(new)): int(count) for old, new, count in cursor.fetchall()}


def drifts(home: Home, earlier: ClassRun, later: ClassRun) -> list[Drift]:
    """Return how far each indicator of the later run's scorecard moved, the farthest first.

    One that is weighed for a key area is compared among that area's businesses. Indicators that the earlier run did not
    weigh are left out, and all of them where the files of a run are gone.
    """
    asked = _card_of(home, earlier)
    weighings = [
        weighing
        for weighing in _card_of(home, later).weighings
        if weighing.indicator in asked.indicators and (not weighing.area or weighing.area in asked.areas)
    ]
    files = _files(home, earlier), _files(home, later)
    if not weighings or not all(files):
        return []
    pairs = zip(weighings, bin_counts(files[0], weighings), bin_counts(files[1], weighings), strict=True)
    found = [Drift(one.indicator, tuple(a), tuple(b), stability(a, b), one.area) for one, a, b in pairs]
    return sorted(found, key=lambda one: (-one.index, one.indicator, one.area))


def held(home: Home, earlier: ClassRun | None, later: ClassRun) -> list[Held]:
    """Return for how many businesses each signal and direct rule of a full run held, and in the run before.

    Rules are the same where their number is. Nothing is returned where the files of the later run are gone.
    """
    now = conditions_held(_files(home, later), _card_of(home, later))
    if earlier is None or not now:
        return now
    then = {
        (one.rule.number, one.is_direct): one for one in conditions_held(_files(home, earlier), _card_of(home, earlier))
    }
    compared = []
    for one in now:
        old = then.get((one.rule.number, one.is_direct))
        compared.append(one if old is None else replace(one, found_before=old.found, seen_before=old.seen))
    return compared


def _files(home: Home, run: ClassRun) -> list[Path]:
    return sorted((home.folder("classes") / str(run.pk)).glob("*.parquet"))


def _card_of(home: Home, run: ClassRun) -> Scorecard:
    return home.rulebook_of(run.rulebook_digest).scorecard_on(run.scale, run.as_of)

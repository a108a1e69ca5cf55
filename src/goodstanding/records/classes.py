"""Classes as recorded: one line an entity and run, with the values it rests on.

Rules kept here:
- A partial run continues a full one, its base, and has lines of touched entities alone. The class of an entity as a run
  leaves it is the last one recorded by that run, by the partial ones before it, or by the base.
- A line without a class says that the entity is no longer a registered business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection
from django.db.models import QuerySet

from goodstanding.records.models import ClassRecord, ClassRun

GONE = ""
"""In place of a class: the entity is no longer a registered business."""

_BATCH = 10_000
_CHUNK = 5_000  # below both databases' limits of parameters


def record(run: ClassRun, lines: Iterable[tuple[str, str, int, str]]) -> None:
    """Write (entity id, class, points, values as JSON) of many entities under one run."""
    rest = iter(lines)
    columns = "run_id, entity_id, class_code, points, values"
    quoted = ", ".join(connection.ops.quote_name(name) for name in columns.split(", "))
    while batch := list(islice(rest, _BATCH)):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                entities, codes, points, values = (list(column) for column in zip(*batch, strict=True))
                cursor.execute(
                    f"INSERT INTO class_of_entity ({quoted}) SELECT %s, * "  # noqa: S608 - no value in the text
                    "FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[])",
                    [run.pk, entities, codes, points, values],
                )
            else:
                cursor.executemany(
                    f"INSERT INTO class_of_entity ({quoted}) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608
                    [(run.pk, *line) for line in batch],
                )


def latest(entity_id: str, scale: str = "") -> ClassRecord | None:
    """Return an entity's class in the run of the latest day that has it; of two of that day, the one that knew most.

    Args:
        scale: Only runs on this scale; by default those on any.
    """
    found = ClassRecord.objects.filter(entity_id=entity_id).select_related("run")
    if scale:
        found = found.filter(run__scale=scale)
    last = found.order_by("-run__as_of", "-run__known_at", "-run_id").first()
    return None if last is None or last.class_code == GONE else last


def current_run(rulebook_digest: str, scale: str) -> ClassRun | None:
    """Return the run that says how things stand on a scale, a partial one perhaps: of the latest day; of two of that
    day, the one that knew most, and of two that knew as much, the newest.

    A run made later about an earlier day, or about what was known earlier, is a look back and replaces nothing.
    """
    runs = ClassRun.objects.filter(rulebook_digest=rulebook_digest, scale=scale)
    return runs.order_by("-as_of", "-known_at", "-id").first()


def standing(run: ClassRun) -> Iterator[tuple[str, str, int, str]]:
    """Yield (entity id, class, points, values as JSON) of every business as a run leaves it, in no order."""
    columns = ("entity_id", "class_code", "points", "values")
    touched: dict[str, tuple[str, str, int, str]] = {}
    base = run
    if run.base is not None:
        base = run.base
        for line in _partial(run).order_by("run_id").values_list(*columns):
            touched[line[0]] = line
    for line in ClassRecord.objects.filter(run=base).values_list(*columns).iterator(_BATCH):
        if line[0] not in touched:
            yield line
    yield from (line for line in touched.values() if line[1] != GONE)


def class_by_entity(run: ClassRun, entity_ids: Sequence[str] | None = None) -> dict[str, str]:
    """Return the class of every business as a run leaves it, or of some; nothing for those without one."""
    found: dict[str, str] = {}
    lines = [ClassRecord.objects.filter(run=run.base_id or run.pk)]
    if run.base_id is not None:
        lines.append(_partial(run).order_by("run_id"))
    for part in lines:
        pairs = part.values_list("entity_id", "class_code")
        if entity_ids is None:
            found.update(pairs.iterator(_BATCH))
            continue
        for start in range(0, len(entity_ids), _CHUNK):
            found.update(pairs.filter(entity_id__in=entity_ids[start : start + _CHUNK]))
    return {entity_id: code for entity_id, code in found.items() if code != GONE}


def _partial(run: ClassRun) -> QuerySet[ClassRecord]:
    """Return the lines of a partial run and of those that continued its base before it."""
    runs = ClassRun.objects.filter(base_id=run.base_id, pk__lte=run.pk)
    return ClassRecord.objects.filter(run__in=runs.values("pk"))

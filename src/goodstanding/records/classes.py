"""Classes as recorded: one line an entity and run, with the values it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from django.db import connection

from goodstanding.records.models import ClassRecord, ClassRun

_BATCH = 10_000


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


def latest(entity_id: str) -> ClassRecord | None:
    """Return an entity's class in the run of the latest day that has it; of two of that day, the newest."""
    found = ClassRecord.objects.filter(entity_id=entity_id).select_related("run")
    return found.order_by("-run__as_of", "-run_id").first()


def current_run(rulebook_digest: str, scale: str) -> ClassRun | None:
    """Return the run that says how things stand on a scale: of the latest day; of two of that day, the newest.

    A run made later about an earlier day is a look back and replaces nothing.
    """
    runs = ClassRun.objects.filter(rulebook_digest=rulebook_digest, scale=scale)
    return runs.order_by("-as_of", "-id").first()

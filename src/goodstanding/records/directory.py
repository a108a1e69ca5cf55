"""The inspector directory: who may be sent, kept from a file the authority writes.

The file is CSV in UTF-8 with the columns ``code``, ``name``, ``regions``, ``skills`` and ``recused_from``; the last
three hold several values separated by spaces. Names stay in the records; only codes are ever published.
"""

from __future__ import annotations

import csv
import io

from django.db import transaction

from goodstanding.core.errors import DirectoryInvalid
from goodstanding.records.models import Inspector

COLUMNS = ("code", "name", "regions", "skills", "recused_from")


def read_directory(content: bytes) -> list[Inspector]:
    """Read the directory file without storing it.

    Raises:
        DirectoryInvalid: Wrong encoding or columns, an empty code, or a code that stands twice.
    """
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        found = list(rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _invalid(f"It cannot be read: {error}.") from None
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise _invalid(f"Its columns are {', '.join(rows.fieldnames or ['none'])}.")
    inspectors: dict[str, Inspector] = {}
    for number, row in enumerate(found, start=2):
        code = (row["code"] or "").strip()
        if not code or code in inspectors:
            raise _invalid(f"Line {number} has the code {code!r}, empty or used before.")
        inspectors[code] = Inspector(
            code=code,
            name=(row["name"] or "").strip(),
            regions=(row["regions"] or "").split(),
            skills=(row["skills"] or "").split(),
            recused_from=(row["recused_from"] or "").split(),
        )
    if not inspectors:
        raise _invalid("It names nobody.")
    return list(inspectors.values())


def replace_directory(content: bytes) -> int:
    """Take the file as the directory from now on: those it leaves out are no longer sent. Returns how many it names."""
    inspectors = read_directory(content)
    with transaction.atomic():
        Inspector.objects.update(is_active=False)
        Inspector.objects.bulk_create(
            inspectors,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "regions", "skills", "recused_from", "is_active"],
        )
    return len(inspectors)


def _invalid(found: str) -> DirectoryInvalid:
    return DirectoryInvalid(
        asked="To take a file as the inspector directory.",
        found=found,
        wants=f"CSV in UTF-8 with the columns {', '.join(COLUMNS)}, one inspector a line, each code once.",
        next_step="Mend the file; the directory is as it was.",
    )

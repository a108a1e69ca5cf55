"""Many new rows at once: by COPY where the server takes it, row by row otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection


def is_server() -> bool:
    """Tell whether the database is PostgreSQL."""
    return connection.vendor == "postgresql"


def add_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Append rows to a table, in the caller's transaction.

    Args:
        columns: Their names; like the table's, never from outside the program.
        rows: Values as the database's driver takes them.
    """
    named = ", ".join(columns)
    with connection.cursor() as cursor:
        if is_server():
            with cursor.cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            # No value stands in the text itself.
            cursor.executemany(f"INSERT INTO {table} ({named}) VALUES ({marks})", rows)  # noqa: S608

"""Duties that come round each year, such as an annual report within its window.

Rules kept here:
- The window of a calendar year asks for the report on an earlier year, ``years_back`` before it.
- The first window that binds a business is the one of the year stated after its registration.
- A report begun on or before the window's last day fulfils the duty in time; a later one fulfils it late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from goodstanding.core.fact import Fact, FactKind, FieldType
from goodstanding.core.ledger import View
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule


@dataclass(frozen=True, slots=True)
class Duty:
    """One yearly duty.

    Args:
        kind: Fact kind whose facts fulfil it.
        year_field: Field of that kind that names the year reported on.
        window_from: (month, day) on which the window opens.
        window_through: (month, day) of its last day, included.
        years_back: The year reported on is this many years before the window's year.
        first_after_years: The first window is this many calendar years after the year of registration.
    """

    code: str
    rule: Rule
    kind: str
    year_field: str
    window_from: tuple[int, int]
    window_through: tuple[int, int]
    years_back: int
    first_after_years: int

    def window_end(self, year: int) -> date:
        """Return the last day of the window opened in calendar year ``year``."""
        return date(year, *self.window_through)

    def last_closed_window(self, day: date) -> int:
        """Return the calendar year of the last window that had closed before ``day``."""
        return day.year if self.window_end(day.year) < day else day.year - 1

    def binds(self, registered_on: date, window_year: int) -> bool:
        """Tell whether the window of that year asks a business registered on that day."""
        return window_year >= registered_on.year + self.first_after_years

    def fulfilment(self, seen: View, reported_year: int) -> Fact | None:
        """Return the earliest fact that reports on ``reported_year``, in time or late, or ``None``."""
        for fact in seen.of(self.kind):
            if fact.payload.get(self.year_field) == reported_year:
                return fact
        return None


def read_duties(file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind]) -> dict[str, Duty]:
    """Read ``[duty.<code>]`` of duties.toml."""
    duties = {}
    for code, table in file.named("duty", required=False):
        kind = table.text("kind")
        if kind not in kinds:
            raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
        year_field = table.text("year_field")
        field = kinds[kind].fields.get(year_field)
        if field is None or field.type is not FieldType.INTEGER:
            raise table.mistake("year_field", f"{year_field!r}.", f"A field of type integer in kind {kind}.")
        duties[code] = Duty(
            code=code,
            rule=table.rule(languages),
            kind=kind,
            year_field=year_field,
            window_from=_month_day(table, "window_from"),
            window_through=_month_day(table, "window_through"),
            years_back=table.whole("years_back", 1),
            first_after_years=table.whole("first_after_years", 1),
        )
    return duties


def _month_day(table: Table, name: str) -> tuple[int, int]:
    text = table.text(name)
    wants = "A month and day that exist every year, written MM-DD."
    try:
        day = date.fromisoformat(f"2001-{text}")
    except ValueError:
        raise table.mistake(name, f"{text!r}.", wants) from None
    return day.month, day.day

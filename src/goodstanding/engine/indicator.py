"""What an indicator is: one whole number about one entity on one day, as one Ibis expression over a facts table.

Rules kept here:
- Indicators are aggregates by entity over the rows of the kinds they need, and see no others: those that need the same
  kinds are computed together, in one pass over these rows alone.
- Days are whole numbers since 1970-01-01, and whatever follows from the day alone (a window's bound, a year) is
  computed in plain Python: engines disagree on month arithmetic, never on integers. An indicator asks the clock for it
  by name, so that one expression serves a fixed day, as a literal, and every day, as a parameter.
- An indicator says which kinds, fields and codes it reads; a rulebook that lacks one cannot use it. Fields that name
  persons or are for officers only can never be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import ibis
import ibis.expr.types as ir

from goodstanding.core.dates import add_months
from goodstanding.core.duty import Duty
from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import Exposure, Field
from goodstanding.core.related import PREFIX
from goodstanding.core.rulebook import Rulebook

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return a day as whole days since 1970-01-01."""
    return (day - EPOCH).days


def ymd(day: date) -> int:
    """Return a day as the number YYYYMMDD: the difference of two, cut to ten thousands, is their whole years."""
    return day.year * 10_000 + day.month * 100 + day.day


def bits(field: Field) -> dict[str, int]:
    """Return the bit that stands for each code of a field of several, by its place among the sorted codes."""
    return {code: 1 << place for place, code in enumerate(sorted(field.codes))}


@dataclass(frozen=True, slots=True)
class Need:
    """A field of a fact kind, and the codes of it, that an indicator reads; an empty field means the kind alone."""

    kind: str
    field: str = ""
    codes: tuple[str, ...] = ()


class Clock(Protocol):
    """Gives whole numbers that follow from the day of the classification alone."""

    def __call__(self, name: str, of: Callable[[date], int]) -> ir.IntegerScalar:
        """Return the number ``of`` gives for the day; one name always stands for one function."""
        ...


def day_clock(as_of: date) -> Clock:
    """Return the clock of one fixed day: its numbers are literals."""
    return lambda _name, of: ibis.literal(of(as_of), "int64")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of every entity, to be aggregated by entity, as of one day.

    Args:
        table: Rows begun by the day and still displayed; see `goodstanding.engine.features` for the columns.
        kinds: Fact kinds of these rows, and no others.
        clock: Whatever follows from the day alone.
        book: The rulebook, for its code tables and duties.
    """

    table: ir.Table
    clock: Clock
    book: Rulebook
    kinds: frozenset[str] = frozenset()

    @property
    def day(self) -> ir.IntegerScalar:
        """The day as whole days since 1970-01-01."""
        return self.clock("day", day_number)

    @property
    def day_ymd(self) -> ir.IntegerScalar:
        """The day as the number YYYYMMDD."""
        return self.clock("day_ymd", ymd)

    def months_ago(self, months: int) -> ir.IntegerScalar:
        """Return the same day some months ago, or that month's last day, as whole days since 1970-01-01."""
        return self.clock(f"months_ago_{months}", lambda day: day_number(add_months(day, -months)))

    def of(self, kind: str) -> ir.BooleanValue:
        """Facts of one kind begun by the day, ended ones included."""
        # Where all are of that kind, asking each would cost and tell nothing.
        return ibis.literal(True) if self.kinds == {kind} else self.table.kind == kind

    def in_force(self, kind: str) -> ir.BooleanValue:
        """Facts of one kind whose span contains the day."""
        return self.of(kind) & (self.table.until_day.isnull() | (self.table.until_day > self.day))

    def within_months(self, kind: str, months: int) -> ir.BooleanValue:
        """Facts of one kind begun in the last months: later than the same day ``months`` ago."""
        return self.of(kind) & (self.table.from_day > self.months_ago(months))

    def count(self, where: ir.BooleanValue) -> ir.IntegerScalar:
        """Number of facts that agree; none where it is unknown of each, which some engines would leave unsaid."""
        return self.table.count(where=where).fill_null(0)

    def any(self, where: ir.BooleanValue) -> ir.IntegerScalar:
        """One where any fact agrees, else zero."""
        return (self.count(where) > 0).cast("int64")

    def holds_any(self, kind: str, field: str, codes: frozenset[str]) -> ir.BooleanValue:
        """Facts whose field of several codes, of one kind, holds one of ``codes``."""
        bit_of = bits(self.book.kinds[kind].fields[field])
        asked = ibis.literal(sum(bit_of[code] for code in codes), "int64")
        return (self.table[field] & asked) != 0 if codes else ibis.literal(False)

    @property
    def adverse(self) -> ir.BooleanValue:
        """Inspection results that the rulebook calls adverse."""
        rules = self.book.inspection
        adverse = frozenset(code for code, result in rules.results.items() if result.is_adverse)
        return self.holds_any(rules.result_kind, rules.result_field, adverse)

    def established(self) -> ir.IntegerScalar:
        """Day since which the business exists, as YYYYMMDD, by the registration that gives its profile on the day."""
        kind = self.book.roles.kind
        # Rank and day in one whole number, so that the last registration's day is a plain maximum. It stays below
        # 2**53, since some engines take a remainder by way of floating point.
        rank = self.in_force(kind).cast("int64") * 2**24 + self.table.place
        return (rank * 100_000_000 + self.table.established_ymd).max(where=self.of(kind)) % 100_000_000

    def was_active(self, end: ir.IntegerScalar) -> ir.BooleanValue:
        """Tell whether the business was active on an earlier day, as the registrations begun by then say.

        Where none had begun, what is recorded of the business is younger than the business: it is taken as active.

        Args:
            end: The day, as whole days since 1970-01-01.
        """
        roles = self.book.roles
        begun = self.of(roles.kind) & (self.table.from_day <= end)
        stands = self.table.until_day.isnull() | (self.table.until_day > end)
        status = self.book.kinds[roles.kind].fields.get(roles.status)
        # A status that is no feature is not in the snapshot; then standing is all there is to go by.
        active = stands
        if status is not None and status.feature:
            active = stands & self.table[status.name].isin(sorted(roles.active_statuses)).fill_null(False)
        rank = stands.cast("int64") * 2**31 + self.table.place
        latest = (rank * 2 + active.cast("int64")).max(where=begun)
        return (latest % 2).fill_null(1) == 1

    def window_year(self, duty: Duty, back: int = 0) -> ir.IntegerScalar:
        """Return the calendar year of a duty's last closed window, or of the one so many years before it."""
        return self.clock(f"{duty.code}_window_{back}", lambda day: duty.last_closed_window(day) - back)

    def window_end(self, duty: Duty, back: int = 0) -> ir.IntegerScalar:
        """Return the last day of that window, as whole days since 1970-01-01."""
        return self.clock(f"{duty.code}_end_{back}", lambda day: day_number(_window_end(duty, day, back)))

    def owed(self, duty: Duty, back: int = 0) -> ir.BooleanValue:
        """Tell whether that window bound the business; one of a year without such a law bound nobody."""
        in_law = self.clock(
            f"{duty.code}_in_law_{back}", lambda day: int(duty.rule.validity.contains(_window_end(duty, day, back)))
        )
        first = self.clock(
            f"{duty.code}_first_{back}",
            lambda day: ymd(date(_window_end(duty, day, back).year - duty.first_after_years + 1, 1, 1)),
        )
        return (in_law == 1) & (self.established() < first) & self.was_active(self.window_end(duty, back))

    def none(self) -> ir.IntegerScalar:
        """Zero for everyone."""
        return self.count(ibis.literal(False))

    def duty_of(self, kind: str) -> Duty:
        """Return the yearly duty that facts of one kind fulfil."""
        return next(duty for duty in self.book.duties.values() if duty.kind == kind)


Measure = Callable[[Facts], ir.IntegerScalar]
"""One aggregate over the rows of one entity."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    Args:
        title: What it says, by language.
        unit: Of the whole number it gives.
        window: How far it looks back, in words.
        source: Which rule or notice asks for it, in words.
        dimension: Its place in the reference index: basic, dynamics, supervision, related or social.
        needs: What it reads of the catalogue.
        measure: The aggregate over the rows of the kinds in ``needs``; ``NULL`` where it has nothing to say. Or, by
            kind, an aggregate over the rows of each alone, zero where there are none.
        empty: What it says of an entity that has no row of these kinds.
        needs_duty: Fact kind that a yearly duty must ask for, or empty.
        joined: What the aggregates by kind make together, where there are several.
    """

    name: str
    title: Mapping[str, str]
    unit: str
    window: str
    source: str
    dimension: str
    needs: tuple[Need, ...]
    measure: Measure | Mapping[str, Measure]
    empty: int | None = 0
    needs_duty: str = ""
    joined: Callable[[Mapping[str, ir.IntegerValue]], ir.IntegerValue] | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """Fact kinds whose rows it sees."""
        return frozenset(need.kind for need in self.needs)


def _window_end(duty: Duty, day: date, back: int) -> date:
    return duty.window_end(duty.last_closed_window(day) - back)


def check_fit(indicator: Indicator, book: Rulebook) -> None:
    """Refuse an indicator that the rulebook's catalogue cannot feed.

    Raises:
        IndicatorUnfit: A kind, field, code or duty is missing, or a field is not a feature.
    """
    carried = {PREFIX + kind: kind for relation in book.related for kind in relation.carries}
    for need in indicator.needs:
        kind = book.kinds.get(carried.get(need.kind, need.kind))
        if kind is None or not (kind.is_feature or need.kind == book.roles.kind):
            raise _unfit(indicator, book, f"Kind {need.kind} is missing or no feature.")
        if not need.field:
            continue
        field = kind.fields.get(need.field)
        if field is None or not field.feature:
            raise _unfit(indicator, book, f"Field {need.field} of kind {need.kind} is missing or no feature.")
        if field.exposure is not Exposure.PUBLIC:
            raise _unfit(indicator, book, f"Field {need.field} of kind {need.kind} is {field.exposure.value}.")
        missing = [code for code in need.codes if code not in field.codes]
        if missing:
            raise _unfit(indicator, book, f"Table {field.table} lacks {', '.join(missing)}.")
    if indicator.needs_duty and not any(duty.kind == indicator.needs_duty for duty in book.duties.values()):
        raise _unfit(indicator, book, f"No duty asks for {indicator.needs_duty}.")


def _unfit(indicator: Indicator, book: Rulebook, found: str) -> IndicatorUnfit:
    return IndicatorUnfit(
        asked=f"To compute {indicator.name} under the rulebook {book.code}.",
        found=found,
        wants="Every kind, field and code an indicator reads, marked as a feature and open to the public.",
        next_step="Add it to facts.toml, or take the indicator out of the scorecard.",
    )

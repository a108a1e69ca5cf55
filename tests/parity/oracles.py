"""Every indicator a second time, in plain Python over a list of facts, from its title and words alone.

What counts: known by the instant, not corrected by then, begun by the day, of a kind the classification may weigh, and,
where the kind is public, displayed on the day. Nothing here uses the expressions or the snapshot.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from goodstanding.core.disclosure import shown
from goodstanding.core.duty import Duty
from goodstanding.core.entity import profile
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import View, view
from goodstanding.core.rulebook import Rulebook

KNOWN = datetime(9999, 1, 1, tzinfo=UTC)
"""Everything left to look at was known by the instant asked for."""


@dataclass(frozen=True, slots=True)
class Past:
    """What counts of one business on one day, in the order of the view."""

    facts: tuple[Fact, ...]
    as_of: date
    established_on: date
    book: Rulebook

    def of(self, kind: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind == kind]

    def recent(self, kind: str, months: int) -> list[Fact]:
        """Facts of a kind begun later than the same day so many months ago."""
        return [fact for fact in self.of(kind) if fact.span.from_on > months_before(self.as_of, months)]

    def inspections(self) -> list[Fact]:
        return self.of(self.book.inspection.result_kind)

    def results(self, fact: Fact) -> tuple[str, ...]:
        found = fact.payload[self.book.inspection.result_field]
        assert isinstance(found, tuple)
        return found

    def is_adverse(self, fact: Fact) -> bool:
        return any(self.book.inspection.results[code].is_adverse for code in self.results(fact))


def months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, or that month's last day."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def past_of(facts: Iterable[Fact], book: Rulebook, as_of: date, known_at: datetime) -> Past | None:
    """Return what counts of one business, or nothing where it is not registered by the day."""
    seen = view(facts, as_of, known_at)
    who = profile(seen, book.roles)
    if who is None:
        return None
    counting = []
    for fact in seen.facts:
        kind = book.kinds[fact.kind]
        if fact.kind != book.roles.kind:
            if not kind.is_feature:
                continue
            if kind.is_public:
                when = shown(fact, book.disclosure, book.calendar)
                if when is None or not when.span.contains(as_of):
                    continue
        counting.append(fact)
    return Past(tuple(counting), as_of, who.established_on, book)


def years_open(past: Past) -> int:
    since, day = past.established_on, past.as_of
    before_anniversary = (day.month, day.day) < (since.month, since.day)
    return max(0, day.year - since.year - before_anniversary)


def registration_changes_24m(past: Past) -> int:
    first, *_ = past.of(past.book.roles.kind)
    return len([fact for fact in past.recent(past.book.roles.kind, 24) if fact is not first])


def _duty(past: Past) -> tuple[Duty, list[int]]:
    """Return the duty to report, and the calendar years of its last three windows that have closed."""
    duty = past.book.duties["annual_report"]
    closed = [year for year in range(past.as_of.year - 9, past.as_of.year + 1) if duty.window_end(year) < past.as_of]
    return duty, closed[-3:]


def _reports(past: Past, window: int) -> list[Fact]:
    duty, _ = _duty(past)
    return [fact for fact in past.of(duty.kind) if fact.payload[duty.year_field] == window - duty.years_back]


def _was_active(past: Past, day: date) -> bool:
    """Whether the business was active on an earlier day; a record that begins later says nothing against it."""
    begun = tuple(fact for fact in past.of(past.book.roles.kind) if fact.span.from_on <= day)
    who = profile(View(day, KNOWN, begun), past.book.roles)
    return who is None or who.is_active


def annual_reports_missed_3y(past: Past) -> int:
    duty, windows = _duty(past)
    return len(
        [
            window
            for window in windows
            if duty.rule.validity.contains(duty.window_end(window))
            and duty.binds(past.established_on, window)
            and _was_active(past, duty.window_end(window))
            and not _reports(past, window)
        ]
    )


def annual_report_late_last(past: Past) -> int:
    duty, (*_, last) = _duty(past)
    reports = _reports(past, last)
    return int(bool(reports) and all(fact.span.from_on > duty.window_end(last) for fact in reports))


def penalties_24m(past: Past) -> int:
    return len(past.recent("penalty", 24))


def penalty_amount_24m(past: Past) -> int:
    return sum(int(fact.payload.get("amount_minor", 0) or 0) for fact in past.recent("penalty", 24))


def serious_penalties_36m(past: Past) -> int:
    return len([fact for fact in past.recent("penalty", 36) if fact.payload["severity"] == "serious"])


def _recent_inspections(past: Past) -> list[Fact]:
    return past.recent(past.book.inspection.result_kind, 36)


def adverse_inspections_36m(past: Past) -> int:
    return len([fact for fact in _recent_inspections(past) if past.is_adverse(fact)])


def clean_inspections_36m(past: Past) -> int:
    return len([fact for fact in _recent_inspections(past) if not past.is_adverse(fact)])


def failed_inspections_36m(past: Past) -> int:
    return len([fact for fact in _recent_inspections(past) if "fail" in past.results(fact)])


def days_since_last_inspection(past: Past) -> int | None:
    return min(((past.as_of - fact.span.from_on).days for fact in past.inspections()), default=None)


def critical_violations_last(past: Past) -> int | None:
    counted = [fact for fact in past.inspections() if "critical_violations" in fact.payload]
    if not counted:
        return None
    last = max(fact.span.from_on for fact in counted)
    return max(min(999, int(f.payload["critical_violations"] or 0)) for f in counted if f.span.from_on == last)


def complaints_upheld_12m(past: Past) -> int:
    return len([fact for fact in past.recent("complaint", 12) if fact.payload.get("is_upheld") is True])


def licences_expired(past: Past) -> int:
    def has_expired(licence: Fact) -> bool:
        last = licence.payload.get("expires_on")
        return isinstance(last, str) and date.fromisoformat(last) < past.as_of

    licences = past.of("licence")
    return int(bool(licences) and all(has_expired(licence) for licence in licences))


def _stands_on(past: Past, *lists: str) -> int:
    entries = [fact for fact in past.of("list_entry") if fact.payload["list"] in lists]
    return int(any(fact.span.contains(past.as_of) for fact in entries))


def listed_abnormal(past: Past) -> int:
    return _stands_on(past, "abnormal", "abnormal_mark")


def listed_serious(past: Past) -> int:
    return _stands_on(past, "serious")


ORACLES: dict[str, Callable[[Past], int | None]] = {
    oracle.__name__: oracle
    for oracle in (
        adverse_inspections_36m,
        annual_report_late_last,
        annual_reports_missed_3y,
        clean_inspections_36m,
        complaints_upheld_12m,
        critical_violations_last,
        days_since_last_inspection,
        failed_inspections_36m,
        licences_expired,
        listed_abnormal,
        listed_serious,
        penalties_24m,
        penalty_amount_24m,
        registration_changes_24m,
        serious_penalties_36m,
        years_open,
    )
}

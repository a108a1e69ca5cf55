"""Every indicator a second time, in plain Python over a list of facts, from its title and words alone.

What counts: known by the instant, not corrected by then, begun by the day, of a kind the classification may weigh, and,
where the kind is public, displayed on the day. Nothing here uses the expressions or the snapshot.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
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
    """What counts of one business on one day, in the order of the view, and by id what counts of others it names."""

    facts: tuple[Fact, ...]
    as_of: date
    established_on: date
    book: Rulebook
    others: Mapping[str, tuple[Fact, ...]]

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


def past_of(
    facts: Iterable[Fact],
    book: Rulebook,
    as_of: date,
    known_at: datetime,
    parties: Mapping[str, Iterable[Fact]] | None = None,
) -> Past | None:
    """Return what counts of one business, or nothing where it is not registered by the day."""
    seen = view(facts, as_of, known_at)
    who = profile(seen, book.roles)
    if who is None:
        return None
    others = {id_: counting(view(own, as_of, known_at), book) for id_, own in (parties or {}).items()}
    return Past(counting(seen, book), as_of, who.established_on, book, others)


def counting(seen: View, book: Rulebook) -> tuple[Fact, ...]:
    """Return the facts of a view that may be weighed on its day, registrations among them."""
    found = []
    for fact in seen.facts:
        kind = book.kinds[fact.kind]
        if fact.kind != book.roles.kind:
            if not kind.is_feature:
                continue
            if kind.is_public:
                when = shown(fact, book.disclosure, book.calendar)
                if when is None or not when.span.contains(seen.as_of):
                    continue
        found.append(fact)
    return tuple(found)


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


def _current(past: Past) -> Fact:
    """Return the registration that gives the profile on the day."""
    who = profile(View(past.as_of, KNOWN, tuple(past.of(past.book.roles.kind))), past.book.roles)
    assert who is not None
    return who.registered


def _standing(past: Past, kind: str) -> list[Fact]:
    return [fact for fact in past.of(kind) if fact.span.contains(past.as_of)]


def registered_capital_thousand(past: Past) -> int:
    return min(100_000_000, int(_current(past).payload.get("capital_minor", 0) or 0) // 100_000)


def _says_status(past: Past, status: str) -> int:
    return int(any(fact.payload.get("status") == status for fact in _standing(past, past.book.roles.kind)))


def is_dormant(past: Past) -> int:
    return _says_status(past, "dormant")


def is_liquidating(past: Past) -> int:
    return _says_status(past, "liquidating")


def established_within_6m(past: Past) -> int:
    return int(past.established_on > months_before(past.as_of, 6))


def _last_days(past: Past) -> list[date | None]:
    """Return the last day of each licence in force."""
    said = [fact.payload.get("expires_on") for fact in _standing(past, "licence")]
    return [date.fromisoformat(day) if isinstance(day, str) else None for day in said]


def licences_in_force(past: Past) -> int:
    return len([day for day in _last_days(past) if day is None or day >= past.as_of])


def licences_expiring_90d(past: Past) -> int:
    return len([day for day in _last_days(past) if day is not None and 0 <= (day - past.as_of).days <= 90])


def registration_changes_6m(past: Past) -> int:
    first, *_ = past.of(past.book.roles.kind)
    return len([fact for fact in past.recent(past.book.roles.kind, 6) if fact is not first])


def regions_36m(past: Past) -> int:
    regions = {fact.payload.get("region") for fact in past.recent(past.book.roles.kind, 36)}
    return len(regions - {None})


def _first_reports(past: Past) -> list[tuple[date, date]]:
    """Return, of the last three windows closed, (day the first report came, last day of the window)."""
    duty, windows = _duty(past)
    came = [(min((fact.span.from_on for fact in _reports(past, year)), default=None), year) for year in windows]
    return [(day, duty.window_end(year)) for day, year in came if day is not None]


def annual_reports_late_3y(past: Past) -> int:
    return len([day for day, end in _first_reports(past) if day > end])


def annual_reports_on_time_3y(past: Past) -> int:
    return len([day for day, end in _first_reports(past) if day <= end])


def pledges_in_force(past: Past) -> int:
    return len(_standing(past, "pledge"))


def pledged_amount(past: Past) -> int:
    return sum(int(fact.payload.get("secured_minor", 0) or 0) for fact in _standing(past, "pledge"))


def equity_frozen(past: Past) -> int:
    return int(bool(_standing(past, "equity_freeze")))


def commitments_broken_24m(past: Past) -> int:
    return len([fact for fact in past.recent("commitment", 24) if fact.payload.get("kept") is False])


def commitments_kept_24m(past: Past) -> int:
    return len([fact for fact in past.recent("commitment", 24) if fact.payload.get("kept") is True])


def penalties_12m(past: Past) -> int:
    return len(past.recent("penalty", 12))


def minor_penalties_24m(past: Past) -> int:
    return len([fact for fact in past.recent("penalty", 24) if fact.payload["severity"] == "minor"])


def largest_fine_36m(past: Past) -> int:
    return max((int(fact.payload.get("amount_minor", 0) or 0) for fact in past.recent("penalty", 36)), default=0)


def _days_since(past: Past, facts: Iterable[Fact]) -> int | None:
    return min(((past.as_of - fact.span.from_on).days for fact in facts), default=None)


def days_since_last_penalty(past: Past) -> int | None:
    return _days_since(past, past.of("penalty"))


def adverse_inspections_12m(past: Past) -> int:
    return len([f for f in past.recent(past.book.inspection.result_kind, 12) if past.is_adverse(f)])


def inspections_36m(past: Past) -> int:
    return len(_recent_inspections(past))


def _per_thousand(some: int, every: int) -> int | None:
    return some * 1000 // every if every else None


def adverse_share_36m(past: Past) -> int | None:
    return _per_thousand(adverse_inspections_36m(past), len(_recent_inspections(past)))


def last_inspection_adverse(past: Past) -> int | None:
    if not past.inspections():
        return None
    last = max(fact.span.from_on for fact in past.inspections())
    return int(any(past.is_adverse(fact) for fact in past.inspections() if fact.span.from_on == last))


def _found(past: Past, code: str, months: int) -> int:
    return len([f for f in past.recent(past.book.inspection.result_kind, months) if code in past.results(f)])


def unreachable_found_24m(past: Past) -> int:
    return _found(past, "6", 24)


def refused_inspections_36m(past: Past) -> int:
    return _found(past, "8", 36)


ABNORMAL = ("abnormal", "abnormal_mark")


def abnormal_entries_36m(past: Past) -> int:
    return len([fact for fact in past.recent("list_entry", 36) if fact.payload["list"] in ABNORMAL])


def days_listed_abnormal(past: Past) -> int | None:
    entries = [fact for fact in _standing(past, "list_entry") if fact.payload["list"] in ABNORMAL]
    return max(((past.as_of - fact.span.from_on).days for fact in entries), default=None)


def samplings_failed_24m(past: Past) -> int:
    return len([fact for fact in past.recent("sampling", 24) if fact.payload.get("is_passed") is False])


def sampling_failed_share_36m(past: Past) -> int | None:
    taken = past.recent("sampling", 36)
    return _per_thousand(len([fact for fact in taken if fact.payload.get("is_passed") is False]), len(taken))


def equipment_overdue(past: Past) -> int:
    due = [fact.payload.get("inspect_by") for fact in _standing(past, "equipment")]
    return len([day for day in due if isinstance(day, str) and date.fromisoformat(day) < past.as_of])


def court_debts(past: Past) -> int:
    return len(_standing(past, "court_debt"))


def court_debts_36m(past: Past) -> int:
    return len(past.recent("court_debt", 36))


def complaints_12m(past: Past) -> int:
    return len(past.recent("complaint", 12))


def complaints_upheld_share_24m(past: Past) -> int | None:
    judged = [fact.payload["is_upheld"] for fact in past.recent("complaint", 24) if "is_upheld" in fact.payload]
    return _per_thousand(judged.count(True), len(judged))


def days_since_upheld_complaint(past: Past) -> int | None:
    return _days_since(past, (fact for fact in past.of("complaint") if fact.payload.get("is_upheld") is True))


def opinion_alerts_12m(past: Past) -> int:
    return len([fact for fact in past.recent("opinion_alert", 12) if fact.payload.get("is_confirmed") is True])


def worst_evaluation_24m(past: Past) -> int | None:
    return max((int(fact.payload["grade"] or 0) for fact in past.recent("evaluation", 24)), default=None)


def honours(past: Past) -> int:
    return len(_standing(past, "honour"))


def related_parties(past: Past) -> int:
    return len(_standing(past, "investment"))


def _carried(past: Past, kind: str, months: int = 0) -> list[Fact]:
    """Return facts of related businesses: those of a window, or those in force where no window is given.

    A fact older than its link counts from the link's first day on, and none once the link has ended.
    """
    edge = months_before(past.as_of, months)
    found = []
    for relation in past.book.related:
        for link in _standing(past, relation.kind):
            for fact in past.others.get(str(link.payload[relation.field]), ()):
                since, until = max(link.span.from_on, fact.span.from_on), fact.span.until_on
                if fact.kind != kind or fact.entity_id == link.entity_id or (until and until <= link.span.from_on):
                    continue
                if since > edge if months else fact.span.contains(past.as_of):
                    found.append(fact)
    return found


def related_serious(past: Past) -> int:
    return len([fact for fact in _carried(past, "list_entry") if fact.payload["list"] == "serious"])


def related_abnormal(past: Past) -> int:
    return len([fact for fact in _carried(past, "list_entry") if fact.payload["list"] in ABNORMAL])


def related_penalties_24m(past: Past) -> int:
    return len(_carried(past, "penalty", 24))


def related_serious_penalties_36m(past: Past) -> int:
    return len([fact for fact in _carried(past, "penalty", 36) if fact.payload["severity"] == "serious"])


def related_court_debts(past: Past) -> int:
    return len(_carried(past, "court_debt"))


EVER = 1200
"""Months that no record reaches back."""


def _counted(facts: Iterable[Fact], field: str) -> list[int]:
    """Return what inspections counted, those left out that did not count it."""
    return [found for fact in facts if isinstance(found := fact.payload.get(field), int)]


def _smoothed_share(counts: list[int]) -> int | None:
    return (sum(count > 0 for count in counts) * 1000 + 500) // (len(counts) + 4) if counts else None


def critical_share_all(past: Past) -> int | None:
    return _smoothed_share(_counted(past.of("inspection"), "critical_violations"))


def related_critical_share(past: Past) -> int | None:
    return _smoothed_share(_counted(_carried(past, "inspection", EVER), "critical_violations"))


def _smoothed_mean(counts: list[int], imagined: int) -> int | None:
    return (sum(min(count, 999) for count in counts) * 1000 + imagined) // (len(counts) + 4) if counts else None


def serious_violations_mean(past: Past) -> int | None:
    return _smoothed_mean(_counted(past.of("inspection"), "serious_violations"), 2000)


def minor_violations_mean(past: Past) -> int | None:
    return _smoothed_mean(_counted(past.of("inspection"), "minor_violations"), 12_000)


def _points(past: Past, visit: str = "") -> list[tuple[date, int]]:
    asked = [fact for fact in past.of("inspection") if not visit or fact.payload["visit"] == visit]
    found = [(fact.span.from_on, fact.payload.get("score")) for fact in asked]
    return [(on, max(0, min(score, 999))) for on, score in found if isinstance(score, int)]


def score_last(past: Past) -> int | None:
    return max(_points(past))[1] if _points(past) else None


def score_last_initial(past: Past) -> int | None:
    return max(_points(past, "initial"))[1] if _points(past, "initial") else None


def score_last_re_inspection(past: Past) -> int | None:
    return max(_points(past, "re_inspection"))[1] if _points(past, "re_inspection") else None


def re_inspections_share_all(past: Past) -> int | None:
    kinds = [fact.payload["visit"] for fact in past.of("inspection")]
    return kinds.count("re_inspection") * 1000 // len(kinds) if kinds else None


def violations_mean_all(past: Past) -> int | None:
    counts = _counted(past.of("inspection"), "violations")
    return sum(min(count, 999) for count in counts) * 1000 // len(counts) if counts else None


def score_mean_all(past: Past) -> int | None:
    points = [score for _, score in _points(past)]
    return sum(points) * 1000 // len(points) if points else None


def adverse_share_all(past: Past) -> int | None:
    every = past.inspections()
    return (sum(past.is_adverse(fact) for fact in every) * 1000 + 500) // (len(every) + 4) if every else None


def _violations(past: Past, severity: str) -> list[Fact]:
    return [fact for fact in past.of("violation") if fact.payload["severity"] == severity]


def critical_days_share_all(past: Past) -> int | None:
    days = {fact.span.from_on for fact in past.of("inspection")}
    found = {fact.span.from_on for fact in _violations(past, "critical")}
    return (len(found) * 1000 + 500) // (len(days) + 4) if days else None


def critical_findings_24m(past: Past) -> int:
    return sum(fact.payload["severity"] == "critical" for fact in past.recent("violation", 24))


def _findings_mean(past: Past, severity: str) -> int | None:
    days = {fact.span.from_on for fact in past.of("inspection")}
    return (len(_violations(past, severity)) * 1000 + 2000) // (len(days) + 4) if days else None


def serious_findings_mean_all(past: Past) -> int | None:
    return _findings_mean(past, "serious")


def minor_findings_mean_all(past: Past) -> int | None:
    return _findings_mean(past, "minor")


ORACLES: dict[str, Callable[[Past], int | None]] = {
    oracle.__name__: oracle
    for oracle in (
        abnormal_entries_36m,
        adverse_inspections_12m,
        adverse_inspections_36m,
        adverse_share_36m,
        adverse_share_all,
        annual_report_late_last,
        annual_reports_late_3y,
        annual_reports_missed_3y,
        annual_reports_on_time_3y,
        clean_inspections_36m,
        commitments_broken_24m,
        commitments_kept_24m,
        complaints_12m,
        complaints_upheld_12m,
        complaints_upheld_share_24m,
        court_debts,
        court_debts_36m,
        critical_days_share_all,
        critical_findings_24m,
        critical_share_all,
        critical_violations_last,
        days_listed_abnormal,
        days_since_last_inspection,
        days_since_last_penalty,
        days_since_upheld_complaint,
        equipment_overdue,
        equity_frozen,
        established_within_6m,
        failed_inspections_36m,
        honours,
        inspections_36m,
        is_dormant,
        is_liquidating,
        largest_fine_36m,
        last_inspection_adverse,
        licences_expired,
        licences_expiring_90d,
        licences_in_force,
        listed_abnormal,
        listed_serious,
        minor_findings_mean_all,
        minor_penalties_24m,
        minor_violations_mean,
        opinion_alerts_12m,
        penalties_12m,
        penalties_24m,
        penalty_amount_24m,
        pledged_amount,
        pledges_in_force,
        re_inspections_share_all,
        refused_inspections_36m,
        regions_36m,
        registered_capital_thousand,
        registration_changes_24m,
        registration_changes_6m,
        related_abnormal,
        related_court_debts,
        related_critical_share,
        related_parties,
        related_penalties_24m,
        related_serious,
        related_serious_penalties_36m,
        sampling_failed_share_36m,
        samplings_failed_24m,
        score_last,
        score_last_initial,
        score_last_re_inspection,
        score_mean_all,
        serious_findings_mean_all,
        serious_penalties_36m,
        serious_violations_mean,
        unreachable_found_24m,
        violations_mean_all,
        worst_evaluation_24m,
        years_open,
    )
}

"""Inspections and what follows them: results, contact regained, information put right; and what one would find now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from goodstanding.core.dates import Span
from goodstanding.core.rulebook import Rulebook
from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.business import Business, Times, person_name, scaled
from goodstanding.synth.chance import MILLION
from goodstanding.synth.documents import Contact, Correction, InspectionResult
from goodstanding.synth.reports import Reports
from goodstanding.synth.setting import Setting


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an inspection on one day finds: with some probability one set of results, else another.

    Args:
        finding_ppm: Probability, in parts per million, of ``finding``.
    """

    finding_ppm: int
    finding: tuple[str, ...]
    otherwise: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The inspections of one business, and what it did about them."""

    inspections: tuple[InspectionResult, ...]
    contacts: tuple[Contact, ...]
    corrections: tuple[Correction, ...]


class Checks:
    """Inspects businesses."""

    def __init__(self, book: Rulebook, setting: Setting, behaviour: Behaviour, times: Times, reports: Reports) -> None:
        self._setting = setting
        self._behaviour = behaviour
        self._times = times
        self._reports = reports
        language = book.languages[0]
        self._items: dict[str, list[tuple[str, Span]]] = {
            sector: [
                (book.inspection.items[item.code].rule.title[language], book.inspection.items[item.code].rule.validity)
                for item in behaviour.inspections.items
                if not item.sectors or sector in item.sectors
            ]
            for sector in behaviour.inspections.findings
        }

    def of(self, business: Business, name: str, filed: Mapping[int, date]) -> Checked:
        """Inspect a business now and then through the history.

        Args:
            filed: Day of filing of its yearly reports, by year reported on.
        """
        rules, chance = self._behaviour.inspections, business.chance
        yearly_ppm = rules.yearly_ppm + rules.by_risk.at(business.risk)
        days: set[date] = set()
        for from_on, until_on in business.years(self._times):
            days.update(
                chance.day(from_on, until_on) for _ in range(chance.times(scaled(yearly_ppm, from_on, until_on)))
            )
        inspections = tuple(
            self._inspect(business, name, number, day, self.prospect(business, filed, day))
            for number, day in enumerate(sorted(days), start=1)
        )
        return Checked(inspections, self._contacts(business, inspections), self._corrections(business, inspections))

    def prospect(self, business: Business, filed: Mapping[int, date], day: date) -> Prospect:
        """Return what an inspection on a day would find."""
        rules, chance = self._behaviour.inspections, business.chance
        if business.closed_on is not None and business.closed_on <= day:
            is_revoked = business.closed_status == self._setting.statuses.revoked
            return Prospect(0, rules.clean, rules.revoked if is_revoked else rules.deregistered)
        if business.is_absent(day):
            return Prospect(rules.gone_ppm, rules.unreachable, rules.clean)
        if business.dormant_on is not None and business.dormant_on <= day:
            return Prospect(0, rules.clean, rules.dormant)
        base = rules.finding.at(business.risk)
        finding = rules.findings[business.sector.code].at(chance).results
        if not self._reports.is_missing(business, filed, day):
            return Prospect(base, finding, rules.clean)
        # What is found beside a missing report is found in proportion to what each adds.
        both = min(rules.finding.most_ppm, base + rules.report_open_ppm)
        if chance.below(base + rules.report_open_ppm) < rules.report_open_ppm:
            finding = rules.report_open
        return Prospect(both, finding, rules.clean)

    def _inspect(self, business: Business, name: str, number: int, day: date, prospect: Prospect) -> InspectionResult:
        rules, chance, names = self._behaviour.inspections, business.chance, self._setting.names
        results = prospect.finding if chance.below(MILLION) < prospect.finding_ppm else prospect.otherwise
        items = [title for title, span in self._items[business.sector.code] if span.contains(day)]
        task = chance.one_of(rules.tasks).format(
            year=day.year, place=business.region.place, number=1 + (day.month - 1) // 3
        )
        correct_by = None
        if rules.needs_correction.intersection(results):
            correct_by = day + timedelta(days=rules.correct.of(chance))
        return InspectionResult(
            ref=f"IN{business.index:09d}{number:03d}",
            code=business.code,
            name=name,
            task=task,
            item=chance.one_of(items) if items else "",
            results=results,
            checked_on=day,
            authority=business.region.authority,
            inspectors="、".join(person_name(names, chance) for _ in range(rules.inspectors)),
            correct_by=correct_by,
        )

    def _contacts(self, business: Business, inspections: tuple[InspectionResult, ...]) -> tuple[Contact, ...]:
        """Return the contacts regained, where an inspection had found the business unreachable."""
        found: list[Contact] = []
        rules, gone = self._behaviour.unreachable, self._behaviour.inspections.unreachable
        for absence in business.absences:
            back_on = absence.until_on
            if back_on is None or not business.is_open(back_on):
                continue
            if any(one.results == gone and absence.contains(one.checked_on) for one in inspections):
                found.append(
                    Contact(
                        ref=f"CT{business.index:09d}{len(found) + 1:03d}",
                        code=business.code,
                        outcome=rules.moved if absence.by_moving else rules.regained,
                        verified_on=back_on,
                        authority=business.region.authority,
                    )
                )
        return tuple(found)

    def _corrections(self, business: Business, inspections: tuple[InspectionResult, ...]) -> tuple[Correction, ...]:
        rules, chance = self._behaviour.corrections, business.chance
        found: list[Correction] = []
        for one in inspections:
            if rules.results.isdisjoint(one.results) or not chance.hits(rules.made_ppm):
                continue
            verified_on = one.checked_on + timedelta(days=rules.days.of(chance))
            if verified_on <= self._times.until and business.is_open(verified_on):
                found.append(
                    Correction(
                        ref=f"CR{business.index:09d}{len(found) + 1:03d}",
                        code=business.code,
                        item=chance.one_of(rules.items),
                        verified_on=verified_on,
                        authority=business.region.authority,
                    )
                )
        return tuple(found)

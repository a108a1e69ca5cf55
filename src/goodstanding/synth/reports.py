"""Yearly reports: in time, late or never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.business import Business, Times
from goodstanding.synth.documents import AnnualReport, Registration
from goodstanding.synth.setting import Setting


class Reports:
    """Writes yearly reports, and knows which one is missing on a day."""

    def __init__(self, setting: Setting, behaviour: Behaviour, times: Times) -> None:
        self._setting = setting
        self._behaviour = behaviour
        self._times = times
        duty = behaviour.reports.duty
        last = duty.last_closed_window(times.end)
        # The window still open on the last day is asked too: some have filed in it already.
        self._windows = range(min(times.since.year + 1, last - behaviour.reports.windows_at_least + 1), last + 2)

    def of(self, business: Business, versions: Sequence[Registration]) -> tuple[AnnualReport, ...]:
        """Return every report a business files by the last day, in the order of years."""
        rules, duty, chance = self._behaviour.reports, self._behaviour.reports.duty, business.chance
        found = []
        for window in self._windows:
            if not duty.binds(business.established_on, window):
                continue
            filed_on = self._filed_on(business, window)
            if filed_on is None or filed_on > self._times.until or not business.is_open(filed_on):
                continue
            version = versions[0]
            for later in versions:
                if later.approved_on <= filed_on:
                    version = later
            minor, kind, employees = self._setting.minor, business.kind, business.size.employees
            employees = max(0, employees * chance.between(60, 140) // 100)
            revenue = employees * chance.between(60_000, 420_000)
            figures = kind.has_figures
            assets = version.capital_minor // minor * chance.between(40, 260) // 100 if figures else 0
            debts = assets * chance.between(5, 95) // 100
            profit = revenue * chance.between(-8, 22) // 100
            names = self._setting.names
            found.append(
                AnnualReport(
                    ref=f"AR{window - duty.years_back}{business.index:09d}",
                    code=business.code,
                    name=version.name,
                    year=window - duty.years_back,
                    filed_on=filed_on,
                    address=version.address,
                    phone=names.phone.format(digits=f"{chance.below(100_000):05d}"),
                    email=names.email.format(index=business.index),
                    state=rules.state_closed if version.status != self._setting.statuses.open else rules.state_open,
                    subscribed_minor=version.capital_minor if figures else None,
                    paid_minor=version.capital_minor // minor * chance.between(0, 100) // 100 * minor
                    if figures
                    else None,
                    has_investments=figures and chance.hits(rules.invests_ppm),
                    has_transfers=figures and chance.hits(rules.transfers_ppm),
                    website=names.website.format(index=business.index) if chance.hits(rules.has_website_ppm) else "",
                    publishes=chance.hits(rules.publishes_ppm),
                    employees=employees,
                    assets_minor=assets * minor if figures else None,
                    liabilities_minor=debts * minor if figures else None,
                    equity_minor=(assets - debts) * minor if figures else None,
                    revenue_minor=revenue * minor,
                    main_revenue_minor=revenue * chance.between(80, 100) // 100 * minor if figures else None,
                    profit_minor=profit * minor if figures else None,
                    net_profit_minor=profit * 75 // 100 * minor if figures else None,
                    tax_minor=revenue * chance.between(1, 5) // 100 * minor,
                )
            )
        return tuple(found)

    def _filed_on(self, business: Business, window: int) -> date | None:
        """Return when the report asked for in one window comes, or ``None`` for never."""
        rules, duty, chance = self._behaviour.reports, self._behaviour.reports.duty, business.chance
        closes_on = duty.window_end(window)
        if business.is_absent(closes_on):
            missed_ppm = rules.missed_when_gone_ppm
        else:
            missed_ppm = rules.missed.at(business.risk * business.kind.report_factor // 100)
        if chance.hits(missed_ppm):
            late_on = closes_on + timedelta(days=rules.late_days.at(chance).of(chance))
            return late_on if chance.hits(rules.late_ppm) and not business.is_absent(late_on) else None
        month = duty.window_from[0] + rules.months.at(chance)
        opens_on = date(window, month, 1)
        end = min(closes_on + timedelta(days=1), (opens_on + timedelta(days=31)).replace(day=1))
        return max(chance.day(opens_on, end), chance.day(opens_on, end))

    def is_missing(self, business: Business, filed: Mapping[int, date], day: date) -> bool:
        """Tell whether the report of the last window closed before a day is owed and not filed by that day.

        Args:
            filed: Day of filing by year reported on.
        """
        duty = self._behaviour.reports.duty
        window = duty.last_closed_window(day)
        if not duty.binds(business.established_on, window) or window < self._windows.start:
            return False
        filed_on = filed.get(window - duty.years_back)
        return filed_on is None or filed_on > day

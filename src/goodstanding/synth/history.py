"""One business's history: everything its authorities put on record, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass

from goodstanding.core.rulebook import Rulebook
from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.business import Business, Times, live
from goodstanding.synth.cases import Cases
from goodstanding.synth.checks import Checked, Checks, Prospect
from goodstanding.synth.documents import (
    AnnualReport,
    Commitment,
    Complaint,
    CourtDebt,
    EquipmentState,
    EquityFreeze,
    Evaluation,
    Honour,
    Investment,
    Licence,
    OpinionAlert,
    Penalty,
    Pledge,
    Registration,
    Sampling,
)
from goodstanding.synth.obligations import Obligations
from goodstanding.synth.register import Register
from goodstanding.synth.reports import Reports
from goodstanding.synth.setting import Setting
from goodstanding.synth.standing import Standing
from goodstanding.synth.surroundings import Others, Surroundings


@dataclass(frozen=True, slots=True)
class History:
    """All documents about one business, those of each kind in the order they were made.

    Args:
        registrations: As first delivered.
        redelivered: What the later delivery states: the record before, now with its end, and the new ones.
        status: Of the last registration.
        report_is_missing: Whether the yearly report last due has not been filed by the last day.
        prospect: What an inspection on the last day would find.
    """

    business: Business
    registrations: tuple[Registration, ...]
    redelivered: tuple[Registration, ...]
    reports: tuple[AnnualReport, ...]
    licences: tuple[Licence, ...]
    penalties: tuple[Penalty, ...]
    complaints: tuple[Complaint, ...]
    checked: Checked
    status: str
    report_is_missing: bool
    prospect: Prospect
    samplings: tuple[Sampling, ...]
    evaluations: tuple[Evaluation, ...]
    investments: tuple[Investment, ...]
    court_debts: tuple[CourtDebt, ...]
    equity_freezes: tuple[EquityFreeze, ...]
    pledges: tuple[Pledge, ...]
    commitments: tuple[Commitment, ...]
    equipment: tuple[EquipmentState, ...]
    alerts: tuple[OpinionAlert, ...]
    honours: tuple[Honour, ...]


class Historian:
    """Writes the histories of one province.

    Args:
        others: Gives the business of a number.
    """

    def __init__(
        self,
        book: Rulebook,
        setting: Setting,
        behaviour: Behaviour,
        standing: Standing,
        times: Times,
        others: Others,
    ) -> None:
        self._setting = setting
        self._behaviour = behaviour
        self._times = times
        language = book.languages[0]
        table = book.kinds["penalty"].fields["penalty_types"].table
        words = {code: title[language] for code, title in book.tables[table].items()}
        self._register = Register(setting, behaviour, times)
        self._reports = Reports(setting, behaviour, times)
        self._cases = Cases(setting, behaviour, times, words)
        self._checks = Checks(book, setting, behaviour, times, self._reports)
        self._surroundings = Surroundings(behaviour, times, others)
        self._obligations = Obligations(setting, standing, times)

    def write(self, business: Business) -> History:
        """Let one business live, and write down what its authorities learn."""
        until = self._times.until
        live(self._setting, self._behaviour, self._times, business)
        versions = self._register.versions(business)
        last = versions[-1]
        registrations, redelivered = self._register.deliveries(versions)
        reports = self._reports.of(business, versions)
        filed = {report.year: report.filed_on for report in reports}
        return History(
            business=business,
            registrations=registrations,
            redelivered=redelivered,
            reports=reports,
            licences=self._cases.licences(business, last.name),
            penalties=self._cases.penalties(business, last),
            complaints=self._cases.complaints(business),
            checked=self._checks.of(business, last.name, filed),
            status=last.status,
            report_is_missing=business.is_open(until) and self._reports.is_missing(business, filed, until),
            prospect=self._checks.prospect(business, filed, until),
            samplings=self._surroundings.samplings(business),
            evaluations=self._surroundings.evaluations(business),
            investments=self._surroundings.investments(business),
            court_debts=self._obligations.court_debts(business),
            equity_freezes=self._obligations.equity_freezes(business),
            pledges=self._obligations.pledges(business),
            commitments=self._obligations.commitments(business),
            equipment=self._obligations.equipment(business),
            alerts=self._obligations.alerts(business),
            honours=self._obligations.honours(business),
        )

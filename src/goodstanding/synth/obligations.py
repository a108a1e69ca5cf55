"""What a business owes and promises, and what is said in its favour or against it.

These are written after everything else, so that they draw from its stream of chance last.
"""

from __future__ import annotations

from datetime import date, timedelta

from goodstanding.synth.business import Business, Times, scaled
from goodstanding.synth.documents import (
    Commitment,
    CourtDebt,
    EquipmentState,
    EquityFreeze,
    Honour,
    OpinionAlert,
    Pledge,
)
from goodstanding.synth.setting import Setting
from goodstanding.synth.standing import CourtActs, Standing


class Obligations:
    """Writes debts, freezes, pledges, commitments, equipment, public reports and honours."""

    def __init__(self, setting: Setting, standing: Standing, times: Times) -> None:
        self._setting = setting
        self._standing = standing
        self._times = times

    def court_debts(self, business: Business) -> tuple[CourtDebt, ...]:
        """Return the judgments in default for which a court listed it."""
        rules = self._standing.court_debts
        return tuple(
            CourtDebt(
                ref=f"SX{from_on.year}{business.index:09d}{number:02d}",
                code=business.code,
                court=rules.court.format(place=business.region.place),
                case_number=rules.number.format(year=from_on.year, serial=f"{business.index:07d}{number}"),
                decided_on=from_on,
                until_on=until_on,
            )
            for number, (from_on, until_on) in enumerate(self._court_acts(business, rules), start=1)
        )

    def equity_freezes(self, business: Business) -> tuple[EquityFreeze, ...]:
        """Return the times in which a court froze its equity."""
        rules = self._standing.equity_freezes
        return tuple(
            EquityFreeze(
                ref=f"DJ{from_on.year}{business.index:09d}{number:02d}",
                code=business.code,
                court=rules.court.format(place=business.region.place),
                notice_number=rules.number.format(year=from_on.year, serial=f"{business.index:07d}{number}"),
                from_on=from_on,
                until_on=until_on,
            )
            for number, (from_on, until_on) in enumerate(self._court_acts(business, rules), start=1)
        )

    def pledges(self, business: Business) -> tuple[Pledge, ...]:
        """Return the pledges registered in the history."""
        rules, chance = self._standing.pledges, business.chance
        kinds = [kind.code for kind in rules.kinds if business.kind.code in kind.subjects]
        if not kinds:
            return ()
        found: list[Pledge] = []
        # A pledge is no misdeed: everybody gives one at the same rate.
        for from_on in self._days(business, rules.rate.at(100)):
            number = f"DY{business.region.code}{from_on.year}{business.index:09d}{len(found) + 1:02d}"
            found.append(
                Pledge(
                    ref=number,
                    code=business.code,
                    kind=chance.one_of(kinds),
                    secured_minor=chance.one_of(rules.amounts) * self._setting.minor,
                    from_on=from_on,
                    until_on=self._ended(business, from_on + timedelta(days=rules.lasts.of(chance))),
                    authority=business.region.authority,
                )
            )
        return tuple(found)

    def commitments(self, business: Business) -> tuple[Commitment, ...]:
        """Return the commitments given in the history; the late ones are not checked yet."""
        rules, chance = self._standing.commitments, business.chance
        found: list[Commitment] = []
        for number, given_on in enumerate(self._days(business, rules.rate.at(100)), start=1):
            checked_on = given_on + timedelta(days=rules.checked.of(chance))
            is_checked = checked_on <= self._times.until
            is_kept = not chance.hits(rules.broken.at(business.risk))
            found.append(
                Commitment(
                    ref=f"CN{given_on.year}{business.index:09d}{number:03d}",
                    code=business.code,
                    matter=chance.one_of(rules.matters),
                    given_on=given_on,
                    is_kept=is_kept if is_checked else None,
                    checked_on=checked_on if is_checked else None,
                    authority=business.region.authority,
                )
            )
        return tuple(found)

    def equipment(self, business: Business) -> tuple[EquipmentState, ...]:
        """Return its special equipment as each inspection left it, with the day the next is due.

        Only the states of the history are written; one ends when the next inspection makes another.
        """
        rules, chance = self._standing.equipment, business.chance
        devices = rules.devices[business.sector.code]
        if not devices or not chance.hits(rules.used_ppm):
            return ()
        found: list[EquipmentState] = []
        for piece in range(1, chance.between(1, rules.most) + 1):
            name = devices.at(chance).name
            number = rules.number.format(region=business.region.code, serial=f"{business.index:08d}{piece}")
            day = business.established_on + timedelta(days=chance.between(1, rules.every_days))
            state = 0
            while day <= self._times.until and business.is_open(day):
                state += 1
                inspect_by = day + timedelta(days=rules.every_days)
                again_on = inspect_by
                if chance.hits(rules.overdue.at(business.risk)):
                    again_on += timedelta(days=rules.late.of(chance))
                if again_on >= self._times.since:
                    found.append(
                        EquipmentState(
                            ref=f"{number}-{state:02d}",
                            code=business.code,
                            number=number,
                            name=name,
                            from_on=day,
                            until_on=self._ended(business, again_on),
                            inspect_by=inspect_by,
                        )
                    )
                day = again_on
        return tuple(found)

    def alerts(self, business: Business) -> tuple[OpinionAlert, ...]:
        """Return what the press or the public reported of it, once verified."""
        rules, chance = self._standing.alerts, business.chance
        return tuple(
            OpinionAlert(
                ref=f"YQ{verified_on.year}{business.index:09d}{number:03d}",
                code=business.code,
                topic=chance.one_of(rules.topics),
                is_confirmed=chance.hits(rules.confirmed.at(business.risk)),
                verified_on=verified_on,
            )
            for number, verified_on in enumerate(self._days(business, rules.rate.at(business.risk)), start=1)
        )

    def honours(self, business: Business) -> tuple[Honour, ...]:
        """Return the honours granted in the history, to those of low risk only."""
        rules, chance = self._standing.honours, business.chance
        if business.risk > rules.risk_at_most:
            return ()
        return tuple(
            Honour(
                ref=f"RY{granted_on.year}{business.index:09d}{number:02d}",
                code=business.code,
                name=chance.one_of(rules.names),
                authority=rules.authority.format(place=business.region.place),
                granted_on=granted_on,
                until_on=self._ended(business, granted_on + timedelta(days=rules.lasts_days)),
            )
            for number, granted_on in enumerate(self._days(business, rules.rate.at(100)), start=1)
        )

    def _court_acts(self, business: Business, rules: CourtActs) -> list[tuple[date, date | None]]:
        if business.kind.code not in rules.kinds:
            return []
        chance = business.chance
        # A court's act binds also who has closed since; it ends by itself alone.
        return [
            (from_on, self._past(from_on + timedelta(days=rules.lasts.of(chance))))
            for from_on in self._days(business, rules.rate.at(business.risk))
        ]

    def _days(self, business: Business, yearly_ppm: int) -> list[date]:
        """Return the days of the history on which something of a yearly rate happens to it, in order."""
        chance = business.chance
        return sorted(
            chance.day(from_on, until_on)
            for from_on, until_on in business.years(self._times)
            for _ in range(chance.times(scaled(yearly_ppm, from_on, until_on)))
        )

    def _past(self, until_on: date) -> date | None:
        """Return an end if the authorities know of it by the last day."""
        return until_on if until_on <= self._times.until else None

    def _ended(self, business: Business, until_on: date) -> date | None:
        """Return an end that comes no later than the business's own."""
        if business.closed_on is not None and business.closed_on < until_on:
            until_on = business.closed_on
        return self._past(until_on)

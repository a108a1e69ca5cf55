"""Licences, penalties and complaints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from goodstanding.core.dates import add_months
from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.business import Business, Times, scaled
from goodstanding.synth.documents import Complaint, Licence, Penalty, Registration
from goodstanding.synth.setting import Setting


class Cases:
    """Writes what authorities decided about a business, and what others said of it.

    Args:
        penalty_words: Name of each kind of penalty.
    """

    def __init__(self, setting: Setting, behaviour: Behaviour, times: Times, penalty_words: Mapping[str, str]) -> None:
        self._setting = setting
        self._behaviour = behaviour
        self._times = times
        self._penalty_words = penalty_words

    def licences(self, business: Business, name: str) -> tuple[Licence, ...]:
        """Return the licences that held at any time of the history, renewals as licences of their own."""
        rules, chance, region = self._behaviour.licensing, business.chance, business.region
        found = []
        for kind in rules.kinds:
            if business.word not in kind.words or not chance.hits(kind.held_ppm):
                continue
            decided_on = business.established_on + timedelta(days=rules.granted_within.of(chance))
            while decided_on <= self._times.until and business.is_open(decided_on):
                through_on = None
                if kind.years:
                    through_on = add_months(decided_on, 12 * kind.years) - timedelta(days=1)
                if through_on is None or through_on >= self._times.since:
                    found.append(
                        Licence(
                            ref=kind.document.format(
                                short=region.short, year=decided_on.year, serial=f"{business.index:07d}"
                            ),
                            code=business.code,
                            name=name,
                            number=kind.number.format(region=region.code, serial=f"{business.index:08d}"),
                            title=kind.name,
                            category=kind.category,
                            scope=kind.scope,
                            decided_on=decided_on,
                            from_on=decided_on,
                            through_on=through_on,
                            authority=region.authority,
                        )
                    )
                if through_on is None or chance.hits(rules.lapsed.at(business.risk)):
                    break
                decided_on = through_on + timedelta(days=1)
        return tuple(found)

    def penalties(self, business: Business, last: Registration) -> tuple[Penalty, ...]:
        """Return the penalties of the history, by day of decision."""
        rules, chance, region = self._behaviour.penalties, business.chance, business.region
        band = sum(business.risk >= bound for bound in rules.bounds)
        words = self._penalty_words
        found = []
        for from_on, until_on in business.years(self._times):
            for number in range(chance.times(scaled(rules.rate.at(business.risk), from_on, until_on))):
                decided_on = chance.day(from_on, until_on)
                severity = rules.severities[band].at(chance)
                types = rules.types[severity].at(chance)
                taken = chance.between(100, 90_000) * self._setting.minor if types.confiscates else None
                fine = chance.one_of(types.fines) if types.fines else None
                content = rules.content if fine is not None else rules.content_without_fine
                violation = rules.violations[business.sector.code].at(chance)
                published_on = decided_on + timedelta(days=rules.published.of(chance))
                found.append(
                    Penalty(
                        ref=rules.document.format(
                            short=region.short, year=decided_on.year, serial=f"{business.index:07d}{number + 1}"
                        ),
                        code=business.code,
                        name=last.name,
                        subject_type=business.kind.code,
                        representative=last.representative,
                        violation=violation.name,
                        facts=violation.facts,
                        basis=violation.basis,
                        types=types.codes,
                        content=content.format(types="、".join(words[code] for code in types.codes), fine=fine),
                        amount_minor=None if fine is None else fine * self._setting.minor,
                        confiscated_minor=taken,
                        decided_on=decided_on,
                        ban_until=add_months(decided_on, 12 * types.ban_years) if types.ban_years else None,
                        authority=region.authority,
                        severity=severity,
                        published_on=published_on,
                    )
                )
        return tuple(sorted(found, key=lambda penalty: penalty.decided_on))

    def complaints(self, business: Business) -> tuple[Complaint, ...]:
        """Return the complaints of the history."""
        rules, chance = self._behaviour.complaints, business.chance
        found: list[Complaint] = []
        for from_on, until_on in business.years(self._times):
            for _ in range(chance.times(scaled(rules.rate.at(business.risk), from_on, until_on))):
                received_on = chance.day(from_on, until_on)
                closed_on = received_on + timedelta(days=rules.closed.of(chance))
                is_closed = closed_on <= self._times.until
                is_upheld = chance.hits(rules.upheld.at(business.risk))
                found.append(
                    Complaint(
                        ref=f"CO{received_on.year}{business.index:09d}{len(found) + 1:03d}",
                        code=business.code,
                        channel=chance.one_of(rules.channels),
                        topic=rules.topics[business.sector.code].at(chance).name,
                        received_on=received_on,
                        closed_on=closed_on if is_closed else None,
                        is_upheld=is_upheld if is_closed else None,
                        authority=business.region.authority,
                    )
                )
        return tuple(found)

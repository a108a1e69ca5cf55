"""The register of businesses: every version of a registration, and the two deliveries that state them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.business import Business, Times, address, business_name, person_name
from goodstanding.synth.documents import Registration
from goodstanding.synth.setting import Setting


class Register:
    """Writes registrations."""

    def __init__(self, setting: Setting, behaviour: Behaviour, times: Times) -> None:
        self._setting = setting
        self._behaviour = behaviour
        self._times = times

    def versions(self, business: Business) -> tuple[Registration, ...]:
        """Return every version of the registration, each ending where the next begins."""
        names, statuses, chance = self._setting.names, self._setting.statuses, business.chance
        events: dict[date, list[str]] = dict(business.changes)
        if business.dormant_on is not None:
            events.setdefault(business.dormant_on, []).append("dormant")
        if business.closed_on is not None:
            events.setdefault(business.closed_on, []).append("closed")
        capital = business.size.capital * chance.one_of((5, 8, 10, 10, 12, 15)) // 10
        version = Registration(
            ref=f"{business.region.code}{business.index:09d}001",
            code=business.code,
            name=business.name,
            subject_type=business.kind.code,
            status=statuses.open,
            region=business.region.code,
            sector=business.sector.code,
            address=address(names, self._behaviour, business),
            representative=person_name(names, chance),
            capital_minor=capital * self._setting.minor,
            established_on=business.established_on,
            scope=business.sector.scope,
            authority=business.region.authority,
            approved_on=business.established_on,
            until_on=None,
        )
        versions = [version]
        for number, day in enumerate(sorted(events), start=2):
            changed = dict[str, object]()
            for what in events[day]:
                match what:
                    case "address":
                        changed["address"] = address(names, self._behaviour, business)
                    case "representative":
                        changed["representative"] = person_name(names, chance)
                    case "capital":
                        changed["capital_minor"] = version.capital_minor * chance.one_of((5, 15, 20, 30)) // 10
                    case "scope":
                        changed["scope"] = f"{business.sector.scope}；{chance.one_of(names.extra_scopes)}"
                    case "name":
                        changed["name"] = business_name(names, business)
                    case "dormant":
                        changed["status"] = statuses.dormant
                    case "closed":
                        changed["status"] = business.closed_status
            versions[-1] = replace(version, until_on=day)
            ref = f"{business.region.code}{business.index:09d}{number:03d}"
            version = replace(version, ref=ref, approved_on=day, **changed)  # type: ignore[arg-type] # fields by name
            versions.append(version)
        return tuple(versions)

    def deliveries(
        self, versions: tuple[Registration, ...]
    ) -> tuple[tuple[Registration, ...], tuple[Registration, ...]]:
        """Split the versions into the first delivery and the later one that re-states the record before."""
        delivered_on = self._times.end - timedelta(days=self._behaviour.redelivered_days)
        first = [version for version in versions if version.approved_on < delivered_on]
        later = [version for version in versions if version.approved_on >= delivered_on]
        if first and later:
            later.insert(0, first[-1])
            first[-1] = replace(first[-1], until_on=None)
        return tuple(first), tuple(later)

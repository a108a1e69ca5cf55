"""One invented business: who it is, how risky, and when it opens, moves, falls silent and closes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.chance import Chance
from goodstanding.synth.setting import Kind, Names, Region, Sector, Setting, Size


@dataclass(frozen=True, slots=True)
class Times:
    """When the history begins and ends.

    Args:
        since: First day of the history; older businesses were registered before it.
        until: Last day, included.
    """

    since: date
    until: date

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.until + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which nobody can be reached; ``until_on`` is ``None`` where it has not ended."""

    from_on: date
    until_on: date | None
    by_moving: bool

    def contains(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(slots=True)
class Business:
    """One business and its life.

    Args:
        risk: In per cent of the average; latent, never written to a file that is imported.
        closed_on: Day of deregistration or revocation, with the status it takes then.
        changes: What changes in the register, by day; never on the first day.
    """

    index: int
    chance: Chance
    code: str
    entity_id: str
    kind: Kind
    region: Region
    sector: Sector
    word: str
    size: Size
    established_on: date
    risk: int
    name: str = ""
    closed_on: date | None = None
    closed_status: str = ""
    dormant_on: date | None = None
    absences: list[Absence] = field(default_factory=list)
    changes: dict[date, list[str]] = field(default_factory=dict)

    def is_open(self, day: date) -> bool:
        return self.established_on <= day and (self.closed_on is None or day < self.closed_on)

    def is_absent(self, day: date) -> bool:
        return any(absence.contains(day) for absence in self.absences)

    def years(self, times: Times) -> list[tuple[date, date]]:
        """Return the parts of calendar years, ``[from, until)``, in which it is open within the history."""
        begin = max(self.established_on, times.since)
        end = times.end if self.closed_on is None else min(times.end, self.closed_on)
        found = []
        while begin < end:
            next_year = min(end, date(begin.year + 1, 1, 1))
            found.append((begin, next_year))
            begin = next_year
        return found


def scaled(yearly_ppm: int, from_on: date, until_on: date) -> int:
    """Return a yearly rate's share for a part of a year."""
    return yearly_ppm * (until_on - from_on).days // 365


def identify(setting: Setting, behaviour: Behaviour, times: Times, seed: str, index: int) -> Business:
    """Make the business of one number: the same for the same seed, whatever the others are.

    Args:
        index: From 0; two numbers never share a code.
    """
    chance = Chance(seed, "business", index)
    kind = setting.kinds.at(chance)
    region = setting.region.at(chance)
    sector = setting.sectors[kind.code].at(chance)
    word = chance.one_of(sector.words[kind.code])
    size = kind.sizes.at(chance)
    age = setting.ages.at(chance)
    established_on = times.until - timedelta(days=chance.between(age.years_from * 365 + 1, age.years_until * 365))
    frailty = behaviour.frailty
    risk = frailty.values.at(chance)
    for factor in (kind.factor, region.factor, sector.factor, size.factor, age.factor):
        risk = risk * factor // 100
    code = _code(setting, kind, region, index)
    return Business(
        index=index,
        chance=chance,
        code=code,
        entity_id=f"{setting.codes.scheme}:{code}",
        kind=kind,
        region=region,
        sector=sector,
        word=word,
        size=size,
        established_on=established_on,
        risk=max(frailty.lowest, min(frailty.highest, risk)),
    )


def live(setting: Setting, behaviour: Behaviour, times: Times, business: Business) -> None:
    """Let a business live through the history: absences, dormancy, closing, changes."""
    chance, risk = business.chance, business.risk
    business.name = business_name(setting.names, business)
    unreachable = behaviour.unreachable
    # Half of the rate is everybody's, half follows risk: sound businesses close and change too.
    close_ppm = business.kind.close_ppm * (100 + risk) // 200
    changes_ppm = min(behaviour.changes.most_ppm, behaviour.changes.yearly_ppm * (100 + risk) // 200)
    for from_on, until_on in business.years(times):
        if business.closed_on is not None:
            break
        here = business.dormant_on is None and not business.is_absent(from_on)
        if here and chance.hits(scaled(unreachable.rate.at(risk), from_on, until_on)):
            _fall_silent(setting, behaviour, times, business, chance.day(from_on, until_on))
            if business.closed_on is not None and business.closed_on < until_on:
                break
        elif here and chance.hits(scaled(behaviour.dormancy.at(risk), from_on, until_on)):
            business.dormant_on = chance.day(from_on, until_on)
        if chance.hits(scaled(close_ppm, from_on, until_on)):
            closed_on = chance.day(from_on, until_on)
            if closed_on > business.established_on and (business.closed_on is None or closed_on < business.closed_on):
                business.closed_on, business.closed_status = closed_on, setting.statuses.deregistered
        for _ in range(chance.times(scaled(changes_ppm, from_on, until_on))):
            _change(business, chance.day(from_on, until_on), behaviour.change_kinds.at(chance))
    if business.dormant_on is not None and not business.is_open(business.dormant_on):
        business.dormant_on = None
    for absence in business.absences:
        if absence.by_moving and absence.until_on is not None:
            _change(business, absence.until_on, "address")
    business.changes = {day: business.changes[day] for day in sorted(business.changes) if business.is_open(day)}


def _fall_silent(setting: Setting, behaviour: Behaviour, times: Times, business: Business, day: date) -> None:
    """Make a business unreachable from a day on, until it is found again or its licence is revoked."""
    rules, chance = behaviour.unreachable, business.chance
    if chance.hits(rules.regained_ppm):
        back_on = day + timedelta(days=rules.days.of(chance))
        by_moving = chance.hits(rules.by_moving_ppm)
        business.absences.append(Absence(day, back_on if back_on <= times.until else None, by_moving))
        return
    business.absences.append(Absence(day, None, False))
    revoked_on = day + timedelta(days=rules.revoked_after_days)
    while revoked_on <= times.until:
        if chance.hits(rules.revoked_ppm):
            business.closed_on, business.closed_status = revoked_on, setting.statuses.revoked
            return
        revoked_on += timedelta(days=365)


def _change(business: Business, day: date, what: str) -> None:
    if day > business.established_on:
        business.changes.setdefault(day, []).append(what)


def _code(setting: Setting, kind: Kind, region: Region, index: int) -> str:
    codes = setting.codes
    number = index * codes.step % codes.capacity
    serial = []
    for _ in range(codes.digits):
        number, place = divmod(number, len(codes.alphabet))
        serial.append(codes.alphabet[place])
    body = codes.prefixes[kind.code] + region.code + codes.series + "".join(reversed(serial))
    return body + codes.check(body)


def business_name(names: Names, business: Business) -> str:
    """Return a new invented name for a business."""
    chance = business.chance
    return business.kind.name.format(
        place=business.region.place,
        trade="".join(chance.one_of(part) for part in names.trade),
        word=business.word,
        form=chance.one_of(business.kind.forms),
    )


def person_name(names: Names, chance: Chance) -> str:
    """Return an invented person's name."""
    return chance.one_of(names.family) + "".join(chance.one_of(names.given) for _ in range(chance.between(1, 2)))


def address(names: Names, behaviour: Behaviour, business: Business) -> str:
    """Return an invented address; the risky often share one."""
    chance, place = business.chance, business.region.place
    rules = behaviour.unreachable
    if chance.hits(min(rules.shared_address_most_ppm, rules.shared_address_ppm * business.risk // 100)):
        return names.shared_address.format(place=place, number=chance.between(1, names.shared_addresses_per_region))
    found = names.address.format(place=place, street=chance.one_of(names.streets), number=chance.between(1, 999))
    if chance.hits(400_000):
        found += names.rooms.format(building=chance.between(1, 20), room=chance.between(101, 2599))
    return found

"""How the province's businesses stand with others: rates of debts, pledges, promises, equipment, honours and reports.

The parameters are ``standing.toml``, read strictly against the rulebook.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from goodstanding.core.reading import Table
from goodstanding.core.rulebook import Rulebook
from goodstanding.synth.behaviour import BySector, DayRange, Rate
from goodstanding.synth.behaviour_reading import read_range, read_rate, read_sector_list
from goodstanding.synth.setting import known_code


@dataclass(frozen=True, slots=True)
class CourtActs:
    """How often a court lists a debtor or freezes its equity, and how long that lasts.

    Args:
        kinds: Kinds of business it can happen to.
        number: How the court numbers the case or the notice.
    """

    rate: Rate
    kinds: frozenset[str]
    lasts: DayRange
    court: str
    number: str


@dataclass(frozen=True, slots=True)
class PledgeKind:
    """One kind of pledge, and the kinds of business that give any."""

    code: str
    subjects: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pledges:
    """How often pledges are registered, on how much, in whole currency units, and for how long."""

    rate: Rate
    lasts: DayRange
    amounts: tuple[int, ...]
    kinds: tuple[PledgeKind, ...]


@dataclass(frozen=True, slots=True)
class Commitments:
    """How often businesses give their word, when it is checked, and how often it was not kept."""

    rate: Rate
    broken: Rate
    checked: DayRange
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of special equipment, and the sectors that use it."""

    name: str
    sectors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Equipment:
    """How many use special equipment, how often it must be inspected, and how often that comes late.

    Args:
        most: Pieces one business uses.
    """

    used_ppm: int
    most: int
    every_days: int
    overdue: Rate
    late: DayRange
    number: str
    devices: BySector[Device]


@dataclass(frozen=True, slots=True)
class Alerts:
    """How often the press or the public reports something, and how often it proves true."""

    rate: Rate
    confirmed: Rate
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Honours:
    """How often honours are granted, to whom at most at which risk in per cent, and how long they last."""

    rate: Rate
    risk_at_most: int
    lasts_days: int
    names: tuple[str, ...]
    authority: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All of ``standing.toml``."""

    court_debts: CourtActs
    equity_freezes: CourtActs
    pledges: Pledges
    commitments: Commitments
    equipment: Equipment
    alerts: Alerts
    honours: Honours


def read_standing(file: Table, book: Rulebook) -> Standing:
    """Read ``standing.toml``.

    Raises:
        RulebookInvalid: An unknown key, a missing one, or a code the rulebook does not have.
    """
    sectors = book.kinds[book.roles.kind].fields[book.roles.sector].codes
    return Standing(
        court_debts=_read_court_acts(file, "court_debts", book),
        equity_freezes=_read_court_acts(file, "equity_freezes", book),
        pledges=_read_pledges(file, book),
        commitments=_read_commitments(file),
        equipment=_read_equipment(file, sectors),
        alerts=_read_alerts(file),
        honours=_read_honours(file),
    )


def _subjects(table: Table, name: str, book: Rulebook) -> frozenset[str]:
    codes = book.kinds[book.roles.kind].fields["subject_type"].codes
    found = frozenset(table.texts(name))
    for code in sorted(found - codes):
        raise table.mistake(name, f"{code!r}.", "Kinds of business of the rulebook: " + ", ".join(sorted(codes)) + ".")
    return found


def _some(table: Table, name: str) -> tuple[str, ...]:
    found = table.texts(name)
    if not found:
        raise table.mistake(name, "An empty list.", "One text or more.")
    return found


def _read_court_acts(file: Table, name: str, book: Rulebook) -> CourtActs:
    with file.table(name) as table:
        return CourtActs(
            rate=read_rate(table),
            kinds=_subjects(table, "kinds", book),
            lasts=read_range(table, "lasts_days"),
            court=table.text("court"),
            number=table.text("number"),
        )


def _read_pledges(file: Table, book: Rulebook) -> Pledges:
    codes = book.kinds["pledge"].fields["kind"].codes
    with file.table("pledges") as table:
        amounts = table.wholes("amounts")
        if not amounts:
            raise table.mistake("amounts", "An empty list.", "One amount or more.")
        return Pledges(
            rate=read_rate(table),
            lasts=read_range(table, "lasts_days"),
            amounts=amounts,
            kinds=tuple(
                PledgeKind(known_code(inner, "code", codes), _subjects(inner, "subjects", book))
                for inner in table.tables("kind")
            ),
        )


def _read_commitments(file: Table) -> Commitments:
    with file.table("commitments") as table:
        return Commitments(
            rate=read_rate(table),
            broken=read_rate(table, "broken_ppm", "broken_most_ppm"),
            checked=read_range(table, "checked_days"),
            matters=_some(table, "matters"),
        )


def _read_equipment(file: Table, sectors: Collection[str]) -> Equipment:
    with file.table("equipment") as table:
        every_days, most = table.whole("every_days"), table.whole("most")
        if every_days < 1:
            raise table.mistake("every_days", f"{every_days}.", "1 or more.")
        return Equipment(
            used_ppm=table.whole("used_ppm"),
            most=most,
            every_days=every_days,
            overdue=read_rate(table, "overdue_ppm", "overdue_most_ppm"),
            late=read_range(table, "late_days"),
            number=table.text("number"),
            devices=read_sector_list(table, "device", sectors, lambda inner, of: Device(inner.text("name"), of)),
        )


def _read_alerts(file: Table) -> Alerts:
    with file.table("opinion_alerts") as table:
        return Alerts(
            rate=read_rate(table),
            confirmed=read_rate(table, "confirmed_ppm", "confirmed_most_ppm"),
            topics=_some(table, "topics"),
        )


def _read_honours(file: Table) -> Honours:
    with file.table("honours") as table:
        return Honours(
            rate=read_rate(table),
            risk_at_most=table.whole("risk_at_most"),
            lasts_days=table.whole("lasts_days"),
            names=_some(table, "names"),
            authority=table.text("authority"),
        )

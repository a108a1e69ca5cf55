"""How the province's businesses behave: the rates of their lives, and the words of what happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from goodstanding.core.duty import Duty
from goodstanding.synth.chance import Chance, Weighted

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rate:
    """A yearly rate at average risk, and the most it can grow to, in parts per million."""

    yearly_ppm: int
    most_ppm: int

    def at(self, risk: int) -> int:
        """Return the rate at a risk in per cent."""
        return min(self.most_ppm, self.yearly_ppm * risk // 100)


@dataclass(frozen=True, slots=True)
class DayRange:
    """A number of days between two bounds, both included."""

    least: int
    most: int

    def of(self, chance: Chance) -> int:
        return chance.between(self.least, self.most)


class BySector(dict[str, Weighted[T]]):
    """Things that some sectors can have, weighted; asked by sector."""


@dataclass(frozen=True, slots=True)
class Frailty:
    """What neither sector nor size nor age explains, in per cent, and the bounds of all risk together."""

    values: Weighted[int]
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """When businesses cannot be reached, how that ends, and who is registered at a shared address."""

    rate: Rate
    regained_ppm: int
    by_moving_ppm: int
    days: DayRange
    revoked_after_days: int
    revoked_ppm: int
    shared_address_ppm: int
    shared_address_most_ppm: int
    regained: str
    moved: str


@dataclass(frozen=True, slots=True)
class Reports:
    """When yearly reports come."""

    duty: Duty
    windows_at_least: int
    missed: Rate
    missed_when_gone_ppm: int
    late_ppm: int
    months: Weighted[int]
    late_days: Weighted[DayRange]
    publishes_ppm: int
    invests_ppm: int
    transfers_ppm: int
    has_website_ppm: int
    state_open: str
    state_closed: str


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """One licence that businesses named by certain words hold; ``years`` 0 is without end."""

    name: str
    category: str
    number: str
    document: str
    scope: str
    words: frozenset[str]
    held_ppm: int
    years: int


@dataclass(frozen=True, slots=True)
class Licensing:
    """Licences, and how often a renewal is forgotten."""

    kinds: tuple[LicenceKind, ...]
    lapsed: Rate
    granted_within: DayRange


@dataclass(frozen=True, slots=True)
class PenaltyTypes:
    """Kinds of penalty that come together, and the fines to choose from, in whole currency units."""

    codes: tuple[str, ...]
    fines: tuple[int, ...]
    ban_years: int
    confiscates: bool


@dataclass(frozen=True, slots=True)
class Violation:
    """One kind of violation and its legal basis."""

    name: str
    facts: str
    basis: str
    sectors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Penalties:
    """How often, how severe and with what words businesses are penalised.

    Args:
        severities: One choice for each band of risk, the bands divided by ``bounds``.
        types: By severity.
    """

    rate: Rate
    severities: tuple[Weighted[str], ...]
    bounds: tuple[int, ...]
    published: DayRange
    document: str
    content: str
    content_without_fine: str
    types: Mapping[str, Weighted[PenaltyTypes]]
    violations: BySector[Violation]


@dataclass(frozen=True, slots=True)
class Finding:
    """Result codes that one inspection finds together."""

    results: tuple[str, ...]
    sectors: frozenset[str]


@dataclass(frozen=True, slots=True)
class ItemOf:
    """An inspection item of the rulebook that fits some sectors."""

    code: str
    sectors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Inspections:
    """How often businesses are inspected, and what is found."""

    yearly_ppm: int
    by_risk: Rate
    tasks: tuple[str, ...]
    finding: Rate
    report_open_ppm: int
    gone_ppm: int
    correct: DayRange
    inspectors: int
    clean: tuple[str, ...]
    dormant: tuple[str, ...]
    deregistered: tuple[str, ...]
    revoked: tuple[str, ...]
    unreachable: tuple[str, ...]
    report_open: tuple[str, ...]
    findings: BySector[Finding]
    needs_correction: frozenset[str]
    items: tuple[ItemOf, ...]


@dataclass(frozen=True, slots=True)
class Corrections:
    """How disclosed information found false is put right."""

    results: frozenset[str]
    made_ppm: int
    days: DayRange
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a complaint is about."""

    name: str
    sectors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Complaints:
    """How often people complain, and how often rightly."""

    rate: Rate
    upheld: Rate
    closed: DayRange
    channels: tuple[str, ...]
    topics: BySector[Topic]


@dataclass(frozen=True, slots=True)
class Product:
    """What is sampled."""

    name: str
    sectors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Samplings:
    """How often products are sampled in the sectors that have any, and how often they fail."""

    rate: Rate
    failed: Rate
    products: BySector[Product]


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Who evaluates businesses."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Evaluations:
    """How often businesses are evaluated by others.

    Args:
        bounds: Risk, in per cent, from which each grade after the best is given.
        blurred_ppm: How often the grade is one beside what risk says.
    """

    rate: Rate
    evaluators: tuple[Evaluator, ...]
    bounds: tuple[int, ...]
    blurred_ppm: int


@dataclass(frozen=True, slots=True)
class Investments:
    """How many hold shares in other businesses, and for how long.

    Args:
        kinds: Kinds of business that hold any.
        ended_ppm: How many no longer do.
    """

    kinds: frozenset[str]
    held_ppm: int
    most: int
    ended_ppm: int
    relation: str


@dataclass(frozen=True, slots=True)
class InspectorNumbers:
    """How many inspectors there are."""

    per_region_at_least: int
    one_per_businesses: int
    recused_ppm: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """All of ``behaviour.toml``."""

    frailty: Frailty
    changes: Rate
    change_kinds: Weighted[str]
    redelivered_days: int
    dormancy: Rate
    unreachable: Unreachable
    reports: Reports
    licensing: Licensing
    penalties: Penalties
    inspections: Inspections
    corrections: Corrections
    complaints: Complaints
    samplings: Samplings
    evaluations: Evaluations
    investments: Investments
    inspectors: InspectorNumbers

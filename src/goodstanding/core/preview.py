"""What a variant of the rulebook would move, counted while every business passes by once.

Rules kept here:
- Each business is looked at under both rulebooks on the same facts of the same day.
- What is told are counts. Who would move is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from goodstanding.core.classification import Scorecard, areas_of
from goodstanding.core.entity import profile
from goodstanding.core.errors import CalendarYearUnknown
from goodstanding.core.ledger import View
from goodstanding.core.listing import Act, proposals
from goodstanding.core.plan import UNTREATED, Terms
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import MILLION, Treatment, left_out, past_of, share, treatment_of

NOWHERE = ""
"""In place of a class: the business is not classified under that rulebook."""


@dataclass(slots=True)
class Effect:
    """What a variant does to some businesses together.

    Args:
        riskier: Move to a class of more risk; ``safer`` to one of less.
        entered: Would be proposed for a list that they are not proposed for today; ``spared`` the other way round.
        removed: Would be proposed for leaving a list that they are not today; ``kept`` the other way round.
        expected_ppm: Checks that one lot is expected to bring them, in millionths, today and under the variant.
    """

    entities: int = 0
    riskier: int = 0
    safer: int = 0
    entered: int = 0
    spared: int = 0
    removed: int = 0
    kept: int = 0
    expected_ppm: list[int] = field(default_factory=lambda: [0, 0])


@dataclass(slots=True)
class Drawn:
    """What one rulebook gives one class.

    Args:
        active: Businesses of the class that are in business.
        eligible: Those no rule leaves in peace that day.
        drawn: How many of them one lot draws.
        yearly_ppm: Checks a year by the frequency of their treatment, in millionths; zero where none is stated.
    """

    entities: int = 0
    active: int = 0
    eligible: int = 0
    drawn: int = 0
    yearly_ppm: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What would move. Pairs are of today's rulebook and of the variant.

    Args:
        today: Digest of the rulebook in force; ``variant`` of the other.
        classes: Codes in order of rising risk; those of the variant alone come last.
        moved: Businesses by (class today, class under the variant), those that stay included.
        proposals: Businesses by (list, act, called for today, called for under the variant).
        drawn: By class.
        left_out: By rule number, how many it keeps out of a lot.
        regions: By code; so are ``sectors``. The empty code is of those whose register says none.
        uncounted: Businesses with a period that cannot be counted yet; their proposals are not counted.
    """

    today: str
    variant: str
    scale: str
    as_of: date
    known_at: datetime
    position: int
    classes: tuple[str, ...]
    moved: Mapping[tuple[str, str], int]
    proposals: Mapping[tuple[str, Act, bool, bool], int]
    drawn: Mapping[str, tuple[Drawn, Drawn]]
    left_out: Mapping[str, tuple[int, int]]
    whole: Effect
    regions: Mapping[str, Effect]
    sectors: Mapping[str, Effect]
    uncounted: int


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two rulebooks, with what it says of one day."""

    book: Rulebook
    card: Scorecard
    terms: Terms

    def position(self, class_code: str) -> int:
        return self.book.scales[self.card.scale].position(class_code)

    @property
    def classes(self) -> list[str]:
        return [band.code for band in self.book.scales[self.card.scale].bands]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one rulebook says of one business.

    Args:
        calls: (list, act) of what is called for.
        treatment: How it is treated; ``None`` where it is out of business, or its class has no treatment.
        rule: Number of the rule that leaves it out of a lot, or ``None``.
    """

    class_code: str
    calls: frozenset[tuple[str, Act]]
    is_active: bool
    treatment: Treatment | None
    rule: str | None

    @property
    def ratio_ppm(self) -> int:
        return 0 if self.treatment is None or self.rule is not None else self.treatment.ratio_ppm


class Counts:
    """What is counted while every business passes by once."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        self.sides = sides
        books = [side.book for side in sides]
        asked = [(book.lists, book.duties, book.calendar, book.roles) for book in books]
        self._same_lists = asked[0] == asked[1]
        self.moved: Counter[tuple[str, str]] = Counter()
        self.proposals: Counter[tuple[str, Act, bool, bool]] = Counter()
        self.left_out: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.drawn: tuple[dict[str, Drawn], dict[str, Drawn]] = ({}, {})
        self.strata: tuple[Counter[tuple[str, int, str]], ...] = (Counter(), Counter())
        self.whole = Effect()
        self.regions: dict[str, Effect] = {}
        self.sectors: dict[str, Effect] = {}
        self.uncounted = 0

    def add(self, seen: View, to_come: int, classes: tuple[dict[str, str], dict[str, str]]) -> None:
        """Count one business, if the register has it by the day."""
        who = profile(seen, self.sides[0].book.roles)
        if who is None:
            return
        try:
            calls = self._calls(seen)
        except CalendarYearUnknown:
            self.uncounted += 1
            calls = (frozenset(), frozenset())
        pair = [
            _outlook(side, seen, to_come, classes[number].get(who.entity_id, NOWHERE), calls[number])
            for number, side in enumerate(self.sides)
        ]
        self.moved[pair[0].class_code, pair[1].class_code] += 1
        for list_code, act in sorted(calls[0] | calls[1], key=lambda call: (call[0], call[1].value)):
            self.proposals[list_code, act, (list_code, act) in calls[0], (list_code, act) in calls[1]] += 1
        for number, one in enumerate(pair):
            self._count(number, one)
        for effect in (
            self.whole,
            self.regions.setdefault(who.region, Effect()),
            self.sectors.setdefault(who.sector, Effect()),
        ):
            self._affect(effect, pair[0], pair[1])

    def _calls(self, seen: View) -> tuple[frozenset[tuple[str, Act]], frozenset[tuple[str, Act]]]:
        today = _called(self.sides[0].book, seen)
        return today, today if self._same_lists else _called(self.sides[1].book, seen)

    def _count(self, number: int, one: Outlook) -> None:
        drawn = self.drawn[number].setdefault(one.class_code, Drawn())
        drawn.entities += 1
        drawn.active += one.is_active
        if not one.is_active:
            return
        if one.treatment is not None and one.treatment.frequency is not None:
            drawn.yearly_ppm += one.treatment.frequency.yearly_ppm
        if one.rule is not None:
            self.left_out[number][one.rule] += 1
        elif one.treatment is not None:
            drawn.eligible += 1
            self.strata[number][one.class_code, one.treatment.ratio_ppm, one.treatment.area] += 1

    def _affect(self, effect: Effect, today: Outlook, variant: Outlook) -> None:
        effect.entities += 1
        if NOWHERE not in (today.class_code, variant.class_code):
            before, after = self.sides[0].position(today.class_code), self.sides[1].position(variant.class_code)
            effect.riskier += after > before
            effect.safer += after < before
        now, then = _by_way(today.calls), _by_way(variant.calls)
        effect.entered += bool(then[True] - now[True])
        effect.spared += bool(now[True] - then[True])
        effect.removed += bool(then[False] - now[False])
        effect.kept += bool(now[False] - then[False])
        for number, one in enumerate((today, variant)):
            effect.expected_ppm[number] += one.ratio_ppm

    def done(self, as_of: date, known_at: datetime, position: int) -> Preview:
        """Return what was counted."""
        for number, strata in enumerate(self.strata):
            for (class_code, ratio_ppm, _), count in strata.items():
                self.drawn[number][class_code].drawn += share(count, ratio_ppm)
        order = list(dict.fromkeys([*self.sides[0].classes, *self.sides[1].classes, NOWHERE]))
        met = self.drawn[0].keys() | self.drawn[1].keys()
        rules = sorted(self.left_out[0].keys() | self.left_out[1].keys())
        return Preview(
            today=self.sides[0].book.digest,
            variant=self.sides[1].book.digest,
            scale=self.sides[0].card.scale,
            as_of=as_of,
            known_at=known_at,
            position=position,
            classes=tuple(code for code in order if code != NOWHERE or code in met),
            moved=dict(self.moved),
            proposals=dict(self.proposals),
            drawn={
                code: (self.drawn[0].get(code, Drawn()), self.drawn[1].get(code, Drawn()))
                for code in order
                if code in met
            },
            left_out={rule: (self.left_out[0][rule], self.left_out[1][rule]) for rule in rules},
            whole=self.whole,
            regions=dict(sorted(self.regions.items())),
            sectors=dict(sorted(self.sectors.items())),
            uncounted=self.uncounted,
        )


def _outlook(side: Side, seen: View, to_come: int, class_code: str, calls: frozenset[tuple[str, Act]]) -> Outlook:
    book = side.book
    who = profile(seen, book.roles)
    if who is None or not who.is_active or class_code == NOWHERE:
        return Outlook(class_code, calls, False, None, None)
    treatment = treatment_of(side.terms.treatments, class_code, areas_of(seen, book.areas))
    if treatment is None:
        return Outlook(class_code, calls, True, None, UNTREATED)
    past = past_of(seen, book.inspection, book.supervision, to_come)
    reason = left_out(treatment, past, book.supervision, side.terms.check, side.terms.day, book.calendar)
    return Outlook(class_code, calls, True, treatment, None if reason is None else reason.rule.number)


def _called(book: Rulebook, seen: View) -> frozenset[tuple[str, Act]]:
    who = profile(seen, book.roles)
    if who is None:
        return frozenset()
    return frozenset((one.list_code, one.act) for one in proposals(seen, who, book.lists, book.duties, book.calendar))


def _by_way(calls: Iterable[tuple[str, Act]]) -> dict[bool, set[str]]:
    """Return the lists a business would be put on (true) and taken off (false)."""
    ways: dict[bool, set[str]] = {True: set(), False: set()}
    for list_code, act in calls:
        ways[act is Act.ENTER].add(list_code)
    return ways


def in_whole(ppm: int) -> str:
    """Return millionths as a decimal number with one place, rounded down."""
    return f"{ppm // MILLION:,}.{ppm % MILLION * 10 // MILLION}"

"""What would lead to a better class: time alone, or the smallest lawful changes, with their days and their rules.

Rules kept here:
- The classes ahead are asked of the same statement that classifies; no indicator is said a second time.
- Every change proposed is a remedy of `goodstanding.core.remedy`, so it stands in the rulebook or is not told.
- What lies ahead supposes that nothing else becomes known, and that the yearly duties to come are fulfilled in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from functools import partial
from itertools import pairwise

from goodstanding.core.classification import DirectRule, Line, Scorecard, Signal, Weighing
from goodstanding.core.counterfactual import Reached, Way, smallest_ways
from goodstanding.core.course import Course, Foreseen, Step, course
from goodstanding.core.dates import add_months
from goodstanding.core.disclosure import shown
from goodstanding.core.entity import Profile
from goodstanding.core.fact import Fact
from goodstanding.core.remedy import Remedy, remedies
from goodstanding.core.rule import Rule, in_force, the_one_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.behind import Behind, Known, behind, rows_in, units
from goodstanding.engine.indicator import EPOCH, day_number
from goodstanding.engine.indicators import every
from goodstanding.engine.instant import Instant, instant_of
from goodstanding.engine.score import Classified

HORIZON_MONTHS = 36
"""How far ahead is looked; the longest display of the reference rulebook is as long."""

FEW = 6
"""Above so many remedies, those that never move a point are left out before any two are tried together."""


LAST = date(9990, 1, 1)
"""From here on nothing is looked ahead: days end with the year 9999."""


class GoneBy(Enum):
    """Why a fact no longer stands behind an indicator."""

    REPAIRED = "repaired"
    LEFT = "left"  # the entry left its list
    HIDDEN = "hidden"  # its display ended
    AGED = "aged"  # it is older than the indicator looks back, or no longer the one that counts


@dataclass(frozen=True, slots=True)
class Gone:
    """A fact that stands behind an indicator now and then no longer.

    Args:
        on: First day of that, where the fact itself says so; ``None`` for one that grew old.
        rule: The rule that ends it, where one does.
    """

    fact: Fact
    by: GoneBy
    on: date | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A line of the explanation that gives other points then.

    Args:
        since: Day from which it gives them.
    """

    weighing: Weighing
    before: Line
    after: Line
    since: date
    gone: tuple[Gone, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A way to a better class: what is done, what comes by itself, and which points change.

    Args:
        steps: Remedies taken; none where time is enough.
        released: Direct rules and signals that hold now and then no longer.
    """

    steps: tuple[Step, ...]
    foreseen: tuple[Foreseen, ...]
    reached: Reached
    shifts: tuple[Shift, ...]
    released: tuple[DirectRule | Signal, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What would lead to a better class.

    Args:
        through: Last day looked at.
        is_best: The class is the best already.
        time: What time alone does; ``None`` where nothing within sight.
        paths: The smallest ways with something done, the smallest first.
    """

    through: date
    is_best: bool
    time: Path | None = None
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Now:
    """A business as it stands: what `look_ahead` begins with.

    Args:
        known: Its facts, uncorrected, what has yet to begin included, and those of the businesses it is related to.
        behind: Facts behind each indicator; see `goodstanding.engine.behind.behind`.
    """

    known: Known
    who: Profile
    day: date
    card: Scorecard
    placed: Classified
    behind: Mapping[str, Behind]


def look_ahead(book: Rulebook, now: Now) -> Ahead:
    """Return what would lead to a better class than now.

    Raises:
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    return _Search(book, now).told()


@dataclass(frozen=True, slots=True)
class _Stand:
    """The class on a course from a day on, until the next such."""

    on: date
    card: Scorecard
    placed: Classified


class _Search:
    """One look ahead: the days, the courses, and how they compare with now."""

    def __init__(self, book: Rulebook, now: Now) -> None:
        self.book = book
        self.now = now
        self.scale = book.scales[now.card.scale]
        self.position = self.scale.position(now.placed.class_code)
        is_last = now.day >= LAST
        self.through = now.day if is_last else add_months(now.day, HORIZON_MONTHS) + timedelta(days=1)

    def told(self) -> Ahead:
        if self.position == 0 or self.through == self.now.day:
            return Ahead(self.through, is_best=self.position == 0)
        moves = [
            remedy
            for remedy in remedies(self.now.known.facts, self.now.who, self.book, self.now.day)
            if remedy.on <= self.through
        ]
        if len(moves) > FEW:
            moves = self._moving(moves)
        ways = smallest_ways(moves, self._reach)
        paths = self._paths(ways)
        time = next((path for way, path in zip(ways, paths, strict=True) if not way.moves), None)
        done = tuple(path for way, path in zip(ways, paths, strict=True) if way.moves)
        return Ahead(self.through, False, time, done)

    def _course(self, taken: Sequence[Remedy]) -> Course:
        return course(self.now.known.facts, self.now.who, self.book, self.now.day, self.through, taken)

    def _stands(self, courses: Sequence[Course], before: date | None = None) -> list[list[_Stand]]:
        """Return how the class of each course goes from tomorrow on: one stand for every change of its lines."""
        if not courses:
            return []
        asked = _Days(self.book, self.scale.code, courses, self.now.known)
        through = self.through if before is None else min(self.through, before - timedelta(days=1))
        found: list[list[_Stand]] = [[] for _ in courses]
        for day in asked.turns(self.now.day + timedelta(days=1), through):
            card, placed = asked.on(day)
            for number, stands in enumerate(found):
                if not stands or stands[-1].card is not card or _differs(card, stands[-1].placed, placed[number]):
                    stands.append(_Stand(day, card, placed[number]))
        return found

    def _is_better(self, stand: _Stand) -> bool:
        return self.scale.position(stand.placed.class_code) < self.position

    def _reach(self, combos: Sequence[tuple[Remedy, ...]], before: date | None) -> list[Reached | None]:
        found: list[Reached | None] = []
        for stands in self._stands([self._course(combo) for combo in combos], before):
            first = next((stand for stand in stands if self._is_better(stand)), None)
            found.append(None if first is None else Reached(first.on, first.placed.class_code, first.placed.points))
        return found

    def _moving(self, moves: Sequence[Remedy]) -> list[Remedy]:
        """Return the remedies that move points: alone, or taken away from all."""
        fewer = [tuple(other for other in moves if other is not one) for one in moves]
        taken = [(), tuple(moves), *((one,) for one in moves), *fewer]
        none, every, *rest = [
            [(stand.on, stand.placed.points, stand.placed.class_code) for stand in stands]
            for stands in self._stands([self._course(some) for some in taken])
        ]
        return [one for number, one in enumerate(moves) if rest[number] != none or rest[len(moves) + number] != every]

    def _paths(self, ways: Sequence[Way[Remedy]]) -> list[Path]:
        courses = [self._course(way.moves) for way in ways]
        found = []
        for way, run, stands in zip(ways, courses, self._stands(courses), strict=True):
            reached = next(stand for stand in stands if stand.on == way.reached.on)
            later = [stand for stand in stands if stand.on > reached.on]
            until = next((stand.on for stand in later if not self._is_better(stand)), None)
            before = [stand for stand in stands if stand.on <= reached.on]
            found.append(self._path(run, replace(way.reached, until_on=until), before))
        return found

    def _path(self, run: Course, reached: Reached, stands: Sequence[_Stand]) -> Path:
        card, then = stands[-1].card, stands[-1].placed
        ready = instant_of(self.book, card)
        left = behind(ready, self.book, card, _along(self.now.known, run), reached.on)
        before, after = _lines(self.now.card, self.now.placed), _lines(card, then)
        shifts = []
        for weighing in card.weighings:
            key = weighing.indicator, weighing.area
            was = before.get(key, Line(weighing.indicator, None, 0, False))
            if was.points == after[key].points:
                continue
            still = {fact.digest for fact in left.get(weighing.indicator, Behind()).facts}
            stood = self.now.behind.get(weighing.indicator, Behind())
            # What held points down and no longer does is no reason for fewer of them. A registration beside other facts
            # only says that there is a business: it neither grows old nor stops counting.
            counts_registrations = every()[weighing.indicator].kinds == {self.book.roles.kind}
            gone = [
                self._gone(fact, run, reached.on)
                for fact in stood.facts
                if fact.digest not in still
                and (fact in stood.easing) == (after[key].points > was.points)
                and (counts_registrations or fact.kind != self.book.roles.kind)
            ]
            shifts.append(Shift(weighing, was, after[key], _since(stands, key, after[key].points), tuple(gone)))
        held = [one.rule.number for one in _held(card, then)]
        released = tuple(one for one in _held(self.now.card, self.now.placed) if one.rule.number not in held)
        foreseen = tuple(sorted((one for one in run.foreseen if one.on <= reached.on), key=lambda one: one.on))
        return Path(run.steps, foreseen, reached, tuple(shifts), released)

    def _gone(self, fact: Fact, run: Course, on: date) -> Gone:
        if fact.digest in run.hidden and run.hidden[fact.digest] <= on:
            return Gone(fact, GoneBy.REPAIRED, run.hidden[fact.digest], _rule_of(fact, run))
        then = next((one for one in run.facts if one.digest == fact.digest), fact)
        out = then.span.until_on
        if fact.kind == self.book.lists.entry_kind and out is not None and out <= on:
            return Gone(fact, GoneBy.LEFT, out, _rule_of(fact, run))
        view = shown(fact, self.book.disclosure, self.book.calendar) if self.book.kinds[fact.kind].is_public else None
        if view is not None and view.span.until_on is not None and view.span.until_on <= on:
            return Gone(fact, GoneBy.HIDDEN, view.span.until_on, view.rule)
        return Gone(fact, GoneBy.AGED)


class _Days:
    """The class of some courses on any day, asked of the statement once for all of them.

    Days are asked where a fact begins, ends or leaves view, where a scorecard changes, and every four weeks. Where two
    neighbours differ, the day of the change is found by halving: between them only time passes, which takes every
    indicator one way.
    """

    STEP = timedelta(days=28)

    def __init__(self, book: Rulebook, scale: str, courses: Sequence[Course], known: Known) -> None:
        self.book = book
        self.cards = [card for card in book.scorecards if card.scale == scale]
        self.courses = courses
        self.known = known
        self.ready: dict[int, Instant] = {}
        self.events: set[int] = set()
        self.asked: dict[date, tuple[Scorecard, list[Classified]]] = {}

    def on(self, day: date) -> tuple[Scorecard, list[Classified]]:
        """Return the card in force on a day, and the class on each course."""
        if day not in self.asked:
            card = the_one_in_force(self.cards, day, "The scorecard")
            placed = {int(one.entity_id): one for one in self._statement(card).on(day)}
            self.asked[day] = card, [placed[number] for number in range(len(self.courses))]
        return self.asked[day]

    def _statement(self, card: Scorecard) -> Instant:
        if id(card) not in self.ready:
            ready = instant_of(self.book, card)
            rows = [
                {**row, "entity": str(number)}
                for number, one in enumerate(self.courses)
                for row in rows_in(units(ready, self.book, _along(self.known, one)))
            ]
            self.events |= {row[name] for row in rows for name in _EVENTS if row[name] is not None}
            ready.give(rows)
            self.ready[id(card)] = ready
        return self.ready[id(card)]

    def turns(self, first: date, through: date) -> list[date]:
        """Return the first day and every day after it on which a line of some course changes; it ends with the law."""
        spans = [card.rule.validity for card in self.cards]
        edges = {span.from_on for span in spans} | {span.until_on for span in spans if span.until_on is not None}
        through = min([through, *(day - timedelta(days=1) for day in edges if day > first and not self._has_card(day))])
        if through < first or not self._has_card(first):
            return []
        self.on(first)
        edges |= {EPOCH + timedelta(days=number) for number in self.events if number < day_number(date.max)}
        day = first
        while day < through:
            edges.add(day)
            day += self.STEP
        days = sorted({day for day in edges if first <= day <= through} | {first, through})
        return [first, *(turn for before, after in pairwise(days) for turn in self._between(before, after))]

    def _has_card(self, day: date) -> bool:
        return len(in_force(self.cards, day)) == 1

    def _between(self, before: date, after: date) -> Iterator[date]:
        """Yield the days later than ``before``, up to ``after``, on which something changes."""
        (card, was), (card_then, then) = self.on(before), self.on(after)
        if card is card_then and not any(map(partial(_differs, card), was, then)):
            return
        days = (after - before).days
        if days == 1:
            yield after
            return
        middle = before + timedelta(days=days // 2)
        yield from self._between(before, middle)
        yield from self._between(middle, after)


_EVENTS = ("from_day", "until_day", "hidden_day")


def _along(known: Known, run: Course) -> Known:
    """Return what would be known of a business along a course."""
    return replace(known, facts=run.facts, hidden=run.hidden)


def _differs(card: Scorecard, one: Classified, other: Classified) -> bool:
    def told(placed: Classified) -> tuple[object, ...]:
        points = [line.points for line in placed.lines(card)]
        return placed.class_code, placed.points, points, placed.held

    return told(one) != told(other)


def _since(stands: Sequence[_Stand], key: tuple[str, str], points: int) -> date:
    """Return the first day of the unbroken run of stands, up to the last, on which a line gives these points."""
    since = stands[-1].on
    for stand in reversed(stands):
        line = _lines(stand.card, stand.placed).get(key)
        if line is None or line.points != points:
            break
        since = stand.on
    return since


def _lines(card: Scorecard, placed: Classified) -> dict[tuple[str, str], Line]:
    return {(one.indicator, one.area): line for one, line in zip(card.weighings, placed.lines(card), strict=True)}


def _held(card: Scorecard, placed: Classified) -> tuple[DirectRule | Signal, ...]:
    outcome = placed.outcome(card)
    return (*outcome.direct, *outcome.signals)


def _rule_of(fact: Fact, run: Course) -> Rule | None:
    """Return the rule by which a fact is repaired, or leaves its list, on a course."""
    for one in run.foreseen:
        if one.fact is not None and one.fact.digest == fact.digest:
            return one.rule
    for step in run.steps:
        if any(about.digest == fact.digest for about in step.remedy.about):
            return step.rules[-1]
    return None

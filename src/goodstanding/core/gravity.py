"""Gravity: what the record of a penalty says of the two gates before an entry in the gravest list, and what it cannot.

Rules kept here:
- The first gate asks for a heavier penalty: by its kind, or by a fine in the upper part of its legal range. A fine
  exactly on the line is not heavier. Where the record holds no range, the source's own grading stands for the gate,
  and the finding says so.
- The second gate, gravity, is a judgement with evidence for each factor. No arithmetic passes it: what the record says
  of a factor is set beside it, and the rest is open.
- Whoever proves lack of intent is not listed, whatever the gates say.
- An area that no ground names leads nowhere; one ground does without the first gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from goodstanding.core.fact import Fact, Value
from goodstanding.core.rule import Rule, in_force

WHOLE_PPM = 1_000_000


class Answer(Enum):
    """What the record says of a gate."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"  # the record does not say; the officer does, with evidence


class Because(Enum):
    """Why a gate is met, is not, or is open."""

    KIND = "kind"  # a kind of penalty that is heavier by itself
    KIND_OPEN = "kind_open"  # a kind of which the law may say that it is
    FINE_ABOVE = "fine_above"  # the fine lies in the upper part of its range
    FINE_NOT_ABOVE = "fine_not_above"
    GRADED = "graded"  # no range on record: the source's grading stands for it
    NOT_GRADED = "not_graded"  # neither a range nor such a grading
    NOT_ASKED = "not_asked"  # the ground does without this gate
    AREA = "area"  # a ground names the area
    AREA_OPEN = "area_open"  # the record names no area
    NO_GROUND = "no_ground"  # no ground names its area
    WEIGHED = "weighed"  # factor by factor, by the officer
    PROVEN_BY_PARTY = "proven_by_party"  # whatever the party proves


@dataclass(frozen=True, slots=True)
class ByKind:
    """The first gate by the kinds of penalty.

    Args:
        field: The field of the penalty that holds its kinds.
        heavier: Kinds that are heavier by themselves.
        undecided: Kinds of which the law may say so.
    """

    rule: Rule
    field: str
    heavier: frozenset[str]
    undecided: frozenset[str]


@dataclass(frozen=True, slots=True)
class ByAmount:
    """The first gate by the fine.

    Args:
        amount: Field of the fine; `least` and `most` those of its legal range; all minor units.
        upper_share_ppm: The part of the range, from its top, in which a fine is heavier.
    """

    rule: Rule
    amount: str
    least: str
    most: str
    upper_share_ppm: int

    def line_minor(self, least_minor: int, most_minor: int) -> int:
        """Return the greatest fine of a range that is not heavier."""
        return least_minor + (most_minor - least_minor) * (WHOLE_PPM - self.upper_share_ppm) // WHOLE_PPM


@dataclass(frozen=True, slots=True)
class ByGrading:
    """The first gate by what the source says, where nothing else tells."""

    rule: Rule
    field: str
    heavier: frozenset[str]


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing to be weighed.

    Args:
        field: The field of the penalty that speaks of it; empty where none does.
        counts_same: Fields in which other penalties of the business must say the same to be counted with this one.
    """

    code: str
    title: Mapping[str, str]
    field: str = ""
    counts_same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grave:
    """The second gate."""

    rule: Rule
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class AreaGround:
    """One ground of the list, by the field of the violation.

    Args:
        field: The field of the penalty that names its area.
        areas: Areas it covers; none where no penalty leads to it.
        needs_heavier: Whether the first gate is asked for.
    """

    rule: Rule
    field: str
    areas: frozenset[str]
    needs_heavier: bool


@dataclass(frozen=True, slots=True)
class Gravity:
    """What a rulebook says before an entry in its gravest list.

    Args:
        procedure: Code of the procedure that these gates guard.
        kind: Kind of the facts that are judged.
    """

    procedure: str
    kind: str
    by_kind: tuple[ByKind, ...]
    by_amount: tuple[ByAmount, ...]
    by_grading: tuple[ByGrading, ...]
    grave: tuple[Grave, ...]
    exit_rules: tuple[Rule, ...]
    grounds: tuple[AreaGround, ...]

    @property
    def rules(self) -> list[Rule]:
        """Every rule of it, in the order of the file."""
        ways: tuple[ByKind | ByAmount | ByGrading | Grave | AreaGround, ...]
        ways = (*self.by_kind, *self.by_amount, *self.by_grading, *self.grave)
        return [*(one.rule for one in ways), *self.exit_rules, *(one.rule for one in self.grounds)]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the record says of one gate.

    Args:
        because: Why.
        said: What on record decides it: the kinds, the area or the grading, by code; empty where nothing does.
        field: The field it stands in.
        amounts_minor: Fine, least, most, and the greatest fine that is not heavier; ``None`` where no fine decides.
    """

    answer: Answer
    because: Because
    rule: Rule
    said: tuple[str, ...] = ()
    field: str = ""
    amounts_minor: tuple[int, int, int, int] | None = None

    def __str__(self) -> str:
        said = f" ({', '.join(self.said)})" if self.said else ""
        fine = ""
        if self.amounts_minor is not None:
            amount, least, most, line = self.amounts_minor
            fine = f": {amount} between {least} and {most}, heavier above {line}"
        words = f"{self.answer.value.replace('_', ' ')}, {self.because.value.replace('_', ' ')}"
        return f"{self.rule.number} {words}{said}{fine}"


@dataclass(frozen=True, slots=True)
class Weight:
    """One factor of the second gate, with what the record says of it.

    Args:
        said: The values of its field, or how many such penalties there are; empty where the record is silent.
    """

    factor: Factor
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that the record of one penalty says of an entry.

    Args:
        ground: Whether a ground names its area.
        heavier: The first gate.
        grave: The second gate: open, for an officer to weigh.
        exit: The way out: open, for the party to prove.
        weights: Each factor of the second gate.
    """

    ground: Finding
    heavier: Finding
    grave: Finding
    exit: Finding
    weights: tuple[Weight, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (self.ground, self.heavier, self.grave, self.exit)

    @property
    def against(self) -> tuple[Finding, ...]:
        """What keeps the penalty from leading to an entry."""
        return tuple(one for one in self.findings if one.answer is Answer.NOT_MET)


def judge(penalty: Fact, others: Iterable[Fact], gravity: Gravity) -> Judgement | None:
    """Return what the record says of an entry for a penalty.

    Args:
        penalty: Of the kind that is judged; the rules of its first day judge it.
        others: Facts of the same business, the penalty itself allowed among them.
    Returns:
        ``None`` where no such rules were in force on its first day.
    """
    day = penalty.span.from_on
    graves = in_force(gravity.grave, day)
    exits = [rule for rule in gravity.exit_rules if rule.validity.contains(day)]
    graded = in_force(gravity.by_grading, day)
    if penalty.kind != gravity.kind or not graves or not exits or not graded:
        return None
    grave, out = graves[0], exits[0]
    ground, needs_heavier = _ground(penalty, gravity, grave.rule)
    heavier = _heavier(penalty, gravity, graded[0], day) if needs_heavier else _not_asked(ground)
    return Judgement(
        ground=ground,
        heavier=heavier,
        grave=Finding(Answer.OPEN, Because.WEIGHED, grave.rule),
        exit=Finding(Answer.OPEN, Because.PROVEN_BY_PARTY, out),
        weights=tuple(Weight(factor, _said(penalty, others, factor)) for factor in grave.factors),
    )


def judged(
    procedure: str, about: Iterable[Fact], others: Iterable[Fact], gravity: Gravity | None
) -> tuple[Judgement, ...]:
    """Return what the record says of each fact that a case of a procedure is about; nothing where nothing judges it.

    Args:
        procedure: Its code.
        others: Facts of the same business.
    """
    if gravity is None or gravity.procedure != procedure:
        return ()
    known = list(others)
    found = (judge(fact, known, gravity) for fact in about)
    return tuple(one for one in found if one is not None)


def _not_asked(ground: Finding) -> Finding:
    return Finding(Answer.MET, Because.NOT_ASKED, ground.rule, ground.said, ground.field)


def _ground(penalty: Fact, gravity: Gravity, otherwise: Rule) -> tuple[Finding, bool]:
    """Return the ground that names the area, and whether it asks for the first gate."""
    standing = in_force(gravity.grounds, penalty.span.from_on)
    named = [area for one in standing for area in _texts(penalty.payload.get(one.field))]
    for one in standing:
        if one.areas & set(_texts(penalty.payload.get(one.field))):
            said = tuple(sorted(one.areas & set(_texts(penalty.payload.get(one.field)))))
            return Finding(Answer.MET, Because.AREA, one.rule, said, one.field), one.needs_heavier
    if named:
        field = next(one.field for one in standing if _texts(penalty.payload.get(one.field)))
        return Finding(Answer.NOT_MET, Because.NO_GROUND, otherwise, tuple(sorted(set(named))), field), True
    return Finding(Answer.OPEN, Because.AREA_OPEN, otherwise), True


def _heavier(penalty: Fact, gravity: Gravity, graded: ByGrading, day: date) -> Finding:
    """Return the first gate: by kind, then by amount, then by the source's grading."""
    for by_kind in in_force(gravity.by_kind, day):
        kinds = set(_texts(penalty.payload.get(by_kind.field)))
        for codes, answer, because in (
            (kinds & by_kind.heavier, Answer.MET, Because.KIND),
            (kinds & by_kind.undecided, Answer.OPEN, Because.KIND_OPEN),
        ):
            if codes:
                return Finding(answer, because, by_kind.rule, tuple(sorted(codes)), by_kind.field)
    for by_amount in in_force(gravity.by_amount, day):
        amount, least, most = (
            penalty.payload.get(name) for name in (by_amount.amount, by_amount.least, by_amount.most)
        )
        if type(amount) is int and type(least) is int and type(most) is int and least < most:
            # Of whole minor units none lies between the line and the greatest fine that is not above it.
            line = by_amount.line_minor(least, most)
            amounts = (amount, least, most, line)
            if amount > line:
                return Finding(Answer.MET, Because.FINE_ABOVE, by_amount.rule, amounts_minor=amounts)
            return Finding(Answer.NOT_MET, Because.FINE_NOT_ABOVE, by_amount.rule, amounts_minor=amounts)
    said = _texts(penalty.payload.get(graded.field))
    if graded.heavier & set(said):
        return Finding(Answer.MET, Because.GRADED, graded.rule, said, graded.field)
    return Finding(Answer.OPEN, Because.NOT_GRADED, graded.rule, said, graded.field)


def _said(penalty: Fact, others: Iterable[Fact], factor: Factor) -> tuple[str, ...]:
    if factor.counts_same:
        same = {
            one.digest
            for one in others
            if one.kind == penalty.kind
            and one.span.from_on <= penalty.span.from_on
            and all(one.payload.get(name) == penalty.payload.get(name) for name in factor.counts_same)
        }
        return (str(len(same | {penalty.digest})),)
    return _texts(penalty.payload.get(factor.field)) if factor.field else ()


def _texts(value: Value | None) -> tuple[str, ...]:
    """Return what a field holds as texts; nothing where it is empty."""
    if value is None or value == "":
        return ()
    return tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)

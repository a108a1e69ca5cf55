"""Opening a case: who may, about which facts, and until when. The steps that follow are judged in `case.py`.

Rules kept here:
- Whoever may take a first step of a procedure may open a case of it; nobody else may.
- A case is about facts of its own business that its procedure is about, and that stand on the day.
- Where a procedure enters, nothing else does: a proposal that rests on a fact it is about waits for its case.
- A case that leads to an entry is not opened where the record itself says that a gate before it is not met; nor is
  such an entry proposed, for nobody could ever decide it.
- Where a case must be opened within a time after publication, what was never published is never too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from goodstanding.core.case import Actor, Obstacle, Why
from goodstanding.core.dates import Calendar, period_end
from goodstanding.core.fact import Fact
from goodstanding.core.gravity import Finding, Gravity, Judgement, judged
from goodstanding.core.listing import Act, Proposal
from goodstanding.core.procedure import OPENING, About, Procedure, Procedures
from goodstanding.core.rule import in_force


def openers(procedure: Procedure, day: date) -> frozenset[str]:
    """Return the roles that may open a case on a day."""
    first = [one for one in procedure.steps if procedure.opens_in in one.after and one.rule.validity.contains(day)]
    return frozenset().union(*(one.by for one in first))


def about_of(procedure: Procedure, fact: Fact) -> About | None:
    """Return what makes a fact one that the procedure is about, or ``None``."""
    return next((one for one in procedure.about if one.kind == fact.kind and one.when.agrees(fact.payload)), None)


def that_enters(procedures: Procedures, fact: Fact, day: date) -> Procedure | None:
    """Return the procedure by which alone a fact leads to an entry on a day, or ``None``."""
    for one in in_force(procedures.versions, day):
        if about_of(one, fact) is not None and any(step.effect == "enter" for step in one.steps):
            return one
    return None


def known_unmet(
    proposal: Proposal, facts: Iterable[Fact], procedures: Procedures, gravity: Gravity | None, day: date
) -> Finding | None:
    """Return the first gate before an entry that the record itself says is not met, or ``None``.

    Args:
        facts: Every fact known of the business; those the proposal rests on are looked for among them.
        gravity: What judges the gates; ``None`` where the rulebook has none.
    """
    if proposal.act is not Act.ENTER or gravity is None:
        return None
    known = {fact.digest: fact for fact in facts}
    for fact in (known[digest] for digest in proposal.facts if digest in known):
        procedure = that_enters(procedures, fact, day)
        for one in () if procedure is None else judged(procedure.code, [fact], known.values(), gravity):
            if one.against:
                return one.against[0]
    return None


def check_open(
    procedure: Procedure,
    actor: Actor,
    about: Sequence[Fact],
    published_on: Mapping[str, date],
    day: date,
    calendar: Calendar,
    judgements: Sequence[Judgement] = (),
) -> tuple[Obstacle, ...]:
    """Return everything that stands in the way of opening a case; nothing means it is lawful.

    Args:
        about: The facts it would be about; all of one business, and standing on the day.
        published_on: Day on which each was published, by digest; those that never were are absent.
        judgements: What the record says of the gates before an entry; see `goodstanding.core.gravity.judged`.
    Raises:
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    found = []
    if actor.role not in openers(procedure, day):
        found.append(Obstacle(Why.WRONG_ROLE, actor.role, procedure.rule))
    if procedure.about and not about:
        found.append(Obstacle(Why.WRONG_MATTER, OPENING, procedure.rule))
    for fact in about:
        what = about_of(procedure, fact)
        public_on = published_on.get(fact.digest)
        if what is None:
            found.append(Obstacle(Why.WRONG_MATTER, fact.digest, procedure.rule))
        elif what.within is not None and public_on is not None:
            last_on = period_end(public_on, what.within, calendar)
            if last_on < day:
                found.append(Obstacle(Why.TOO_LATE, OPENING, procedure.rule, last_on))
    for one in judgements:
        found += [Obstacle(Why.GATE_UNMET, gate.because.value, gate.rule) for gate in one.against]
    return tuple(found)

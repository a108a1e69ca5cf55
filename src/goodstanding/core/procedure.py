"""Due process as data: the states, steps and periods of a procedure; `case.py` beside this moves a case along them.

Rules kept here:
- A step says from which states it may be taken, by which roles, with what evidence, whose taker it must be kept apart
  from, and inside or after which periods.
- A period says what sets it running, stops it, lets it go on and makes it longer, and what its end does: it reminds,
  moves the case on, or counts as a step taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from goodstanding.core.dates import Period
from goodstanding.core.disclosure import Condition
from goodstanding.core.rule import Rule, the_one_in_force

CALENDAR = "calendar"
"""Who acts, and in which role, where a period ends by itself."""

OPENING = "opening"
"""What starts a period that runs from the day on which the case was opened."""

EFFECTS = frozenset({"enter", "lift", "restore", "annul", "ask_repair", "grant_repair", "revoke_repair"})
"""What a step may do outside its case; `goodstanding.records.case_effects` does it, in the transaction of the step."""


class Expiry(Enum):
    """What the end of a period does."""

    REMIND = "remind"  # the period binds the authority: its end moves nothing, and is told
    MOVE = "move"  # the case moves on
    DEEM = "deem"  # a step counts as taken


@dataclass(frozen=True, slots=True)
class Step:
    """One step a case may take.

    Args:
        after: States it may be taken in.
        leads_to: State of the case from then on; empty leaves it where it is.
        by: Roles that may take it; `CALENDAR` alone means that only a period's end does.
        needs: Codes of the evidence that must be on record with it.
        not_by_taker_of: Steps whose taker may not take this one too.
        only_after: Periods that must have ended, where they were started.
        only_within: Periods that must be running.
        effect: What it does outside the case, by a code; empty for nothing.
        serves: Title of the paper that goes to the business with it, by language: a notice, an answer, a refusal; empty
            where none does. A decision that the effect makes has a document of its own.
    """

    code: str
    title: Mapping[str, str]
    rule: Rule
    after: frozenset[str]
    leads_to: str
    by: frozenset[str]
    needs: tuple[str, ...] = ()
    not_by_taker_of: frozenset[str] = frozenset()
    only_after: tuple[str, ...] = ()
    only_within: tuple[str, ...] = ()
    effect: str = ""
    serves: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clock:
    """One period of a procedure.

    Args:
        starts_with: Steps that set it running, each anew; `OPENING` for the case itself.
        stops_with: Steps after which it runs no more.
        pauses: Steps that stop it, by the step that lets it go on.
        extended_by: How much longer each of some steps makes it.
        leads_to: State its end moves the case to, where it moves it.
        deems: Step that counts as taken at its end, where it deems one.
    """

    code: str
    title: Mapping[str, str]
    rule: Rule
    period: Period
    starts_with: frozenset[str]
    stops_with: frozenset[str]
    on_expiry: Expiry
    pauses: Mapping[str, str] = field(default_factory=dict)
    extended_by: Mapping[str, Period] = field(default_factory=dict)
    leads_to: str = ""
    deems: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """Which facts a procedure is about.

    Args:
        when: Which facts of that kind.
        within: How long after such a fact was published a case may be opened, or ``None`` for as long as one likes.
    """

    kind: str
    when: Condition
    within: Period | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of a procedure.

    Args:
        about: The facts a case may be about; none where it asks for no fact.
        states: Titles of its states, by code.
        opens_in: State of a case when it is opened.
        ends: States in which nothing more is due or possible.
        steps: In the order of the law; a step that changed has several versions, told apart by their rules' validity.
        told_with: Step with which the business learns of the case; empty where it knows from the opening on.
    """

    code: str
    rule: Rule
    states: Mapping[str, Mapping[str, str]]
    opens_in: str
    ends: frozenset[str]
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...]
    about: tuple[About, ...] = ()
    told_with: str = ""

    def versions(self, step: str) -> tuple[Step, ...]:
        return tuple(one for one in self.steps if one.code == step)

    def step_on(self, step: str, day: date) -> Step | None:
        """Return the version of a step in force on a day, or ``None``."""
        return next((one for one in self.versions(step) if one.rule.validity.contains(day)), None)


@dataclass(frozen=True, slots=True)
class Procedures:
    """All procedures of a rulebook.

    Args:
        roles: Titles of the roles that steps name, by code.
        evidence: Titles of the evidence that steps ask for, by code.
    """

    roles: Mapping[str, Mapping[str, str]]
    evidence: Mapping[str, Mapping[str, str]]
    versions: tuple[Procedure, ...]

    @property
    def rules(self) -> list[Rule]:
        """Every rule of every version: of the procedures, their steps and their periods."""
        found = []
        for one in self.versions:
            found += [one.rule, *(step.rule for step in one.steps), *(clock.rule for clock in one.clocks)]
        return found

    def on(self, code: str, day: date) -> Procedure:
        """Return the version of a procedure in force on a day.

        Raises:
            NoRuleInForce: None is, or more than one.
        """
        return the_one_in_force([one for one in self.versions if one.code == code], day, f"The procedure {code}")


NONE = Procedures({}, {}, ())
"""What a jurisdiction without such a file has."""

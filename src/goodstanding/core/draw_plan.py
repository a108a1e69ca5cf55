"""What is fixed before chance: frame, strata, weights and roster.

Rules kept here:

1. Every text is in normalisation form C, so that one id has one spelling and one digest.
2. A plan is refused before it is committed when a unit that may be drawn has too few lawful inspectors.
3. The plan names the public event that will give the seed; the office cannot choose among events later.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from goodstanding.core.canonical import digest_hex
from goodstanding.core.draw_seed import Event, check_event
from goodstanding.core.errors import PlanInvalid, TooFewInspectors

WEIGHT_LIMIT: Final = 2**32

SALT: Final = 32
"""Hexadecimal digits of a salt."""

_SALT = re.compile(f"[0-9a-f]{{{SALT}}}")


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that may be drawn for a visit.

    Args:
        id: Identity of the unit, unique in the frame.
        stratum: Code of its stratum.
        weight: Whole number from 1 to 2**32; within a stratum, chance grows with it.
        region: Region code that an inspector must cover; empty when anyone may go.
        skills: Skills that each inspector of the visit must hold.
        salt: Keeps the line from being guessed from its digest; see `salted`.
    """

    id: str
    stratum: str
    weight: int = 1
    region: str = ""
    skills: tuple[str, ...] = ()
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One class of the frame, and how many units are drawn from it."""

    code: str
    size: int


@dataclass(frozen=True, slots=True)
class Inspector:
    """One person who may be sent.

    Args:
        id: Identity of the inspector, unique in the roster.
        skills: Skills held.
        regions: Region codes covered; empty when every region is.
        recused_from: Ids of units this inspector must not visit.
        salt: As of a unit.
    """

    id: str
    skills: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    recused_from: tuple[str, ...] = ()
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a draw depends on except the seed.

    Args:
        label: Name of this draw, never used for another one; it separates their tickets.
        title: What the campaign is, for readers.
        as_of: Day on which the frame was true.
        rulebook_digest: Digest of the rulebook that set strata, sizes and weights.
        frame: All units that may be drawn; their order means nothing.
        strata: All strata; their order means nothing.
        roster: All inspectors who may be sent; their order means nothing.
        inspectors_per_visit: How many inspectors go to each unit, 1 or more.
        reserves_per_stratum: How many further units are listed, in order, behind those drawn.
        visits_per_inspector: From how many visits on an inspector goes only where others are missing; 0 for no limit.
        event: What will give the seed.
        frame_is_public: Whether frame and roster are published whole, or only the lines of what is drawn.
    """

    label: str
    title: str
    as_of: date
    rulebook_digest: str
    frame: tuple[Unit, ...]
    strata: tuple[Stratum, ...]
    roster: tuple[Inspector, ...]
    inspectors_per_visit: int = 2
    reserves_per_stratum: int = 5
    visits_per_inspector: int = 0
    event: Event = field(default_factory=Event)
    frame_is_public: bool = False


def salted(plan: Plan, key: str) -> Plan:
    """Return a plan with a salt in every line of frame and roster.

    Args:
        key: Secret made for this plan alone; without it nobody can tell a salt from chance.
    """
    return replace(
        plan,
        frame=tuple(replace(one, salt=_salt(key, "unit", one.id)) for one in plan.frame),
        roster=tuple(replace(one, salt=_salt(key, "inspector", one.id)) for one in plan.roster),
    )


def _salt(key: str, what: str, line_id: str) -> str:
    return digest_hex([key, what, line_id])[:SALT]


class Bench:
    """The inspectors of one roster, asked who may lawfully visit a unit.

    Units that ask for the same region and skills share one answer, so a frame of a million units is one pass.
    """

    def __init__(self, roster: Iterable[Inspector]) -> None:
        self._roster = sorted(roster, key=lambda inspector: inspector.id)
        self._recused: dict[str, set[str]] = {}
        self._fitting: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        for inspector in self._roster:
            for unit_id in inspector.recused_from:
                self._recused.setdefault(unit_id, set()).add(inspector.id)

    def lawful_for(self, unit: Unit) -> tuple[str, ...]:
        """Return the ids, in order, of the inspectors who may visit a unit."""
        need = (unit.region, unit.skills)
        fitting = self._fitting.get(need)
        if fitting is None:
            fitting = tuple(
                inspector.id
                for inspector in self._roster
                if (not unit.region or not inspector.regions or unit.region in inspector.regions)
                and set(unit.skills) <= set(inspector.skills)
            )
            self._fitting[need] = fitting
        recused = self._recused.get(unit.id)
        return fitting if recused is None else tuple(one for one in fitting if one not in recused)


def units_short_of_inspectors(plan: Plan) -> tuple[str, ...]:
    """Return the ids, in order, of units that could be drawn but have too few lawful inspectors.

    A stratum of size 0 is left out: nobody of it is drawn or listed in reserve.
    """
    bench = Bench(plan.roster)
    drawable = {stratum.code for stratum in plan.strata if stratum.size > 0}
    return tuple(
        sorted(
            unit.id
            for unit in plan.frame
            if unit.stratum in drawable and len(bench.lawful_for(unit)) < plan.inspectors_per_visit
        )
    )


def check_plan(plan: Plan) -> None:
    """Refuse a plan that cannot be drawn lawfully, before anybody commits to it.

    Args:
        plan: The plan as it would be committed.

    Raises:
        PlanInvalid: When an id is empty, doubled or not in normalisation form C, a weight or size is out of
            range, a unit names an unknown stratum, a stratum asks for more units than it has, or the plan
            does not say where its seed will come from.
        TooFewInspectors: When a unit that could be drawn has fewer lawful inspectors than a visit needs.
    """
    for what, text in (
        ("label", plan.label),
        ("rulebook digest", plan.rulebook_digest),
    ):
        _check_text(text, f"the plan's {what}")
    for what, text in (("title", plan.title), ("seed source", plan.event.source)):
        _check_text(text, f"the plan's {what}", may_be_empty=True)
    check_event(plan.event)
    _check_count(plan.inspectors_per_visit, "the number of inspectors per visit", least=1)
    _check_count(plan.reserves_per_stratum, "the number of reserves per stratum", least=0)
    _check_count(plan.visits_per_inspector, "the number of visits per inspector", least=0)
    _check_strata(plan)
    _check_roster(plan)
    _check_salts(plan)
    short = units_short_of_inspectors(plan)
    if short:
        named = ", ".join(short[:5]) + (f" and {len(short) - 5} more" if len(short) > 5 else "")
        raise TooFewInspectors(
            asked=f"Commit to the draw plan {plan.label}.",
            found=f"There are too few lawful inspectors for {named}.",
            wants=f"Every unit that may be drawn needs {plan.inspectors_per_visit} inspectors who cover its "
            "region, hold its skills and are not recused from it.",
            next_step="Add inspectors to the roster, or take these units out of the frame and say why.",
        )


def _check_strata(plan: Plan) -> None:
    population: Counter[str] = Counter()
    seen: set[str] = set()
    sizes = {stratum.code: stratum.size for stratum in plan.strata}
    if len(sizes) != len(plan.strata):
        raise _invalid("Two strata have one code.", "Every stratum has a code of its own.")
    for unit in plan.frame:
        _check_text(unit.id, "a unit id")
        if unit.id in seen:
            raise _invalid(f"Unit {unit.id} stands in the frame twice.", "Every unit stands in the frame once.")
        seen.add(unit.id)
        if unit.stratum not in sizes:
            raise _invalid(
                f"Unit {unit.id} is in stratum {unit.stratum!r}, which the plan does not have.",
                "Every unit is in a stratum of the plan.",
            )
        _check_count(unit.weight, f"the weight of unit {unit.id}", least=1, most=WEIGHT_LIMIT)
        _check_text(unit.region, f"the region of unit {unit.id}", may_be_empty=True)
        for skill in unit.skills:
            _check_text(skill, f"a skill of unit {unit.id}")
        population[unit.stratum] += 1
    for code, size in sizes.items():
        _check_text(code, "a stratum code")
        _check_count(size, f"the size of stratum {code}", least=0)
        if size > population[code]:
            raise _invalid(
                f"Stratum {code} has {population[code]} units and {size} are to be drawn.",
                "No stratum gives more units than it has.",
            )


def _check_roster(plan: Plan) -> None:
    seen: set[str] = set()
    for inspector in plan.roster:
        _check_text(inspector.id, "an inspector id")
        if inspector.id in seen:
            raise _invalid(
                f"Inspector {inspector.id} stands in the roster twice.", "Every inspector stands there once."
            )
        seen.add(inspector.id)
        for text in (*inspector.skills, *inspector.regions, *inspector.recused_from):
            _check_text(text, f"a skill, region or recusal of inspector {inspector.id}")


def _check_salts(plan: Plan) -> None:
    lines: Iterable[Unit | Inspector] = (*plan.frame, *plan.roster)
    for one in lines:
        if not (_SALT.fullmatch(one.salt) or (plan.frame_is_public and not one.salt)):
            raise _invalid(
                f"The line of {one.id} has the salt {one.salt!r}.",
                f"A salt of {SALT} hexadecimal digits in every line, unless frame and roster are published whole.",
            )


def _check_text(text: object, what: str, *, may_be_empty: bool = False) -> None:
    if not isinstance(text, str):
        raise _invalid(f"For {what} there is a {type(text).__name__}.", "Names and ids are text.")
    if not text and not may_be_empty:
        raise _invalid(f"For {what} there is nothing.", "Names and ids are never empty.")
    if text != text.strip() or not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        raise _invalid(
            f"For {what} there is {text!r}, with outer blanks or not in normalisation form C.",
            "One id has one spelling: form C, no outer blanks.",
        )


def _check_count(number: object, what: str, *, least: int, most: int | None = None) -> None:
    if type(number) is not int or number < least or (most is not None and number > most):
        upper = "or more" if most is None else f"to {most}"
        raise _invalid(f"For {what} there is {number!r}.", f"It is a whole number, {least} {upper}.")


def _invalid(found: str, wants: str) -> PlanInvalid:
    return PlanInvalid(
        asked="Commit to a draw plan.",
        found=found,
        wants=wants,
        next_step="Mend the plan and commit again; nothing has been drawn.",
    )

"""The commitment: one digest, published before the seed, that fixes a plan to the last character.

Frame and roster enter it as the roots of two trees of salted lines: a line changed afterwards can be named, one line
can be shown and proven without showing another, and nobody can guess a line from its digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from goodstanding.core.canonical import canonical_bytes, digest_hex
from goodstanding.core.draw_plan import Inspector, Plan, Unit, check_plan
from goodstanding.core.errors import PlanInvalid
from goodstanding.core.merkle import Tree, leaf, tree

FORMAT: Final = "goodstanding-draw/2"


@dataclass(frozen=True, slots=True)
class Commitment:
    """The digest of a plan (64 hexadecimal digits) and the instant it was made public (UTC)."""

    digest: str
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """A plan as a commitment sees it.

    Args:
        header: Digest of the header.
        strata: Digest of each stratum's line, by code.
        frame: Tree over the salted lines of the units, by id.
        roster: Tree over the salted lines of the inspectors, by id.
    """

    header: str
    strata: tuple[str, ...]
    frame: Tree
    roster: Tree

    @property
    def lines(self) -> dict[str, object]:
        """Return what the commitment is taken over."""
        return {
            "format": FORMAT,
            "header": self.header,
            "strata": list(self.strata),
            "frame": {"count": self.frame.count, "root": self.frame.root.hex()},
            "roster": {"count": self.roster.count, "root": self.roster.root.hex()},
        }

    @property
    def digest(self) -> str:
        """Return the commitment, 64 hexadecimal digits."""
        return digest_hex(self.lines)


def seal(plan: Plan) -> Sealed:
    """Return the digests of a checked plan."""
    return Sealed(
        header=digest_hex(header_line(plan)),
        strata=tuple(digest_hex(one) for one in strata_lines(plan)),
        frame=tree(_unit_leaves(plan.frame)),
        roster=tree(
            [leaf(canonical_bytes(inspector_line(one))) for one in sorted(plan.roster, key=lambda one: one.id)]
        ),
    )


def commit(plan: Plan, committed_at: datetime) -> Commitment:
    """Check a plan and return its commitment, to be published before the seed exists.

    Args:
        plan: The plan.
        committed_at: The instant of publication, with its time zone.

    Returns:
        The commitment; equal plans give equal digests, whatever the order of their tuples.

    Raises:
        PlanInvalid: As for :func:`check_plan`, or when the instant has no time zone.
        TooFewInspectors: As for :func:`check_plan`.
    """
    check_plan(plan)
    instant_text(committed_at)
    return Commitment(digest=seal(plan).digest, committed_at=committed_at)


def header_line(plan: Plan) -> Mapping[str, object]:
    """Return the part of a plan that is not a list, as it is hashed."""
    event = plan.event
    return {
        "as_of": plan.as_of.isoformat(),
        "frame_is_public": plan.frame_is_public,
        "inspectors_per_visit": plan.inspectors_per_visit,
        "label": plan.label,
        "reserves_per_stratum": plan.reserves_per_stratum,
        "rulebook_digest": plan.rulebook_digest,
        "seed": {
            "kind": event.kind.value,
            "parties": [
                {"digest": one.digest, "name": one.name} for one in sorted(event.parties, key=lambda one: one.name)
            ],
            "reveal_by": "" if event.reveal_by is None else instant_text(event.reveal_by),
            "round": event.round,
            "source": event.source,
        },
        "title": plan.title,
        "visits_per_inspector": plan.visits_per_inspector,
    }


def unit_line(unit: Unit) -> Mapping[str, str | int | list[str]]:
    """Return a unit as it is hashed."""
    return {
        "id": unit.id,
        "region": unit.region,
        "salt": unit.salt,
        "skills": sorted(set(unit.skills)),
        "stratum": unit.stratum,
        "weight": unit.weight,
    }


def strata_lines(plan: Plan) -> list[dict[str, str | int]]:
    """Return the strata as they are hashed, by code: how many are drawn of how many, and whether all weigh the same."""
    population: Counter[str] = Counter()
    weights: dict[str, set[int]] = {}
    for unit in plan.frame:
        population[unit.stratum] += 1
        weights.setdefault(unit.stratum, set()).add(unit.weight)
    return [
        {
            "code": one.code,
            "even": len(weights.get(one.code, ())) <= 1,
            "size": one.size,
            "units": population[one.code],
        }
        for one in sorted(plan.strata, key=lambda one: one.code)
    ]


def inspector_line(inspector: Inspector) -> Mapping[str, str | list[str]]:
    """Return an inspector as it is hashed."""
    return {
        "id": inspector.id,
        "recused_from": sorted(set(inspector.recused_from)),
        "regions": sorted(set(inspector.regions)),
        "salt": inspector.salt,
        "skills": sorted(set(inspector.skills)),
    }


def instant_text(at: datetime) -> str:
    """Return an instant in UTC as ``YYYY-MM-DDThh:mm:ss.ffffffZ``; text order is time order.

    Raises:
        PlanInvalid: When the instant has no time zone.
    """
    if at.tzinfo is None:
        raise PlanInvalid(
            asked="Record an instant of a draw.",
            found=f"The instant {at.isoformat()} has no time zone.",
            wants="Instants are in UTC.",
            next_step="Give the instant with its time zone.",
        )
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _unit_leaves(frame: Iterable[Unit]) -> list[bytes]:
    """Return the leaf of every unit's line, by id.

    Id and salt of a line stand among what few kinds of line share; a national frame has millions of ids and few such
    kinds, so the bytes around them are written once.
    """
    around: dict[tuple[str, tuple[str, ...], str, int], tuple[bytes, bytes]] = {}
    leaves: list[bytes] = []
    for unit in sorted(frame, key=lambda one: one.id):
        shared = (unit.region, unit.skills, unit.stratum, unit.weight)
        parts = around.get(shared)
        if parts is None:
            line = unit_line(unit)
            between = canonical_bytes({"region": line["region"]})[1:-1]
            behind = canonical_bytes({name: line[name] for name in ("skills", "stratum", "weight")})[1:]
            parts = around[shared] = (b"," + between + b',"salt":', b"," + behind)
        between, behind = parts
        leaves.append(leaf(b'{"id":' + canonical_bytes(unit.id) + between + canonical_bytes(unit.salt) + behind))
    return leaves

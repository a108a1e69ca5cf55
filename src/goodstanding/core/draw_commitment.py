"""The commitment: one digest, published before the seed, that fixes a plan to the last character.

It is taken over one digest per line of the plan, so that a line changed afterwards can be named, and so that the
commitment itself shows nothing of the plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from goodstanding.core.canonical import canonical_bytes, digest_hex
from goodstanding.core.draw_plan import Inspector, Plan, Stratum, Unit, check_plan
from goodstanding.core.errors import PlanInvalid

FORMAT: Final = "goodstanding-draw/1"


@dataclass(frozen=True, slots=True)
class Commitment:
    """The digest of a plan (64 hexadecimal digits) and the instant it was made public (UTC)."""

    digest: str
    committed_at: datetime


def commitment_lines(plan: Plan) -> dict[str, str | list[str]]:
    """Return what the commitment is taken over: the format, and the digest of the header and of every line.

    Args:
        plan: A checked plan.

    Returns:
        The keys ``format`` and ``header`` (text) and ``strata``, ``frame`` and ``roster`` (one digest per
        line, lines sorted by code or id).
    """
    return {
        "format": FORMAT,
        "header": digest_hex(header_line(plan)),
        "strata": [digest_hex(stratum_line(one)) for one in sorted(plan.strata, key=lambda one: one.code)],
        "frame": _unit_digests(plan.frame),
        "roster": [digest_hex(inspector_line(one)) for one in sorted(plan.roster, key=lambda one: one.id)],
    }


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
    return Commitment(digest=digest_hex(commitment_lines(plan)), committed_at=committed_at)


def header_line(plan: Plan) -> Mapping[str, str | int]:
    """Return the part of a plan that is not a list, as it is hashed."""
    return {
        "as_of": plan.as_of.isoformat(),
        "inspectors_per_visit": plan.inspectors_per_visit,
        "label": plan.label,
        "reserves_per_stratum": plan.reserves_per_stratum,
        "rulebook_digest": plan.rulebook_digest,
        "seed_kind": plan.seed_kind.value,
        "seed_source": plan.seed_source,
        "title": plan.title,
    }


def unit_line(unit: Unit) -> Mapping[str, str | int | list[str]]:
    """Return a unit as it is hashed."""
    return {
        "id": unit.id,
        "region": unit.region,
        "skills": sorted(set(unit.skills)),
        "stratum": unit.stratum,
        "weight": unit.weight,
    }


def stratum_line(stratum: Stratum) -> Mapping[str, str | int]:
    """Return a stratum as it is hashed."""
    return {"code": stratum.code, "size": stratum.size}


def inspector_line(inspector: Inspector) -> Mapping[str, str | list[str]]:
    """Return an inspector as it is hashed."""
    return {
        "id": inspector.id,
        "recused_from": sorted(set(inspector.recused_from)),
        "regions": sorted(set(inspector.regions)),
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


def _unit_digests(frame: Iterable[Unit]) -> list[str]:
    """Return the digest of every unit's line, by id.

    The id is the first key of a line, so all units that differ by their id alone share the bytes behind it; a
    national frame has millions of ids and few such endings.
    """
    endings: dict[tuple[str, tuple[str, ...], str, int], bytes] = {}
    digests: list[str] = []
    for unit in sorted(frame, key=lambda one: one.id):
        shared = (unit.region, unit.skills, unit.stratum, unit.weight)
        ending = endings.get(shared)
        if ending is None:
            rest = {name: value for name, value in unit_line(unit).items() if name != "id"}
            ending = endings[shared] = b"," + canonical_bytes(rest)[1:]
        digests.append(hashlib.sha256(b'{"id":' + canonical_bytes(unit.id) + ending).hexdigest())
    return digests

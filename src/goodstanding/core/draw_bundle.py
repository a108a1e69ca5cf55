"""The bundle: one JSON document that holds a whole draw, so that a stranger can run it again.

It carries the plan, the digest of each of its lines, the commitment, the seed and the result. ``verify/`` reads
it with the standard library alone. What it promises and what it cannot is in ``docs/specs/draw.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from goodstanding.core.draw import Draw, Selection, draw
from goodstanding.core.draw_commitment import (
    FORMAT,
    Commitment,
    Sealed,
    header_line,
    inspector_line,
    instant_text,
    seal,
    strata_lines,
    unit_line,
)
from goodstanding.core.draw_plan import Inspector, Plan, Stratum, Unit
from goodstanding.core.draw_seed import Event, Party, Seed, SeedKind
from goodstanding.core.errors import BundleDiffers, PlanInvalid

_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as read: the plan and the draw it claims."""

    plan: Plan
    draw: Draw


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return a plan as canonical JSON types: what is published when it is committed, before any seed."""
    return {
        "header": dict(header_line(plan)),
        "strata": strata_lines(plan),
        "frame": [dict(unit_line(one)) for one in sorted(plan.frame, key=lambda one: one.id)],
        "roster": [dict(inspector_line(one)) for one in sorted(plan.roster, key=lambda one: one.id)],
    }


def bundle(plan: Plan, outcome: Draw) -> dict[str, Any]:
    """Return the whole draw as a document of canonical JSON types.

    Args:
        plan: The plan that was drawn from.
        outcome: Its draw.

    Returns:
        The document that ``docs/specs/draw.md`` describes, format ``goodstanding-draw/2``.
    """
    sealed = seal(plan)
    return {
        "format": FORMAT,
        "plan": plan_document(plan),
        "commitment": commitment_document(sealed, outcome.commitment)
        | {
            "leaves": {
                "frame": [one.hex() for one in sealed.frame.levels[0]],
                "roster": [one.hex() for one in sealed.roster.levels[0]],
            }
        },
        "seed": seed_document(outcome.seed),
        "result": result_document(outcome),
    }


def commitment_document(sealed: Sealed, commitment: Commitment) -> dict[str, Any]:
    """Return a commitment with the digests it is taken over."""
    lines = sealed.lines
    return {
        "committed_at": instant_text(commitment.committed_at),
        "digest": commitment.digest,
        "header": lines["header"],
        "strata": lines["strata"],
        "frame": lines["frame"],
        "roster": lines["roster"],
    }


def seed_document(seed: Seed) -> dict[str, Any]:
    """Return a seed with all that the event gave."""
    return {
        "kind": seed.kind.value,
        "revealed_at": instant_text(seed.revealed_at),
        "round": seed.round,
        "shares": [{"name": name, "share": share} for name, share in seed.shares],
        "value": seed.value,
        "witnesses": list(seed.witnesses),
    }


def result_document(outcome: Draw) -> dict[str, Any]:
    """Return who was drawn and who stands in reserve."""
    return {
        "selected": [_selection_line(one) for one in outcome.selected],
        "reserves": [_selection_line(one) for one in outcome.reserves],
    }


def read_bundle(document: Mapping[str, Any]) -> Bundle:
    """Read a bundle without judging it.

    Args:
        document: The parsed JSON.

    Returns:
        The plan and the draw as the bundle states them; :func:`rerun` says whether they hold.

    Raises:
        PlanInvalid: When the document is not of the format ``goodstanding-draw/2``.
    """
    try:
        if document["format"] != FORMAT:
            raise ValueError(f"the format {document['format']!r}")
        plan = read_plan(document["plan"])
        commitment = Commitment(
            digest=document["commitment"]["digest"],
            committed_at=datetime.fromisoformat(document["commitment"]["committed_at"]),
        )
        seed = _read_seed(document["seed"])
        outcome = Draw(
            commitment=commitment,
            seed=seed,
            selected=tuple(_read_selection(one) for one in document["result"]["selected"]),
            reserves=tuple(_read_selection(one) for one in document["result"]["reserves"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanInvalid(
            asked="Read a draw bundle.",
            found=f"A part is missing or of the wrong kind: {error}.",
            wants=f"A bundle has the format {FORMAT}.",
            next_step="Fetch the bundle again from where it was published.",
        ) from error
    return Bundle(plan=plan, draw=outcome)


def rerun(document: Mapping[str, Any]) -> Bundle:
    """Draw again from what a bundle states and compare every value.

    Args:
        document: The parsed JSON.

    Returns:
        The bundle, when it says exactly what the draw gives.

    Raises:
        PlanInvalid: When the document cannot be read or drawn from.
        NotCommitted: When its plan does not match its commitment, or its seed came too early.
        TooFewInspectors: When its plan was never lawful.
        BundleDiffers: When another value differs; the message names the first.
    """
    stated = read_bundle(document)
    again = bundle(stated.plan, draw(stated.plan, stated.draw.seed, stated.draw.commitment))
    for place, says, gives in _differences("", document, again):
        raise BundleDiffers(
            asked=f"Re-run the draw {stated.plan.label}.",
            found=f"At {place} the bundle says {says} and the re-run gives {gives}.",
            wants="A bundle says exactly what its plan and seed give.",
            next_step="Run the stand-alone checker on it, which lists every difference, and do not act on it.",
        )
    return stated


def _read_seed(part: Mapping[str, Any]) -> Seed:
    return Seed(
        value=part["value"],
        kind=SeedKind(part["kind"]),
        revealed_at=datetime.fromisoformat(part["revealed_at"]),
        round=part["round"],
        shares=tuple((one["name"], one["share"]) for one in part["shares"]),
        witnesses=tuple(part["witnesses"]),
    )


def _read_event(part: Mapping[str, Any]) -> Event:
    return Event(
        kind=SeedKind(part["kind"]),
        source=part["source"],
        round=part["round"],
        parties=tuple(Party(one["name"], one["digest"]) for one in part["parties"]),
        reveal_by=datetime.fromisoformat(part["reveal_by"]) if part["reveal_by"] else None,
    )


def _selection_line(one: Selection) -> dict[str, Any]:
    return {
        "chance": list(one.chance),
        "inspectors": list(one.inspectors),
        "position": one.position,
        "stand_ins": list(one.stand_ins),
        "stratum": one.stratum,
        "ticket": one.ticket_hex,
        "unit": one.unit_id,
    }


def _read_selection(line: Mapping[str, Any]) -> Selection:
    return Selection(
        stratum=line["stratum"],
        position=line["position"],
        unit_id=line["unit"],
        ticket_hex=line["ticket"],
        chance=(line["chance"][0], line["chance"][1]),
        inspectors=tuple(line["inspectors"]),
        stand_ins=tuple(line["stand_ins"]),
    )


def read_plan(part: Mapping[str, Any]) -> Plan:
    """Read a plan from its document; a missing or misshapen part raises KeyError, TypeError or ValueError."""
    header = part["header"]
    return Plan(
        label=header["label"],
        title=header["title"],
        as_of=date.fromisoformat(header["as_of"]),
        rulebook_digest=header["rulebook_digest"],
        frame=tuple(
            Unit(
                id=one["id"],
                stratum=one["stratum"],
                weight=one["weight"],
                region=one["region"],
                skills=tuple(one["skills"]),
                salt=one["salt"],
            )
            for one in part["frame"]
        ),
        strata=tuple(Stratum(code=one["code"], size=one["size"]) for one in part["strata"]),
        roster=tuple(
            Inspector(
                id=one["id"],
                skills=tuple(one["skills"]),
                regions=tuple(one["regions"]),
                recused_from=tuple(one["recused_from"]),
                salt=one["salt"],
            )
            for one in part["roster"]
        ),
        inspectors_per_visit=header["inspectors_per_visit"],
        reserves_per_stratum=header["reserves_per_stratum"],
        visits_per_inspector=header["visits_per_inspector"],
        event=_read_event(header["seed"]),
        frame_is_public=header["frame_is_public"],
    )


def _differences(place: str, says: Any, gives: Any) -> Iterator[tuple[str, str, str]]:
    """Walk two documents and yield where they part, with both values as text."""
    if isinstance(says, Mapping) and isinstance(gives, Mapping):
        for key in sorted({*says, *gives}, key=str):
            inner = f"{place}.{key}" if place else str(key)
            yield from _differences(inner, says.get(key, _MISSING), gives.get(key, _MISSING))
    elif isinstance(says, list) and isinstance(gives, list):
        for index in range(max(len(says), len(gives))):
            one = says[index] if index < len(says) else _MISSING
            other = gives[index] if index < len(gives) else _MISSING
            yield from _differences(f"{place}[{index}]", one, other)
    elif type(says) is not type(gives) or says != gives:
        yield place, _shown(says), _shown(gives)


def _shown(value: Any) -> str:
    return "nothing" if value is _MISSING else repr(value)

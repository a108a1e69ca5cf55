"""Who is supervised: a registered business, its identity schemes, and the roles its registration fields play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from goodstanding.core.fact import Fact
from goodstanding.core.ledger import View
from goodstanding.core.reading import Table


@dataclass(frozen=True, slots=True)
class IdentityScheme:
    """One way to number businesses.

    Args:
        code: The part of an entity id before the colon.
        validator: Module of python-stdnum that knows the check digits (such as ``lei``), or empty where the
            scheme has none.
        pattern: Regular expression the whole code must match.
    """

    code: str
    title: Mapping[str, str]
    validator: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Roles:
    """Which fact kind registers a business, and which of its fields play which part.

    An empty field name means that this jurisdiction's register does not say.

    Args:
        active_statuses: Statuses under which a business still has the duties of one.
        established: Field of type day that says since when the business exists.
    """

    kind: str
    name: str
    subject_type: str
    status: str
    region: str
    sector: str
    address: str
    active_statuses: frozenset[str]
    established: str = ""


def read_schemes(book: Table, languages: tuple[str, ...]) -> dict[str, IdentityScheme]:
    """Read ``[identity.<code>]`` of rulebook.toml."""
    return {
        code: IdentityScheme(code, table.words("title", languages), table.text("validator", ""), table.text("pattern"))
        for code, table in book.named("identity")
    }


def read_roles(book: Table) -> Roles:
    """Read ``[registration]`` of rulebook.toml."""
    with book.table("registration") as table:
        return Roles(
            kind=table.text("kind"),
            name=table.text("name"),
            subject_type=table.text("subject_type", ""),
            status=table.text("status", ""),
            region=table.text("region", ""),
            sector=table.text("sector", ""),
            address=table.text("address", ""),
            active_statuses=frozenset(table.texts("active_statuses", [])),
            established=table.text("established", ""),
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What the register says of one business on one day; empty text where it says nothing.

    Args:
        registered: The registration in force, or the latest one.
        established_on: Since when the business exists: what the register says, else its earliest registration's day.
    """

    entity_id: str
    name: str
    subject_type: str
    status: str
    region: str
    sector: str
    address: str
    is_active: bool
    registered: Fact
    established_on: date


def profile(seen: View, roles: Roles) -> Profile | None:
    """Return who the business is by its registration in force, or ``None`` when none is known.

    The latest registration is used even when its span has ended, so that a deregistered business keeps its name.
    """
    every = list(seen.of(roles.kind))
    if not every:
        return None
    fact = seen.current(roles.kind) or every[-1]

    def value(field: str) -> str:
        found = fact.payload.get(field) if field else None
        return "" if found is None else str(found)

    status = value(roles.status)
    return Profile(
        entity_id=fact.entity_id,
        name=value(roles.name),
        subject_type=value(roles.subject_type),
        status=status,
        region=value(roles.region),
        sector=value(roles.sector),
        address=value(roles.address),
        is_active=fact.span.contains(seen.as_of) and (not roles.status or status in roles.active_statuses),
        registered=fact,
        # A registration is recorded anew at every change, so the one in force may be far younger than the business.
        established_on=date.fromisoformat(value(roles.established) or every[0].span.from_on.isoformat()),
    )

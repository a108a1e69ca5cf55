"""Whose record a business's own is read beside: other registered businesses it is linked with, never persons.

Rules kept here:
- A relation is a fact of the business that names the other by its register id. One step counts, never a chain, and
  nobody is related to itself.
- What is carried over counts only while the relation held: from the later of both first days on, and no longer than the
  relation lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from goodstanding.core.fact import Exposure, Fact, FactKind, FieldType, Subject
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule

PREFIX = "related."
"""Before a fact kind's name: facts of that kind about a related business."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One way in which businesses are linked.

    Args:
        kind: Fact kind that records the link.
        field: Field of that kind that holds the other business's id, as scheme:code.
        carries: Fact kinds of the other business that are read beside.
    """

    rule: Rule
    kind: str
    field: str
    carries: frozenset[str]


def links(relations: Iterable[Relation], facts: Iterable[Fact]) -> Iterator[tuple[Relation, Fact, str]]:
    """Yield (relation, fact that records it, id of the other business) for one business's facts in a view."""
    known = {relation.kind: relation for relation in relations}
    for fact in facts:
        relation = known.get(fact.kind)
        other = fact.payload.get(relation.field) if relation is not None else None
        if relation is not None and isinstance(other, str) and other != fact.entity_id:
            yield relation, fact, other


def read_related(
    file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], registers: str
) -> tuple[Relation, ...]:
    """Read ``[[related]]`` of facts.toml.

    Args:
        registers: Fact kind that registers a business; it is never carried over.
    """
    found: list[Relation] = []
    for table in file.tables("related", required=False):
        kind, field, carries = table.text("kind"), table.text("field"), frozenset(table.texts("carries"))
        if kind not in kinds or not kinds[kind].is_feature or any(other.kind == kind for other in found):
            raise table.mistake("kind", f"{kind!r}.", "A fact kind that is a feature, related once.")
        named = kinds[kind].fields.get(field)
        if named is None or named.type is not FieldType.TEXT or not named.required:
            raise table.mistake("field", f"{field!r}.", f"A required field of type text in kind {kind}.")
        if named.subject is not Subject.BUSINESS or named.exposure is not Exposure.PUBLIC:
            found_odd = f"{field!r}, which is {named.exposure.value} and about {named.subject.value}."
            raise table.mistake("field", found_odd, "A public field about a business: nobody is related by a person.")
        odd = sorted(
            one for one in carries if one not in kinds or not kinds[one].is_feature or one in (kind, registers)
        )
        if odd or not carries:
            found_odd = f"{', '.join(odd) or 'None'}."
            raise table.mistake(
                "carries", found_odd, "Other fact kinds that are features, registration not among them."
            )
        found.append(Relation(table.rule(languages), kind, field, carries))
    return tuple(found)

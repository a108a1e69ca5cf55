"""The gates before an entry in the gravest list, in words: what the record says of each, why, and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goodstanding.core.gravity import Finding, Judgement
from goodstanding.core.rulebook import Rulebook

Words = Mapping[str, str]

GATES = ("ground", "heavier", "grave", "exit")
"""The findings of a judgement, in the order of the law."""


@dataclass(frozen=True, slots=True)
class ShownGate:
    """One gate in words.

    Args:
        gate: One of `GATES`.
        said: What on record decides it; empty where nothing does.
        amounts: Fine, least, most and line, grouped by thousands, by the names that the words use; all minor units.
    """

    gate: str
    finding: Finding
    said: Words
    amounts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownGates:
    """Everything the record of one penalty says before an entry.

    Args:
        weights: (factor, what the record says of it), by language; empty where it is silent.
        is_barred: Whether a gate is not met, so that no case may be opened.
    """

    gates: tuple[ShownGate, ...]
    weights: tuple[tuple[Words, Words], ...]
    is_barred: bool


def shown_gates(judgement: Judgement, book: Rulebook) -> ShownGates:
    """Return a judgement in words."""
    found = {"ground": judgement.ground, "heavier": judgement.heavier, "grave": judgement.grave, "exit": judgement.exit}
    weights = [(one.factor.title, _in_words(one.factor.field, one.said, book)) for one in judgement.weights]
    return ShownGates(
        gates=tuple(
            ShownGate(gate, found[gate], _in_words(found[gate].field, found[gate].said, book), _amounts(found[gate]))
            for gate in GATES
        ),
        weights=tuple(weights),
        is_barred=bool(judgement.against),
    )


def _amounts(finding: Finding) -> dict[str, str]:
    names = ("amount", "least", "most", "line")
    values = finding.amounts_minor or ()
    return dict.fromkeys(names, "") | {name: f"{value:,}" for name, value in zip(names, values, strict=False)}


def _in_words(field: str, said: tuple[str, ...], book: Rulebook) -> Words:
    """Return codes as their titles; what has none as it stands, an amount grouped by thousands."""
    kind = None if book.gravity is None else book.kinds[book.gravity.kind]
    table = kind.fields[field].table if kind is not None and field else ""
    is_amount = field.endswith("_minor")
    titles = [
        book.title_of(table, one) if table else dict.fromkeys(book.languages, f"{int(one):,}" if is_amount else one)
        for one in said
    ]
    return {language: "; ".join(title[language] for title in titles) for language in book.languages}

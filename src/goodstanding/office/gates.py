"""The gates before an entry in the gravest list, in words: what the record says of each, why, and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goodstanding.core.gravity import Finding, Judgement
from goodstanding.core.rulebook import Rulebook
from goodstanding.look.formats import format_amount

Words = Mapping[str, str]

GATES = ("ground", "heavier", "grave", "exit")
"""The findings of a judgement, in the order of the law."""


@dataclass(frozen=True, slots=True)
class ShownGate:
    """One gate in words.

    Args:
        gate: One of `GATES`.
        said: What on record decides it; empty where nothing does.
        amounts: By language, then by the names that the words use: fine, least, most and line.
    """

    gate: str
    finding: Finding
    said: Words
    amounts: Mapping[str, Words]


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
            ShownGate(
                gate, found[gate], _in_words(found[gate].field, found[gate].said, book), _amounts(found[gate], book)
            )
            for gate in GATES
        ),
        weights=tuple(weights),
        is_barred=bool(judgement.against),
    )


def _amounts(finding: Finding, book: Rulebook) -> dict[str, Words]:
    names = ("amount", "least", "most", "line")
    values = finding.amounts_minor or ()
    return {
        language: dict.fromkeys(names, "")
        | {name: format_amount(value, book.currency, language) for name, value in zip(names, values, strict=False)}
        for language in book.languages
    }


def _in_words(name: str, said: tuple[str, ...], book: Rulebook) -> Words:
    """Return codes as their titles and amounts as such; what is neither as it stands."""
    kind = None if book.gravity is None else book.kinds[book.gravity.kind]
    field = kind.fields[name] if kind is not None and name else None

    def told(one: str, language: str) -> str:
        if field is not None and field.table:
            return book.title_of(field.table, one)[language]
        return format_amount(int(one), book.currency, language) if field is not None and field.is_amount else one

    return {language: "; ".join(told(one, language) for one in said) for language in book.languages}

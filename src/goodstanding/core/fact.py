"""One credit fact, and the catalogue that says which facts there may be.

A fact is what one source said about one registered business: true over a span of days, known from an instant. It is
never edited. Its identity is the digest of everything it says except when we learned it, so the same statement
received twice is one fact. A correction is a new fact that names the one it replaces; a correction with an empty span
says that the earlier one was never true. The byte-exact definition stands in ``docs/specs/ledger.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from goodstanding.core.canonical import digest_hex
from goodstanding.core.dates import Span
from goodstanding.core.errors import FactInvalid
from goodstanding.core.rule import Rule

Value = str | int | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What one source said about one entity.

    Args:
        entity_id: ``scheme:code`` of the business.
        kind: Code of the fact kind in the rulebook's catalogue.
        source: Code of the source (a source card's name).
        source_ref: The source's own key of the record.
        span: When it was true.
        known_at: When we learned it, UTC; not part of the identity.
        payload: Values by field; days as ISO text, amounts in minor units.
        corrects: Digest of the fact this one replaces.
    """

    entity_id: str
    kind: str
    source: str
    source_ref: str
    span: Span
    known_at: datetime
    payload: Mapping[str, Value]
    corrects: str | None = None
    digest: str = field(default="")

    def __post_init__(self) -> None:
        if not self.digest:
            object.__setattr__(self, "digest", content_digest(self))

    def says_the_same(self, other: Fact) -> bool:
        """Tell whether both state the same, whatever they correct and whenever we learned them."""
        return (
            self.entity_id == other.entity_id
            and self.kind == other.kind
            and self.span == other.span
            and dict(self.payload) == dict(other.payload)
        )


def content_digest(fact: Fact) -> str:
    """Return the SHA-256, in hex, of the fact's canonical content: the fact's identity."""
    return digest_hex(
        [
            fact.entity_id,
            fact.kind,
            fact.source,
            fact.source_ref,
            fact.span.from_on.isoformat(),
            None if fact.span.until_on is None else fact.span.until_on.isoformat(),
            fact.payload,
            fact.corrects,
        ]
    )


class FieldType(Enum):
    """What a field of a fact may hold."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DAY = "day"  # ISO text, YYYY-MM-DD
    CODE = "code"  # one code of a table
    CODES = "codes"  # several codes of a table, sorted, no repeats


class Exposure(Enum):
    """Who may see a field."""

    PUBLIC = "public"
    MASKED = "masked"  # personal data: the public sees a mask
    OFFICIAL = "official"  # officers only


class Subject(Enum):
    """What a kind of fact or a field is about; only what is about the business may be weighed."""

    BUSINESS = "business"
    PERSON = "person"  # who someone is: name, number, age, sex, health
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    POLITICS = "politics"
    RELIGION = "religion"
    HOME = "home"  # where a person lives


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a fact kind."""

    name: str
    title: Mapping[str, str]
    type: FieldType
    required: bool = False
    max_length: int = 500
    minimum: int | None = None
    maximum: int | None = None
    codes: frozenset[str] = frozenset()
    table: str = ""
    exposure: Exposure = Exposure.PUBLIC
    feature: bool = False
    subject: Subject = Subject.BUSINESS

    @property
    def is_amount(self) -> bool:
        """Tell whether it holds an amount, in minor units of the rulebook's currency: its name then says so."""
        return self.type is FieldType.INTEGER and self.name.endswith("_minor")

    def problem(self, value: Value) -> str | None:
        """Say what is wrong with ``value``, or ``None``."""
        match self.type:
            case FieldType.TEXT:
                if type(value) is not str:
                    return f"{value!r} is not text"
                if len(value) > self.max_length:
                    return f"{len(value)} characters, at most {self.max_length}"
            case FieldType.INTEGER:
                if type(value) is not int:
                    return f"{value!r} is not a whole number"
                if self.minimum is not None and value < self.minimum:
                    return f"{value} is below {self.minimum}"
                if self.maximum is not None and value > self.maximum:
                    return f"{value} is above {self.maximum}"
            case FieldType.BOOLEAN:
                if type(value) is not bool:
                    return f"{value!r} is neither true nor false"
            case FieldType.DAY:
                return None if _is_day(value) else f"{value!r} is not a day written YYYY-MM-DD"
            case FieldType.CODE:
                if value not in self.codes:
                    return f"{value!r} is not a code of table {self.table}"
            case FieldType.CODES:
                if not isinstance(value, tuple) or not value:
                    return f"{value!r} is not a list of codes"
                if tuple(sorted(set(value))) != value:
                    return f"{value!r} is not sorted or repeats a code"
                for code in value:
                    if code not in self.codes:
                        return f"{code!r} is not a code of table {self.table}"
        return None


def _is_day(value: Value) -> bool:
    if type(value) is not str or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact in the catalogue: its fields, and whether it may be shown or weighed.

    Args:
        authority_field: Field that names the responsible authority on the public page, or empty.
        basis_field: Field that names the legal basis of the single record, or empty.
        is_public: Whether it may be shown at all; the display rules say from when until when.
        is_feature: Whether the classification may weigh it.
    """

    code: str
    rule: Rule
    fields: Mapping[str, Field]
    authority_field: str = ""
    basis_field: str = ""
    is_public: bool = False
    is_feature: bool = False
    subject: Subject = Subject.BUSINESS

    def problems(self, payload: Mapping[str, Value]) -> list[tuple[str, str]]:
        """Return (field, what is wrong) for every breach of the catalogue; empty when the payload fits."""
        found: list[tuple[str, str]] = []
        for name, value in payload.items():
            known = self.fields.get(name)
            if known is None:
                found.append((name, f"the catalogue has no such field in kind {self.code}"))
            elif (problem := known.problem(value)) is not None:
                found.append((name, problem))
        for name, known in self.fields.items():
            if known.required and name not in payload:
                found.append((name, "is required and missing"))
        return found

    def check(self, payload: Mapping[str, Value]) -> None:
        """Refuse a payload that does not fit.

        Raises:
            FactInvalid: With the first breach found.
        """
        problems = self.problems(payload)
        if problems:
            name, problem = problems[0]
            raise FactInvalid(
                asked=f"To record a fact of kind {self.code}.",
                found=f"Field {name}: {problem}." + (f" {len(problems) - 1} more problems." if problems[1:] else ""),
                wants=f"The fields of kind {self.code} as the catalogue states them ({self.rule.source}).",
                next_step="Mend the record or the source card, then send it again.",
            )

"""What can be wrong with a row: one code for each reason, stable, listed in ``docs/cards.md``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_SHOWN = 200  # characters of a cell that a problem repeats


class Reason(Enum):
    """Why a row is held."""

    MISSING_KEY = "row.missing_key"  # identity, record key, day or required field is empty
    CHECK_DIGIT = "row.check_digit"
    BAD_IDENTITY = "row.bad_identity"  # does not look like a code of its scheme
    IMPOSSIBLE_DATE = "row.impossible_date"
    UNKNOWN_KIND = "row.unknown_kind"  # no [[fact]] of the card speaks of such a row
    UNKNOWN_RECORD = "row.unknown_record"  # names another source's record that the ledger does not hold
    TOO_LONG = "row.too_long"
    ENCODING = "row.encoding"
    CONTROL_CHARACTER = "row.control_character"
    DUPLICATE_HEADER = "row.duplicate_header"
    COLUMNS = "row.columns"
    QUOTING = "row.quoting"
    NOT_JSON = "row.not_json"
    FORMULA = "row.formula"
    BAD_CODE = "row.bad_code"
    BAD_NUMBER = "row.bad_number"
    BAD_WORD = "row.bad_word"  # neither a word for yes nor one for no
    BAD_VALUE = "row.bad_value"  # a value of a type the field cannot take
    REF_CONFLICT = "row.ref_conflict"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row.

    Args:
        field: Column, or field of the fact; empty when the whole row is meant.
        found: What stands there, shortened; personal data stays in the records database.
    """

    reason: Reason
    field: str
    found: str
    wants: str


class BadCell(Exception):
    """Raised inside intake by a converter; never leaves it."""

    def __init__(self, reason: Reason, found: object, wants: str) -> None:
        super().__init__(reason, found, wants)
        self.reason = reason
        self.found = shown(found)
        self.wants = wants

    def of(self, field: str) -> Problem:
        """Return the problem, with the place it was met."""
        return Problem(self.reason, field, self.found, self.wants)


def shown(value: object) -> str:
    """Return a value as a problem may repeat it: one line, shortened, unprintable characters escaped."""
    text = value if isinstance(value, str) else str(value)
    clipped = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return clipped if clipped.isprintable() else clipped.encode("unicode_escape").decode("ascii")

"""One byte sequence for one value: the canonical JSON that every digest here is taken over.

The form is JSON in UTF-8 with keys in code point order, no blanks, no escapes beyond those JSON demands,
every string and key in Unicode normalisation form C, and no numbers but integers. ``docs/specs/draw.md``
gives the exact bytes.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from goodstanding.core.errors import CanonicalInvalid

# _settled has walked the whole value before the encoder sees it, so the encoder may skip its loop guard.
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def canonical_bytes(value: object) -> bytes:
    """Return the canonical JSON of a value as UTF-8 bytes.

    Args:
        value: None, a bool, an int, a str, or lists, tuples and str-keyed mappings of these. Enum members
            that are also str or int count as their plain value.

    Returns:
        The bytes; equal values (after normalisation form C) give equal bytes.

    Raises:
        CanonicalInvalid: When a float, another type, a key that is no str, a lone surrogate, two keys that
            normalise to one, an integer too long to print or a value nested in itself is met.
    """
    try:
        return _ENCODER.encode(_settled(value)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _invalid("a lone surrogate, which is no character", "well-formed Unicode text") from error
    except RecursionError as error:
        raise _invalid("a value nested too deeply, or in itself", "a tree of modest depth") from error
    except ValueError as error:
        raise _invalid("an integer too long to print", "integers of at most 4,300 digits") from error


def digest_hex(value: object) -> str:
    """Return the SHA-256 of the canonical bytes of a value, as 64 lower-case hexadecimal digits.

    Args:
        value: As for :func:`canonical_bytes`.

    Returns:
        64 characters of ``0-9a-f``.

    Raises:
        CanonicalInvalid: As for :func:`canonical_bytes`.
    """
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def _settled(value: Any) -> Any:
    """Return the value in plain types and normalised text, trying the frequent exact types first."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if kind is int or kind is bool or value is None:
        return value
    if kind is list or kind is tuple:
        return [_settled(item) for item in value]
    if isinstance(value, Mapping):
        return _settled_mapping(value)
    if isinstance(value, str):
        return _settled(str.__str__(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list | tuple):
        return [_settled(item) for item in value]
    raise _invalid(f"a value of type {kind.__name__}", "text, integers, truth values, null, lists and mappings")


def _settled_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    settled: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise _invalid(f"a key of type {type(key).__name__}", "keys that are text")
        settled[_settled(key)] = _settled(item)
    if len(settled) != len(value):
        raise _invalid("two keys that are one after normalisation form C", "keys that stay distinct")
    return settled


def _invalid(found: str, wants: str) -> CanonicalInvalid:
    return CanonicalInvalid(
        asked="Write a value as canonical JSON.",
        found=f"There is {found}.",
        wants=f"Canonical JSON takes {wants}.",
        next_step="Turn the value into those types first; write an amount as an integer in minor units.",
    )

"""Canonical JSON: one value, one byte sequence."""

from __future__ import annotations

import enum
import hashlib
from types import MappingProxyType
from typing import Any

import pytest

from goodstanding.core.canonical import canonical_bytes, digest_hex
from goodstanding.core.errors import CanonicalInvalid
from tests.verify.second import golden


class Shade(enum.StrEnum):
    DARK = "dark"


class Grade(enum.IntEnum):
    TWO = 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (-12, "-12"),
        (10**30, "1" + "0" * 30),
        ("", '""'),
        ("阳", '"阳"'),
        ('a"\\/\n\x01\x7f', '"a\\"\\\\/\\n\\u0001\x7f"'),
        ([1, (2, [])], "[1,[2,[]]]"),
        ({"b": 1, "a": {"z": None, "y": False}}, '{"a":{"y":false,"z":null},"b":1}'),
        (MappingProxyType({"k": Shade.DARK, "n": Grade.TWO}), '{"k":"dark","n":2}'),
    ],
)
def test_a_value_has_exactly_these_bytes(value: object, expected: str) -> None:
    assert canonical_bytes(value) == expected.encode("utf-8")


def test_keys_are_ordered_by_code_point_and_not_by_utf16_unit() -> None:
    # U+FF5E sorts before U+10000 by code point, after it by UTF-16 unit.
    assert canonical_bytes({"\U00010000": 1, "～": 2}) == '{"～":2,"\U00010000":1}'.encode()


def test_text_and_keys_are_brought_to_normalisation_form_c() -> None:
    assert canonical_bytes({"cafe\u0301": "e\u0301"}) == '{"café":"é"}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        [1, {"a": 2.5}],
        {1: "a"},
        {None: 1},
        "\ud800",
        {"\udfff": 1},
        {"e\u0301": 1, "é": 2},
        b"bytes",
        {1, 2},
        10**5000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(CanonicalInvalid) as caught:
        canonical_bytes(value)
    assert caught.value.exit_status == 2


def test_a_value_nested_in_itself_is_refused() -> None:
    knot: list[object] = []
    knot.append(knot)
    with pytest.raises(CanonicalInvalid):
        canonical_bytes(knot)


def test_the_digest_is_sha256_of_the_bytes() -> None:
    assert digest_hex(["a", 1]) == hashlib.sha256(b'["a",1]').hexdigest()


@pytest.mark.parametrize("vector", golden("vectors.json")["canonical"], ids=lambda vector: ascii(vector["text"]))
def test_the_canonical_text_is_the_vector(vector: dict[str, Any]) -> None:
    assert canonical_bytes(vector["value"]).decode() == vector["text"]
    assert digest_hex(vector["value"]) == vector["sha256"]

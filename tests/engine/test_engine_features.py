"""A catalogue that the engine's columns cannot hold is refused before anything is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import Field, FieldType
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import feature_fields, readings, rows_of, schema
from tests.engine.histories import DAYS, KNOWN_AT, register


def with_field(book: Rulebook, name: str, **said: object) -> Rulebook:
    """Return a rulebook whose complaints have one more feature field."""
    kind = book.kinds["complaint"]
    field = replace(kind.fields["is_upheld"], name=name, **said)  # type: ignore[arg-type]
    return replace(book, kinds={**book.kinds, "complaint": replace(kind, fields={**kind.fields, name: field})})


@pytest.mark.parametrize("name", ["kind", "place", "Entity", "IS_UPHELD"])
def test_a_feature_field_with_the_name_of_another_column_is_refused(name: str, cn: Rulebook) -> None:
    with pytest.raises(IndicatorUnfit, match=f"(?i){name}"):
        schema(with_field(cn, name))


def test_more_codes_than_a_number_has_bits_are_refused(cn: Rulebook) -> None:
    codes = frozenset(map(str, range(63)))
    with pytest.raises(IndicatorUnfit, match="63 codes"):
        schema(with_field(cn, "topics", type=FieldType.CODES, codes=codes, table="topics"))
    fewer = codes - {"7"}
    assert "topics" in schema(with_field(cn, "topics", type=FieldType.CODES, codes=fewer, table="topics")).names
    assert "topics" in schema(with_field(cn, "topics", type=FieldType.CODE, codes=codes, table="topics")).names


def test_a_field_that_is_no_feature_may_have_any_name(cn: Rulebook) -> None:
    assert schema(with_field(cn, "kind", feature=False)) == schema(cn)


def test_every_feature_field_is_a_column_and_a_field_of_some_reading(cn: Rulebook, chicago: Rulebook) -> None:
    for book in (cn, chicago):
        fields: dict[str, Field] = feature_fields(book)
        assert set(fields) == {name for one in readings(book).values() for name in one.fields}
        assert set(fields) < set(schema(book).names)


def test_rows_are_the_same_with_readings_at_hand(cn: Rulebook) -> None:
    by_kind = readings(cn)
    for _, facts in register(9, cn, DAYS[0], 40):
        assert rows_of(facts, cn, KNOWN_AT, by_kind) == rows_of(facts, cn, KNOWN_AT)

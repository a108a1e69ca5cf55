"""Cells to values, exactly or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.entity import IdentityScheme
from goodstanding.core.fact import Field, FieldType, Value
from goodstanding.intake.card import Filling
from goodstanding.intake.cells import as_text, converter, scaled
from goodstanding.intake.days import Cell
from goodstanding.intake.problem import BadCell, Reason


def convert(type_: FieldType, cell: Cell, field: dict[str, Any] | None = None, **how: Any) -> Value:
    of = Field(name="it", title={}, type=type_, table="letters", **(field or {}))
    usual = {"formats": ("%Y-%m-%d",), "words": None, "otherwise": "", "separator": ";", "times": 1, "rounds": False}
    return converter(Filling(of, "column", None, **(usual | how)), ZoneInfo("Asia/Shanghai"), 1000)(cell)


def why(type_: FieldType, cell: Cell, field: dict[str, Any] | None = None, **how: Any) -> Reason:
    with pytest.raises(BadCell) as caught:
        convert(type_, cell, field, **how)
    return caught.value.reason


@pytest.mark.parametrize(
    ("cell", "times", "whole"),
    [
        ("0.29", 100, 29),  # 0.29 * 100 is 28.999999999999996 in binary
        ("1.005", 1000, 1005),
        ("-3.50", 100, -350),
        ("+7", 100, 700),
        ("12.3400", 100, 1234),
        (1.1, 10, 11),
        (Decimal("1E+3"), 1, 1000),
        (41, 100, 4100),
        ("3.5", 1_000_000, 3_500_000),
    ],
)
def test_an_amount_is_multiplied_exactly(cell: Cell, times: int, whole: int) -> None:
    assert scaled(cell, times, rounds=False) == whole


@pytest.mark.parametrize(
    "cell", ["1.234", "1,000", "1e3", "０", "", "--1", "1.", ".5", "0x10", "1_0", float("nan"), float("inf"), 1e300]
)
def test_what_is_not_exactly_a_number_is_refused(cell: Cell) -> None:
    with pytest.raises(BadCell) as caught:
        scaled(cell, 100, rounds=False)
    assert caught.value.reason is Reason.BAD_NUMBER


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=6), st.sampled_from([1, 100, 1000, 10**6]))
@settings(deadline=None)
def test_rounding_is_half_to_even_of_the_exact_product(number: Decimal, times: int) -> None:
    assert scaled(f"{number:f}", times, rounds=True) == round(number * times)


def test_text_is_measured_in_characters() -> None:
    assert convert(FieldType.TEXT, "芝" * 5, {"max_length": 5}) == "芝" * 5
    assert why(FieldType.TEXT, "芝" * 6, {"max_length": 5}) is Reason.TOO_LONG
    assert convert(FieldType.TEXT, 60657.0) == "60657"
    assert why(FieldType.TEXT, [1]) is Reason.BAD_VALUE


def test_a_number_keeps_to_the_bounds_of_its_field() -> None:
    assert convert(FieldType.INTEGER, "5", {"minimum": 0, "maximum": 5}) == 5
    assert why(FieldType.INTEGER, "6", {"minimum": 0, "maximum": 5}) is Reason.BAD_NUMBER
    assert why(FieldType.INTEGER, "-1", {"minimum": 0}) is Reason.BAD_NUMBER
    assert why(FieldType.INTEGER, "9" * 30) is Reason.BAD_NUMBER


def test_words_become_true_or_false_and_nothing_else_does() -> None:
    words = {"是": True, "否": False}
    assert convert(FieldType.BOOLEAN, "是", words=words) is True
    assert convert(FieldType.BOOLEAN, "否", words=words) is False
    assert convert(FieldType.BOOLEAN, True, words=words) is True
    assert why(FieldType.BOOLEAN, "yes", words=words) is Reason.BAD_WORD


def test_codes_come_from_the_table_or_through_the_map() -> None:
    letters = {"codes": frozenset("ABC")}
    assert convert(FieldType.CODE, "A", letters) == "A"
    assert why(FieldType.CODE, "D", letters) is Reason.BAD_CODE
    assert convert(FieldType.CODE, "甲", letters, words={"甲": "A"}) == "A"
    assert why(FieldType.CODE, "A", letters, words={"甲": "A"}) is Reason.BAD_CODE
    assert convert(FieldType.CODE, "乙", letters, words={"甲": "A"}, otherwise="C") == "C"
    assert convert(FieldType.CODE, 7.0, {"codes": frozenset("7")}) == "7"


def test_several_codes_are_sorted_and_stand_once() -> None:
    letters = {"codes": frozenset("ABC")}
    assert convert(FieldType.CODES, "C; A;;C", letters) == ("A", "C")
    assert convert(FieldType.CODES, ["B", "A"], letters) == ("A", "B")
    assert convert(FieldType.CODES, ";", letters) is None
    assert why(FieldType.CODES, "A;D", letters) is Reason.BAD_CODE


def test_a_day_is_kept_as_text() -> None:
    assert convert(FieldType.DAY, "2026-02-03") == "2026-02-03"
    assert convert(FieldType.DAY, date(2026, 2, 3)) == "2026-02-03"


def test_plain_values_as_text() -> None:
    assert [as_text(cell) for cell in (" a ", True, 3, Decimal("1.50"), 2.0, date(2026, 1, 2))] == [
        "a", "true", "3", "1.50", "2", "2026-01-02",
    ]  # fmt: skip


CODES = IdentityScheme(code="uscc", title={}, pattern="[0-9A-Z]{18}", validator="cn.uscc")


def test_a_text_of_a_scheme_is_checked_and_becomes_an_id_of_the_register() -> None:
    assert convert(FieldType.TEXT, " 91110000600037341L ", scheme=CODES) == "uscc:91110000600037341L"
    assert convert(FieldType.TEXT, "91110000600037341L") == "91110000600037341L"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("91110000600037342L", Reason.CHECK_DIGIT),
        ("张三", Reason.BAD_IDENTITY),
        ("91110000", Reason.BAD_IDENTITY),
    ],
)
def test_a_text_that_is_no_code_of_its_scheme_is_refused(cell: str, reason: Reason) -> None:
    assert why(FieldType.TEXT, cell, scheme=CODES) is reason

"""Cells to values of a fact's fields: one converter per filling of the card, compiled once per file.

A converter is only given cells that hold something, texts trimmed; what it cannot convert exactly it refuses with
`BadCell`.
Amounts never pass through binary fractions: decimal text, or the shortest text of a typed number, is multiplied by the
card's factor in whole numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from goodstanding.core.fact import FieldType, Value
from goodstanding.intake.card import Filling
from goodstanding.intake.days import Cell, day_reader
from goodstanding.intake.identity import identity_reader
from goodstanding.intake.problem import BadCell, Reason

Convert = Callable[[Cell], Value]

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")


def converter(filling: Filling, zone: ZoneInfo, max_characters: int) -> Convert:
    """Return the function that turns a cell into the field's value.

    Args:
        zone: In which a typed instant becomes a day.
        max_characters: The longest text any cell may hold.
    """
    match filling.field.type:
        case FieldType.TEXT if filling.scheme is not None:
            read = identity_reader(filling.scheme)
            return lambda cell: read(as_text(cell))
        case FieldType.TEXT:
            return _text(min(filling.field.max_length, max_characters))
        case FieldType.INTEGER:
            return _integer(filling)
        case FieldType.BOOLEAN:
            return _boolean(filling.words or {})
        case FieldType.DAY:
            return _day(filling, zone)
        case FieldType.CODE | FieldType.CODES if filling.bands:
            return _banded(filling)
        case FieldType.CODE:
            return _code(filling)
        case FieldType.CODES:
            return _codes(filling)


def as_text(cell: Cell) -> str:
    """Return a cell as trimmed text; a whole number loses its empty fraction (60657.0 is 60657)."""
    if type(cell) is str:
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float | Decimal):
        number = _decimal(cell)
        return str(int(number)) if number == number.to_integral_value() else f"{number:f}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    raise BadCell(Reason.BAD_VALUE, cell, "One value, not a list or a table.")


def _decimal(cell: float | Decimal) -> Decimal:
    """Return the shortest decimal that is this number."""
    number = Decimal(repr(cell)) if isinstance(cell, float) else cell
    if not number.is_finite() or number.adjusted() > 60:
        raise BadCell(Reason.BAD_NUMBER, cell, "A number of a size that occurs.")
    return number


def scaled(cell: Cell, times: int, rounds: bool) -> int:
    """Return a number times ``times`` as a whole number.

    Raises:
        BadCell: It is no number, or the product is not whole and may not be rounded.
    """
    if type(cell) is int:
        return cell * times
    if isinstance(cell, float | Decimal):
        text = f"{_decimal(cell):f}"
    else:
        text = as_text(cell)
        if _NUMBER.fullmatch(text) is None:
            raise BadCell(Reason.BAD_NUMBER, cell, "A number in digits, a point before its fraction.")
        if times == 1 and "." not in text:
            return int(text)
    return _times(text, times, rounds, cell)


def _times(text: str, times: int, rounds: bool, cell: Cell) -> int:
    whole, _, fraction = text.partition(".")
    unit = 10 ** len(fraction)
    quotient, rest = divmod(int(whole + fraction) * times, unit)
    if rest and not rounds:
        raise BadCell(Reason.BAD_NUMBER, cell, f"A number that {times} times makes whole.")
    if 2 * rest > unit or (2 * rest == unit and quotient % 2):
        quotient += 1
    return quotient


def _text(longest: int) -> Convert:
    def convert(cell: Cell) -> str:
        text = cell if type(cell) is str else as_text(cell)
        if len(text) > longest:
            raise BadCell(Reason.TOO_LONG, f"{len(text)} characters.", f"At most {longest} characters.")
        return text

    return convert


def _integer(filling: Filling) -> Convert:
    field, times, rounds = filling.field, filling.times, filling.rounds
    # Digits alone are converted at once; whatever else a number may look like takes the careful way.
    lowest = -(10**18) if field.minimum is None else field.minimum
    highest = 10**18 if field.maximum is None else field.maximum

    def convert(cell: Cell) -> int:
        plain = type(cell) is str and cell.isdigit() and cell.isascii() and len(cell) < 19
        number = int(cell) * times if plain else scaled(cell, times, rounds)  # type: ignore[arg-type] # plain is text
        if not lowest <= number <= highest:
            raise BadCell(Reason.BAD_NUMBER, number, f"A number from {lowest} to {highest}.")
        return number

    return convert


def _boolean(words: Mapping[str, str | bool]) -> Convert:
    wants = "One of: " + ", ".join(words) + "."

    def convert(cell: Cell) -> bool:
        if type(cell) is bool:
            return cell
        value = words.get(as_text(cell))
        if type(value) is not bool:
            raise BadCell(Reason.BAD_WORD, cell, wants)
        return value

    return convert


def _day(filling: Filling, zone: ZoneInfo) -> Convert:
    read = day_reader(filling.formats, zone)
    seen: dict[date, str] = {}

    def convert(cell: Cell) -> str:
        day = read(cell)
        text = seen.get(day)
        if text is None:
            text = seen[day] = day.isoformat()
        return text

    return convert


def _one_code(filling: Filling) -> Callable[[str], str]:
    field = filling.field
    codes = dict(zip(field.codes, field.codes, strict=True)) if filling.words is None else filling.words
    otherwise = filling.otherwise
    wants = f"A code of table {field.table}." if filling.words is None else "One of: " + ", ".join(filling.words) + "."

    def convert(word: str) -> str:
        code = codes.get(word)
        if code is None:
            if not otherwise:
                raise BadCell(Reason.BAD_CODE, word, wants)
            return otherwise
        return code  # type: ignore[return-value] # only a boolean's words are no texts

    return convert


def _code(filling: Filling) -> Convert:
    one = _one_code(filling)
    return lambda cell: one(cell if type(cell) is str else as_text(cell))


def _banded(filling: Filling) -> Convert:
    lowest = [number for number, _ in filling.bands if number is not None]
    is_list = filling.field.type is FieldType.CODES
    values: list[Value] = [(code,) if is_list else code for _, code in filling.bands]
    return lambda cell: values[bisect_right(lowest, scaled(cell, 1, False))]


def _codes(filling: Filling) -> Convert:
    one, separator = _one_code(filling), filling.separator

    def convert(cell: Cell) -> Value:
        if isinstance(cell, list):
            words = [as_text(item) for item in cell]  # type: ignore[arg-type] # as_text refuses what is no plain value
        else:
            words = as_text(cell).split(separator)
        return tuple(sorted({one(word.strip()) for word in words if word.strip()})) or None

    return convert

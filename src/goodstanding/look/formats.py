"""How days, instants, numbers and amounts are written in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def as_day(value: date | str) -> date:
    """Return a day given as a date or in ISO form.

    Raises:
        TypeError: An instant was given: which day it falls on depends on the place, and only the caller knows that.
        ValueError: The text is no ISO day.
    """
    if isinstance(value, datetime):
        raise TypeError("an instant is not a day; use the instant filter, or turn it into a legal day first")
    return date.fromisoformat(value) if isinstance(value, str) else value


def format_day(value: date | str, language: str) -> str:
    """Return a day as ``20 Nov 2026`` or ``2026年11月20日``."""
    on = as_day(value)
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def as_instant(value: datetime | str) -> datetime:
    """Return an instant, given as a datetime or in ISO form, in UTC.

    Raises:
        ValueError: It names no time zone, so it is no instant; or the text is not ISO.
    """
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} names no time zone")
    return at.astimezone(UTC)


def format_instant(value: datetime | str, language: str) -> str:
    """Return an instant to the minute, in UTC and saying so."""
    at = as_instant(value)
    return f"{format_day(at.date(), language)} {at:%H:%M} UTC"


def format_number(value: int | Decimal) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,}"


def format_amount(minor: int, currency: str, language: str) -> str:
    """Return an amount as ``CN¥500,000.00``, or ``¥500,000.00`` where the language is the currency's own.

    Args:
        minor: In minor units.
        currency: By its code of three letters.
    """
    whole = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(whole, currency, locale=language)

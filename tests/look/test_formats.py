"""Days, instants and numbers as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from goodstanding.look.formats import format_amount, format_day, format_instant, format_number


def test_a_day_is_written_as_the_language_writes_it() -> None:
    assert format_day(date(2026, 11, 20), "en") == "20 Nov 2026"
    assert format_day(date(2026, 1, 5), "zh") == "2026年1月5日"


def test_a_day_may_be_given_in_iso_form() -> None:
    assert format_day("2026-11-20", "en") == "20 Nov 2026"


def test_an_instant_is_no_day() -> None:
    with pytest.raises(TypeError, match="not a day"):
        format_day(datetime(2026, 11, 20, tzinfo=UTC), "en")


def test_an_instant_is_told_in_utc() -> None:
    at = datetime(2026, 11, 20, 1, 30, tzinfo=timezone(timedelta(hours=8)))
    assert format_instant(at, "en") == "19 Nov 2026 17:30 UTC"
    assert format_instant("2026-11-20T09:05:00Z", "zh") == "2026年11月20日 09:05 UTC"


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        format_instant("2026-11-20T09:05:00", "en")


def test_thousands_stand_apart() -> None:
    assert [format_number(number) for number in (0, 999, 1000, 184_201_337)] == ["0", "999", "1,000", "184,201,337"]


@pytest.mark.parametrize(
    ("minor", "currency", "language", "told"),
    [
        (50_000_000, "CNY", "zh", "¥500,000.00"),
        (50_000_000, "CNY", "en", "CN¥500,000.00"),
        (-5, "USD", "en", "-$0.05"),
        (1_234, "JPY", "en", "¥1,234"),  # its minor unit is the yen itself
    ],
)
def test_an_amount_is_told_in_whole_units_of_its_currency(minor: int, currency: str, language: str, told: str) -> None:
    assert format_amount(minor, currency, language) == told

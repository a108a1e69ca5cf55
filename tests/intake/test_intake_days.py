"""Days in stated formats."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.intake.days import day_reader, instant_reader, is_day_format
from goodstanding.intake.problem import BadCell, Reason

EAST = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("%Y-%m-%d", "2026-01-05"),
        ("%Y/%m/%d", "2026/1/5"),
        ("%Y年%m月%d日", "2026年1月5日"),
        ("%Y%m%d", "20260105"),
        ("%d.%m.%Y", "05.01.2026"),
        ("%m/%d/%Y", "1/5/2026"),
        ("%Y-%m-%d %H:%M:%S", "2026-01-05 23:59:59"),
        ("100%% %Y-%m-%d", "100% 2026-01-05"),
    ],
)
def test_a_day_is_read_by_its_format(format_: str, text: str) -> None:
    assert day_reader((format_,), EAST)(f" {text} ") == date(2026, 1, 5)


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-13-01", "0000-01-01", "2026-1-5x", "26-01-05", "", "2026-01-0５", "2026-01-05T00:00", "1e3"],
)
def test_a_day_that_does_not_exist_or_does_not_fit_is_impossible(text: str) -> None:
    with pytest.raises(BadCell) as caught:
        day_reader(("%Y-%m-%d",), EAST)(text)
    assert caught.value.reason is Reason.IMPOSSIBLE_DATE


def test_adjacent_numbers_have_their_full_width() -> None:
    with pytest.raises(BadCell):
        day_reader(("%Y%m%d",), EAST)("2026111")


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%Y年%m月%d日"]))
@settings(deadline=None)
def test_whatever_a_format_writes_it_reads(day: date, format_: str) -> None:
    written = format_.replace("%Y", f"{day.year:04}").replace("%m", f"{day.month:02}").replace("%d", f"{day.day:02}")
    assert day_reader((format_,), EAST)(written) == day


def test_a_typed_instant_becomes_the_day_it_was_there() -> None:
    read = day_reader(("%Y-%m-%d",), EAST)
    assert read(datetime(2026, 1, 5, 17, tzinfo=UTC)) == date(2026, 1, 6)
    assert read(datetime(2026, 1, 5, 17)) == date(2026, 1, 5)  # noqa: DTZ001 - without a zone it is local already
    assert read(date(2026, 1, 5)) == date(2026, 1, 5)
    assert day_reader(("%Y%m%d",), EAST)(20260105) == date(2026, 1, 5)


def test_an_instant_without_zone_is_local_and_a_bare_day_is_its_first_instant() -> None:
    read = instant_reader(("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"), EAST)
    assert read("2026-01-05 08:00:00") == datetime(2026, 1, 5, tzinfo=UTC)
    assert read("2026-01-05") == datetime(2026, 1, 4, 16, tzinfo=UTC)
    assert read("2026-01-05T08:00:00+02:00") == datetime(2026, 1, 5, 6, tzinfo=UTC)
    assert read("2026-01-05T08:00:00Z") == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert read(date(2026, 1, 5)) == datetime(2026, 1, 4, 16, tzinfo=UTC)


def test_a_format_must_name_a_whole_day() -> None:
    assert is_day_format("%Y-%m-%d")
    for wrong in ("%Y-%m", "%y-%m-%d", "%Y-%m-%d-%d", "%B %d %Y", "%Y-%m-%d %"):
        assert not is_day_format(wrong)

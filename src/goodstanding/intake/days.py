"""Days and instants as sources write them, by a stated format; each format is compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from goodstanding.intake.problem import BadCell, Reason

DIRECTIVES = "%Y %m %d %H %M %S %f %z and %%"
_REMEMBERED = 50_000  # days a column may name before its memory starts anew

Cell = str | int | bool | float | Decimal | date | datetime | list[object] | dict[str, object] | None


def _pieces(format_: str) -> list[str]:
    return re.findall(r"%.|%$|[^%]+", format_, flags=re.S)


def is_day_format(format_: str, instants: bool = False) -> bool:
    """Tell whether a format names year, month and day once each, and times of day only where ``instants`` allows."""
    directives = [piece[1:] for piece in _pieces(format_) if piece.startswith("%") and piece != "%%"]
    allowed = set("YmdHMSfz")
    return (
        all(directives.count(part) == 1 for part in "Ymd")
        and set(directives) <= allowed
        and len(directives) == len(set(directives))
        and (instants or "z" not in directives)
    )


def _pattern(format_: str) -> re.Pattern[str]:
    """Compile a format; a month or day may be one digit long unless another directive stands right beside it."""
    pieces = _pieces(format_)
    found = []
    for before, piece, after in zip(["", *pieces[:-1]], pieces, [*pieces[1:], ""], strict=True):
        if not piece.startswith("%"):
            found.append(re.escape(piece))
        elif piece == "%%":
            found.append("%")
        elif piece == "%Y":
            found.append(r"(?P<Y>[0-9]{4})")
        elif piece == "%f":
            found.append(r"(?P<f>[0-9]{1,6})")
        elif piece == "%z":
            found.append(r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})")
        else:
            is_tight = any(beside.startswith("%") and beside != "%%" for beside in (before, after))
            width = "{2}" if is_tight else "{1,2}"
            found.append(f"(?P<{piece[1]}>[0-9]{width})")
    return re.compile("".join(found), re.A)


def _read(patterns: list[re.Pattern[str]], text: str, zone: ZoneInfo | None) -> datetime | None:
    """Read by the first pattern that fits; ``None`` when none fits or the day does not exist."""
    for pattern in patterns:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        part = match.groupdict()
        try:
            naive = datetime(  # noqa: DTZ001 - its zone is settled below
                int(part["Y"]),
                int(part["m"]),
                int(part["d"]),
                int(part.get("H") or 0),
                int(part.get("M") or 0),
                int(part.get("S") or 0),
                int((part.get("f") or "").ljust(6, "0") or 0),
            )
        except ValueError:
            continue
        offset = part.get("z")
        if offset is None:
            return naive.replace(tzinfo=zone)
        if offset == "Z":
            return naive.replace(tzinfo=UTC)
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        return (naive - timedelta(minutes=minutes if offset[0] == "+" else -minutes)).replace(tzinfo=UTC)
    return None


def day_reader(formats: tuple[str, ...], zone: ZoneInfo) -> Callable[[Cell], date]:
    """Return a function from cells to days; typed days pass, typed instants become the day it was in ``zone``."""
    patterns = [_pattern(format_) for format_ in formats]
    wants = "A day that exists, written " + " or ".join(formats) + "."
    seen: dict[str, date] = {}

    def read(cell: Cell) -> date:
        if type(cell) is str:
            known = seen.get(cell)
            if known is not None:
                return known
            found = _read(patterns, cell.strip(), None)
            if found is None:
                raise BadCell(Reason.IMPOSSIBLE_DATE, cell, wants)
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen[cell] = found.date()
            return seen[cell]
        if isinstance(cell, datetime):
            return (cell if cell.tzinfo is None else cell.astimezone(zone)).date()
        if isinstance(cell, date):
            return cell
        if type(cell) is int:  # such as 20260105 in a column of numbers
            return read(str(cell))
        raise BadCell(Reason.IMPOSSIBLE_DATE, cell, wants)

    return read


def instant_reader(formats: tuple[str, ...], zone: ZoneInfo) -> Callable[[Cell], datetime]:
    """Return a function from cells to instants, UTC; a bare day is its first instant in ``zone``."""
    patterns = [_pattern(format_) for format_ in formats]
    wants = "An instant that exists, written " + " or ".join(formats) + "."

    def read(cell: Cell) -> datetime:
        found: datetime | None
        if type(cell) is str:
            found = _read(patterns, cell.strip(), zone)
        elif isinstance(cell, datetime):
            found = cell if cell.tzinfo is not None else cell.replace(tzinfo=zone)
        elif isinstance(cell, date):
            found = datetime.combine(cell, time(), zone)
        else:
            found = None
        if found is None:
            raise BadCell(Reason.IMPOSSIBLE_DATE, cell, wants)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            raise BadCell(Reason.IMPOSSIBLE_DATE, cell, wants) from None

    return read

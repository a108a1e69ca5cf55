"""Rows of formats without lines of their own (Parquet, XLSX), as JSON bytes that can be held and read again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from goodstanding.intake.days import Cell


class Formula(str):
    """A formula found where a value belongs; it is never computed."""

    __slots__ = ()


def encode(columns: Sequence[str], cells: Sequence[Cell]) -> bytes:
    """Return a row as a JSON list of (column, cell); what JSON cannot say is written as ``{"$type": text}``."""
    return json.dumps(
        [[name, _plain(cell)] for name, cell in zip(columns, cells, strict=True)], ensure_ascii=False
    ).encode("utf-8", "backslashreplace")


def decode(original: bytes) -> tuple[tuple[str, ...], tuple[Cell, ...]]:
    """Return columns and cells of a row written by `encode`."""
    pairs: list[tuple[str, Any]] = json.loads(original)
    return tuple(name for name, _ in pairs), tuple(_typed(cell) for _, cell in pairs)


def _plain(cell: object) -> Any:
    if isinstance(cell, Formula):
        return {"$formula": str(cell)}
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float | Decimal):
        return {"$number": str(cell)}
    if isinstance(cell, datetime):
        return {"$instant": cell.isoformat()}
    if isinstance(cell, date):
        return {"$day": cell.isoformat()}
    if isinstance(cell, list | tuple):
        return [_plain(item) for item in cell]
    return {"$other": str(cell)}


def _typed(value: Any) -> Cell:
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    match tag:
        case "$formula":
            return Formula(text)
        case "$number":
            return Decimal(text)
        case "$instant":
            return datetime.fromisoformat(text)
        case "$day":
            return date.fromisoformat(text)
    return {tag: text}

"""A card of every format, rows that fit, and what the ledger holds after an import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from stdnum.cn.uscc import calc_check_digit

from goodstanding.core.rulebook import Rulebook
from goodstanding.intake.card import Card
from goodstanding.intake.card_reading import load_card
from goodstanding.records.models import FactRecord

CARD = """
code = "registrations"
title = {{ zh = "登记", en = "Registrations" }}
[file]
format = "{format}"
{layout}
[[fact]]
kind = "registration"
ref = "{{代码}}"
entity = {{ scheme = "uscc", column = "代码" }}
valid_from = {{ column = "日期", formats = ["%Y-%m-%d", "%Y年%m月%d日"] }}
{more}
[fact.field]
name = {{ column = "名称" }}
subject_type = {{ column = "类型", map = {{ "企业" = "enterprise", "个体工商户" = "self_employed" }} }}
status = {{ constant = "open" }}
region = {{ column = "地区" }}
capital_minor = {{ column = "资本", times = 100 }}
"""

COLUMNS = ("代码", "名称", "类型", "地区", "资本", "日期")

MakeCard = Callable[..., Card]


@pytest.fixture
def make_card(cn: Rulebook) -> MakeCard:
    """Return a function that makes the card of a format."""

    def make(format: str = "csv", layout: str = "", more: str = "", text: str = CARD) -> Card:
        content = text.format(format=format, layout=layout, more=more)
        return load_card("card.toml", content.encode(), cn)

    return make


def code(number: int) -> str:
    """Return a valid identity code, a different one for every number."""
    body = f"91330402{number:09d}"
    return body + calc_check_digit(body)


def cells(number: int, **changed: str) -> list[str]:
    """Return one good row, some of its cells changed by column name."""
    row = dict(zip(COLUMNS, [code(number), f"第{number}号商店", "企业", "330402", "100.50", "2020-03-04"], strict=True))
    return list((row | changed).values())


def csv_bytes(*rows: list[str], encoding: str = "utf-8", end: str = "\n") -> bytes:
    """Return a CSV file with the header and these rows."""
    return "".join(",".join(row) + end for row in ([*COLUMNS], *rows)).encode(encoding)


def write(path: Path, content: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content)
    return path


def ledger() -> list[tuple[str, str, str]]:
    """Return (digest, known time, record key) of every fact, sorted."""
    rows = FactRecord.objects.values_list("digest", "known_at", "source_ref")
    return sorted((bytes(digest).hex(), known.isoformat(), ref) for digest, known, ref in rows)

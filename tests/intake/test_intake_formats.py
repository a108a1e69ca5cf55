"""JSON Lines, Parquet and XLSX, typed where the format is typed, hostile where a stranger sends it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goodstanding.core.errors import SourceFileInvalid
from goodstanding.intake import reading_jsonl, reading_parquet, reading_xlsx
from goodstanding.intake.card import Encoding, FileFormat, Layout
from goodstanding.intake.problem import Reason
from goodstanding.intake.reading import Row
from goodstanding.intake.typed_rows import Formula, decode, encode

HOW = Layout(FileFormat.CSV, Encoding.UTF_8, ",", "", 1, 1_000, 10_000, frozenset())


def reasons(rows: list[Row]) -> list[Reason | None]:
    return [row.problem.reason if row.problem else None for row in rows]


def lines(content: bytes) -> list[Row]:
    return list(reading_jsonl.read(io.BytesIO(content), HOW, ("a", "b")).rows)


def test_an_object_gives_the_wanted_columns_and_an_absent_key_is_empty() -> None:
    rows = lines(b'\xef\xbb\xbf{"b": 2.50, "a": "x", "c": 9}\n\n{"a": null}\n')
    assert [list(row.cells) for row in rows] == [["x", Decimal("2.50")], [None, None]]
    assert [row.number for row in rows] == [1, 2]
    assert rows[0].raw == b'{"b": 2.50, "a": "x", "c": 9}\n'


def test_text_is_brought_to_its_normal_form() -> None:
    assert list(lines('{"a": "Cafe\u0301"}\n'.encode())[0].cells) == ["Caf\u00e9", None]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", Reason.NOT_JSON),
        (b"[1]", Reason.NOT_JSON),
        (b'{"a": NaN}', Reason.NOT_JSON),
        (b'{"a": 1, "a": 2}', Reason.NOT_JSON),
        (b"[" * 900, Reason.NOT_JSON),
        (b'{"a": ' + b"9" * 900 + b"}", None),
        (b'{"a": "\xff"}', Reason.ENCODING),
        (b'{"a": "\\u0000"}', Reason.CONTROL_CHARACTER),
        (b'{"a": "\\ud800"}', Reason.CONTROL_CHARACTER),
        (b'{"a": "' + b"x" * 2_000 + b'"}', Reason.TOO_LONG),
    ],
)
def test_a_bad_line_is_held_and_the_next_is_read(line: bytes, reason: Reason | None) -> None:
    assert reasons(lines(line + b'\n{"a": "good"}\n')) == [reason, None]


def parquet(tmp_path: Path, table: pa.Table) -> list[Row]:
    pq.write_table(table, tmp_path / "x.parquet")
    with (tmp_path / "x.parquet").open("rb") as file:
        return list(reading_parquet.read(file, HOW, ()).rows)


def test_parquet_hands_out_its_own_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "day": pa.array([date(2026, 1, 2), None]),
            "at": pa.array([datetime(2026, 1, 2, 3, tzinfo=UTC), None], pa.timestamp("ns", "UTC")),
            "number": pa.array([7, None]),
            "part": pa.array([60657.0, float("nan")]),
            "codes": pa.array([["B", "A"], None]),
        }
    )
    rows = parquet(tmp_path, table)
    assert list(rows[0].cells) == [
        date(2026, 1, 2), datetime(2026, 1, 2, 3, tzinfo=UTC), 7, 60657.0, ["B", "A"],
    ]  # fmt: skip
    assert list(rows[1].cells) == [None] * 5


def test_a_bad_parquet_cell_holds_its_row_with_bytes_that_can_be_read_again(tmp_path: Path) -> None:
    rows = parquet(tmp_path, pa.table({"a": ["x\x00", "x" * 1_001, "y"], "day": [date(2026, 1, 2)] * 3}))
    assert reasons(rows) == [Reason.CONTROL_CHARACTER, Reason.TOO_LONG, None]
    columns, again = reading_parquet.parse(1, rows[1].raw)
    assert columns == ("a", "day")
    assert list(again.cells) == ["x" * 1_001, date(2026, 1, 2)]


def test_what_is_no_parquet_is_refused() -> None:
    with pytest.raises(SourceFileInvalid):
        reading_parquet.read(io.BytesIO(b"PAR1 not really PAR1"), HOW, ())


def workbook(*rows: list[Any], sheet: str = "Sheet") -> io.BytesIO:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def sheet_rows(file: io.BytesIO, how: Layout = HOW) -> list[Row]:
    return list(reading_xlsx.read(file, how, ()).rows)


def test_a_worksheet_gives_typed_cells_and_skips_empty_rows() -> None:
    rows = sheet_rows(workbook(["a", "b", "c"], ["x", 1.5, datetime(2026, 1, 2)], [], [" ", 7]))  # noqa: DTZ001
    assert [list(row.cells) for row in rows] == [["x", 1.5, datetime(2026, 1, 2)], [None, 7, None]]  # noqa: DTZ001
    assert [row.number for row in rows] == [1, 2]


def test_a_formula_is_never_computed_and_holds_its_row() -> None:
    rows = sheet_rows(workbook(["a", "b"], ["x", "=1+1"], ["y", "#N/A"], ["z", 2]))
    assert reasons(rows) == [Reason.FORMULA, Reason.BAD_VALUE, None]
    columns, again = reading_xlsx.parse(1, rows[0].raw)
    assert columns == ("a", "b")
    assert again.problem is not None
    assert again.problem.found == "=1+1"


def test_cells_beyond_the_header_hold_their_row() -> None:
    rows = sheet_rows(workbook(["a"], ["x", "stray"], ["y"]))
    assert reasons(rows) == [Reason.COLUMNS, None]
    assert b"stray" in rows[0].raw


def test_the_sheet_is_found_by_name_and_the_header_by_row() -> None:
    file = workbook(["Report of the day"], ["a", "b"], ["x", "y"], sheet="数据")
    how = Layout(FileFormat.XLSX, Encoding.UTF_8, ",", "数据", 2, 1_000, 10_000, frozenset())
    assert [list(row.cells) for row in sheet_rows(file, how)] == [["x", "y"]]
    missing = Layout(FileFormat.XLSX, Encoding.UTF_8, ",", "Other", 1, 1_000, 10_000, frozenset())
    file.seek(0)
    with pytest.raises(SourceFileInvalid, match="数据"):
        sheet_rows(file, missing)


def packed(members: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(SourceFileInvalid, match="unpacks"):
        sheet_rows(packed({"xl/worksheets/sheet1.xml": b"0" * 8_000_000}))


def test_entities_in_the_xml_are_refused() -> None:
    good = workbook(["a"], ["x"])
    with zipfile.ZipFile(good) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    laughs = b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    name = "xl/worksheets/sheet1.xml"
    members[name] = laughs + members[name].removeprefix(b"<?xml version='1.0' encoding='UTF-8'?>")
    with pytest.raises(SourceFileInvalid, match="EntitiesForbidden"):
        sheet_rows(packed(members))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(SourceFileInvalid):
        sheet_rows(io.BytesIO(content))
    with pytest.raises(SourceFileInvalid):
        sheet_rows(packed({"hello.txt": b"hello"}))


def test_a_typed_row_survives_its_time_in_quarantine() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    cells = ("a", None, True, 3, Decimal("1.50"), date(2026, 1, 2), at, ["x", 1], Formula("=A1"))
    columns = tuple("abcdefghi")
    assert decode(encode(columns, cells)) == (columns, (*cells[:7], ["x", 1], Formula("=A1")))
    assert isinstance(decode(encode(columns, cells))[1][8], Formula)
    assert json.loads(encode(("a",), ("文",))) == [["a", "文"]]

"""CSV from strangers: every record is found, and one broken record spoils no other."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.errors import FileUnreadable, SourceFileInvalid
from goodstanding.intake import reading_csv
from goodstanding.intake.card import Encoding, FileFormat, Layout
from goodstanding.intake.opening import open_source
from goodstanding.intake.problem import Reason
from goodstanding.intake.reading import Row

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"]) | st.sampled_from('",|\n'))


def layout(encoding: Encoding = Encoding.UTF_8, delimiter: str = ",", longest: int = 65_536) -> Layout:
    return Layout(FileFormat.CSV, encoding, delimiter, "", 1, longest, 10_000, frozenset())


def read(content: bytes, how: Layout | None = None) -> list[Row]:
    return list(reading_csv.read(io.BytesIO(content), how or layout(), ()).rows)


def reasons(rows: list[Row]) -> list[Reason | None]:
    return [row.problem.reason if row.problem else None for row in rows]


@given(
    st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=8), st.sampled_from(Encoding), st.sampled_from(",;|\t")
)
@settings(deadline=None)
def test_whatever_the_standard_library_writes_is_read_back(
    rows: list[list[str]], encoding: Encoding, delimiter: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([["a", "b"], *rows])
    found = read(out.getvalue().encode(encoding.value), layout(encoding, delimiter))
    normal = [[reading_csv.settled(cell) for cell in row] for row in rows]
    assert [list(row.cells) for row in found] == normal
    assert [row.number for row in found] == list(range(1, len(rows) + 1))


def test_the_original_bytes_of_a_record_are_its_own_line_ends_included() -> None:
    rows = read(b'a,b\r\n1,"x\r\ny"\r\n2,z')
    assert [row.raw for row in rows] == [b'1,"x\r\ny"\r\n', b"2,z"]
    assert list(rows[0].cells) == ["1", "x\r\ny"]


def test_a_delimiter_inside_a_double_byte_character_does_not_split() -> None:
    trailing = [chr(point) for point in range(0x4E00, 0x9FA6) if chr(point).encode("gb18030")[1:] == b"|"]
    assert trailing, "GB18030 has characters whose second byte is the bar"
    content = f"a|b\n{trailing[0]}|{trailing[-1]}\n".encode("gb18030")
    assert list(read(content, layout(Encoding.GB18030, "|"))[0].cells) == [trailing[0], trailing[-1]]


def test_no_character_of_either_encoding_hides_a_line_feed_or_a_quote() -> None:
    for encoding in Encoding:
        for point in [*range(0x80, 0xD800), *range(0xE000, 0x11000), 0x1F600, 0x2A6D6]:
            coded = chr(point).encode(encoding.value)
            assert not set(coded) & set(b'\n\r",'), hex(point)


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_is_no_part_of_the_first_column(mark: bytes) -> None:
    assert reading_csv.read(io.BytesIO(mark + b"a,b\n1,2\n"), layout(), ()).columns == ("a", "b")


def test_one_row_of_broken_encoding_is_that_rows_problem_alone() -> None:
    rows = read(b"a,b\n1,x\n2,\xff\n3,z\n")
    assert reasons(rows) == [None, Reason.ENCODING, None]
    assert rows[1].raw == b"2,\xff\n"
    assert reasons(read("a,b\n1,好\n".encode("gb18030"))) == [Reason.ENCODING]
    assert reasons(read(b"a,b\n1,\xb0\n2,x\n", layout(Encoding.GB18030))) == [Reason.ENCODING, None]


def test_a_row_longer_than_the_longest_is_held_cut_and_the_next_is_read() -> None:
    rows = read(b"a,b\n1," + b"x" * 5_000 + b"\n2,y\n", layout(longest=300))
    assert reasons(rows) == [Reason.TOO_LONG, None]
    assert len(rows[0].raw) == 300
    assert "5003 bytes" in rows[0].problem.found if rows[0].problem else False
    assert reasons(read(b"a,b\n1," + b"x" * 5_000, layout(longest=300))) == [Reason.TOO_LONG]


def test_a_quote_that_never_closes_holds_its_own_line_only() -> None:
    lines = b"".join(b"%d,x\n" % number for number in range(3, 1000))
    rows = read(b'a,b\n1,"open\n2,y\n' + lines)
    assert reasons(rows[:3]) == [Reason.QUOTING, None, None]
    assert rows[0].raw == b'1,"open\n'
    assert len(rows) == 999
    assert [row.number for row in rows] == list(range(1, 1000))


def test_a_quote_inside_a_cell_is_only_a_character() -> None:
    rows = read(b'a,b\n5" pipe,x\n2,y\n')
    assert list(rows[0].cells) == ['5" pipe', "x"]
    assert reasons(read(b'a,b\n"1"x,y\n2,z\n')) == [Reason.QUOTING, None]


@pytest.mark.parametrize("hostile", ["\x00", "\x07", "\x1b", "\x85", "\u202e", "\u2066", "\ufeff", "\u200f", "\r"])
def test_control_characters_and_direction_marks_hold_the_row(hostile: str) -> None:
    rows = read(f"a,b\n1,x{hostile}y\n2,z\n".encode())
    assert reasons(rows) == [Reason.CONTROL_CHARACTER, None]
    assert hostile.encode() in rows[0].raw


def test_too_few_or_too_many_cells_hold_the_row() -> None:
    assert reasons(read(b"a,b\n1\n1,2\n1,2,3\n")) == [Reason.COLUMNS, None, Reason.COLUMNS]


def test_empty_lines_are_no_rows() -> None:
    assert [(row.number, list(row.cells)) for row in read(b"a,b\n\n1,2\r\n\r\n3,4\n\n")] == [
        (1, ["1", "2"]),
        (2, ["3", "4"]),
    ]


def test_a_file_without_a_readable_header_is_refused() -> None:
    for content in (b"", b"\n", b"\xff\xfe,b\n1,2\n", b'"a,b\n1,2\n', b"a\x00,b\n"):
        with pytest.raises(SourceFileInvalid):
            read(content)


def test_a_file_that_lacks_a_wanted_column_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,2\n")
    with (
        pytest.raises(SourceFileInvalid, match="no column c") as caught,
        open_source(tmp_path / "x.csv", layout(), ("a", "c")),
    ):
        pass
    assert "a, b" in caught.value.wants
    with pytest.raises(FileUnreadable), open_source(tmp_path / "none.csv", layout(), ()):
        pass


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_no_bytes_whatever_break_the_reader(content: bytes) -> None:
    for encoding in Encoding:
        rows = read(b"a,b\n" + content, layout(encoding, longest=256))
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert all(row.problem or len(row.cells) == 2 for row in rows)
        if all(row.problem is None or row.problem.reason is not Reason.TOO_LONG for row in rows):
            assert b"".join(row.raw for row in rows).replace(b"\n", b"").replace(b"\r", b"") == content.replace(
                b"\n", b""
            ).replace(b"\r", b"")

"""The PDF says what the text value says, whatever is written in it, and says it in the same bytes."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from goodstanding.core.document import Document, Role, paragraph, printable
from goodstanding.core.errors import FontMissing, SignMissing
from goodstanding.documents.typesetting import ENVIRONMENT, PACKAGE, set_pdf
from tests.documents.reading import squeezed, words_of

MARKUP = st.text("#*_`$\\<>[]{}()@~=+-/\"'；：甲ab1 ", min_size=1, max_size=40)


def letter(*bodies: str, language: str = "zh", name: str = "示范贸易有限公司") -> Document:
    parts = [
        paragraph(Role.AUTHORITY, "示范省市场监督管理局"),
        paragraph(Role.TITLE, "列入决定书"),
        paragraph(Role.ADDRESSEE, f"{name}："),
        *(paragraph(Role.BODY, body) for body in bodies),
        paragraph(Role.SIGNED, "示范省市场监督管理局"),
        paragraph(Role.SEAL, "（印章）"),
        paragraph(Role.DAY, "2026年7月10日"),
    ]
    return Document("2026-1", language, "列入决定书", date(2026, 7, 10), "x:1", tuple(parts))


@pytest.mark.parametrize(
    "name",
    [
        '#eval("1")',
        "*x*",
        "]]",
        "#[]]",
        '"}]}',
        "\\u{202e}",
        "$a^2$ `raw` <label> @ref // no comment /* none */",
        "= Heading",
        "- item",
        "张\x00三\x1b[31m",
        "公司\u202e司公\u202c\u200f",
        "#sys.inputs.document",
        "{number} {0} %s",
        "𬭎𠮷",
    ],
)
def test_a_hostile_name_is_printed_as_it_is_written(name: str) -> None:
    told = letter(f"{name}。", name=name)
    assert words_of(set_pdf(told)) == squeezed(told.text)
    assert squeezed(printable(name)) in words_of(set_pdf(told))


@settings(deadline=None, max_examples=40)
@given(MARKUP)
def test_no_markup_in_the_data_is_read_as_markup(body: str) -> None:
    told = letter(body)
    assert words_of(set_pdf(told)) == squeezed(told.text)


def test_the_same_document_gives_the_same_bytes_and_another_gives_others() -> None:
    assert set_pdf(letter("甲")) == set_pdf(letter("甲"))
    assert set_pdf(letter("甲")) != set_pdf(letter("乙"))


def test_several_readers_at_once_each_get_their_own() -> None:
    told = [letter("甲" * 40 + str(number % 4)) for number in range(24)]
    with ThreadPoolExecutor(6) as readers:
        made = list(readers.map(set_pdf, told))
    assert [words_of(one) for one in made[:4]] == [squeezed(one.text) for one in told[:4]]
    assert made == made[:4] * 6


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_the_file_is_tagged_titled_and_says_its_language(language: str, tag: str) -> None:
    reader = PdfReader(io.BytesIO(set_pdf(letter("甲", language=language))))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == tag
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("列入决定书", "示范省市场监督管理局")
    meta = catalogue["/Metadata"].get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in meta
    assert b"<pdfaid:part>2</pdfaid:part>" in meta


def test_a_long_document_runs_over_pages_and_loses_nothing() -> None:
    told = letter(*[f"第{number}段：" + "经查明的事实。" * 20 for number in range(30)])
    pdf = set_pdf(told)
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 2
    assert words_of(pdf) == squeezed(told.text)


def test_a_signature_never_stands_alone_on_a_page() -> None:
    for count in range(18, 34):
        pages = PdfReader(io.BytesIO(set_pdf(letter(*["经查明的事实。"] * count)))).pages
        assert "经查明的事实" in pages[-1].extract_text()


def test_without_its_fonts_nothing_is_set_and_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    with pytest.raises(FontMissing, match=PACKAGE):
        set_pdf(letter("甲"))


def test_files_that_hold_another_font_are_no_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"):
        (tmp_path / name).write_bytes(b"no font")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    with pytest.raises(FontMissing, match="no font of the family"):
        set_pdf(letter("甲"))


def test_a_sign_the_fonts_lack_is_refused_and_named() -> None:
    with pytest.raises(SignMissing, match="😀"):
        set_pdf(letter("甲😀"))

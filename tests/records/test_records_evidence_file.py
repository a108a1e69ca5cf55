"""What may be kept as evidence is told from bytes alone, and what could act when it is opened is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from goodstanding.core.errors import UploadRefused
from goodstanding.records.evidence_file import DOCX, JPEG, MOST_BYTES, PDF, PNG, XLSX, FileType, type_of
from goodstanding.records.uploads import clean

A_PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
A_PNG = b"\x89PNG\r\n\x1a\n...." + b"IEND\xaeB`\x82"
A_JPEG = b"\xff\xd8\xff\xe0....\xff\xd9"


def package(*names: str, types: str = "<Types/>", size: int = 4) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", types)
        for name in names:
            file.writestr(name, b"0" * size)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (A_PDF, PDF),
        (A_PNG, PNG),
        (A_JPEG, JPEG),
        (package("word/document.xml"), DOCX),
        (package("xl/workbook.xml", "xl/worksheets/sheet1.xml"), XLSX),
    ],
)
def test_plain_evidence_is_told_by_its_bytes(content: bytes, kind: FileType) -> None:
    assert type_of(content) is kind


HOSTILE = {
    "nothing": b"",
    "too large": A_PDF[:-6] + b" " * MOST_BYTES + b"%%EOF\n",
    "text": b"hello",
    "page": b"<html><script>alert(1)</script></html>",
    "program": b"MZ\x90\x00",
    "drawing with scripts": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "old office file, which may hold macros": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "script in a PDF": A_PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "script with its name escaped": A_PDF.replace(b"/Catalog", b"/Catalog/AA<</S/J#61vaScript>>"),
    "launch in a PDF": A_PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/Launch>>"),
    "file in a PDF": A_PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 2 0 R>>"),
    "PDF that does not end": b"%PDF-1.7\n1 0 obj",
    "PDF after a page": b"<html>" + A_PDF,
    "picture with an archive behind it": A_PNG + package("word/document.xml"),
    "photograph with a page behind it": A_JPEG + b"<script>alert(1)</script>",
    "macros": package("word/document.xml", "word/vbaProject.bin"),
    "macros in another case": package("word/document.xml", "word/VBAPROJECT.BIN"),
    "macros by type": package(
        "word/document.xml", types='<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
    ),
    "old macros": package("xl/workbook.xml", "xl/macrosheets/sheet1.xml"),
    "something embedded": package("word/document.xml", "word/embeddings/oleObject1.bin"),
    "content from elsewhere": package("xl/workbook.xml", "xl/externalLinks/externalLink1.xml"),
    "plain archive": package("notes.txt"),
    "bomb": package(*(f"word/part{number}.xml" for number in range(11)), "word/document.xml", size=10 * 1024 * 1024),
    "many parts": package("word/document.xml", *(f"p/{number}" for number in range(5_001))),
    "broken archive": package("word/document.xml")[:60],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_act_or_is_not_what_it_seems_is_refused(name: str) -> None:
    with pytest.raises(UploadRefused):
        type_of(HOSTILE[name])


def test_a_name_is_shown_without_its_path_and_marks() -> None:
    assert clean("../../etc/passwd") == "passwd"
    assert clean("C:\\temp\\proof.pdf") == "proof.pdf"
    assert clean("a\r\nb\0\u202ec.pdf") == "abc.pdf"
    assert clean("") == clean("///") == "file"
    assert len(clean("x" * 500)) == 100

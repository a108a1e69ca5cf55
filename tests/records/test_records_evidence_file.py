"""What may be kept as evidence is told from bytes alone, and what could act when it is opened is refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.errors import UploadRefused
from goodstanding.records.evidence_file import DOCX, JPEG, MOST_BYTES, PDF, PNG, XLSX, FileType, type_of
from goodstanding.records.uploads import clean

A_PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
A_PNG = b"\x89PNG\r\n\x1a\n...." + b"IEND\xaeB`\x82"
A_JPEG = b"\xff\xd8\xff\xe0....\xff\xd9"


def packed(objects: bytes, name: bytes = b"/ObjStm") -> bytes:
    """Return a PDF that keeps objects compressed."""
    held = b"2 0 obj<</Type" + name + b"/Filter/FlateDecode>>stream\n" + objects + b"\nendstream endobj\n"
    return A_PDF.replace(b"%%EOF", held + b"%%EOF")


def linking(kind: str, mode: str = "External", before: str = "") -> bytes:
    """Return a document that names something elsewhere."""
    link = f'<Relationship Id="r1" Type="http://x/{kind}" Target="https://example.org/t.dotm" TargetMode="{mode}"/>'
    held = io.BytesIO(package("word/document.xml"))
    with zipfile.ZipFile(held, "a") as file:
        file.writestr("word/_rels/settings.xml.rels", f"{before}<Relationships>{link}</Relationships>")
    return held.getvalue()


def ending_as(content: bytes, end: bytes) -> bytes:
    """Return an archive behind something else, with a comment that makes it end like that."""
    archive = package("word/document.xml")
    return content + archive[:-2] + len(end).to_bytes(2, "little") + end


def spoilt(content: bytes) -> bytes:
    """Return an archive whose first part cannot be unpacked."""
    start = content.index(b"[Content_Types].xml") + len(b"[Content_Types].xml")
    return content[:start] + b"\xff\xff" + content[start + 2 :]


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
        (packed(zlib.compress(b"3 0 <</Type/Font>>")), PDF),
        (package("word/document.xml"), DOCX),
        (linking("hyperlink"), DOCX),
        (linking("image", "Internal"), DOCX),
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
    "archive behind a PDF": ending_as(A_PDF, b"%%EOF"),
    "archive behind a photograph": ending_as(A_JPEG, b"\xff\xd9"),
    "PDF before an archive": package("%PDF-1.7", "word/document.xml"),
    "PDF inside a photograph": A_JPEG.replace(b"....", A_PDF),
    "script in a packed object": packed(zlib.compress(b"3 0 <</S/JavaScript/JS(app.alert(1))>>")),
    "script in a packed object, its name escaped": packed(zlib.compress(b"3 0 <</S/J#53>>"), b"/#4FbjStm"),
    "packed object that cannot be looked into": packed(b"secret"),
    "bomb in a PDF": packed(zlib.compress(b" " * 101 * 1024 * 1024)),
    "template from elsewhere": linking("attachedTemplate"),
    "picture from elsewhere": linking("image"),
    "template from elsewhere, in a roundabout way": linking("attachedTemplate", "&#69;xternal"),
    "links with a type of their own": linking("image", "Internal", "<!DOCTYPE r [<!ENTITY e 'e'>]>"),
    "links that are no links": linking("image", "Internal", "<"),
    "two parts of one name": package("word/document.xml", "word/Document.xml"),
    "archive that cannot be unpacked": spoilt(package("word/document.xml")),
    "broken archive": package("word/document.xml")[:60],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_act_or_is_not_what_it_seems_is_refused(name: str) -> None:
    with pytest.raises(UploadRefused):
        type_of(HOSTILE[name])


@given(st.sampled_from(["zip", "pdf"]), st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=8)), max_size=12))
@settings(deadline=None)
def test_bytes_spoilt_anyhow_are_told_or_refused(kind: str, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(linking("image", "Internal") if kind == "zip" else packed(zlib.compress(b"3 0 <<>>")))
    for start, others in changes:
        content[4 + start : 4 + start + len(others)] = others
    with suppress(UploadRefused):
        assert type_of(bytes(content)) in {PDF, DOCX, XLSX}


def test_a_name_is_shown_without_its_path_and_marks() -> None:
    assert clean("../../etc/passwd") == "passwd"
    assert clean("C:\\temp\\proof.pdf") == "proof.pdf"
    assert clean("a\r\nb\0\u202ec.pdf") == "abc.pdf"
    assert clean("") == clean("///") == "file"
    assert len(clean("x" * 500)) == 100

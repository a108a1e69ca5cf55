"""What a file handed in as evidence may be, told from its bytes alone: never from its name, never by opening it whole.

Rules kept here:
- PDF, JPEG, PNG, and documents and tables of an office suite without macros. Anything else is refused, and so is a file
  that is two things at once: what begins as one type and goes on as another.
- What could act when it is opened is refused by its marks: macros and linked content in an office document, scripts,
  launches and embedded files in a PDF, its compressed objects among them. A mark may still be hidden from such a look:
  whoever opens evidence does so with a reader that runs nothing.
- A name serves nobody but its owner; the file is kept under the digest of its bytes.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from xml.parsers.expat import ExpatError, ParserCreate

from goodstanding.core.errors import UploadRefused

MOST_BYTES = 10 * 1024 * 1024
_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_PARTS = 5_000
_PDF_ACTS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|SubmitForm|ImportData)\b")
_PDF_BEGINS, _PDF_BEGINS_WITHIN = b"%PDF-", 1024  # bytes; readers look no further for the beginning
_MOST_READ = 4 * 1024 * 1024  # of one part that is read
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_STREAM = re.compile(rb"\bstream\r?\n")
_PDF_HEAD = 1024  # bytes before a stream in which it says what it is
_PARTS_THAT_ACT = re.compile(r"vbaproject|vbadata|macrosheets|activex|embeddings|externallinks|customui|\.bin$|\.exe$")

_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    ExpatError,
    *(KeyError, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, OverflowError),
)
"""Everything that a hostile archive makes the reader of archives raise."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of evidence.

    Args:
        media_type: As it is served back.
        suffix: Of the name it is served back under, with its dot.
    """

    media_type: str
    suffix: str


PDF = FileType("application/pdf", ".pdf")
JPEG = FileType("image/jpeg", ".jpg")
PNG = FileType("image/png", ".png")
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = FileType(_OFFICE + "wordprocessingml.document", ".docx")
XLSX = FileType(_OFFICE + "spreadsheetml.sheet", ".xlsx")
TYPES = {one.media_type: one for one in (PDF, JPEG, PNG, DOCX, XLSX)}


def type_of(content: bytes) -> FileType:
    """Return the type of a file that may be kept as evidence.

    Raises:
        UploadRefused: It is empty, too large, of another type, of two types, or could act when it is opened.
    """
    if not content:
        raise _refused("The file is empty.")
    if len(content) > MOST_BYTES:
        raise _refused(f"The file has {len(content):,} bytes.")
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    # An archive is found from its end: whatever comes before it, a program that unpacks would unpack it.
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise _refused("It holds an archive besides what it begins as.")
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if _PDF_BEGINS in content[:_PDF_BEGINS_WITHIN]:
        raise _refused("It holds a PDF besides what it begins as.")
    if content.startswith(b"\xff\xd8\xff"):
        if not content.endswith(b"\xff\xd9"):
            raise _refused("It begins as a JPEG and does not end as one.")
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        if not content.endswith(b"IEND\xaeB`\x82"):
            raise _refused("It begins as a PNG and does not end as one.")
        return PNG
    raise _refused("Its bytes are of none of these types.")


def _pdf(content: bytes) -> FileType:
    if b"%%EOF" not in content[-1024:]:
        raise _refused("It begins as a PDF and does not end as one.")
    for part in chain([content], _packed_objects(content)):
        act = _PDF_ACTS.search(_plain(part))
        if act is not None:
            raise _refused(f"The PDF holds /{act[1].decode()}, which acts when it is opened.")
    return PDF


def _packed_objects(content: bytes) -> Iterator[bytes]:
    """Yield the objects that a PDF keeps compressed.

    Raises:
        UploadRefused: They cannot be unpacked, or are far larger than they look.
    """
    left, start = _MOST_UNPACKED, 0
    while (begins := _PDF_STREAM.search(content, start)) is not None:
        end = content.find(b"endstream", begins.end())
        start = len(content) if end < 0 else end
        head = content[max(0, begins.start() - _PDF_HEAD) : begins.start()].rpartition(b"endobj")[2]
        if b"ObjStm" not in _plain(head):
            continue
        try:
            objects = zlib.decompressobj().decompress(content[begins.end() : start], left + 1)
        except zlib.error:
            raise _refused("The PDF holds objects that nobody can look into.") from None
        left -= len(objects)
        if left < 0:
            raise _refused("Unpacked it would be far larger than it looks.")
        yield objects


def _plain(part: bytes) -> bytes:
    """Return a part of a PDF with its names plain: one written with escapes would hide from a look."""
    return _PDF_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)


def _office(content: bytes) -> FileType:
    if _PDF_BEGINS in content[:_PDF_BEGINS_WITHIN]:
        raise _refused("It holds a PDF besides what it begins as.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise _refused("Unpacked it would be far larger than it looks.")
            names = {part.filename.lower() for part in parts}
            if len(names) != len(parts):
                raise _refused("It holds two parts of one name, and which of them is opened nobody can tell.")
            if acting := sorted(name for name in names if _PARTS_THAT_ACT.search(name)):
                raise _refused(f"It holds {acting[0][:80]}, which may act when it is opened.")
            if "[content_types].xml" not in names:
                raise _refused("It is an archive and no document.")
            stated = _read(package, "[Content_Types].xml").decode("utf-8", "replace").lower()
            for part in parts:
                if part.filename.lower().endswith(".rels"):
                    _check_links(_read(package, part.filename))
    except _UNREADABLE as error:
        raise _refused("It begins as an office document and cannot be read as one.") from error
    if "macroenabled" in stated or "vbaproject" in stated:
        raise _refused("It is of a type that holds macros.")
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise _refused("It is an office file, but neither a document nor a table.")


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as file:
        content = file.read(_MOST_READ + 1)
    if len(content) > _MOST_READ:
        raise _refused(f"Its part {name[:80]} is far larger than such a part is.")
    return content


def _check_links(relations: bytes) -> None:
    """Refuse what an office program would fetch when it opens the file; a link that a reader may follow is none of it.

    Raises:
        UploadRefused: A template, picture or object lies elsewhere, or the part declares a type of its own.
        ExpatError: It is no XML.
    """

    def begun(_name: str, attributes: dict[str, str]) -> None:
        outside = attributes.get("TargetMode", "").strip().lower() == "external"
        if outside and not attributes.get("Type", "").endswith("/hyperlink"):
            raise _refused("It fetches a part of itself from elsewhere when it is opened.")

    def declared(*_words: object) -> None:
        raise _refused("A part that lists its links declares a type of its own.")

    parser = ParserCreate()
    parser.StartElementHandler = begun
    parser.StartDoctypeDeclHandler = declared
    parser.Parse(relations, True)


def _refused(found: str) -> UploadRefused:
    return UploadRefused(
        asked="To keep a file as evidence.",
        found=found,
        wants=f"A PDF, JPEG, PNG, DOCX or XLSX of at most {MOST_BYTES // 1024 // 1024} MB, without macros or scripts.",
        next_step="Print or scan it to PDF, or write what it says in your own words.",
    )

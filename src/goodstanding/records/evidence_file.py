"""What a file handed in as evidence may be, told from its bytes alone: never from its name, never by opening it whole.

Rules kept here:
- PDF, JPEG, PNG, and documents and tables of an office suite without macros. Anything else is refused, and so is a file
  that is two things at once: what begins as one type and goes on as another.
- What could act when it is opened is refused by its marks: macros and linked content in an office document, scripts,
  launches and embedded files in a PDF. A mark hidden in a compressed part of a PDF is not seen: whoever opens evidence
  does so with a reader that runs nothing.
- A name serves nobody but its owner; the file is kept under the digest of its bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from goodstanding.core.errors import UploadRefused

MOST_BYTES = 10 * 1024 * 1024
_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_PARTS = 5_000
_PDF_ACTS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|SubmitForm|ImportData)\b")
_PARTS_THAT_ACT = re.compile(r"vbaproject|vbadata|macrosheets|activex|embeddings|externallinks|customui|\.bin$|\.exe$")


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
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"\xff\xd8\xff"):
        if not content.endswith(b"\xff\xd9"):
            raise _refused("It begins as a JPEG and does not end as one.")
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        if not content.endswith(b"IEND\xaeB`\x82"):
            raise _refused("It begins as a PNG and does not end as one.")
        return PNG
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    raise _refused("Its bytes are of none of these types.")


def _pdf(content: bytes) -> FileType:
    if b"%%EOF" not in content[-1024:]:
        raise _refused("It begins as a PDF and does not end as one.")
    # A name may be written with hexadecimal escapes, which would hide it from a plain look.
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), content)
    act = _PDF_ACTS.search(plain)
    if act is not None:
        raise _refused(f"The PDF holds /{act[1].decode()}, which acts when it is opened.")
    return PDF


def _office(content: bytes) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise _refused("Unpacked it would be far larger than it looks.")
            names = {part.filename.lower() for part in parts}
            if acting := sorted(name for name in names if _PARTS_THAT_ACT.search(name)):
                raise _refused(f"It holds {acting[0][:80]}, which may act when it is opened.")
            if "[content_types].xml" not in names:
                raise _refused("It is an archive and no document.")
            with package.open("[Content_Types].xml") as file:
                stated = file.read(1024 * 1024).decode("utf-8", "replace").lower()
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError) as error:
        raise _refused("It begins as an office document and cannot be read as one.") from error
    if "macroenabled" in stated or "vbaproject" in stated:
        raise _refused("It is of a type that holds macros.")
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise _refused("It is an office file, but neither a document nor a table.")


def _refused(found: str) -> UploadRefused:
    return UploadRefused(
        asked="To keep a file as evidence.",
        found=found,
        wants=f"A PDF, JPEG, PNG, DOCX or XLSX of at most {MOST_BYTES // 1024 // 1024} MB, without macros or scripts.",
        next_step="Print or scan it to PDF, or write what it says in your own words.",
    )

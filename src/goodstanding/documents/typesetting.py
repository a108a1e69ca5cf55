"""A document set as PDF: tagged for readers who listen (PDF/UA-1), fit to be kept (PDF/A-2a), the same bytes each time.

Rules kept here:
- The text reaches the template as data, in one JSON value; no character of it is ever markup.
- Only the fonts of one folder are used, so that two machines with the same fonts set the same bytes.
- A sign that the font lacks is refused: a document is not served with a hole in it.

Assumes that the template is ours and the fonts are the machine's own.
"""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path

import typst

from goodstanding.core.document import Document, Role
from goodstanding.core.errors import FontMissing, SignMissing

ENVIRONMENT = "GOODSTANDING_FONTS"
"""Names the folder of fonts where it is not Debian's."""

PACKAGE = "fonts-noto-cjk"
"""The Debian package that brings the fonts."""

STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]

_DEBIAN = "/usr/share/fonts/opentype/noto"
FAMILY = "Noto Serif CJK SC"
"""What documents are set in, in every language: its Latin letters are as good as its Chinese ones."""

_FILES = ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc")
_one_at_a_time = threading.Lock()  # the compiler refuses a second thread while it works
_TEMPLATES = Path(__file__).parent / "templates"


def font_folder() -> Path:
    """Return the folder the fonts are taken from.

    Raises:
        FontMissing: They are not in it.
    """
    folder = Path(os.environ.get(ENVIRONMENT) or _DEBIAN)
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise _no_font(f"{folder} holds no {' and no '.join(missing)}")
    return folder


def _no_font(found: str) -> FontMissing:
    return FontMissing(
        asked="To set a document as PDF.",
        found=f"{found}.",
        wants="The fonts a document is set in, Chinese among them.",
        next_step=f"Install the Debian package {PACKAGE}, or name their folder in {ENVIRONMENT}.",
    )


@lru_cache(maxsize=2)
def _compiler(folder: Path) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    if FAMILY not in fonts.families():
        # Without its family typst would set white pages and say nothing.
        raise _no_font(f"{folder} holds no font of the family {FAMILY}")
    return typst.Compiler(_TEMPLATES / "document.typ", root=_TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


def set_pdf(document: Document) -> bytes:
    """Return a document as PDF, in full; to publish it, give it masked.

    Raises:
        FontMissing: The machine lacks the fonts.
        SignMissing: The fonts lack a sign of the text.
    """
    authority = next((one.text for one in document.paragraphs if one.role is Role.AUTHORITY), "")
    said = {
        "language": document.language,
        "fonts": [FAMILY],
        "title": document.title,
        "authority": authority,
        "on": {"year": document.on.year, "month": document.on.month, "day": document.on.day},
        "paragraphs": [{"role": one.role.value, "text": one.text} for one in document.paragraphs],
    }
    stamp = datetime.combine(document.on, time(), UTC)
    try:
        with _one_at_a_time:
            made = _compiler(font_folder()).compile(
                format="pdf",
                sys_inputs={"document": json.dumps(said, ensure_ascii=False)},
                pdf_standards=STANDARDS,
                timestamp=stamp,
            )
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        raise SignMissing(
            asked=f"To set the document {document.number} as PDF.",
            found=f"{error.message.removeprefix('PDF/UA-1 error: ').removeprefix('PDF/A-2a error: ')}.",
            wants="A document whose every sign can be read.",
            next_step="Read it as text meanwhile, and give the fonts that sign.",
        ) from None
    assert isinstance(made, bytes)  # noqa: S101 - one document, no output file
    return made

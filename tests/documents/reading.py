"""A PDF read back: its words without the white space that lines and pages bring, page numbers left out."""

from __future__ import annotations

import io
import re

from pypdf import PdfReader


def words_of(pdf: bytes) -> str:
    """Return the text of every page without white space and without the line that numbers the page."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    texts = [page.extract_text() for page in pages]
    if len(pages) > 1:
        texts = [re.sub(rf"\s*{at}\s*/\s*{len(pages)}\s*$", "", text) for at, text in enumerate(texts, start=1)]
    return squeezed("".join(texts))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)

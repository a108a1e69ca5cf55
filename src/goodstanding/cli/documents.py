"""document: what was served on a business, as text or as PDF, in full or as the public reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goodstanding.cli.frame import app, open_records, result, say

Language = Annotated[str, typer.Option(help="zh or en; the rulebook's first language by default.")]


@app.command("document")
def document_command(
    number: Annotated[str, typer.Argument(help="Number of a decision, or of a case and a step: CASE-SERIAL.")],
    out: Annotated[Path | None, typer.Option(help="Write it there as PDF; without, its text is printed.")] = None,
    language: Language = "",
    public: Annotated[bool, typer.Option("--public", help="As the public reads it, persons masked.")] = False,
) -> None:
    """Compose the document of a decision, or of a step the authority took in a case."""
    home = open_records()
    from goodstanding.core.document import published
    from goodstanding.documents.served import document_of
    from goodstanding.documents.typesetting import set_pdf

    document = document_of(home, number, language)
    if public:
        document = published(document)
    told = {"number": document.number, "title": document.title, "language": document.language, "text": document.text}
    if out is None:
        say(document.text)
        result(f"{document.number}: {document.title}.", told)
        return
    content = set_pdf(document)
    out.write_bytes(content)
    result(f"{document.number}: {document.title}, {len(content):,} bytes in {out}.", told | {"file": str(out)})

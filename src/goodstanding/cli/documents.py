"""document, certificate: what was served on a business, and what stood on the public lists, as text or as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from goodstanding.cli.frame import app, now, open_records, parse_day, result, say

_LONGEST_PATH = 200

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


@app.command("certificate")
def certificate_command(
    entity: Annotated[str, typer.Argument(help="A business, as scheme:code.")] = "",
    on: Annotated[date | None, typer.Option("--on", parser=parse_day, help="The legal day certified.")] = None,
    officer: Annotated[str, typer.Option("--as", help="Who acts.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it there as PDF.")] = None,
    language: Language = "",
    check: Annotated[str, typer.Option(help="Check this code instead, or the code in the file of this name.")] = "",
    key: Annotated[str, typer.Option(help="The authority's public key, hex; default this installation's.")] = "",
) -> None:
    """Certify which public lists a business stands on, or check the code of such a certificate."""
    home = open_records()
    from goodstanding.certificate import read, verify
    from goodstanding.documents.served import certificate_document
    from goodstanding.documents.typesetting import set_pdf
    from goodstanding.office.accounts import Role, check_decider
    from goodstanding.supervise.certificates import certify
    from goodstanding.supervise.measures import public_key

    if check:
        own = key or public_key(home)
        held = read(Path(check).read_text("utf-8") if _is_file(check) else check)
        verify(held, own)
        result(f"{_told(held.body)} Signed by {own}.", {"verifies": True, **held.body})
        return
    if not entity or on is None:
        raise typer.BadParameter("Name the business and the day (--on), or a code to --check.")
    check_decider(officer, Role.VIEWER)
    made = certify(home, entity, on, now())
    document = certificate_document(home, made, language)
    if out is not None:
        out.write_bytes(set_pdf(document))
    else:
        say(document.text)
    result(_told(made.body), made.as_json() | {"text": document.text})


def _is_file(text: str) -> bool:
    # A code may be longer than any file's name, which the system refuses to look for.
    return len(text) < _LONGEST_PATH and Path(text).is_file()


def _told(body: Mapping[str, Any]) -> str:
    standing = ", ".join(one["list"] for one in body["standing"]) or "no list"
    where = f"on {body['day']}, position {body['ledger_position']} of the ledger"
    return f"{body['number']}: {body['entity']} stands on {standing} {where}."

"""The document of a certificate: what it says in words, and the code that proves it."""

from __future__ import annotations

from datetime import date

from goodstanding.certificate import Certificate
from goodstanding.core.document import Document, Role, paragraph
from goodstanding.documents.wording import Wording


def of_certificate(certificate: Certificate, wording: Wording) -> Document:
    """Return a certificate as a document.

    Args:
        certificate: Its statement is put into words as it is; whoever composes it has signed it.
    """
    body, t = certificate.body, wording.t
    day, position = date.fromisoformat(body["day"]), f"{body['ledger_position']:,}"
    titles = {code: wording.of(wording.book.title_of("lists", code)) for code in body["lists"]}
    joined = t("document.certificate.joint").join(titles.values())
    title = t("document.certificate.listed" if body["standing"] else "document.certificate.clear")
    values = {"name": body["name"], "day": wording.day(day), "position": position, "lists": joined}
    values["log"] = f"{body['log_size']:,}"
    paragraphs = [
        paragraph(Role.AUTHORITY, wording.of(wording.book.authority)),
        paragraph(Role.TITLE, title),
        paragraph(Role.NUMBER, t("document.number", number=body["number"])),
        wording.item("party", name=body["name"]),
        wording.code_of(body["entity"]),
        wording.body("certificate.looked", **values),
    ]
    if body["standing"]:
        paragraphs.append(wording.body("certificate.stands", **values))
        for one in body["standing"]:
            since = wording.day(date.fromisoformat(one["since"]))
            key = "entry" if one["decision"] else "entry_plain"
            paragraphs.append(wording.item(key, list=titles[one["list"]], day=since, number=one["decision"]))
    else:
        paragraphs.append(wording.body("certificate.nothing", **values))
    paragraphs += [wording.body("certificate.only", **values), *wording.foot(day)]
    paragraphs.append(paragraph(Role.PROOF, t("document.certificate.check")))
    paragraphs.append(paragraph(Role.PROOF, certificate.printed))
    return Document(body["number"], wording.language, title, day, body["entity"], tuple(paragraphs))

"""Evidence as it comes in through a form and goes out again: words, files kept with a draft, files sent now."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.case import Case
from goodstanding.core.errors import StepRefused
from goodstanding.office.access import check_role
from goodstanding.office.accounts import Role, business_of
from goodstanding.office.pages import now, the_home
from goodstanding.office.uploading import files_of
from goodstanding.records import drafts, uploads
from goodstanding.records.evidence_file import TYPES
from goodstanding.records.models import Draft, Upload

ACCEPTS = ",".join(TYPES)
"""Types a form offers to choose from; what comes in is judged by its bytes."""


MOST_WORDS = 20_000  # characters of one field


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft as the form shows it.

    Args:
        words: By evidence.
        files: Digests of the files kept with it, by evidence.
    """

    words: dict[str, str]
    files: dict[str, list[str]]
    reason: str


def said(request: HttpRequest, name: str) -> str:
    """Return what a field of a form says, whole.

    Raises:
        StepRefused: It says more than a field may.
    """
    text = request.POST.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > MOST_WORDS:
        # Nobody's answer is cut short without being told.
        raise StepRefused(
            asked=f"To send a text in the field {name[:60]}.",
            found=f"It has {len(text):,} characters.",
            wants=f"At most {MOST_WORDS:,}.",
            next_step="Go back, send the text as a file, and sum it up in the field.",
        )
    return text


def evidence_of(request: HttpRequest, entity_id: str, code: str) -> str:
    """Return what is said as one piece of evidence: words, and how each of its files is named.

    Raises:
        UploadRefused: A file may not be kept.
    """
    kept = uploads.named_in(request.POST.getlist(f"kept.{code}"))
    own = uploads.uploads_of(entity_id, kept)
    names = [f"sha256:{digest}" for digest in kept if digest in own]
    for file in files_of(request, f"file.{code}"):
        who = request.user.get_username()
        names.append(uploads.keep(the_home(), entity_id, file.name or "", file.read(), who, now()))
    return "\n".join(filter(None, [said(request, f"evidence.{code}"), *dict.fromkeys(names)]))


def begun(account: str, case: Case) -> dict[str, Begun]:
    """Return an account's drafts in a case, by step."""
    return {step: _begun(draft) for step, draft in drafts.of(account, case.number).items()}


def files_in(account: str, case: Case) -> dict[str, Upload]:
    """Return the files that a case's steps, or the account's drafts in it, name, by digest."""
    texts = [text for taken in case.taken for text in taken.evidence.values()]
    texts += [text for draft in drafts.of(account, case.number).values() for text in draft.evidence.values()]
    return uploads.uploads_of(case.entity_id, uploads.named_in(texts))


def words_of(text: str) -> str:
    """Return what a piece of evidence says without the names of its files."""
    return uploads.NAMED.sub("", text).strip()


def _begun(draft: Draft) -> Begun:
    words = {code: words_of(text) for code, text in draft.evidence.items()}
    return Begun(words, {code: uploads.named_in([text]) for code, text in draft.evidence.items()}, draft.reason)


@require_GET
@login_required
def file(request: HttpRequest, entity_id: str, digest: str) -> HttpResponse:
    """Hand out a file of a business: to that business and to the office, to be kept, never to be shown in the page."""
    if business_of(request.user) != entity_id:
        check_role(request, Role.VIEWER)
    found, content = uploads.read(the_home(), entity_id, digest)
    kind = TYPES[found.media_type]
    response = HttpResponse(content, content_type=kind.media_type)
    response["Content-Disposition"] = f'attachment; filename="evidence-{digest[:12]}{kind.suffix}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response

"""Documents as PDF: for the office, and for the business they were served on."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.case import is_told
from goodstanding.core.document import Document
from goodstanding.documents.served import certificate_document, decision_document, step_document
from goodstanding.documents.typesetting import set_pdf
from goodstanding.office.access import check_role
from goodstanding.office.accounts import Role, business_of
from goodstanding.office.pages import language_of, now, the_home, the_rulebook, today
from goodstanding.records import cases
from goodstanding.records.decisions import decision_of
from goodstanding.supervise.certificates import certify


@require_GET
@login_required
def decision_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Return the document of a decision, in full, to the office or to the business it is about."""
    if business_of(request.user) != decision_of(number).entity_id:
        check_role(request, Role.VIEWER)
    return _pdf(decision_document(the_home(), number, language_of(request)))


@require_GET
@login_required
def step_pdf(request: HttpRequest, number: str, serial: int) -> HttpResponse:
    """Return the notice of a step of a case to the office, or to the business once it has been told of the case."""
    found = cases.case_of(number)
    is_own = business_of(request.user) == found.entity_id
    if not is_own or not is_told(found, cases.procedure_of(the_rulebook(), found)):
        check_role(request, Role.VIEWER)
    return _pdf(step_document(the_home(), number, serial, language_of(request)))


@require_GET
@login_required
def certificate_pdf(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Return a certificate of what stands on the public lists today, to the office or to the business itself."""
    if business_of(request.user) != entity_id:
        check_role(request, Role.VIEWER)
    home = the_home()
    return _pdf(certificate_document(home, certify(home, entity_id, today(), now()), language_of(request)))


def _pdf(document: Document) -> HttpResponse:
    response = HttpResponse(set_pdf(document), content_type="application/pdf")
    name = "".join(char if char.isalnum() and char.isascii() else "-" for char in document.number)
    response["Content-Disposition"] = f'attachment; filename="{name}-{document.language}.pdf"'
    response["Cache-Control"] = "no-store"
    return response

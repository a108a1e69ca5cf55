"""Receipts: that a business handed something in, when, what it was, and until when it is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from goodstanding.core.case import Taken, running
from goodstanding.core.dates import lenient
from goodstanding.core.errors import ReceiptUnknown
from goodstanding.core.procedure import Procedure
from goodstanding.look.formats import format_day
from goodstanding.office.acting import BUSINESS
from goodstanding.office.cases import check_case
from goodstanding.office.evidence import files_in, words_of
from goodstanding.office.pages import language_of, page, the_rulebook
from goodstanding.office.queue import names_of
from goodstanding.records import cases, uploads
from goodstanding.records.models import CaseStep


@dataclass(frozen=True, slots=True)
class Receipt:
    """One thing a business handed in.

    Args:
        number: Of its case, and the place of the step in it.
        title: Of the step, by language.
        at: When it came in; UTC.
    """

    number: str
    case: str
    serial: int
    title: object
    at: datetime


def receipts_of(entity_id: str) -> list[Receipt]:
    """Return the receipts of a business, the latest first."""
    book = the_rulebook()
    found = []
    steps = CaseStep.objects.filter(case__entity_id=entity_id, by_role=BUSINESS).select_related("case")
    for step in steps.order_by("-id"):
        procedure = book.procedures.on(step.case.procedure, step.case.opened_on)
        version = procedure.step_on(step.step, step.taken_on)
        title = step.step if version is None else version.title
        number = step.case.number
        found.append(Receipt(f"{number}-{step.serial}", number, step.serial, title, step.written_at))
    return found


@require_GET
@login_required
def receipt(request: HttpRequest, number: str, serial: int) -> HttpResponse:
    """Show one receipt, to be printed or kept; to the business it is of and to the office."""
    book = the_rulebook()
    case = cases.case_of(number)
    procedure = cases.procedure_of(book, case)
    check_case(request, case, procedure)
    taken = case.taken[serial - 1] if 0 < serial <= len(case.taken) else None
    if taken is None or taken.by.role != BUSINESS:
        raise ReceiptUnknown(
            asked=f"The receipt {number}-{serial}.",
            found="At that place of the case nothing was handed in by the business.",
            wants="The number as it stands on the receipt.",
            next_step="Look it up in the list of receipts in the business's own file.",
        )
    until_then = replace(case, taken=case.taken[:serial])
    files = files_in("", case)
    values = {
        "number": f"{number}-{serial}",
        "case": case,
        "name": names_of([case.entity_id])[case.entity_id],
        "procedure": procedure,
        "title": _title(taken, procedure),
        "at": _at_home(CaseStep.objects.get(case__number=number, serial=serial).written_at, request),
        "taken": taken,
        "evidence": [
            (
                book.procedures.evidence[code],
                words_of(text),
                [files[one] for one in uploads.named_in([text]) if one in files],
            )
            for code, text in taken.evidence.items()
        ],
        "periods": list(running(until_then, procedure, lenient(book.calendar)).values()),
    }
    return page(request, "receipt.html", values)


def _at_home(at: datetime, request: HttpRequest) -> str:
    """Return an instant as the register's clocks tell it: its day is the one that periods are counted from."""
    here = at.astimezone(ZoneInfo(the_rulebook().timezone))
    offset = f"{here:%z}"
    return f"{format_day(here.date(), language_of(request))} {here:%H:%M} (UTC{offset[:3]}:{offset[3:]})"


def _title(taken: Taken, procedure: Procedure) -> object:
    step = procedure.step_on(taken.step, taken.on)
    return taken.step if step is None else step.title

"""The point of use: which measures bind for one decision today, the answer as signed, and what came of it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goodstanding.core.errors import ReasonMissing
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import language_of, now, page, say, the_home, the_rulebook, today
from goodstanding.records import ledger
from goodstanding.records.models import MeasureAnswer
from goodstanding.supervise.measures import Answer, Question, answer_of, kept, may, report


@require_http_methods(["GET", "POST"])
@needs(Role.VIEWER)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask which measures bind; the answer is a page of its own, and the number of a person stays in this request."""
    if request.method == "POST":
        answer = _answer(request, request.POST.get("person", ""))
        return page(request, "answer.html", _values(answer_of(answer.number), answer))
    language = language_of(request)
    purposes = sorted(the_rulebook().measures.purposes.items(), key=lambda item: item[1][language])
    return page(request, "may.html", {"purposes": purposes, "entity": request.GET.get("entity", "")})


@require_GET
@needs(Role.VIEWER)
def may_json(request: HttpRequest) -> JsonResponse:
    """Answer a machine: ``entity``, ``purpose`` and ``for``; a person is asked about on the page alone.

    A number of a person does not belong in an address, which many hands write down.
    """
    return _json(_answer(request, ""))


@require_GET
@needs(Role.VIEWER)
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Show a kept answer and what was reported of it."""
    row = answer_of(number)
    return page(request, "answer.html", _values(row, kept(row)))


@require_GET
@needs(Role.VIEWER)
def answer_json(_: HttpRequest, number: str) -> JsonResponse:
    """Hand out a kept answer with its signature."""
    return _json(kept(answer_of(number)))


@require_POST
@needs(Role.OFFICER)
def feedback(request: HttpRequest, number: str) -> HttpResponse:
    """Record what the executing authority did with one measure."""
    did = request.POST.get("did", "")
    measure, _, trigger = request.POST.get("measure", "").partition("|")
    text = request.POST.get("done_on", "")
    try:
        done_on = date.fromisoformat(text)
    except ValueError:
        done_on = None
    if did not in ("applied", "not_applied") or done_on is None or done_on > today():
        raise ReasonMissing(
            asked=f"To report on answer {number}.",
            found="What was done, or the day, is missing, or the day is still to come.",
            wants="Whether it was applied, and on which day.",
            next_step="Go back and say both.",
        )
    note, by = request.POST.get("note", ""), request.user.get_username()
    report(number, trigger, measure, did == "applied", note, done_on, by, now())
    messages.success(request, say(request, "office.may.reported"))
    return redirect(f"/office/answer/{number}")


def _answer(request: HttpRequest, person: str) -> Answer:
    given = request.POST if request.method == "POST" else request.GET
    question = Question(
        entity_id=_with_scheme(given.get("entity", "")),
        purpose=given.get("purpose", ""),
        asked_for=given.get("for", ""),
        asked_by=request.user.get_username(),
        person_number=person,
    )
    return may(the_home(), question, today(), now())


def _with_scheme(text: str) -> str:
    """Return the id of a business given whole, or by its code as people copy it: without scheme, in any case."""
    said = "".join(text.split())
    if not said or ":" in said:
        return said
    found = [f"{scheme}:{said.upper()}" for scheme in the_rulebook().schemes]
    return next((one for one in found if ledger.facts_of(one)), said)


def _values(row: MeasureAnswer, found: Answer) -> dict[str, object]:
    return {
        "answer": found,
        "body": found.body,
        "reports": list(row.measurefeedback_set.order_by("id")),
        "today": today(),
    }


def _json(found: Answer) -> JsonResponse:
    response = JsonResponse(found.as_json(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response

"""Cases in the office: what happened, what is due, which steps are lawful now, and why the others are not.

An officer and the business that a case is about read the same page; names of officers are for the office alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from goodstanding.core.case import Actor, Case, Obstacle, Why, check_step, is_told, running, state_of
from goodstanding.core.dates import lenient
from goodstanding.core.errors import Refused
from goodstanding.core.gravity import judged
from goodstanding.core.ledger import view
from goodstanding.core.opening import about_of, openers
from goodstanding.core.procedure import CALENDAR, OPENING, Procedure, Step
from goodstanding.core.rule import in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.documents.steps import notice_title
from goodstanding.look import LANGUAGES
from goodstanding.look.words import words
from goodstanding.office.access import check_role, needs
from goodstanding.office.accounts import Role, business_of
from goodstanding.office.acting import BUSINESS, actor_in, roles_of
from goodstanding.office.evidence import ACCEPTS, MOST_WORDS, begun, evidence_of, files_in, said, words_of
from goodstanding.office.facts import shown_facts
from goodstanding.office.gates import shown_gates
from goodstanding.office.pages import PLACED_AT_ONCE, now, page, say, the_home, the_rulebook, today
from goodstanding.office.queue import names_of
from goodstanding.records import cases as records
from goodstanding.records import drafts, ledger, uploads
from goodstanding.supervise.changed import place_touched

NEWEST = 100
"""How many cases the list shows."""

Words = Mapping[str, str] | str


@dataclass(frozen=True, slots=True)
class Way:
    """One step as a reader meets it.

    Args:
        obstacles: (why, what it turns on in words, obstacle); nothing means it is lawful now.
    """

    step: Step
    obstacles: tuple[tuple[str, Words, Obstacle], ...]


@require_GET
@needs(Role.VIEWER)
def cases(request: HttpRequest) -> HttpResponse:
    """Show the newest cases with the state each is in."""
    book, day = told_by_weekdays(the_rulebook()), today()
    rows = []
    for one in records.latest(NEWEST):
        procedure = records.procedure_of(book, one)
        case = records.as_run_out(one, procedure, book, day)
        state = state_of(case, procedure)
        due = [run.due_on for run in running(case, procedure, book.calendar).values() if run.due_on is not None]
        rows.append((case, procedure, procedure.states[state], state in procedure.ends, min(due, default=None)))
    return page(request, "cases.html", {"rows": rows, "names": names_of(row[0].entity_id for row in rows)})


@require_GET
@login_required
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show one case to the office, or to the business it is about."""
    book, day = told_by_weekdays(the_rulebook()), today()
    written = records.case_of(number)
    procedure = records.procedure_of(book, written)
    check_case(request, written, procedure)
    found = records.as_run_out(written, procedure, book, day)
    titles = _titles(procedure)
    decisions = {(step.serial, step.step): step.decision for step in records.steps_of(number)}
    state = state_of(found, procedure)
    ways = [] if state in procedure.ends else _ways(request, found, procedure, book)
    every = list(ledger.stored_of([found.entity_id]))
    stored = [one for one in every if one.fact.digest in found.about]
    judgements = judged(found.procedure, [one.fact for one in stored], [one.fact for one in every], book.gravity)
    values = {
        "case": found,
        "name": names_of([found.entity_id])[found.entity_id],
        "procedure": procedure,
        "state": procedure.states[state],
        "is_over": state in procedure.ends,
        "taken": [
            (
                one,
                titles[one.step],
                _role(book, one.by.role),
                decisions.get((serial, one.step), ""),
                notice_title(one, procedure),
            )
            for serial, one in enumerate(found.taken, start=1)
        ],
        "opened_role": _role(book, found.opened_by.role),
        "evidence": book.procedures.evidence,
        "periods": [(run, run.is_over(day)) for run in running(found, procedure, book.calendar).values()],
        "lawful": [way.step for way in ways if not way.obstacles],
        "barred": [way for way in ways if way.obstacles],
        "facts": shown_facts(request, book, stored),
        "gates": [shown_gates(one, book) for one in judgements],
        "drafts": begun(request.user.get_username(), found),
        "files": files_in(request.user.get_username(), found),
        "files_named": uploads.named_in,
        "words_of": words_of,
        "accepts": ACCEPTS,
        "most_words": MOST_WORDS,
        "is_office": not business_of(request.user),
        "may_act": bool(roles_of(request.user, found.entity_id)),
    }
    return page(request, "case.html", values)


@require_POST
@login_required
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Take a step in a case and show it again."""
    book, day = the_rulebook(), today()
    found = records.case_of(number)
    procedure = records.procedure_of(book, found)
    check_case(request, found, procedure)
    code = said(request, "step")
    step = procedure.step_on(code, day)
    actor = actor_in(request.user, found.entity_id, () if step is None else step.by)
    needed = () if step is None else step.needs
    account, reason = request.user.get_username(), said(request, "reason")
    if said(request, "do") == "discard":
        drafts.discard(account, number, code)
        return redirect(f"/office/case/{number}")
    # A draft is of a step that its writer may ever take; of anything else none is kept.
    may_keep = step is not None and actor.role in step.by
    evidence = {one: evidence_of(request, found.entity_id, one) for one in needed} if may_keep else {}
    if may_keep and said(request, "do") == "keep":
        drafts.keep(account, number, code, evidence, reason, now())
        messages.success(request, say(request, "office.draft.kept"))
        return redirect(f"/office/case/{number}")
    try:
        after = records.take(book, number, code, actor, evidence, reason, day, now())
    except Refused:
        # What was written is not lost: it waits as a draft.
        if may_keep:
            drafts.keep(account, number, code, evidence, reason, now())
        raise
    drafts.discard(account, number, code)
    place_touched(the_home(), now(), at_most=PLACED_AT_ONCE)
    messages.success(request, say(request, "office.case.taken"))
    receipt = f"/{len(after.taken)}/receipt" if actor.role == BUSINESS else ""
    return redirect(f"/office/case/{number}{receipt}")


@require_GET
@login_required
def opening(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Show which cases the reader may open on a business, and about which of its facts."""
    _check_reader(request, entity_id)
    book, day = the_rulebook(), today()
    held = set(roles_of(request.user, entity_id))
    stored = ledger.stored_of([entity_id])
    seen = view((one.fact for one in stored), day, now())
    by_digest = {one.fact.digest: one for one in stored}
    offers = []
    for procedure in in_force(book.procedures.versions, day):
        matters = [one for one in seen.facts if about_of(procedure, one) is not None]
        if held & openers(procedure, day) and matters:
            facts = shown_facts(request, book, [by_digest[one.digest] for one in matters])
            gates = {
                one.digest: shown_gates(judgement, book)
                for one in matters
                for judgement in judged(procedure.code, [one], seen.facts, book.gravity)
            }
            offers.append((procedure, [(one, gates.get(one.digest)) for one in facts]))
    return page(request, "case_opening.html", {"entity_id": entity_id, "offers": offers})


@require_POST
@login_required
def open_case(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Open a case and show it."""
    _check_reader(request, entity_id)
    book, day = the_rulebook(), today()
    code = said(request, "procedure")
    actor = actor_in(request.user, entity_id, openers(book.procedures.on(code, day), day))
    about = [one for one in request.POST.getlist("about") if one]
    made = records.open_case(book, code, entity_id, about, actor, day, now())
    return redirect(f"/office/case/{made.number}")


def told_by_weekdays(book: Rulebook) -> Rulebook:
    """Return the rulebook to show cases by: years without published holidays are told by weekdays, never decided so."""
    return replace(book, calendar=lenient(book.calendar))


def _ways(request: HttpRequest, found: Case, procedure: Procedure, book: Rulebook) -> list[Way]:
    """Return every step in force today, as the reader could take it with all its evidence.

    A business is shown the steps it may ever take; whose turn it is otherwise does not help it.
    """
    day, held = today(), roles_of(request.user, found.entity_id)
    ways = []
    for step in in_force(procedure.steps, day):
        if step.by == {CALENDAR} or (held == (BUSINESS,) and BUSINESS not in step.by):
            continue
        role = next((one for one in held if one in step.by), held[-1] if held else "")
        actor = Actor(request.user.get_username(), role)
        obstacles = check_step(found, step.code, actor, day, step.needs, procedure, book.calendar)
        is_reached = all(one.why is not Why.WRONG_STATE for one in obstacles)
        # A period that never ran is no reason: the step has simply not been reached.
        reasons = [one for one in obstacles if is_reached or one.why is not Why.TOO_LATE]
        told = [(one.why.value, _what(one, step, procedure, book), one) for one in reasons]
        ways.append(Way(step, tuple(told)))
    return ways


def _what(obstacle: Obstacle, step: Step, procedure: Procedure, book: Rulebook) -> Words:
    """Return in words what an obstacle turns on."""
    titles = _titles(procedure)
    match obstacle.why:
        case Why.WRONG_STATE | Why.ENDED:
            return procedure.states[obstacle.what]
        case Why.WRONG_ROLE:
            # Who may is of more use than who may not.
            languages = book.languages
            by = [book.procedures.roles[one] for one in sorted(step.by) if one in book.procedures.roles]
            return {language: " / ".join(one[language] for one in by) for language in languages}
        case Why.EVIDENCE_MISSING:
            return book.procedures.evidence[obstacle.what]
        case Why.SAME_PERSON if obstacle.what == OPENING:
            return {language: str(words(language)("office.case.was_opened")) for language in LANGUAGES}
        case _:
            return titles.get(obstacle.what, obstacle.what)


def _titles(procedure: Procedure) -> dict[str, Words]:
    """Return the titles of a procedure's steps and periods, by code."""
    steps: dict[str, Words] = {one.code: one.title for one in procedure.steps}
    return steps | {one.code: one.title for one in procedure.clocks}


def _role(book: Rulebook, code: str) -> Words:
    return book.procedures.roles.get(code, "")


def _check_reader(request: HttpRequest, entity_id: str) -> None:
    """Refuse whoever is neither of the office nor the business itself.

    Raises:
        RoleMissing: It is another.
    """
    if business_of(request.user) != entity_id:
        check_role(request, Role.VIEWER)


def check_case(request: HttpRequest, case: Case, procedure: Procedure) -> None:
    """Refuse whoever is neither of the office nor the business once it has been told of the case.

    Raises:
        RoleMissing: It is another, or has not been told.
    """
    if business_of(request.user) != case.entity_id or not is_told(case, procedure):
        check_role(request, Role.VIEWER)

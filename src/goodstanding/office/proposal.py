"""One proposal: who, what, on which rule, from which facts, until when; and the officer's answer."""

from __future__ import annotations

import json
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from goodstanding.core.case import Case, state_of
from goodstanding.core.entity import profile
from goodstanding.core.errors import ProposalUnknown, VerdictMissing
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act
from goodstanding.core.opening import that_enters
from goodstanding.core.rulebook import Rulebook
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.cases import told_by_weekdays
from goodstanding.office.evidence import said
from goodstanding.office.facts import shown_facts
from goodstanding.office.pages import PLACED_AT_ONCE, now, page, say, the_home, the_rulebook, today
from goodstanding.records import cases, classes, ledger
from goodstanding.records.listings import Verdict, decide
from goodstanding.records.models import ProposalRecord
from goodstanding.supervise.changed import place_touched


def proposal_of(id_: int) -> ProposalRecord:
    """Return a proposal.

    Raises:
        ProposalUnknown: There is none of that number.
    """
    found = ProposalRecord.objects.select_related("decision").filter(pk=id_).first()
    if found is None:
        raise ProposalUnknown(
            asked=f"The proposal {id_}.",
            found="There is none of that number.",
            wants="The number of a proposal.",
            next_step="Go back to the queue.",
        )
    return found


@require_GET
@needs(Role.VIEWER)
def proposal(request: HttpRequest, id_: int) -> HttpResponse:
    """Show a proposal with everything it rests on."""
    book, record = the_rulebook(), proposal_of(id_)
    stored = ledger.stored_of([record.entity_id])
    day = max(today(), record.as_of)
    seen = view((one.fact for one in stored), day, now())
    definition = book.lists.lists.get(record.list_code)
    versions = [one for one in definition.grounds if one.code == record.ground_code] if definition else []
    ground = next((one for one in versions if one.rule.validity.contains(record.arose_on)), next(iter(versions), None))
    rules = book.rules().get(record.rule_number, [])
    rule = next((rule for rule in rules if rule.validity.contains(record.arose_on)), rules[0] if rules else None)
    wanted = set(record.facts)
    enters = record.act == Act.ENTER.value
    causes = [one.fact for one in stored if enters and one.fact.digest in wanted]
    procedure = next(filter(None, (that_enters(book.procedures, one, day) for one in causes)), None)
    latest = classes.latest(record.entity_id)
    values = {
        "record": record,
        "who": profile(seen, book.roles),
        "definition": definition,
        "ground": ground,
        "rule": rule,
        "facts": shown_facts(request, book, [one for one in stored if one.fact.digest in wanted]),
        "entries": list(seen.in_force(book.lists.entry_kind)),
        "latest": latest,
        "values": json.loads(latest.values) if latest is not None else {},
        "is_open": record.state == ProposalRecord.State.OPEN,
        "day": day,
        "by_weekdays": record.due_on != record.arose_on and not book.calendar.tells(record.due_on),
        "days_left": (record.due_on - day).days,
        "enters": enters,
        "procedure": procedure,
        "causes": causes,
        "open_cases": [one for one in cases.cases_of(record.entity_id) if _is_about(one, wanted, book, day)],
    }
    return page(request, "proposal.html", values)


def _is_about(written: Case, facts: set[str], book: Rulebook, day: date) -> bool:
    """Tell whether a case goes on and is about one of the facts."""
    procedure = cases.procedure_of(book, written)
    case = cases.as_run_out(written, procedure, told_by_weekdays(book), day)
    return bool(facts & set(case.about)) and state_of(case, procedure) not in procedure.ends


@require_POST
@needs(Role.OFFICER)
def decide_proposal(request: HttpRequest, id_: int) -> HttpResponse:
    """Approve or reject a proposal, then show it with its decision."""
    record = proposal_of(id_)
    verdict = _verdict_of(request.POST.get("verdict", ""))
    reason = said(request, "reason")
    day = max(today(), record.as_of)
    decision = decide(the_home(), id_, verdict, request.user.get_username(), reason, day, now())
    place_touched(the_home(), now(), at_most=PLACED_AT_ONCE)
    messages.success(request, say(request, f"office.decided.{verdict}", number=decision.number))
    return redirect(f"/office/proposal/{id_}")


def _verdict_of(text: str) -> Verdict:
    if text not in set(Verdict):
        raise VerdictMissing(
            asked="To decide a proposal.",
            found=f"The verdict is {text!r}.",
            wants="One of: " + ", ".join(Verdict) + ".",
            next_step="Go back to the proposal and press one of its two buttons.",
        )
    return Verdict(text)

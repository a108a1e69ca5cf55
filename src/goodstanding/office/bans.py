"""Recording a ban that a statute sets: an officer copies the decision, and the statute's terms hold it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from goodstanding.core.dates import Period
from goodstanding.core.errors import BanUnlawful, EntityUnknown
from goodstanding.core.measure import lawful_terms, term_of
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import now, page, say, the_home, the_rulebook, today
from goodstanding.records import ledger
from goodstanding.records.bans import Order, Person, impose, withdraw


@require_http_methods(["GET", "POST"])
@needs(Role.OFFICER)
def ban(request: HttpRequest, entity_id: str) -> HttpResponse:
    """Show the form of a ban on a business, or on a person reached through it; and record it."""
    if request.method == "POST":
        made = _impose(request, entity_id)
        messages.success(request, say(request, "office.ban.done", number=made))
        return redirect(f"/office/business/{entity_id}")
    if not ledger.facts_of(entity_id):
        raise EntityUnknown(
            asked=f"To record a ban through {entity_id}.",
            found="The ledger holds no fact of it.",
            wants="The id of a business, as scheme:code.",
            next_step="Check the code, or look the business up in the public register.",
        )
    day = today()
    lines = [one for one in the_rulebook().measures.bans if one.rule.validity.contains(day)]
    values = {"entity_id": entity_id, "lines": [(one, lawful_terms(one)) for one in lines], "today": day}
    return page(request, "ban.html", values)


@require_POST
@needs(Role.CHIEF)
def unban(request: HttpRequest, number: str) -> HttpResponse:
    """Withdraw a ban whose decision fell."""
    reason, by = request.POST.get("reason", ""), request.user.get_username()
    made = withdraw(the_home(), number, reason, by, today(), now())
    messages.success(request, say(request, "office.ban.undone", number=made.number))
    return redirect(f"/office/business/{made.entity_id}")


def _impose(request: HttpRequest, entity_id: str) -> str:
    given = request.POST
    order = Order(
        ban=given.get("ban", ""),
        from_on=_day(given.get("from_on", "")),
        term=_term(given.get("term", "")),
        document=given.get("document", ""),
        authority=given.get("authority", ""),
        scope=given.get("scope", ""),
    )
    name, number = given.get("name", ""), given.get("number", "")
    person = Person(name, number) if name.strip() or number.strip() else None
    by = request.user.get_username()
    return str(impose(the_home(), entity_id, order, person, by, today(), now()).number)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BanUnlawful(
            asked="To record a ban.",
            found=f"Its first day is {text!r}.",
            wants="The day of the event that its term runs from.",
            next_step="Go back and mend the day.",
        ) from None


def _term(text: str) -> Period | None:
    try:
        return term_of(text.strip())
    except ValueError:
        raise BanUnlawful(
            asked="To record a ban.",
            found=f"Its term is {text!r}.",
            wants="Such as 5 year, 10 year, or life.",
            next_step="Go back and write the term as the decision has it.",
        ) from None

"""The work queue: what the calendar put before the officers, the most pressing first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from goodstanding.core.entity import Profile, profile
from goodstanding.core.errors import GoodstandingError
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act
from goodstanding.core.rulebook import Rulebook
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role
from goodstanding.office.pages import PLACED_AT_ONCE, now, page, the_home, the_rulebook, today
from goodstanding.records import ledger
from goodstanding.records.listings import Verdict, decide_many, foresee_many
from goodstanding.records.models import ProposalRecord
from goodstanding.supervise.changed import place_touched

PER_PAGE = 50
OVERDUE = "overdue"
OPEN = ProposalRecord.State.OPEN
_NUMBER = re.compile(r"[0-9]{1,18}")  # what a column holds


@require_GET
@needs(Role.VIEWER)
def queue(request: HttpRequest) -> HttpResponse:
    """Show the open proposals, filtered by list, act, ground and whether their deadline is over."""
    book = the_rulebook()
    waiting = ProposalRecord.objects.filter(state=OPEN)
    kinds = waiting.values_list("act", "list_code", "ground_code").annotate(count=Count("id"))
    counts = list(kinds.order_by("list_code", "act", "ground_code"))
    overdue = waiting.filter(due_on__lt=today())
    late = overdue.count()
    chosen = {name: request.GET.get(name, "") for name in ("list", "act", "ground", "due")}
    if chosen["due"] == OVERDUE:
        waiting = overdue
    if chosen["list"] in book.lists.lists:
        waiting = waiting.filter(list_code=chosen["list"])
    if chosen["act"] in {act.value for act in Act}:
        waiting = waiting.filter(act=chosen["act"])
    if chosen["ground"] in {ground for _, _, ground, _ in counts}:
        waiting = waiting.filter(ground_code=chosen["ground"])
    shown = Paginator(waiting.order_by("due_on", "id"), PER_PAGE).get_page(request.GET.get("page"))
    values = {
        "counts": [(*kind, ground_title(book, kind[1], kind[2]), count) for *kind, count in counts],
        "chosen": chosen,
        "pattern": "/office/?" + urlencode(chosen) + "&page={page}",
        "late": late,
        "shown": shown,
        "names": names_of(one.entity_id for one in shown),
        "today": today(),
        "total": sum(count for *_, count in counts),
    }
    return page(request, "queue.html", values)


@require_POST
@needs(Role.CHIEF)
def foresee_approval(request: HttpRequest) -> HttpResponse:
    """Show what approving the ticked proposals would do, and which would be refused and why; nothing is decided."""
    book, ids = the_rulebook(), _ticked(request)
    officer = request.user.get_username()
    lawful, refusals = [], []
    for day, due in _by_day(ids):
        foreseen = foresee_many(the_home(), due, Verdict.APPROVE, officer, "", day, now())
        lawful += [(one, proposal, day) for one, proposal in foreseen.lawful]
        refusals += foreseen.refusals
    kinds = Counter((one.act, one.list_code, one.ground_code) for one, _, _ in lawful)
    values = {
        "kinds": [(*kind, ground_title(book, kind[1], kind[2]), count) for kind, count in sorted(kinds.items())],
        "lawful": lawful,
        "names": names_of(one.entity_id for one, _, _ in lawful),
        "refusals": _refused(refusals),
    }
    return page(request, "approval.html", values)


def _ticked(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("proposal") if _NUMBER.fullmatch(text)][: PER_PAGE * 10]


def _by_day(ids: Iterable[int]) -> list[tuple[date, list[int]]]:
    """Return proposals by the day of their decision, the earliest first.

    It is today, but never before the day the calendar looked, for what it found was not so earlier. What was looked at
    ahead of today moves the day of no other.
    """
    looked_at = dict(ProposalRecord.objects.filter(pk__in=list(ids)).values_list("pk", "as_of"))
    found: dict[date, list[int]] = {}
    for id_ in ids:
        found.setdefault(max(today(), looked_at.get(id_, today())), []).append(id_)
    return sorted(found.items())


def _refused(
    refusals: Iterable[tuple[int, GoodstandingError]],
) -> list[tuple[int, ProposalRecord | None, GoodstandingError]]:
    refused = list(refusals)
    records = ProposalRecord.objects.in_bulk([id_ for id_, _ in refused])
    return [(id_, records.get(id_), error) for id_, error in refused]


@require_POST
@needs(Role.CHIEF)
def approve_many(request: HttpRequest) -> HttpResponse:
    """Approve the proposals foreseen, each with a decision of its own, and show what was refused."""
    ids = _ticked(request)
    count, refusals = 0, []
    for day, due in _by_day(ids):
        decided = decide_many(the_home(), due, Verdict.APPROVE, request.user.get_username(), "", day, now())
        count += decided.count
        refusals += decided.refusals
    place_touched(the_home(), now(), at_most=PLACED_AT_ONCE)
    return page(request, "decided_many.html", {"count": count, "refusals": _refused(refusals)})


def ground_title(book: Rulebook, list_code: str, ground_code: str) -> Mapping[str, str]:
    """Return a ground's title by language; its code where the rulebook no longer has it."""
    definition = book.lists.lists.get(list_code)
    for ground in definition.grounds if definition is not None else ():
        if ground.code == ground_code:
            return ground.rule.title
    return dict.fromkeys(book.languages, ground_code)


def names_of(entity_ids: Iterable[str]) -> dict[str, str]:
    """Return the registered names of some businesses as known today; the id of one that is not registered."""
    wanted = set(entity_ids)
    known = profiles_of(wanted)
    return {id_: known[id_].name if id_ in known else id_ for id_ in wanted}


def profiles_of(entity_ids: Iterable[str]) -> dict[str, Profile]:
    """Return what the register says today of some businesses; one that is not registered is left out."""
    book, day, instant = the_rulebook(), today(), now()
    found = {}
    for entity_id, facts in ledger.by_entity(sorted(set(entity_ids))):
        who = profile(view(facts, day, instant), book.roles)
        if who is not None:
            found[entity_id] = who
    return found

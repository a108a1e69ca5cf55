"""Whatever is written into an address or a form, the office answers in its own words: it never breaks."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from django.test import Client

from goodstanding.core.measure import said as written
from goodstanding.home import Home
from goodstanding.office.accounts import Role
from goodstanding.records import cases, ledger
from goodstanding.records.invitations import invite
from goodstanding.records.listings import Verdict, decide
from goodstanding.records.models import CaseRecord, ProposalRecord
from tests.conftest import NOW
from tests.office.conftest import ENTITY, PASSWORD, SignedIn

HOSTILE = {
    "nul": "a\0b",
    "long": "x" * 5_000,
    "markup": "<script>alert(1)</script>",
    "huge number": "9" * 40,
    "day that is none": "2026-02-30",
    "day at the end of time": "9999-12-31",
    "direction": "\u202eabc\u0000\uffff",
}

FIELDS = (
    *("name", "number", "code", "password", "ban", "from_on", "term", "document", "authority", "scope", "reason"),
    *("verdict", "proposal", "procedure", "about", "step", "do", "evidence.application", "kept.application", "entity"),
    *("purpose", "for", "person", "did", "measure", "done_on", "note", "list", "act", "ground", "due", "page", "day"),
    *("next", "lang", "recipient", "reference", "received_on", "through_on", "result", "outcome"),
)
"""Every field that some form or address of the office knows."""

READ = (
    *("/office/", "/office/sign-in", "/office/invited", "/office/cases", "/office/decisions", "/office/classes"),
    *("/office/may", "/office/may.json", "/office/campaigns", "/office/quarantine", "/office/previews"),
    *("/office/business/{entity}", "/office/business/{entity}/cases", "/office/business/{entity}/class"),
    *("/office/business/{entity}/ban", "/office/proposal/{proposal}", "/office/decision/{decision}"),
    *("/office/case/{case}", "/office/decision/{decision}/annulment", "/office/mine"),
)
SENT = (
    *("/office/sign-in", "/office/invited", "/office/approve", "/office/approve/foreseen", "/office/may"),
    *("/office/business/{entity}/ban", "/office/business/{entity}/case", "/office/case/{case}/take"),
    *("/office/proposal/{proposal}/decide", "/office/decision/{decision}/annul", "/office/ban/{decision}/withdraw"),
    *("/office/answer/{case}/feedback", "/office/campaign/x/visit/1"),
)


@pytest.fixture
def town(office: Home, proposal: ProposalRecord) -> dict[str, str]:
    """A business with a decision, a proposal and a case."""
    made = decide(office, proposal.pk, Verdict.APPROVE, "somebody", "", proposal.as_of, NOW)
    (entry,) = ledger.view_of(ENTITY, proposal.as_of, NOW).of("list_entry")
    about = [entry.digest]
    actor = cases.Actor("shop", "business")
    cases.open_case(office.rulebook, "abnormal_objection", ENTITY, about, actor, date(2026, 7, 13), NOW)
    case = CaseRecord.objects.get().number
    return {"entity": ENTITY, "proposal": str(proposal.pk), "decision": made.number, "case": case}


@pytest.fixture
def readers(office: Home, signed_in: SignedIn) -> list[Client]:
    """A chief, the business itself, and a stranger."""
    shop = Client()
    shop.post(
        "/office/invited", {"code": invite(office.rulebook, ENTITY, "o", NOW), "name": "shop", "password": PASSWORD}
    )
    return [signed_in(Role.CHIEF), shop, Client()]


def _half_right(home: Home) -> list[dict[str, str]]:
    """Return fields filled in well enough that the others are looked at."""
    measures = home.rulebook.measures
    line = next(one for one in measures.bans if one.rule.validity.contains(date(2026, 7, 10)))
    term = written(line.either[0] if line.either else line.least)
    return [
        {"step": "object", "verdict": "reject", "code": "y"},
        {"entity": ENTITY, "purpose": next(iter(measures.purposes))},
        {"ban": line.code, "from_on": "2026-07-10", "term": term, "name": "", "number": ""},
        {"ban": line.code, "from_on": "2026-07-10", "term": term},
    ]


@pytest.mark.parametrize("what", HOSTILE)
def test_no_address_and_no_form_breaks_the_office(
    office: Home, town: dict[str, str], readers: list[Client], what: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "goodstanding")
    said = dict.fromkeys(FIELDS, HOSTILE[what])
    right = [{}, *_half_right(office)]
    chief = readers[0]
    broken = []
    for reader in readers:
        for where in READ:
            answer = reader.get(where.format(**town), said)
            broken += [("GET", where)] if answer.status_code >= 500 else []
        for where in SENT:
            for kept in right if reader is chief and "invited" not in where and "sign" not in where else right[:1]:
                answer = reader.post(where.format(**town), said | kept)
                broken += [("POST", where)] if answer.status_code >= 500 else []
                assert "<script>alert(1)" not in answer.content.decode()
    assert broken == []

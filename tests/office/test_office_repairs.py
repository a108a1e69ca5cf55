"""A business asks for repair from its own page, two officers decide, and its days stand in a calendar file."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from icalendar import Calendar

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.office import cases, days, mine
from goodstanding.office.accounts import Role
from goodstanding.records import ledger
from goodstanding.records.invitations import invite
from goodstanding.records.models import Decision
from tests.conftest import NOW
from tests.office.conftest import ENTITY, PASSWORD, SignedIn

PAPERS = {f"evidence.{name}": "on record" for name in ("application", "commitment", "performance")}


def penalty(day: date, severity: str = "moderate", **more: str) -> Fact:
    payload = {
        "document_number": str(day),
        "violation": "标签",
        "penalty_types": ("fine",),
        "severity": severity,
        "decided_on": day.isoformat(),
        "authority": "X",
    }
    return Fact(ENTITY, "penalty", "test", str(day), Span(day), NOW, payload | more)


@pytest.fixture
def own(office: Home) -> Client:
    """A business signed in."""
    client = Client()
    code = invite(office.rulebook, ENTITY, "officer", NOW)
    client.post("/office/invited", {"code": code, "name": "shop", "password": PASSWORD})
    return client


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    for room in (cases, days, mine):
        monkeypatch.setattr(room, "today", lambda: day)


def test_a_business_asks_and_two_officers_repair_its_record(
    own: Client, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = penalty(date(2026, 7, 6))
    ledger.deliver([ledger.Delivered(fine)], NOW)
    on(monkeypatch, date(2026, 11, 16))
    assert "The record holds nothing against it" in own.get("/office/mine?lang=en").content.decode()
    opened = own.post(f"/office/business/{ENTITY}/case", {"procedure": "penalty_repair", "about": fine.digest})
    where = opened["Location"]
    assert "This waits for you: Procedure of repairing" in own.get("/office/mine?lang=en").content.decode()
    assert own.post(f"{where}/take", {"step": "apply", **PAPERS}).status_code == 302
    officer, chief = signed_in(Role.OFFICER), signed_in(Role.CHIEF)
    assert officer.post(f"{where}/take", {"step": "accept"}).status_code == 302
    assert chief.post(f"{where}/take", {"step": "grant", "evidence.decision": "D-1"}).status_code == 302
    decision = Decision.objects.get(kind="repair")
    seen = chief.get(f"/office/decision/{decision.number}?lang=en").content.decode()
    assert "Credit repair" in seen
    assert "the same act follows" in seen
    assert decision.number in chief.get("/office/decisions").content.decode()
    page = own.get("/office/mine?lang=en").content.decode()
    assert "Nothing stands against you" in page
    assert "This waits for you" not in page


def test_what_is_missing_is_said_with_the_day_it_ends(own: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.deliver([ledger.Delivered(penalty(date(2026, 9, 1))), ledger.Delivered(penalty(date(2026, 10, 8)))], NOW)
    on(monkeypatch, date(2026, 11, 16))
    page = own.get("/office/mine?lang=en").content.decode()
    assert "The shortest time in view is not over." in page
    assert "A further penalty for the same kind of violation" in page
    assert "On Credit China" in page
    assert "R-46" in page


def test_a_business_puts_its_days_in_its_calendar(own: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = penalty(date(2026, 10, 8))
    ledger.deliver([ledger.Delivered(fine)], NOW)
    on(monkeypatch, date(2026, 11, 16))
    answer = own.get("/office/mine/days.ics?lang=en")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    events = {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}
    ends = events[f"end-{fine.digest}@{ENTITY}"]
    assert ends.decoded("dtstart") == date(2027, 10, 9)
    assert events[f"may-R-26-{fine.digest}@{ENTITY}"].decoded("dtstart") == date(2027, 1, 9)
    assert events[f"may-credit_china-{fine.digest}@{ENTITY}"].decoded("dtstart") == date(2027, 1, 9)
    assert "标签" not in answer.content.decode()
    again = own.get("/office/mine/days.ics?lang=en").content
    assert {str(event["uid"]) for event in Calendar.from_ical(again).walk("VEVENT")} == set(events)


def test_a_running_period_is_a_day_too_and_strangers_get_no_file(
    own: Client, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = penalty(date(2026, 7, 6))
    ledger.deliver([ledger.Delivered(fine)], NOW)
    on(monkeypatch, date(2026, 11, 16))
    opened = own.post(f"/office/business/{ENTITY}/case", {"procedure": "penalty_repair", "about": fine.digest})
    own.post(f"{opened['Location']}/take", {"step": "apply", **PAPERS})
    events = Calendar.from_ical(own.get("/office/mine/days.ics").content).walk("VEVENT")
    (due,) = [event for event in events if str(event["uid"]).startswith("due-")]
    assert due.decoded("dtstart") == date(2026, 11, 18)
    assert signed_in(Role.OFFICER).get("/office/mine/days.ics").status_code == 403
    assert Client().get("/office/mine/days.ics").status_code == 302

"""A penalty's display repaired by procedure, revoked for fraud, and what the public and the classes see of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest

from goodstanding.core.case import Actor, state_of
from goodstanding.core.dates import Span
from goodstanding.core.disclosure import public_items
from goodstanding.core.errors import (
    AnnulmentRefused,
    CalendarYearUnknown,
    DecisionDiffers,
    NoLongerCalledFor,
    RepairRefused,
)
from goodstanding.core.exits import Exit, exit_of
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import view
from goodstanding.engine.features import rows_of
from goodstanding.home import Home
from goodstanding.records import cases, ledger
from goodstanding.records.annulments import annul
from goodstanding.records.models import Decision
from goodstanding.records.replay import replay

pytestmark = pytest.mark.django_db

WHO = f"uscc:{1:018}"
DAY = date(2026, 1, 12)
ASKED = date(2026, 5, 11)
OFFICER, CHIEF, BUSINESS = Actor("li", "officer"), Actor("chen", "chief"), Actor("owner", "business")


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def fact(kind: str, from_on: date, **payload: Value) -> Fact:
    return Fact(WHO, kind, "test", f"{kind}/{from_on}", Span(from_on), at(from_on), payload)


def penalty(day: date, violation: str = "V") -> Fact:
    return fact(
        "penalty",
        day,
        document_number="2026-1",
        authority="X",
        penalty_types=("fine",),
        violation=violation,
        severity="moderate",
    )


PENALTY = penalty(DAY)


@pytest.fixture
def register(home: Home, region: str) -> Home:
    """One enterprise with a moderate penalty."""
    opened = fact("registration", date(2020, 1, 6), name="A", subject_type="enterprise", status="open", region=region)
    ledger.deliver([ledger.Delivered(opened)], at(date(2020, 1, 6)))
    ledger.deliver([ledger.Delivered(PENALTY)], at(DAY))
    return home


def opened(home: Home, day: date, procedure: str = "penalty_repair", about: str = PENALTY.digest) -> str:
    actor = BUSINESS if procedure == "penalty_repair" else OFFICER
    return cases.open_case(home.rulebook, procedure, WHO, [about], actor, day, at(day)).number


def take(home: Home, number: str, step: str, actor: Actor, day: date, *evidence: str) -> str:
    proofs: Mapping[str, str] = dict.fromkeys(evidence, "on record")
    case = cases.take(home.rulebook, number, step, actor, proofs, "", day, at(day))
    return state_of(case, cases.procedure_of(home.rulebook, case))


def granted(home: Home, day: date = ASKED) -> date:
    """Repair the penalty, and return the day of the decision."""
    number = opened(home, day)
    take(home, number, "apply", BUSINESS, day, "application", "commitment", "performance")
    take(home, number, "accept", OFFICER, day + timedelta(days=1))
    on = day + timedelta(days=2)
    assert take(home, number, "grant", CHIEF, on, "decision") == "repaired"
    return on


def revoked(home: Home, day: date) -> None:
    (repair,) = ledger.view_of(WHO, day, at(day)).in_force("repair")
    number = opened(home, day, "repair_revocation", repair.digest)
    take(home, number, "find", OFFICER, day, "fraud")
    assert take(home, number, "revoke", CHIEF, day, "decision") == "revoked"


def is_shown(home: Home, day: date) -> bool:
    book = home.rulebook
    items = public_items(view(ledger.facts_of(WHO), day, at(day)), book.kinds, book.disclosure, book.calendar)
    return PENALTY.digest in {item.fact.digest for item in items}


def is_weighed(home: Home, day: date) -> bool:
    today = (day - date(1970, 1, 1)).days
    rows = [row for row in rows_of(ledger.facts_of(WHO), home.rulebook, at(day)) if row["kind"] == "penalty"]
    return any(row["hidden_day"] is None or row["hidden_day"] > today for row in rows)


def test_a_granted_repair_ends_display_and_weight_on_its_day_and_replays(register: Home) -> None:
    on = granted(register)
    eve = on - timedelta(days=1)
    assert (is_shown(register, eve), is_weighed(register, eve)) == (True, True)
    assert (is_shown(register, on), is_weighed(register, on)) == (False, False)
    decision = Decision.objects.get()
    assert (decision.number, decision.kind) == ("2026-R0000001", "repair")
    assert replay(decision.number, register.rulebook_of) == decision
    left = exit_of(PENALTY, ledger.facts_of(WHO), register.rulebook, on)
    assert left is not None
    assert (left.how, left.on) == (Exit.REPAIRED, on)


def test_what_its_source_says_anew_stays_repaired(register: Home) -> None:
    on = granted(register)
    again = penalty(DAY, "V, spelt otherwise")
    ledger.deliver([ledger.Delivered(again)], at(on))
    assert len(list(ledger.view_of(WHO, on, at(on)).of("penalty"))) == 1
    assert not is_weighed(register, on)


def test_an_application_before_its_time_changes_nothing(register: Home) -> None:
    early = date(2026, 4, 12)
    number = opened(register, early)
    with pytest.raises(RepairRefused, match="2026-04-13"):
        take(register, number, "apply", BUSINESS, early, "application", "commitment", "performance")
    assert take(register, number, "apply", BUSINESS, date(2026, 4, 13), "application", "commitment", "performance")


def test_a_second_penalty_of_the_same_kind_bars_the_first(register: Home) -> None:
    ledger.deliver([ledger.Delivered(penalty(date(2026, 3, 2)))], at(date(2026, 3, 2)))
    number = opened(register, ASKED)
    with pytest.raises(RepairRefused, match="same kind of violation"):
        take(register, number, "apply", BUSINESS, ASKED, "application", "commitment", "performance")


def test_nothing_is_repaired_twice(register: Home) -> None:
    on = granted(register)
    number = opened(register, on)
    with pytest.raises(RepairRefused, match="not shown any more"):
        take(register, number, "apply", BUSINESS, on, "application", "commitment", "performance")


def test_a_penalty_annulled_meanwhile_is_not_repaired(register: Home) -> None:
    number = opened(register, ASKED)
    take(register, number, "apply", BUSINESS, ASKED, "application", "commitment", "performance")
    take(register, number, "accept", OFFICER, ASKED)
    gone = Fact(WHO, "penalty", "desk", "1", Span(DAY, DAY), at(ASKED), PENALTY.payload, PENALTY.digest)
    ledger.append([gone], at(ASKED))
    with pytest.raises(NoLongerCalledFor):
        take(register, number, "grant", CHIEF, ASKED, "decision")
    assert not Decision.objects.exists()


def test_fraud_found_brings_the_record_back_and_its_time_counts_anew(register: Home) -> None:
    on = granted(register)
    found_on = on + timedelta(days=20)
    revoked(register, found_on)
    assert (is_shown(register, found_on), is_weighed(register, found_on)) == (True, True)
    last = date(2027, 6, 2)  # a year from 2 June 2026, the day of the revocation
    assert found_on == date(2026, 6, 2)
    assert is_shown(register, last)
    assert not is_shown(register, last + timedelta(days=1))
    repair = next(one for one in ledger.view_of(WHO, found_on, at(found_on)).of("repair"))
    left = exit_of(repair, ledger.facts_of(WHO), register.rulebook, found_on)
    assert left is not None
    assert (left.how, left.on) == (Exit.REVOKED, found_on)
    for decision in Decision.objects.all():
        assert replay(decision.number, register.rulebook_of) == decision
    number = opened(register, found_on)
    with pytest.raises(RepairRefused, match="2026-09-03"):
        take(register, number, "apply", BUSINESS, found_on, "application", "commitment", "performance")


def test_a_decision_on_another_record_does_not_replay(register: Home) -> None:
    granted(register)
    decision = Decision.objects.get()
    decision.facts = ["0" * 64]
    with pytest.raises(DecisionDiffers, match="something else"):
        cases.replay(decision, register.rulebook)


def test_a_repair_is_asked_for_granted_and_read_when_its_time_runs_into_a_year_without_published_holidays(
    register: Home,
) -> None:
    late, last = date(2026, 12, 30), date(2026, 12, 31)
    number = opened(register, late)
    take(register, number, "apply", BUSINESS, late, "application", "commitment", "performance")
    with pytest.raises(CalendarYearUnknown):
        take(register, number, "accept", OFFICER, date(2027, 1, 20))
    take(register, number, "accept", OFFICER, last)
    assert take(register, number, "grant", CHIEF, last, "decision") == "repaired"
    assert replay(Decision.objects.get().number, register.rulebook_of)
    assert cases.run_day(register.rulebook, last, at(last)).uncounted == []


def test_an_application_does_not_wait_for_the_calendar_of_its_own_year(register: Home) -> None:
    on, shown_yet = date(2027, 1, 20), penalty(date(2026, 9, 1), "W")
    ledger.deliver([ledger.Delivered(shown_yet)], at(date(2026, 9, 1)))
    number = opened(register, on, about=shown_yet.digest)
    assert take(register, number, "apply", BUSINESS, on, "application", "commitment", "performance") == "applied"


def test_whoever_granted_a_repair_does_not_annul_it(register: Home) -> None:
    on = granted(register)
    (repair,) = ledger.view_of(WHO, on, at(on)).in_force("repair")
    with pytest.raises(AnnulmentRefused):
        annul(register.rulebook, repair.digest, "chen", "A judgment.", on, at(on))
    annul(register.rulebook, repair.digest, "zhao", "A judgment.", on, at(on) + timedelta(minutes=1))
    assert list(ledger.view_of(WHO, on, at(on) + timedelta(minutes=1)).in_force("repair")) == []

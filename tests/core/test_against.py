"""What stands against a business: basis, end and ways out of each, and nothing that has left the public view."""

from __future__ import annotations

from datetime import date

from goodstanding.core.against import Against, against
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import ended, view
from goodstanding.core.remedy import Means
from goodstanding.core.rulebook import Rulebook
from tests.engine.histories import KNOWN_AT, fact
from tests.supervise.register import AS_OF, entry, penalty, registration, reports, who_of

OPENED = registration(1, date(2020, 1, 8))


def stands(facts: list[Fact], cn: Rulebook, day: date = AS_OF) -> list[Against]:
    known = view(facts, date.max, KNOWN_AT).facts
    return list(against(known, who_of(known, cn, day), cn, day))


def test_nothing_stands_against_a_business_with_a_clean_record(cn: Rulebook) -> None:
    assert stands([OPENED, *reports(1, 2025), fact(1, "licence", date(2025, 1, 1), ref="l")], cn) == []


def test_an_entry_tells_its_rule_and_the_cure(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "unreachable", date(2026, 3, 2), "fact:x", "A-04")
    (one,) = stands([OPENED, *reports(1, 2025), listed], cn)
    assert one.basis is not None
    assert one.basis.number == "A-04"
    assert one.ends_on is None
    assert [(way.means, way.rule.number) for way in one.ways] == [(Means.CURE, "A-10")]


def test_an_entry_with_a_term_tells_its_end(cn: Rulebook) -> None:
    listed = entry(1, "serious", "heavier_penalty", date(2026, 3, 2), "fact:x", "V-01")
    (one,) = stands([OPENED, *reports(1, 2025), listed], cn)
    assert one.ends_on == date(2029, 3, 2)


def test_a_penalty_tells_its_end_and_from_when_repair_may_be_asked_for(cn: Rulebook) -> None:
    fined = penalty(1, date(2026, 6, 1), "serious")
    (one,) = stands([OPENED, *reports(1, 2025), fined], cn)
    assert one.ends_on is not None
    assert one.ends_on > AS_OF
    (way,) = one.ways
    assert way.means is Means.REPAIR
    assert AS_OF < way.on < one.ends_on


def test_what_ended_or_left_the_view_stands_no_more(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "unreachable", date(2024, 3, 2), "fact:x", "A-04")
    off = ended(listed, date(2024, 9, 1), "test", "end", KNOWN_AT)
    old = penalty(1, date(2019, 1, 7), "moderate")
    assert stands([OPENED, *reports(1, 2025), listed, off, old], cn) == []


def test_entries_come_before_records_and_the_youngest_record_first(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "unreachable", date(2026, 3, 2), "fact:x", "A-04")
    fines = [penalty(1, date(2026, month, 1), "serious") for month in (2, 6)]
    found = stands([OPENED, *reports(1, 2025), *fines, listed], cn)
    assert [one.fact for one in found] == [listed, fines[1], fines[0]]


def test_what_is_kept_back_from_the_public_stands_as_before_and_tells_the_rule(cn: Rulebook) -> None:
    fined = penalty(1, date(2026, 2, 2), "serious")
    plan = fact(1, "reorganisation", date(2026, 3, 2), ref="r", court="X", case_number="1", approved="plan")
    (before,) = stands([OPENED, *reports(1, 2025), fined], cn)
    (during,) = stands([OPENED, *reports(1, 2025), fined, plan], cn)
    assert before.hidden is None
    assert during.hidden is not None
    assert (during.hidden.rule.number, during.hidden.cause) == ("R-27", plan)
    assert (during.ends_on, during.ways) == (before.ends_on, before.ways)

"""What a business may lawfully do about its standing, by which rule, from when, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from goodstanding.core.entity import Profile, profile
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.remedy import Means, Remedy, course, remedies
from goodstanding.core.rulebook import Rulebook
from tests.engine.histories import KNOWN_AT, register
from tests.supervise.register import AS_OF, entry, penalty, registration, reports, said

THROUGH = date(2029, 11, 20)


def who_of(facts: Sequence[Fact], cn: Rulebook, day: date = AS_OF) -> Profile:
    found = profile(view(facts, day, KNOWN_AT), cn.roles)
    assert found is not None
    return found


def remedies_of(facts: Sequence[Fact], cn: Rulebook, day: date = AS_OF) -> list[tuple[str, str, date]]:
    found = remedies(facts, who_of(facts, cn, day), cn, day)
    return [(one.means.value, one.rule.number, one.on) for one in found]


def one_of(facts: Sequence[Fact], cn: Rulebook, means: Means) -> Remedy:
    (found,) = (one for one in remedies(facts, who_of(facts, cn), cn, AS_OF) if one.means is means)
    return found


def test_a_business_that_owes_nothing_has_nothing_to_do(cn: Rulebook) -> None:
    facts = [registration(1), *reports(1, *range(2013, 2026))]
    assert remedies_of(facts, cn) == []


def test_every_report_owed_can_still_be_filed_today(cn: Rulebook) -> None:
    facts = [registration(1, date(2022, 5, 1)), *reports(1, 2023, 2025)]
    found = remedies(facts, who_of(facts, cn), cn, AS_OF)
    assert [(one.means, one.rule.number, one.year, one.on) for one in found] == [
        (Means.FULFIL, "D-03", 2022, AS_OF),
        (Means.FULFIL, "D-03", 2024, AS_OF),
    ]


def test_a_closed_business_owes_no_report(cn: Rulebook) -> None:
    closed = replace(registration(1, date(2022, 5, 1)), payload={"name": "x", "status": "deregistered"}, digest="")
    assert remedies_of([closed], cn) == []


def test_filing_the_report_an_entry_rests_on_leads_off_the_list_within_five_working_days(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "annual_report_missed", date(2026, 7, 8), "year:2025", "A-01")
    facts = [registration(1, date(2022, 5, 1)), *reports(1, 2022, 2023, 2024), listed]
    filed = one_of(facts, cn, Means.FULFIL)
    assert filed.about == (listed,)
    went = course(facts, who_of(facts, cn), cn, AS_OF, THROUGH, [filed])
    (step,) = went.steps
    assert (step.asked_on, step.counts_on) == (AS_OF, date(2026, 11, 27))
    assert [rule.number for rule in step.rules] == ["D-03", "A-08"]
    assert not step.is_estimated
    (left,) = (one for one in went.facts if one.digest == listed.digest)
    assert left.span.until_on == date(2026, 11, 27)


def test_a_cure_is_told_once_for_all_the_entries_it_mends(cn: Rulebook) -> None:
    first = entry(1, "abnormal", "unreachable", date(2026, 1, 8), "fact:x", "A-04")
    second = entry(1, "abnormal", "unreachable_found", date(2026, 2, 8), "fact:y", "A-04")
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), first, second]
    cure = one_of(facts, cn, Means.CURE)
    assert (cure.rule.number, cure.about) == ("A-10", (first, second))
    went = course(facts, who_of(facts, cn), cn, AS_OF, THROUGH, [cure])
    assert {one.span.until_on for one in went.facts if one.kind == "list_entry"} == {date(2026, 11, 27)}


def test_ending_the_business_is_no_way_off_a_list(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "false_information", date(2026, 1, 8), "fact:x", "A-03")
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), listed]
    assert [number for _, number, _ in remedies_of(facts, cn)] == ["A-09"]


def test_what_only_awaits_its_decision_needs_no_cure_and_leaves_by_itself(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "false_information", date(2026, 1, 8), "fact:x", "A-03")
    cured = said(1, "correction_made", date(2026, 11, 18))
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), listed, cured]
    assert remedies_of(facts, cn) == []
    (left,) = [one for one in course(facts, who_of(facts, cn), cn, AS_OF, THROUGH).foreseen if one.fact is not None]
    assert (left.rule.number, left.on) == ("A-09", date(2026, 11, 25))


def test_an_entry_with_a_term_leaves_when_it_is_over_and_may_be_repaired_before(cn: Rulebook) -> None:
    listed = entry(1, "serious", "heavier_penalty", date(2026, 3, 2), "fact:x", "V-01")
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), listed]
    left = [one for one in course(facts, who_of(facts, cn), cn, AS_OF, THROUGH).foreseen if one.fact is not None]
    assert [(one.rule.number, one.on) for one in left] == [("V-22", date(2029, 3, 2))]
    repair = one_of(facts, cn, Means.REPAIR)
    assert (repair.rule.number, repair.on) == ("V-17", date(2027, 3, 3))
    (step,) = course(facts, who_of(facts, cn), cn, AS_OF, THROUGH, [repair]).steps
    assert step.is_estimated
    assert step.counts_on > step.asked_on


@pytest.mark.parametrize("kind", ["business_stop", "licence_revoked", "bar_on_working"])
def test_what_can_never_be_repaired_is_not_told(cn: Rulebook, kind: str) -> None:
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), penalty(1, date(2025, 6, 2), "serious", kind)]
    assert remedies_of(facts, cn) == []


def test_a_penalty_that_ends_before_it_could_be_repaired_is_not_told(cn: Rulebook) -> None:
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), penalty(1, date(2026, 11, 2), "minor")]
    assert remedies_of(facts, cn) == []


def test_a_list_bars_repair_until_it_is_left(cn: Rulebook) -> None:
    fined = penalty(1, date(2026, 5, 4))
    listed = entry(1, "abnormal", "false_information", date(2026, 6, 8), "fact:x", "A-03")
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), fined, listed]
    repair, cure = one_of(facts, cn, Means.REPAIR), one_of(facts, cn, Means.CURE)
    assert (repair.rule.number, repair.on) == ("R-26", AS_OF)
    assert course(facts, who_of(facts, cn), cn, AS_OF, THROUGH, [repair]).steps == ()
    went = course(facts, who_of(facts, cn), cn, AS_OF, THROUGH, [repair, cure])
    assert [(step.remedy, step.asked_on) for step in went.steps] == [(repair, date(2026, 11, 27)), (cure, AS_OF)]
    assert went.hidden == {fined.digest: date(2026, 12, 10)}


def test_the_reports_to_come_are_supposed_and_said_so(cn: Rulebook) -> None:
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025)]
    went = course(facts, who_of(facts, cn), cn, AS_OF, THROUGH)
    assert [(one.rule.number, one.year, one.on) for one in went.foreseen] == [
        ("D-03", year, date(year + 1, 6, 30)) for year in (2026, 2027, 2028)
    ]
    assert len(went.facts) == len(facts) + 3


def test_every_remedy_of_any_history_rests_on_a_rule_in_force_and_lies_ahead(cn: Rulebook) -> None:
    told = 0
    for _, facts in register(3, cn, AS_OF, 150):
        known = view(facts, date.max, KNOWN_AT).facts
        who = profile(view(known, AS_OF, KNOWN_AT), cn.roles)
        if who is None:
            continue
        for one in remedies(known, who, cn, AS_OF):
            versions = [rule for rule in cn.rules()[one.rule.number] if rule == one.rule]
            assert versions, one
            assert one.on >= AS_OF
            assert one.rule.validity.contains(one.on)
            for step in course(known, who, cn, AS_OF, THROUGH, [one]).steps:
                assert step.counts_on >= step.asked_on >= one.on
                assert step.rules[0].number in cn.rules()
            told += 1
    assert told > 100

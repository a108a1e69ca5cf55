"""How things would go: what comes by itself, and what follows from each remedy, on its last lawful day."""

from __future__ import annotations

from datetime import date

from goodstanding.core.course import course
from goodstanding.core.remedy import Means, remedies
from goodstanding.core.rulebook import Rulebook
from tests.supervise.register import AS_OF, entry, one_of, penalty, registration, reports, said, who_of

THROUGH = date(2029, 11, 20)


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
    second = entry(1, "abnormal", "unreachable_by_letters", date(2026, 2, 8), "fact:y", "A-04")
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), first, second]
    cure = one_of(facts, cn, Means.CURE)
    assert (cure.rule.number, cure.about) == ("A-10", (first, second))
    went = course(facts, who_of(facts, cn), cn, AS_OF, THROUGH, [cure])
    assert {one.span.until_on for one in went.facts if one.kind == "list_entry"} == {date(2026, 11, 27)}


def test_what_only_awaits_its_decision_needs_no_cure_and_leaves_by_itself(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "false_information", date(2026, 1, 8), "fact:x", "A-03")
    cured = said(1, "correction_made", date(2026, 11, 18))
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), listed, cured]
    assert remedies(facts, who_of(facts, cn), cn, AS_OF) == ()
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

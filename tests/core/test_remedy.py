"""What a business may lawfully do about its standing, by which rule, from when, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from goodstanding.core.course import course
from goodstanding.core.dates import Span
from goodstanding.core.entity import profile
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import view
from goodstanding.core.remedy import Means, remedies
from goodstanding.core.rulebook import Rulebook
from tests.core import small_law
from tests.engine.histories import KNOWN_AT, register
from tests.supervise.register import AS_OF, entry, penalty, registration, reports, who_of

THROUGH = date(2029, 11, 20)


def remedies_of(facts: Sequence[Fact], cn: Rulebook, day: date = AS_OF) -> list[tuple[str, str, date]]:
    found = remedies(facts, who_of(facts, cn, day), cn, day)
    return [(one.means.value, one.rule.number, one.on) for one in found]


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


def test_ending_the_business_is_no_way_off_a_list(cn: Rulebook) -> None:
    listed = entry(1, "abnormal", "false_information", date(2026, 1, 8), "fact:x", "A-03")
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), listed]
    assert [number for _, number, _ in remedies_of(facts, cn)] == ["A-09"]


@pytest.mark.parametrize("kind", ["business_stop", "licence_revoked", "bar_on_working"])
def test_what_can_never_be_repaired_is_not_told(cn: Rulebook, kind: str) -> None:
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), penalty(1, date(2025, 6, 2), "serious", kind)]
    assert remedies_of(facts, cn) == []


def test_a_penalty_that_ends_before_it_could_be_repaired_is_not_told(cn: Rulebook) -> None:
    facts = [registration(1, date(2025, 5, 1)), *reports(1, 2025), penalty(1, date(2026, 11, 2), "minor")]
    assert remedies_of(facts, cn) == []


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


def small_facts() -> list[Fact]:
    """Return a firm on the watch list for what a check found."""

    def small(kind: str, on: date, **payload: Value) -> Fact:
        return Fact("number:1", kind, "desk", f"{kind}/{on}", Span(on), KNOWN_AT, payload)

    registered = small("registration", date(2025, 3, 1), name="x", status="open", form="firm")
    check = small("check", date(2025, 5, 5), results=("worse",))
    cause = f"fact:{check.digest}"
    return [registered, check, small("entry", date(2025, 5, 6), list="watch", ground="found", cause=cause, rule="L-3")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", [("cure", "L-4")]),
        ('kind = "cure"', 'kind = "check"', []),  # what an inspection finds is not for the business to bring about
        ('kind = "cure"', 'kind = "registration"', []),
        ("[[list.watch.ground.found.exit]]", "[[list.watch.ground.found.exit]]\nvalid_until = 2025-05-01", []),
    ],
)
def test_only_an_exit_that_the_business_can_meet_itself_is_told(
    old: str, new: str, told: list[tuple[str, str]]
) -> None:
    law = small_law.book("lists", old, new) if old else small_law.book()
    day = date(2025, 6, 2)
    facts = small_facts()
    found = remedies(facts, who_of(facts, law, day), law, day)
    assert [(one.means.value, one.rule.number) for one in found] == told

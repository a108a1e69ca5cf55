"""Every case of every rulebook, one test each, named by the rule it shows."""

from __future__ import annotations

import pytest

from goodstanding.core.rulebook import Rulebook
from tests.law.case import Case, book_names, read_book, read_cases, run

BOOKS: dict[str, Rulebook] = {name: read_book(name) for name in book_names()}
CASES = [case for name in BOOKS for case in read_cases(name)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    run(case, BOOKS[case.book])


@pytest.mark.parametrize("name", list(BOOKS))
def test_every_rule_that_decides_something_has_a_case(name: str) -> None:
    book = BOOKS[name]
    deciding = {item.rule.number for item in book.disclosure.display}
    deciding |= {item.rule.number for item in book.disclosure.deadlines}
    deciding |= {item.rule.number for item in book.repairs}
    deciding |= {item.rule.number for item in (*book.disclosure.hidings, *book.disclosure.elsewhere)}
    deciding |= {item.rule.number for item in book.duties.values()}
    for definition in book.lists.lists.values():
        deciding |= {remedy.number for remedy in definition.remedies}
        for ground in definition.grounds:
            deciding |= {ground.rule.number, *(way.rule.number for way in ground.exits)}
            if ground.end_rule is not None:
                deciding.add(ground.end_rule.number)
    for card in book.scorecards:
        deciding |= {rule.number for rule in card.rules}
    supervision = book.supervision
    for ruled in (supervision.treatments, supervision.limits, supervision.no_disturbance):
        deciding |= {one.rule.number for one in ruled}
    if supervision.exemption is not None:
        deciding.add(supervision.exemption.rule.number)
    deciding |= {rule.number for rule in book.measures.rules}
    deciding |= {rule.number for rule in book.procedures.rules}
    deciding |= set() if book.gravity is None else {rule.number for rule in book.gravity.rules}
    shown = {case.content["rule"] for case in CASES if case.book == name}
    assert deciding - shown == set()


OF_THE_ISSUE = ("D-", "S-", "A-", "V-", "VG-", "P-", "R-", "J-", "B-", "T-")
"""How rules of the sections on disclosure, lists, repair, measures, bans and penalties are numbered."""

EDGES = {
    "report_on_the_last_day": "an annual report filed on 30 June",
    "deadline_over_a_holiday": "ten working days to decide, a public holiday between",
    "letters_14_days_apart": "two letters, too close",
    "letters_15_days_apart": "two letters, just apart enough",
    "letters_30_days_apart": "two letters, just close enough",
    "letters_31_days_apart": "two letters, too far apart",
    "mark_until_30_june": "the mark of the self-employed stands until 30 June of the next year",
    "mark_repaired_late": "and when it is repaired late",
    "other_province_over_a_holiday": "a party of another province, 10 + 10 working days, a holiday between",
    "early_removal_on_day_365": "a day too early",
    "early_removal_on_day_366": "the first day",
    "ban_outlives_the_listing": "five years of ban, three of listing",
    "fraud_restarts_the_clock": "repair granted, then fraud found",
    "only_ground_annulled": "the penalty that was the only ground of an entry is annulled",
    "two_kinds_of_penalty": "one kind never repaired, one moderate, in one decision",
    "applied_on_2025_12_24": "the last day of the market regulator's old rule",
    "applied_on_2025_12_25": "the first of its new one",
    "applied_on_2026_03_31": "the last day of Credit China's old rule",
    "applied_on_2026_04_01": "the first of its new one",
    "three_scales_apart": "food grade D, risk class A and public credit B for the same business",
    "penalty_repair_while_listed": "on the abnormal-operation list, and asking for the repair of a penalty",
    "commitment_asked_while_listed": "the commitment procedure, asked for by a listed party",
    "commitment_asked_after_revoked_repair": "and by one whose early removal was revoked",
    "lead_at_the_cap": "drawn as often as may be this year, while a complaint leads there",
}


def test_every_edge_of_the_reference_jurisdiction_has_a_case_and_every_edge_named_is_one() -> None:
    named = {case.content["edge"] for case in CASES if case.book == "cn" and "edge" in case.content}
    assert named == set(EDGES)


def test_every_rule_of_the_reference_jurisdiction_on_consequences_has_a_case() -> None:
    encoded = {number for number in BOOKS["cn"].rules() if number.startswith(OF_THE_ISSUE)}
    shown = {case.content["rule"] for case in CASES if case.book == "cn"}
    assert len(encoded) > 60
    assert encoded - shown == set()


@pytest.mark.parametrize("name", list(BOOKS))
def test_every_case_names_a_rule_of_its_book(name: str) -> None:
    named = {part for case in CASES if case.book == name for part in [case.content["rule"]]}
    assert named - set(BOOKS[name].rules()) == set()

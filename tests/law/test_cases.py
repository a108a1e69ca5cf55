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
    deciding |= {item.rule.number for item in book.duties.values()}
    for definition in book.lists.lists.values():
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


@pytest.mark.parametrize("name", list(BOOKS))
def test_every_case_names_a_rule_of_its_book(name: str) -> None:
    named = {part for case in CASES if case.book == name for part in [case.content["rule"]]}
    assert named - set(BOOKS[name].rules()) == set()

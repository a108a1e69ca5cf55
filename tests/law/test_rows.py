"""The rows of the law, one by one: each is encoded with a case, or owned up to, and no mark of doubt is lost.

The rows are those of the tables the reference jurisdiction was encoded from: disclosure (D), the self-employed (S), the
abnormal-operation list (A), the serious-violation list (V), penalties shown (P), repair (R), measures (J), bans (B, our
own numbers) and the course of a penalty (T). What each row says stands with its rule, or among the divergences.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goodstanding.core.rule import Confidence
from tests.law.case import ROOT, read_book, read_cases

BOOK = read_book("cn")
RULES = BOOK.rules()
CASES = list(read_cases("cn"))
DIVERGENCES = (Path(__file__).parents[2] / "docs" / "divergences.md").read_text("utf-8")

NUMBERED = {
    "D": range(1, 26),
    "S": range(1, 10),
    "A": range(1, 15),
    "V": (*range(1, 5), *range(10, 25)),
    "P": range(1, 18),
    "R": (*range(1, 11), *range(20, 29), *range(40, 58)),
    "J": range(1, 21),
    "B": range(1, 28),
    "T": range(1, 10),
}
ROWS = [f"{letter}-{number:02}" for letter, numbers in NUMBERED.items() for number in numbers]

SUREST = {
    **dict.fromkeys(["D-12", "D-13", "D-14", "P-10", "P-15", "P-17"], Confidence.TITLE),
    **dict.fromkeys(["D-15", "D-16", "A-11", "A-14", "J-10", "R-54"], Confidence.GENERAL),
    **dict.fromkeys(["R-01", "R-02", "R-03", "R-04", "R-06", "R-08"], Confidence.TITLE),
    **dict.fromkeys(["R-07", "R-09", "R-10", "R-41"], Confidence.GENERAL),
    **dict.fromkeys([f"R-{number}" for number in range(20, 28)], Confidence.TITLE),
    "R-28": Confidence.ASSUMED,
    **dict.fromkeys([f"R-{number}" for number in (40, *range(42, 54), 55, 56, 57)], Confidence.TITLE),
    **dict.fromkeys(["J-05", "J-06", "J-07", "J-12"], Confidence.TITLE),
    "A-13": Confidence.CODE,
    "J-20": Confidence.ASSUMED,
}
"""Rows whose articles were not read in full, and how sure one may be of each at most."""

WEAKER = [Confidence.TEXT, Confidence.CODE, Confidence.TITLE, Confidence.GENERAL, Confidence.ASSUMED]
"""From the surest on."""

NUMBER = re.compile(r"(?<![A-Z-])[A-Z]{1,2}-\d{2}(?!\d)")


def test_every_row_is_encoded_or_owned_up_to() -> None:
    told = set(NUMBER.findall(DIVERGENCES))
    assert [row for row in ROWS if row not in RULES and row not in told] == []


def test_every_row_that_is_encoded_has_a_case() -> None:
    shown = {case.content["rule"] for case in CASES}
    assert [row for row in ROWS if row in RULES and row not in shown] == []


def test_every_number_that_the_rulebook_mentions_is_a_row_or_a_rule() -> None:
    mentioned = {
        number
        for path in (ROOT / "cn").glob("*.toml")
        for line in path.read_text("utf-8").splitlines()
        for number in NUMBER.findall(line)
        if number.partition("-")[0] in NUMBERED
    }
    assert mentioned - {*ROWS, *RULES} == set()


def test_no_rule_claims_to_be_surer_than_its_row() -> None:
    surer = [
        (number, rule.source.confidence.value)
        for number, most in SUREST.items()
        for rule in RULES.get(number, [])
        if WEAKER.index(rule.source.confidence) < WEAKER.index(most)
    ]
    assert surer == []


@pytest.mark.parametrize("number", ["B-01", "B-02", "B-03"])
def test_what_was_amended_since_it_was_read_asks_to_be_read_again(number: str) -> None:
    assert all("recheck" in rule.source.note for rule in RULES[number])


def test_every_case_of_a_rule_not_read_in_full_says_how_sure_it_is() -> None:
    wrong = []
    for case in CASES:
        marks = {rule.source.confidence.value for rule in RULES[case.content["rule"]]}
        said = case.content.get("confidence")
        if (said is None and marks != {"text"}) or (said is not None and (said not in marks or marks == {"text"})):
            wrong.append((str(case), said, sorted(marks)))
    assert wrong == []


def test_what_was_not_read_in_full_says_so_in_words_or_names_no_article() -> None:
    silent = [
        (number, rule.title["en"])
        for number, rules in RULES.items()
        for rule in rules
        if number in ROWS
        and rule.source.confidence in (Confidence.GENERAL, Confidence.ASSUMED)
        and not rule.source.note
        and rule.source.article
    ]
    assert silent == []

"""The papers beside the law keep up with it: every word is in the glossary, every guess among the divergences."""

from __future__ import annotations

from pathlib import Path

import pytest

from goodstanding.core.rule import Confidence
from tests.law.case import book_names, read_book

DOCS = Path(__file__).parents[2] / "docs"


def test_every_kind_list_scale_and_subject_has_its_words_in_the_glossary() -> None:
    book = read_book("cn")
    titles = [kind.rule.title for kind in book.kinds.values()]
    titles += [definition.title for definition in book.lists.lists.values()]
    titles += [scale.title for scale in book.scales.values()]
    titles += [scheme.title for scheme in book.schemes.values()]
    titles += list(book.tables["subject_types"].values())
    lines = (DOCS / "glossary.md").read_text("utf-8").splitlines()
    missing = [
        title["en"] for title in titles if not any(title["en"] in line and title["zh"] in line for line in lines)
    ]
    assert missing == []


@pytest.mark.parametrize("name", book_names())
def test_every_assumed_rule_is_owned_up_to(name: str) -> None:
    text = (DOCS / "divergences.md").read_text("utf-8")
    assumed = {
        number
        for number, rules in read_book(name).rules().items()
        for rule in rules
        if rule.source.confidence is Confidence.ASSUMED
    }
    ranges = {"CHI-12", "CHI-13"} if "CHI-11 to CHI-14" in text else set()
    unused = {"CHI-06"}  # a kind of which no fact is ever made
    assert {number for number in assumed - ranges - unused if number not in text} == set()

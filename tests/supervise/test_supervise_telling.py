"""An explanation in words: what a line holds, and what it must not."""

from __future__ import annotations

from datetime import date

import pytest

from goodstanding.core.classification import Weighing
from goodstanding.core.rulebook import Rulebook
from goodstanding.supervise.telling import VALUES_TOLD, Telling
from tests.supervise.register import AS_OF, entry, said


def test_a_range_is_written_as_a_reader_does(cn: Rulebook) -> None:
    telling = Telling(cn, "en")
    weighing = Weighing("x", ((None, 0), (1, 5), (2, 9), (5, 12)))
    assert [telling.span(weighing, value) for value in (None, 0, 1, 3, 5)] == ["", "≤ 0", "1", "2 – 4", "≥ 5"]
    assert telling.span(Weighing("x", ((None, 3),)), 8) == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_fact_in_one_line_says_nothing_that_is_not_public(cn: Rulebook, language: str) -> None:
    penalty = said(
        1, "penalty", AS_OF, violation="Wrong label", facts="secret", severity="minor", penalty_types=("fine",)
    )
    person = said(1, "registration", AS_OF, name="Shop", legal_representative="Somebody", status="open")
    listed = entry(1, "abnormal", "unreachable", AS_OF, "fact:secret", "A-04")
    lines = [Telling(cn, language).fact(one) for one in (penalty, person, listed)]
    assert "Wrong label" in lines[0]
    assert "Shop" in lines[1]
    assert not [line for line in lines if "secret" in line or "Somebody" in line]


def test_a_fact_in_one_line_names_kind_days_and_few_values(cn: Rulebook) -> None:
    telling = Telling(cn, "en")
    report = said(1, "annual_report", date(2025, 3, 1), date(2026, 1, 1), year=2024)
    assert telling.fact(report) == "Annual report, from 1 Mar 2025: Year reported on 2024 (until 1 Jan 2026)"
    assert telling.fact(said(1, "correction_made", AS_OF)) == "Disclosed information corrected, from 20 Nov 2026"
    long = said(1, "penalty", AS_OF, violation="x" * 90, document_number="1", severity="minor", penalty_types=("fine",))
    line = telling.fact(long)
    assert "x" * 59 + "…" in line
    assert line.count(", ") <= VALUES_TOLD + 1


def test_amounts_have_thousands_and_truths_are_words(cn: Rulebook) -> None:
    telling = Telling(cn, "en")
    fine = said(1, "penalty", AS_OF, severity="minor", amount_minor=1234567)
    assert "Fine CN¥12,345.67" in telling.fact(fine)
    assert "Upheld yes" in telling.fact(said(1, "complaint", AS_OF, is_upheld=True))
    assert "属实 否" in Telling(cn, "zh").fact(said(1, "complaint", AS_OF, is_upheld=False))

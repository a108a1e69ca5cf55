"""Which facts stand behind an indicator, by the statement that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.behind import behind, counts, place, rows_with_facts, values_of
from goodstanding.engine.instant import instant_of
from tests.engine.histories import DAYS, KNOWN_AT, fact, register

AS_OF = date(2026, 11, 20)
OPENED = fact(1, "registration", date(2012, 5, 1), status="open")


def digests(cn: Rulebook, facts: Sequence[Fact], indicator: str, as_of: date = AS_OF) -> set[str]:
    (card,) = (card for card in cn.scorecards if card.scale == "risk")
    found = behind(instant_of(cn, card), cn, card, facts, KNOWN_AT, as_of)
    return {one.digest for one in found[indicator]}


def entry(on: date, ref: str = "") -> Fact:
    return fact(1, "list_entry", on, ref=ref, list="abnormal", ground="unreachable", cause="x", rule="A-04")


def inspection(on: date, *results: str, ref: str = "") -> Fact:
    return fact(1, "inspection", on, ref=ref, results=results or ("1",), authority="x")


def test_every_penalty_that_counts_is_missed_when_taken_away(cn: Rulebook) -> None:
    counted = [fact(1, "penalty", date(2026, 3, day), severity="moderate", amount_minor=5) for day in (1, 2, 3)]
    old = fact(1, "penalty", date(2020, 3, 1), severity="moderate", amount_minor=5)
    facts = [OPENED, *counted, old]
    assert digests(cn, facts, "penalties_24m") == {one.digest for one in counted}
    assert digests(cn, facts, "complaints_upheld_12m") == set()


def test_two_entries_of_which_one_is_enough_both_stand_behind(cn: Rulebook) -> None:
    facts = [OPENED, entry(date(2025, 1, 5)), entry(date(2026, 1, 5))]
    assert digests(cn, facts, "listed_abnormal") == {facts[1].digest, facts[2].digest}


def test_of_two_inspections_only_the_last_says_how_long_ago_it_was(cn: Rulebook) -> None:
    earlier, last, as_late = (
        inspection(date(2025, 2, 3)),
        inspection(date(2026, 2, 3)),
        inspection(date(2026, 2, 3), "1", ref="again"),
    )
    assert digests(cn, [OPENED, earlier, last], "days_since_last_inspection") == {last.digest}
    both = digests(cn, [OPENED, earlier, last, as_late], "days_since_last_inspection")
    assert both == {last.digest, as_late.digest}


def test_a_report_stands_behind_a_missing_one_that_is_not(cn: Rulebook) -> None:
    filed = [fact(1, "annual_report", date(year + 1, 3, 1), year=year) for year in (2023, 2024, 2025)]
    found = digests(cn, [OPENED, *filed], "annual_reports_missed_3y")
    assert {one.digest for one in filed} <= found


def test_a_registration_alone_stands_behind_the_age_it_gives(cn: Rulebook) -> None:
    assert digests(cn, [OPENED], "years_open") == {OPENED.digest}


def test_of_several_registrations_the_one_that_dates_the_business_is_missed(cn: Rulebook) -> None:
    opened = fact(1, "registration", date(2012, 5, 1), date(2020, 1, 1), status="open")
    moved = fact(1, "registration", date(2020, 1, 1), status="open")
    assert opened.digest in digests(cn, [opened, moved], "years_open")


def test_a_fact_out_of_view_stands_behind_nothing(cn: Rulebook) -> None:
    (card,) = (card for card in cn.scorecards if card.scale == "risk")
    penalty = fact(1, "penalty", date(2026, 3, 1), severity="moderate")
    ready = instant_of(cn, card)
    hidden = {penalty.digest: date(2026, 11, 20)}
    found = behind(ready, cn, card, [OPENED, penalty], KNOWN_AT, AS_OF, hidden)
    assert found["penalties_24m"] == ()
    rows = rows_with_facts(ready, [OPENED, penalty], KNOWN_AT, hidden)
    assert [counts(row, AS_OF) for _, row in rows] == [True, False]
    assert [counts(row, date(2026, 11, 19)) for _, row in rows] == [True, True]


@pytest.mark.parametrize("seed", range(3))
def test_the_facts_behind_an_indicator_and_the_registrations_give_its_value(cn: Rulebook, seed: int) -> None:
    as_of = DAYS[seed]
    (card,) = (card for card in cn.scorecards if card.scale == "risk")
    ready = instant_of(cn, card)
    checked = 0
    for _, facts in register(seed, cn, as_of, 40):
        rows = [(one, row) for one, row in rows_with_facts(ready, facts, KNOWN_AT) if counts(row, as_of)]
        (whole,) = place(ready, [[row for _, row in rows]], as_of)
        if whole is None:
            continue
        known = view(facts, date.max, KNOWN_AT).facts
        for key, some in behind(ready, cn, card, known, KNOWN_AT, as_of).items():
            chosen = {one.digest for one in some}
            kept = [row for one, row in rows if one.kind == cn.roles.kind or one.digest in chosen]
            (again,) = place(ready, [kept], as_of)
            assert values_of(again).get(key) == values_of(whole).get(key), key
            checked += 1
    assert checked > 200

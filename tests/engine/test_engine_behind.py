"""Which facts stand behind an indicator, by the statement that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.behind import Known, Unit, behind, place, rows_in, seen_on, units, values_of
from goodstanding.engine.instant import Instant, instant_of
from tests.engine.histories import DAYS, KNOWN_AT, fact, register

AS_OF = date(2026, 11, 20)
OPENED = fact(1, "registration", date(2012, 5, 1), status="open")


def digests(cn: Rulebook, facts: Sequence[Fact], indicator: str, as_of: date = AS_OF) -> set[str]:
    (card,) = (card for card in cn.scorecards if card.scale == "risk")
    found = behind(instant_of(cn, card), cn, card, Known(facts, KNOWN_AT), as_of)
    return {one.digest for one in found[indicator].facts}


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
    known = Known([OPENED, penalty], KNOWN_AT, hidden={penalty.digest: date(2026, 11, 20)})
    assert behind(ready, cn, card, known, AS_OF)["penalties_24m"].facts == ()
    every = units(ready, cn, known)
    assert [unit.fact for unit in seen_on(every, AS_OF)] == [OPENED]
    assert [unit.fact for unit in seen_on(every, date(2026, 11, 19))] == [OPENED, penalty]


def test_what_holds_points_down_is_told_apart(cn: Rulebook) -> None:
    (card,) = (card for card in cn.scorecards if card.scale == "risk")
    filed = [fact(1, "annual_report", date(year + 1, 3, 1), year=year) for year in (2023, 2024)]
    found = behind(instant_of(cn, card), cn, card, Known([OPENED, *filed], KNOWN_AT), AS_OF)
    assert found["annual_reports_missed_3y"].easing == tuple(filed)
    fined = fact(1, "penalty", date(2026, 3, 1), severity="moderate")
    found = behind(instant_of(cn, card), cn, card, Known([OPENED, fined], KNOWN_AT), AS_OF)
    assert found["penalties_24m"].easing == ()


def test_the_link_stands_behind_what_a_related_business_brings(cn: Rulebook) -> None:
    ready, card = made(cn, "related_abnormal")
    other = {"test:000002": [replace(entry(date(2026, 1, 5)), entity_id="test:000002", digest="")]}
    links = [fact(1, "investment", date(2020 + n, 1, 1), ref=f"link/{n}", party=f"test:00000{n}") for n in (2, 3)]
    found = behind(ready, cn, card, Known([OPENED, *links], KNOWN_AT, other), AS_OF)
    assert found["related_abnormal"].facts == (links[0],)
    assert behind(ready, cn, card, Known([OPENED, *links], KNOWN_AT), AS_OF)["related_abnormal"].facts == ()


def made(cn: Rulebook, indicator: str) -> tuple[Instant, Scorecard]:
    """Return a card that weighs one indicator, and its statement."""
    card = Scorecard(cn.scorecards[0].rule, "risk", 0, (Weighing(indicator, ((None, 0), (1, 5))),))
    return Instant(cn, card), card


@pytest.mark.parametrize("seed", range(3))
def test_the_facts_behind_an_indicator_and_the_registrations_give_its_value(cn: Rulebook, seed: int) -> None:
    as_of = DAYS[seed]
    (card,) = (card for card in cn.scorecards if card.scale == "risk")
    ready = instant_of(cn, card)
    checked = 0
    for _, facts in register(seed, cn, as_of, 40):
        known = Known(view(facts, date.max, KNOWN_AT).facts, KNOWN_AT)
        seen: list[Unit] = seen_on(units(ready, cn, known), as_of)
        (whole,) = place(ready, [rows_in(seen)], as_of)
        if whole is None:
            continue
        for key, some in behind(ready, cn, card, known, as_of).items():
            chosen = {one.digest for one in some.facts}
            kept = rows_in(one for one in seen if one.fact.kind == cn.roles.kind or one.fact.digest in chosen)
            (again,) = place(ready, [kept], as_of)
            assert values_of(again).get(key) == values_of(whole).get(key), key
            checked += 1
    assert checked > 200

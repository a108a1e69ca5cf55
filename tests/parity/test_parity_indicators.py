"""Each indicator's expression gives what its plain-Python oracle gives, for many businesses in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import rows_of
from goodstanding.engine.indicator import check_fit
from goodstanding.engine.indicators import every
from tests.engine.histories import DAYS, KNOWN_AT, entity_id, fact, register
from tests.engine.placing import placed
from tests.parity.oracles import ORACLES, months_before, past_of

Values = dict[str, dict[str, int | None]]


def fitting(book: Rulebook) -> list[str]:
    """Return the indicators that a rulebook can feed."""
    found = []
    for name, indicator in every().items():
        try:
            check_fit(indicator, book)
        except IndicatorUnfit:
            continue
        found.append(name)
    return found


def by_expression(register: Iterable[tuple[str, list[Fact]]], book: Rulebook, as_of: date) -> Values:
    names = fitting(book)
    of_all = tuple(Weighing(name, ((0, 0),)) for name in names)
    card = Scorecard(book.scorecards[0].rule, book.scorecards[0].scale, 0, of_all, ())
    everyone = dict(register)
    rows = [row for facts in everyone.values() for row in rows_of(facts, book, KNOWN_AT, parties=everyone)]
    return {row["entity"]: {name: row[name] for name in names} for row in placed(rows, book, card, as_of)}


def by_oracle(register: Iterable[tuple[str, list[Fact]]], book: Rulebook, as_of: date) -> Values:
    names = fitting(book)
    everyone = dict(register)
    pasts = {id_: past_of(facts, book, as_of, KNOWN_AT, linked(facts, everyone)) for id_, facts in register}
    return {id_: {name: ORACLES[name](past) for name in names} for id_, past in pasts.items() if past is not None}


def linked(facts: Iterable[Fact], everyone: Mapping[str, list[Fact]]) -> dict[str, list[Fact]]:
    """Return the facts of the businesses that any text of a business's facts names."""
    named = {value for fact in facts for value in fact.payload.values() if isinstance(value, str)}
    return {id_: everyone[id_] for id_ in sorted(named & set(everyone))}


def hold_together(register: Sequence[tuple[str, list[Fact]]], book: Rulebook, as_of: date) -> Values:
    """Compare both ways and return the values; a failure names the business, its indicators and its facts."""
    found, wanted = by_expression(register, book, as_of), by_oracle(register, book, as_of)
    assert set(found) == set(wanted)
    facts = dict(register)
    for id_, values in wanted.items():
        if found[id_] != values:
            odd = {name: (found[id_][name], value) for name, value in values.items() if found[id_][name] != value}
            pytest.fail(f"{id_} on {as_of}: (expression, oracle) {odd} from {facts[id_]}")
    return wanted


def test_every_indicator_has_an_oracle_and_a_rulebook_that_feeds_it(
    cn: Rulebook, chicago: Rulebook, nyc: Rulebook
) -> None:
    assert set(ORACLES) == set(every()) == {*fitting(cn), *fitting(chicago), *fitting(nyc)}


@pytest.mark.parametrize("name", ["cn", "chicago", "nyc", "toronto"])
@given(seed=st.integers(0, 2**32), as_of=st.sampled_from(DAYS))
@settings(deadline=None, max_examples=5, phases=[Phase.generate])  # a smaller seed is no simpler register
def test_expressions_equal_their_oracles_on_any_history(
    name: str, request: pytest.FixtureRequest, seed: int, as_of: date
) -> None:
    book = request.getfixturevalue(name)
    hold_together(register(seed, book, as_of, 300), book, as_of)


def test_the_histories_move_every_indicator(cn: Rulebook, chicago: Rulebook, nyc: Rulebook) -> None:
    seen: dict[str, set[int | None]] = {}
    for book in (cn, chicago, nyc):
        for values in by_oracle(register(9, book, DAYS[0], 1000), book, DAYS[0]).values():
            for name, value in values.items():
                seen.setdefault(name, set()).add(value)
    assert all(len(values) > 1 for values in seen.values()), seen


_PENALTY = {"penalty_types": ("fine",), "severity": "serious", "amount_minor": 7, "ban_until": "2040-01-01"}


@pytest.mark.parametrize("as_of", DAYS, ids=str)
@pytest.mark.parametrize(
    ("indicator", "kind", "payload", "months", "inside"),
    [
        ("penalties_24m", "penalty", _PENALTY, 24, 1),
        ("penalty_amount_24m", "penalty", _PENALTY, 24, 7),
        ("serious_penalties_36m", "penalty", _PENALTY, 36, 1),
        ("adverse_inspections_36m", "inspection", {"results": ("3",)}, 36, 1),
        ("clean_inspections_36m", "inspection", {"results": ("1",)}, 36, 1),
        ("complaints_upheld_12m", "complaint", {"is_upheld": True}, 12, 1),
        ("registration_changes_24m", "registration", {"name": "New"}, 24, 1),
    ],
)
def test_a_window_holds_the_day_after_its_edge_through_the_day_itself(
    as_of: date, indicator: str, kind: str, payload: dict[str, object], months: int, inside: int, cn: Rulebook
) -> None:
    edge, day = months_before(as_of, months), timedelta(days=1)
    days = [edge - day, edge, edge + day, as_of - day, as_of, as_of + day]
    facts = [
        (entity_id(n), [fact(n, "registration", date(2015, 1, 1), ref="first"), fact(n, kind, on, **payload)])  # type: ignore[arg-type]
        for n, on in enumerate(days)
    ]
    values = hold_together(facts, cn, as_of)
    assert [values[entity_id(n)][indicator] for n in range(6)] == [0, 0, inside, inside, inside, 0]


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_a_failed_inspection_counts_for_three_years(as_of: date, chicago: Rulebook) -> None:
    edge, day = months_before(as_of, 36), timedelta(days=1)
    facts = [
        (
            entity_id(n),
            [
                fact(n, "registration", date(2015, 1, 1)),
                fact(n, "inspection", on, results=("fail",), critical_violations=n),
            ],
        )
        for n, on in enumerate([edge, edge + day, as_of, as_of + day])
    ]
    values = hold_together(facts, chicago, as_of)
    assert [values[entity_id(n)]["failed_inspections_36m"] for n in range(4)] == [0, 1, 1, 0]
    assert [values[entity_id(n)]["critical_violations_last"] for n in range(4)] == [0, 1, 2, None]


def test_a_year_is_whole_on_the_anniversary_and_not_a_day_before(cn: Rulebook) -> None:
    facts = [(entity_id(0), [fact(0, "registration", date(2021, 1, 1))])]
    for day, years in [("2021-12-31", 0), ("2022-01-01", 1), ("2025-12-31", 4), ("2026-01-01", 5)]:
        values = hold_together(facts, cn, date.fromisoformat(day))
        assert values[entity_id(0)]["years_open"] == years, day


def test_a_report_is_late_from_the_day_after_the_window_and_missed_until_it_comes(cn: Rulebook) -> None:
    as_of = date(2026, 7, 2)
    filed = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3)]
    facts = [
        (
            entity_id(n),
            [fact(n, "registration", date(2025, 12, 31), status="open"), fact(n, "annual_report", on, year=2025)],
        )
        for n, on in enumerate(filed)
    ]
    facts.append((entity_id(4), [fact(4, "registration", date(2026, 1, 1), status="open")]))
    values = hold_together(facts, cn, as_of)
    assert [values[entity_id(n)]["annual_report_late_last"] for n in range(5)] == [0, 1, 1, 0, 0]
    assert [values[entity_id(n)]["annual_reports_missed_3y"] for n in range(5)] == [0, 0, 0, 1, 0]


def test_the_last_day_of_a_window_for_reports_does_not_close_it(cn: Rulebook) -> None:
    facts = [(entity_id(0), [fact(0, "registration", date(2025, 1, 1), status="open")])]
    assert hold_together(facts, cn, date(2026, 6, 30))[entity_id(0)]["annual_reports_missed_3y"] == 0
    assert hold_together(facts, cn, date(2026, 7, 1))[entity_id(0)]["annual_reports_missed_3y"] == 1


def test_a_licence_is_valid_on_its_last_day_and_for_ever_without_one(cn: Rulebook) -> None:
    as_of = date(2026, 11, 20)
    ends: list[tuple[str | None, ...]] = [("2026-11-20",), ("2026-11-19",), (None,), ("2026-11-19", None), ()]
    facts = []
    for n, licences in enumerate(ends):
        own = [fact(n, "registration", date(2015, 1, 1))]
        for index, end in enumerate(licences):
            said = {} if end is None else {"expires_on": end}
            own.append(fact(n, "licence", date(2020, 1, 1), ref=f"{n}/{index}", **said))
        facts.append((entity_id(n), own))
    values = hold_together(facts, cn, as_of)
    assert [values[entity_id(n)]["licences_expired"] for n in range(5)] == [0, 1, 0, 0, 0]


def test_a_listing_counts_until_the_day_it_ends(cn: Rulebook) -> None:
    as_of = date(2026, 11, 20)
    facts = []
    for n, until in enumerate([date(2026, 11, 20), date(2026, 11, 21), None]):
        entry = fact(n, "list_entry", date(2025, 1, 1), until, list="serious", ground="x")
        facts.append((entity_id(n), [fact(n, "registration", date(2015, 1, 1)), entry]))
    values = hold_together(facts, cn, as_of)
    assert [values[entity_id(n)]["listed_serious"] for n in range(3)] == [0, 1, 1]

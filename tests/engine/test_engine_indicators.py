"""The registry of indicators, what a rulebook must have to feed one, and the page that lists them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from goodstanding.core.errors import IndicatorUnfit
from goodstanding.core.fact import Exposure
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.indicator import Indicator, Need, check_fit
from goodstanding.engine.indicators import every, names, page

PAGE = Path(__file__).parents[2] / "docs" / "indicators.md"


def reading(*needs: Need, duty: str = "") -> Indicator:
    """Return an indicator that reads ``needs``."""
    return replace(every()["years_open"], needs=needs, needs_duty=duty)


def with_exposure(book: Rulebook, kind: str, field: str, exposure: Exposure) -> Rulebook:
    known = book.kinds[kind]
    fields = {**known.fields, field: replace(known.fields[field], exposure=exposure)}
    return replace(book, kinds={**book.kinds, kind: replace(known, fields=fields)})


def test_the_page_is_what_the_program_writes() -> None:
    wanted = "docs/indicators.md is not what `python -m goodstanding.engine.indicators > docs/indicators.md` writes"
    assert PAGE.read_text(encoding="utf-8") == page(every().values()), wanted


def test_every_indicator_says_itself_in_both_languages_and_no_cell_breaks_the_page() -> None:
    assert names() == set(every())
    for name, indicator in every().items():
        assert indicator.name == name
        assert set(indicator.title) == {"zh", "en"}
        assert all(indicator.title.values()), name
        assert indicator.dimension in {"basic", "dynamics", "supervision", "related", "social"}, name
        assert all((indicator.unit, indicator.window, indicator.source, indicator.needs)), name
        assert "|" not in "".join((*indicator.title.values(), indicator.unit, indicator.window, indicator.source))


def test_every_rulebook_feeds_its_own_scorecards(cn: Rulebook, chicago: Rulebook) -> None:
    for book in (cn, chicago):
        for card in book.scorecards:
            for name in card.indicators:
                check_fit(every()[name], book)


@pytest.mark.parametrize(
    ("indicator", "found"),
    [
        (reading(Need("spaceship")), "Kind spaceship is missing"),
        (reading(Need("finding")), "Kind finding is missing or no feature"),
        (reading(Need("penalty", "spaceship")), "Field spaceship of kind penalty is missing"),
        (reading(Need("penalty", "violation")), "Field violation of kind penalty is missing or no feature"),
        (reading(Need("penalty", "facts")), "Field facts of kind penalty"),
        (reading(Need("penalty", "severity", ("serious", "grave"))), "lacks grave"),
        (reading(duty="spaceship"), "No duty asks for spaceship"),
    ],
    ids=["kind", "no-feature-kind", "field", "no-feature-field", "official-field", "code", "duty"],
)
def test_an_indicator_that_cannot_be_fed_is_refused(indicator: Indicator, found: str, cn: Rulebook) -> None:
    with pytest.raises(IndicatorUnfit, match=found):
        check_fit(indicator, cn)


@pytest.mark.parametrize("exposure", [Exposure.MASKED, Exposure.OFFICIAL])
def test_a_feature_that_is_kept_from_the_public_is_refused(exposure: Exposure, cn: Rulebook) -> None:
    check_fit(reading(Need("penalty", "amount_minor")), cn)
    with pytest.raises(IndicatorUnfit, match=exposure.value):
        check_fit(reading(Need("penalty", "amount_minor")), with_exposure(cn, "penalty", "amount_minor", exposure))


def test_the_kind_that_registers_may_be_read_though_it_is_no_feature(cn: Rulebook) -> None:
    registration = replace(cn.kinds["registration"], is_feature=False)
    check_fit(reading(Need("registration")), replace(cn, kinds={**cn.kinds, "registration": registration}))


def test_indicators_of_one_law_are_refused_under_another(cn: Rulebook, chicago: Rulebook) -> None:
    for name, book in [
        ("failed_inspections_36m", cn),
        ("critical_violations_last", cn),
        ("penalties_24m", chicago),
        ("complaints_upheld_12m", chicago),
        ("listed_serious", chicago),
        ("annual_reports_missed_3y", chicago),
    ]:
        with pytest.raises(IndicatorUnfit, match=name):
            check_fit(every()[name], book)

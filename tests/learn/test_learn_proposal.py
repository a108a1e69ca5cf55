"""A proposal is read by the loader as soon as a person dates it, and refused until then."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from goodstanding.core.classification import Weighing, score
from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import read_rulebook, rulebook_folder
from goodstanding.learn.fit import Learned, learn
from goodstanding.learn.panel import learnable
from goodstanding.learn.proposal import FILE, fragment, pasted
from goodstanding.learn.report import lines, report
from tests.learn.city import UNTIL, city
from tests.learn.test_learn_panel import visits_of

AREAS = ("school", "restaurant")


@pytest.fixture(scope="module")
def learned(chicago: Rulebook) -> Learned:
    scale = chicago.scales["plan"]
    return learn(visits_of(city(), chicago), learnable(scale), AREAS, scale)


@pytest.fixture(scope="module")
def proposal(chicago: Rulebook, learned: Learned) -> str:
    return fragment(learned, chicago.scales["plan"], "plan_learned", "CHI-20", 'Of "invented" visits')


def test_the_loader_takes_the_proposal_and_scores_as_it_was_learned(
    chicago: Rulebook, learned: Learned, proposal: str
) -> None:
    book = pasted(read_rulebook(rulebook_folder("chicago")), proposal, "2014-01-01")
    card = next(one for one in book.scorecards if one.scale == "plan_learned")
    assert (card.rule.validity.from_on, card.base, card.weighings) == (
        date(2014, 1, 1),
        learned.base,
        learned.weighings,
    )
    scale = book.scales["plan_learned"]
    assert tuple(band.lower for band in scale.bands) == learned.lowers
    for visit in visits_of(city(20), chicago):
        outcome = score({**visit.values, "years_open": 3}, card, scale, visit.areas)
        assert outcome.points == learned.points(visit)
        assert outcome.class_code == scale.bands[learned.place(outcome.points)].code


def test_nothing_is_in_force_until_a_person_writes_the_day(proposal: str) -> None:
    files = read_rulebook(rulebook_folder("chicago"))
    from goodstanding.core import rulebook as rulebooks

    with pytest.raises(RulebookInvalid) as refused:
        rulebooks.load({**files, FILE: files[FILE] + b"\n" + proposal.encode()})
    assert "valid_from" in str(refused.value)


def test_points_changed_against_the_direction_are_refused(learned: Learned, chicago: Rulebook) -> None:
    turned = Learned(
        learned.base,
        (Weighing("critical_share_all", ((None, 9), (200, 3))), *learned.weighings[1:]),
        learned.lowers,
        learned.visits,
        learned.found,
    )
    text = fragment(turned, chicago.scales["plan"], "plan_learned", "CHI-20", "turned")
    with pytest.raises(RulebookInvalid, match="critical_share_all is rising"):
        pasted(read_rulebook(rulebook_folder("chicago")), text, "2014-01-01")


def test_the_proposal_says_that_it_is_assumed_and_what_from(proposal: str) -> None:
    assert 'confidence = "assumed"' in proposal
    assert r"Of \"invented\" visits" in proposal
    assert not re.search(r"^valid_from", proposal, re.MULTILINE)


def test_the_report_sets_it_beside_the_card_in_force(chicago: Rulebook, learned: Learned) -> None:
    seen = [one for one in visits_of(city(), chicago) if one.on < UNTIL]
    visits = [replace(one, inspectors=("red", "blue") if number % 2 else ("blue",)) for number, one in enumerate(seen)]
    found = report(learned, visits, chicago.scales["plan"], draws=20)
    assert [judged.name for judged in found.rankings] == ["learned", "in force"]
    assert sum(band.visits for band in found.bands) == sum(band.visits for band in found.in_force) == len(visits)
    assert {part.name: part.visits for part in found.inspectors} == {"blue": len(visits), "red": len(visits) // 2}
    told = "\n".join(lines(found))
    assert "days earlier: learned" in told
    assert "By inspector:" in told
    assert found.as_json()["is_rising"] is found.is_rising

"""The two gates: what a record says of them, and a rulebook that cannot be followed is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.fact import Fact, Value
from goodstanding.core.gravity import Answer, Because, judge
from goodstanding.core.rulebook import load
from goodstanding.home import read_rulebook, rulebook_folder

FILES = read_rulebook(rulebook_folder("cn"))
GRAVITY = load(FILES).gravity


def penalty(**fields: Value) -> Fact:
    payload: dict[str, Value] = {"penalty_types": ("fine",), "severity": "serious", "violation": "V", **fields}
    day = date(2025, 3, 3)
    return Fact("x:1", "penalty", "test", "p", Span(day), datetime(2025, 3, 3, tzinfo=UTC), payload)


@settings(deadline=None)
@given(least=st.integers(0, 10**9), width=st.integers(1, 10**9), amount=st.integers(0, 3 * 10**9))
def test_a_fine_is_heavier_exactly_above_seven_tenths_of_its_range(least: int, width: int, amount: int) -> None:
    assert GRAVITY is not None
    found = judge(penalty(amount_minor=amount, fine_least_minor=least, fine_most_minor=least + width), (), GRAVITY)
    assert found is not None
    is_above = 10 * (amount - least) > 7 * width
    assert found.heavier.answer is (Answer.MET if is_above else Answer.NOT_MET)
    assert found.heavier.amounts_minor is not None
    assert found.heavier.amounts_minor[:3] == (amount, least, least + width)


def test_no_record_passes_the_gate_of_gravity_or_the_way_out_by_itself() -> None:
    assert GRAVITY is not None
    found = judge(penalty(penalty_types=("licence_revoked",), area="food"), (), GRAVITY)
    assert found is not None
    assert found.grave.answer is found.exit.answer is Answer.OPEN
    assert found.against == ()


def test_a_finding_reads_as_a_sentence_with_its_rule_and_figures() -> None:
    assert GRAVITY is not None
    found = judge(penalty(amount_minor=60, fine_least_minor=0, fine_most_minor=100, area="food"), (), GRAVITY)
    assert found is not None
    assert str(found.heavier) == "V-04 not met, fine not above: 60 between 0 and 100, heavier above 70"
    assert str(found.ground) == "VG-05 met, area (food)"
    assert [one.because for one in found.against] == [Because.FINE_NOT_ABOVE]


def test_a_later_penalty_is_not_counted_among_those_before() -> None:
    assert GRAVITY is not None
    one = penalty()
    later = Fact(
        one.entity_id, one.kind, "test", "q", Span(date(2025, 3, 4)), one.known_at, {**one.payload, "area": "food"}
    )
    found = judge(one, [one, later], GRAVITY)
    assert found is not None
    assert {weight.factor.code: weight.said for weight in found.weights}["frequency"] == ("1",)


@pytest.mark.parametrize(
    ("was", "written", "key"),
    [
        ('procedure = "serious_listing"', 'procedure = "nothing"', "procedure"),
        ('kind = "penalty"', 'kind = "nothing"', "kind"),
        ('heavier = ["licence_revoked",', 'heavier = ["nothing",', "heavier"),
        ('field = "penalty_types"\nheavier', 'field = "violation"\nheavier', "field"),
        ('least = "fine_least_minor"', 'least = "violation"', "least"),
        ("upper_share_ppm = 300000", "upper_share_ppm = 1000000", "upper_share_ppm"),
        ('counts_same = ["violation"]', 'counts_same = ["nothing"]', "field"),
        ('areas = ["consumers"]', 'areas = ["food"]', "areas"),
    ],
)
def test_a_gate_that_cannot_be_followed_is_refused_by_file_and_key(was: str, written: str, key: str) -> None:
    text = FILES["gravity.toml"].decode()
    assert was in text
    with pytest.raises(RulebookInvalid) as refused:
        load({**FILES, "gravity.toml": text.replace(was, written, 1).encode()})
    assert "gravity.toml" in str(refused.value)
    assert key in str(refused.value)

"""A panel holds the record on the eve of each visit, and nothing that came later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from goodstanding.core.errors import LabelUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.features import parties_of
from goodstanding.learn.panel import Visit, label, learnable, panel
from tests.engine.histories import KNOWN_AT, entity_id, fact
from tests.learn.city import city, registered, visit

FOUND = "critical_violations>=1"


def visits_of(everyone: Mapping[str, Sequence[Fact]], book: Rulebook, **more: bool) -> list[Visit]:
    scale = book.scales["plan"]
    made = panel(
        everyone.items(),
        book,
        scale,
        learnable(scale),
        label(FOUND, book),
        KNOWN_AT,
        lambda facts: {id_: everyone[id_] for id_ in parties_of(facts, book) if id_ in everyone},
        **more,
    )
    return made.visits


def test_a_visit_is_judged_by_the_visits_before_it(chicago: Rulebook) -> None:
    days = [date(2013, 3, 1), date(2013, 6, 1), date(2013, 9, 1)]
    facts = [
        registered(1),
        *(visit(1, on, critical, place=n) for n, (on, critical) in enumerate(zip(days, (2, 0, 1), strict=True))),
    ]
    first, second, third = visits_of({entity_id(1): facts}, chicago)
    assert first.values["critical_share_all"] is None
    assert second.values["critical_share_all"] == (1000 + 500) // 5
    assert third.values["critical_share_all"] == (1000 + 500) // 6
    assert [one.found for one in (first, second, third)] == [True, False, True]
    assert [one.region for one in (first, second, third)] == ["2", "2", "2"]


def test_who_went_is_told_where_the_result_says_so_and_is_no_value(chicago: Rulebook, cn: Rulebook) -> None:
    (plain,) = visits_of({entity_id(1): [registered(1), visit(1, date(2013, 3, 1), 1, place=0)]}, chicago)
    assert plain.inspectors == ()
    result = fact(2, "inspection", date(2025, 3, 1), date(2025, 3, 2), results=("1",), inspectors="I-07, I-12")
    opened = fact(2, "registration", date(2020, 1, 1), status="open", subject_type="enterprise")
    scale = cn.scales["risk"]
    made = panel([(entity_id(2), [opened, result])], cn, scale, learnable(scale), label("adverse", cn), KNOWN_AT)
    assert made.visits[0].inspectors == ("I-07", "I-12")
    assert "inspectors" not in made.visits[0].values


def test_two_visits_of_one_day_do_not_know_of_each_other(chicago: Rulebook) -> None:
    on = date(2013, 3, 1)
    one, other = visits_of({entity_id(1): [registered(1), visit(1, on, 3, place=1), visit(1, on, 0, place=2)]}, chicago)
    assert one.values == other.values == dict.fromkeys(learnable(chicago.scales["plan"]))


def test_what_comes_on_the_day_or_later_moves_no_value_area_or_points(chicago: Rulebook) -> None:
    everyone = city(40)
    edge = date(2013, 1, 15)
    before = [one for one in visits_of(everyone, chicago) if one.on <= edge]
    changed = {}
    for id_, facts in everyone.items():
        number = int(id_.rsplit(":", 1)[1])
        kept = [one for one in facts if one.span.from_on < edge]
        late = [one for one in facts if one.span.from_on >= edge]
        # Every later result turned over, and things that never were put beside it.
        turned = [
            replace(one, payload={**one.payload, "critical_violations": 9, "results": ("fail",)})
            if one.kind == "inspection"
            else one
            for one in late
        ]
        more = [visit(number, edge + timedelta(days=day), 9, place=900_000 + number * 10 + day) for day in range(3)]
        more.append(fact(number, "premises", edge, ref="late", facility="bakery", risk_category="3"))
        more.append(fact(number, "account_link", edge, ref="link", other=entity_id((number + 1) % 40)))
        changed[id_] = [*kept, *turned, *more]
    after = {one.ref: one for one in visits_of(changed, chicago)}
    assert before
    for one in before:
        then = after[one.ref]
        assert (then.values, then.areas, then.points) == (one.values, one.areas, one.points)


def test_the_record_of_a_related_business_counts_from_the_day_of_the_link(chicago: Rulebook) -> None:
    everyone = {
        entity_id(1): [
            registered(1),
            fact(1, "account_link", date(2013, 1, 1), ref="link", other=entity_id(2)),
            visit(1, date(2013, 5, 1), 0, place=1),
        ],
        entity_id(2): [registered(2), visit(2, date(2013, 2, 1), 4, place=2), visit(2, date(2013, 5, 1), 4, place=3)],
    }
    own = next(one for one in visits_of(everyone, chicago) if one.entity_id == entity_id(1))
    assert own.values["related_critical_share"] == (1000 + 500) // 5


def test_what_was_recorded_after_the_eve_is_not_seen_where_knowledge_counts(chicago: Rulebook) -> None:
    days = (date(2013, 3, 1), date(2013, 6, 1))
    late, last = (visit(1, on, 2, place=n) for n, on in enumerate(days))
    facts = [replace(registered(1), known_at=KNOWN_AT.replace(year=2012)), late, last]
    seen = visits_of({entity_id(1): facts}, chicago, known_then=True)
    assert [one.values["critical_share_all"] for one in seen] == [None, None]
    assert [one.values["critical_share_all"] for one in visits_of({entity_id(1): facts}, chicago)] == [None, 300]


def test_a_business_nobody_registered_by_the_eve_is_left_out_and_counted(chicago: Rulebook) -> None:
    scale = chicago.scales["plan"]
    facts = [visit(1, date(2013, 3, 1), 1, place=1)]
    made = panel([(entity_id(1), facts)], chicago, scale, learnable(scale), label(FOUND, chicago), KNOWN_AT)
    assert (made.visits, made.unregistered) == ([], 1)


def test_adverse_is_what_the_rulebook_calls_so(chicago: Rulebook) -> None:
    adverse = label("adverse", chicago)
    assert adverse(visit(1, date(2013, 3, 1), 1, place=1))
    assert not adverse(visit(1, date(2013, 3, 1), 0, place=1))


@pytest.mark.parametrize("text", ["critical", "critical_violations", "results>=1", "nothing>=1"])
def test_a_label_that_results_do_not_know_is_refused(chicago: Rulebook, text: str) -> None:
    with pytest.raises(LabelUnknown) as refused:
        label(text, chicago)
    assert "critical_violations>=1" in refused.value.wants


def test_visits_that_do_not_count_still_stand_in_the_record(chicago: Rulebook) -> None:
    scale = chicago.scales["plan"]
    days = (date(2013, 3, 1), date(2013, 6, 1))
    facts = [registered(1), *(visit(1, on, 2, place=n) for n, on in enumerate(days))]
    late = panel(
        [(entity_id(1), facts)],
        chicago,
        scale,
        learnable(scale),
        label(FOUND, chicago),
        KNOWN_AT,
        counts=lambda one: one.span.from_on > days[0],
    )
    assert [one.values["critical_share_all"] for one in late.visits] == [300]

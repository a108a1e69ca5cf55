"""Nothing stands without a legal basis in force and a live trigger; what a statute does not set is no ban."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Calendar, Period, Span, Unit, period_end
from goodstanding.core.disclosure import Condition
from goodstanding.core.errors import BanUnlawful, MeasureUnknown, NoLegalBasis, NoLiveTrigger, PurposeUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import ended, view, withdrawal
from goodstanding.core.measure import (
    EMPTY,
    Ban,
    Effect,
    Measure,
    Measures,
    Target,
    apply_measure,
    ban_in_force,
    ban_span,
    bans_on,
    favours_on,
    for_purpose,
    measures_on,
    said,
    term_of,
)
from goodstanding.core.rule import Confidence, Rule, Source
from tests.law.case import read_book

DAY = date(2025, 3, 10)
WHO = "case:1"
CALENDAR = Calendar(frozenset({6, 7}), frozenset(), frozenset(), (2000, 2100))
WORDS = {"en": "Words"}


def rule(from_on: date, until_on: date | None = None) -> Rule:
    return Rule("M-1", WORDS, Span(from_on, until_on), Source("Act", "1", Confidence.TEXT))


def measure(
    from_on: date, until_on: date | None = None, term: Period | None = None, types: tuple[str, ...] = ()
) -> Measure:
    return Measure(
        code="closed",
        rule=rule(from_on, until_on),
        effect=Effect.BARRED,
        target=Target.BUSINESS,
        purposes=frozenset({"permit"}),
        subject_types=frozenset(types),
        kind="entry",
        when=Condition("list", frozenset({"watch"})),
        term=term,
        requesting=WORDS,
        executing=WORDS,
    )


def entry(from_on: date, until_on: date | None = None, list_code: str = "watch", ref: str = "1") -> Fact:
    payload = {"list": list_code, "decision": "2025-1", "authority": "Office"}
    return Fact(WHO, "entry", "decisions", ref, Span(from_on, until_on), at(from_on), payload)


def at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def catalogue(*measures: Measure) -> Measures:
    return Measures({"permit": WORDS, "tender": WORDS}, measures, (), (), {})


def test_a_listing_brings_the_measures_its_catalogue_line_names() -> None:
    listed = entry(DAY)
    (one,) = measures_on(view([listed], DAY, at(DAY)), "firm", catalogue(measure(date(2020, 1, 1))), CALENDAR)
    assert (one.code, one.trigger, one.decision, one.authority) == ("closed", listed.digest, "2025-1", "Office")
    assert one.span == Span(DAY, None)


def test_a_measure_without_a_basis_today_is_refused() -> None:
    listed = entry(DAY)
    gone = measure(date(2020, 1, 1), DAY + timedelta(days=5))
    seen = view([listed], DAY + timedelta(days=5), at(DAY))
    with pytest.raises(NoLegalBasis):
        apply_measure(gone, listed, seen, "firm", CALENDAR)
    assert measures_on(seen, "firm", catalogue(gone), CALENDAR) == ()


def test_a_basis_younger_than_the_listing_does_not_reach_back() -> None:
    listed = entry(DAY)
    seen = view([listed], DAY + timedelta(days=5), at(DAY))
    with pytest.raises(NoLegalBasis):
        apply_measure(measure(DAY + timedelta(days=1)), listed, seen, "firm", CALENDAR)


@pytest.mark.parametrize("why", ["ended", "withdrawn", "unknown", "other_list", "other_business"])
def test_a_measure_without_a_live_trigger_is_refused(why: str) -> None:
    listed = entry(DAY, list_code="other" if why == "other_list" else "watch")
    facts = {
        "ended": [listed, ended(listed, DAY + timedelta(days=3), "decisions", "2", at(DAY))],
        "withdrawn": [listed, withdrawal(listed, "decisions", "2", at(DAY))],
        "unknown": [entry(DAY, ref="9")],
        "other_list": [listed],
        "other_business": [listed],
    }[why]
    seen = view(facts, DAY + timedelta(days=3), at(DAY))
    only = measure(date(2020, 1, 1), types=("trader",) if why == "other_business" else ())
    with pytest.raises(NoLiveTrigger):
        apply_measure(only, listed, seen, "firm", CALENDAR)


def test_a_term_of_its_own_ends_a_measure_before_its_listing() -> None:
    listed = entry(DAY)
    short = catalogue(measure(date(2020, 1, 1), term=Period(1, Unit.YEAR)))
    last = date(2026, 3, 9)
    assert len(measures_on(view([listed], last, at(DAY)), "firm", short, CALENDAR)) == 1
    assert measures_on(view([listed], last + timedelta(days=1), at(DAY)), "firm", short, CALENDAR) == ()


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
spans = st.tuples(days, st.none() | st.integers(0, 2000)).map(
    lambda found: Span(found[0], None if found[1] is None else found[0] + timedelta(days=found[1]))
)
bases = spans.filter(lambda span: not span.is_empty)
terms = st.none() | st.builds(Period, st.integers(1, 60), st.sampled_from([Unit.DAY, Unit.MONTH, Unit.YEAR]))


@settings(deadline=None)
@given(
    st.lists(st.tuples(spans, st.sampled_from(["watch", "other"]), st.booleans()), max_size=5),
    st.lists(st.tuples(bases, terms, st.sampled_from([(), ("firm",), ("trader",)])), max_size=4),
    days,
)
def test_no_history_brings_a_measure_without_a_basis_in_force_and_a_live_trigger(
    histories: list[tuple[Span, str, bool]],
    lines: list[tuple[Span, Period | None, tuple[str, ...]]],
    day: date,
) -> None:
    now = at(date(2031, 1, 1))
    facts: list[Fact] = []
    for number, (span, list_code, is_withdrawn) in enumerate(histories):
        facts.append(entry(span.from_on, span.until_on, list_code, f"e{number}"))
        if is_withdrawn:
            facts.append(withdrawal(facts[-1], "decisions", f"w{number}", now))
    known = catalogue(*(measure(base.from_on, base.until_on, term, types) for base, term, types in lines))
    seen = view(facts, day, now)
    standing = measures_on(seen, "firm", known, CALENDAR)

    # The law said again, slowly: which (line, fact) pairs bind, and no others do.
    wanted = []
    for base, term, types in lines:
        for fact, (span, list_code, is_withdrawn) in zip(
            [fact for fact in facts if fact.corrects is None], histories, strict=True
        ):
            founded = base.contains(day) and base.contains(span.from_on)
            live = not is_withdrawn and span.contains(day) and list_code == "watch" and "trader" not in types
            lasting = term is None or day < period_end(span.from_on, term, CALENDAR)
            if founded and live and lasting:
                wanted.append((base, fact.digest))
    assert sorted((str(one.rule.validity), one.trigger) for one in standing) == sorted(
        (str(base), digest) for base, digest in wanted
    )
    for one in standing:
        assert one.span.contains(day)
        assert one.rule.validity.contains(day)

    for line in known.measures:
        for fact in facts:
            try:
                made = apply_measure(line, fact, seen, "firm", CALENDAR)
            except (NoLegalBasis, NoLiveTrigger):
                continue
            assert made in standing


# -- bans ------------------------------------------------------------------------------------------------------------


def ban(least: Period | None, most: Period | None, either: tuple[Period | None, ...] = ()) -> Ban:
    names = {"who": WORDS, "act": WORDS, "starts_with": WORDS, "purposes": frozenset({"permit"})}
    return Ban(
        code="barred", rule=rule(date(2020, 1, 1)), target=Target.PERSON, least=least, most=most, either=either, **names
    )


FIVE, TEN = Period(5, Unit.YEAR), Period(10, Unit.YEAR)


@pytest.mark.parametrize(
    ("line", "term", "until_on"),
    [
        (ban(FIVE, FIVE), FIVE, date(2030, 3, 10)),
        (ban(FIVE, FIVE), Period(60, Unit.MONTH), date(2030, 3, 10)),
        (ban(FIVE, None), TEN, date(2035, 3, 10)),
        (ban(FIVE, None), None, None),
        (ban(None, None), None, None),
        (ban(FIVE, None, (FIVE, None)), None, None),
    ],
)
def test_a_ban_runs_for_the_term_its_statute_sets(line: Ban, term: Period | None, until_on: date | None) -> None:
    assert ban_span(line, DAY, term, CALENDAR) == Span(DAY, until_on)


@pytest.mark.parametrize(
    ("line", "term"),
    [
        (ban(FIVE, FIVE), TEN),
        (ban(FIVE, FIVE), Period(4, Unit.YEAR)),
        (ban(FIVE, FIVE), None),
        (ban(None, None), TEN),
        (ban(FIVE, None, (FIVE, None)), TEN),
    ],
)
def test_a_term_the_statute_does_not_set_is_refused(line: Ban, term: Period | None) -> None:
    with pytest.raises(BanUnlawful):
        ban_span(line, DAY, term, CALENDAR)


def test_a_ban_before_its_statute_is_refused() -> None:
    before = date(2019, 12, 31)
    with pytest.raises(BanUnlawful):
        ban_span(ban(FIVE, FIVE), before, FIVE, CALENDAR)
    with pytest.raises(BanUnlawful):
        ban_in_force("barred", before, Measures({}, (), (), (ban(FIVE, FIVE),), {}))


def barred(person_key: str, until_on: date | None) -> Fact:
    payload = {"ban": "barred", "person_key": person_key, "decision": "7", "authority": "Office"}
    return Fact(WHO, "person_ban", "decisions", person_key, Span(DAY, until_on), at(DAY), payload)


def test_a_ban_is_told_of_the_person_asked_about_and_of_nobody_else_and_only_while_it_runs() -> None:
    known = Measures({"permit": WORDS}, (), (), (ban(FIVE, FIVE),), {Target.PERSON: "person_ban"})
    facts = [barred("one", date(2030, 3, 10)), barred("two", date(2030, 3, 10))]
    last = date(2030, 3, 9)
    assert [one.trigger for one in bans_on(view(facts, last, at(DAY)), known, Target.PERSON, "one")] == [
        facts[0].digest
    ]
    assert bans_on(view(facts, last, at(DAY)), known, Target.PERSON, "three") == ()
    assert bans_on(view(facts, last + timedelta(days=1), at(DAY)), known, Target.PERSON, "one") == ()
    assert bans_on(view(facts, last, at(DAY)), known, Target.BUSINESS) == ()


# -- the catalogue ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["5 year", "1 month", "10 working_day", "life"])
def test_a_term_is_read_as_it_is_written(text: str) -> None:
    assert said(term_of(text)) == text


@pytest.mark.parametrize("text", ["", "year", "5", "five year", "5 years", "0 year", "-1 year"])
def test_a_term_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        term_of(text)


def test_a_purpose_or_a_measure_nobody_published_is_refused() -> None:
    with pytest.raises(PurposeUnknown):
        for_purpose((), "walking", EMPTY)
    with pytest.raises(MeasureUnknown):
        catalogue(measure(DAY)).versions("shaming")


def test_a_benefit_comes_with_the_treatment_that_gives_it_and_with_no_other() -> None:
    book = read_book("cn")
    general = {one.class_code: one for one in book.supervision.treatments if one.scale == "risk" and not one.area}
    given_to_a = favours_on(WHO, general["A"], DAY, book.measures)
    assert [one.code for one in given_to_a] == ["green_channel", "papers_may_follow"]
    assert {one.effect for one in given_to_a} == {Effect.GIVEN}
    assert favours_on(WHO, general["B"], DAY, book.measures) == ()
    assert favours_on(WHO, None, DAY, book.measures) == ()
    assert favours_on(WHO, general["A"], date(2022, 1, 12), book.measures) == ()

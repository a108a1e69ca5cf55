"""Who must be entered on a list, who may leave, and the facts that decisions append."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.entity import profile
from goodstanding.core.errors import CalendarYearUnknown, NoRuleInForce
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import view
from goodstanding.core.listing import DECISIONS, Act, Proposal, enter, ground_of, leave, proposals
from goodstanding.core.rulebook import Rulebook
from tests.core import small_law

BOOK = small_law.book()
KNOWN = datetime(2025, 1, 1, tzinfo=UTC)


def fact(kind: str, on: date, until: date | None = None, **payload: Value) -> Fact:
    return Fact("number:1", kind, "desk", f"{kind} {on}", Span(on, until), KNOWN, payload)


def registered(on: date = date(2020, 1, 1), **fields: Value) -> Fact:
    return fact("registration", on, None, **{"name": "Mill", "status": "open", "form": "firm", **fields})


def reported(on: date, year: int) -> Fact:
    return fact("report", on, None, year=year)


def entry(on: date, ground: str, cause: str, rule: str) -> Fact:
    payload = {"list": "watch", "ground": ground, "cause": cause, "rule": rule, "decision": "1", "authority": "Office"}
    return fact("entry", on, None, **payload)


def called_for(day: date, *facts: Fact, book: Rulebook = BOOK) -> list[Proposal]:
    seen = view(facts, day, KNOWN)
    who = profile(seen, book.roles)
    assert who is not None
    return list(proposals(seen, who, book.lists, book.duties, book.calendar))


def plain(proposal: Proposal) -> tuple[str, str, str, date, date]:
    return proposal.act.value, proposal.ground_code, proposal.rule.number, proposal.arose_on, proposal.due_on


IN_TIME = reported(date(2025, 4, 30), 2024)
WORSE = fact("check", date(2025, 6, 2), None, results=("worse",))


def test_a_missed_duty_proposes_an_entry_that_rests_on_the_registration() -> None:
    who = registered()
    (proposal,) = called_for(date(2025, 5, 2), who)
    # 1 May 2025 is off, 3 and 4 May are a weekend.
    assert plain(proposal) == ("enter", "late", "L-1", date(2025, 4, 30), date(2025, 5, 5))
    assert proposal.cause == "year:2024"
    assert proposal.facts == (who.digest,)


def test_a_duty_done_on_the_last_day_proposes_nothing() -> None:
    assert called_for(date(2025, 5, 2), registered(), IN_TIME) == []


def test_where_a_late_report_is_no_cure_one_on_the_last_day_is_still_in_time() -> None:
    exit_ = f'[[list.watch.ground.late.exit]]\nnumber = "L-2"\n{small_law.SOURCE}\n'
    book = small_law.book("lists", f'{exit_}duty = "report"', f'{exit_}kind = "cure"')
    assert called_for(date(2025, 5, 2), registered(), IN_TIME, book=book) == []
    assert len(called_for(date(2025, 5, 2), registered(), reported(date(2025, 5, 1), 2024), book=book)) == 1


def test_a_subject_type_the_list_is_not_for_is_left_alone() -> None:
    assert called_for(date(2025, 5, 2), registered(form="trader"), WORSE) == []


def test_an_inactive_business_is_not_entered() -> None:
    assert called_for(date(2025, 5, 2), registered(status="closed")) == []


def test_a_fact_is_a_cause_named_by_its_digest() -> None:
    (proposal,) = called_for(date(2025, 6, 2), registered(), IN_TIME, WORSE)
    assert plain(proposal) == ("enter", "found", "L-3", date(2025, 6, 2), date(2025, 6, 4))
    assert proposal.cause == f"fact:{WORSE.digest}"
    assert proposal.facts == (WORSE.digest,)


def test_a_fact_that_does_not_meet_the_condition_is_no_cause() -> None:
    bad = fact("check", date(2025, 6, 2), None, results=("bad",))
    assert called_for(date(2025, 6, 2), registered(), IN_TIME, bad) == []


def test_a_cause_already_cured_is_not_entered() -> None:
    cure = fact("cure", date(2025, 6, 3))
    assert called_for(date(2025, 6, 3), registered(), IN_TIME, WORSE, cure) == []


def test_a_cure_of_the_same_day_or_earlier_cures_nothing() -> None:
    cure = fact("cure", date(2025, 6, 2))
    assert len(called_for(date(2025, 6, 3), registered(), IN_TIME, WORSE, cure)) == 1


def test_one_cause_enters_once_even_after_leaving() -> None:
    made = entry(date(2025, 6, 3), "found", f"fact:{WORSE.digest}", "L-3")
    gone = leave(made, date(2025, 6, 20), "2", KNOWN)
    assert called_for(date(2025, 7, 1), registered(), IN_TIME, WORSE, made) == []
    assert called_for(date(2025, 7, 1), registered(), IN_TIME, WORSE, made, gone) == []


def test_a_second_cause_enters_again_while_the_first_entry_stands() -> None:
    made = entry(date(2025, 6, 3), "found", f"fact:{WORSE.digest}", "L-3")
    again = fact("check", date(2025, 6, 16), None, results=("worse",))
    (proposal,) = called_for(date(2025, 6, 16), registered(), IN_TIME, WORSE, made, again)
    assert proposal.cause == f"fact:{again.digest}"


def test_a_lasting_state_enters_once_while_its_entry_stands_and_again_after() -> None:
    book = small_law.book("lists", "term = {", "is_state = true\nterm = {")
    made = entry(date(2025, 6, 3), "found", f"fact:{WORSE.digest}", "L-3")
    again = fact("check", date(2025, 6, 16), None, results=("worse",))
    assert called_for(date(2025, 6, 16), registered(), IN_TIME, WORSE, made, again, book=book) == []
    gone = leave(made, date(2025, 6, 10), "2", KNOWN)
    assert len(called_for(date(2025, 6, 16), registered(), IN_TIME, WORSE, made, gone, again, book=book)) == 1


@pytest.mark.parametrize(("day", "open_"), [(date(2025, 6, 12), True), (date(2025, 6, 13), False)])
def test_a_cause_too_old_to_look_back_to_is_none(day: date, open_: bool) -> None:
    book = small_law.book("lists", "term = {", 'looks_back = { number = 10, unit = "day" }\nterm = {')
    assert bool(called_for(day, registered(), IN_TIME, WORSE, book=book)) is open_


def test_a_ground_that_waits_is_met_when_the_wait_is_over() -> None:
    book = small_law.book("lists", "term = {", 'waits = { number = 10, unit = "day" }\nterm = {')
    assert called_for(date(2025, 6, 12), registered(), IN_TIME, WORSE, book=book) == []
    (proposal,) = called_for(date(2025, 6, 13), registered(), IN_TIME, WORSE, book=book)
    assert plain(proposal) == ("enter", "found", "L-3", date(2025, 6, 12), date(2025, 6, 16))


def test_the_last_day_for_the_authority_is_told_by_weekdays_where_working_days_are_not_published() -> None:
    found = fact("check", date(2030, 12, 31), None, results=("worse",))
    for day in (date(2030, 12, 31), date(2031, 1, 3)):
        late, proposal = called_for(day, registered(), found)
        assert late.rule.number == "L-1"
        assert plain(proposal) == ("enter", "found", "L-3", date(2030, 12, 31), date(2031, 1, 2))


def test_a_wait_beyond_the_calendar_is_certainly_not_over_on_a_day_within_it_and_unknown_after() -> None:
    book = small_law.book("lists", "term = {", 'waits = { number = 2, unit = "working_day" }\nterm = {')
    found, done = fact("check", date(2030, 12, 30), None, results=("worse",)), reported(date(2030, 4, 1), 2029)
    assert called_for(date(2030, 12, 31), registered(), done, found, book=book) == []
    with pytest.raises(CalendarYearUnknown):
        called_for(date(2031, 1, 10), registered(), done, found, book=book)


def test_a_cure_during_the_wait_counts() -> None:
    book = small_law.book("lists", "term = {", 'waits = { number = 10, unit = "day" }\nterm = {')
    cure = fact("cure", date(2025, 6, 12))
    assert called_for(date(2025, 6, 20), registered(), IN_TIME, WORSE, cure, book=book) == []


def test_a_ground_not_yet_or_no_more_in_force_proposes_nothing() -> None:
    begins = 'number = "L-3"\ntitle = { en = "Some rule" }\nvalid_from = 2000-01-01'
    later = small_law.book("lists", begins, begins.replace("2000-01-01", "2025-06-03"))
    assert called_for(date(2025, 6, 5), registered(), IN_TIME, WORSE, book=later) == []
    ended = small_law.book("lists", begins, begins + "\nvalid_until = 2025-06-03")
    assert len(called_for(date(2025, 6, 2), registered(), IN_TIME, WORSE, book=ended)) == 1
    assert called_for(date(2025, 6, 3), registered(), IN_TIME, WORSE, book=ended) == []


def test_a_late_report_lifts_the_entry_of_its_year() -> None:
    made = entry(date(2025, 5, 5), "late", "year:2024", "L-1")
    late = reported(date(2025, 5, 12), 2024)
    (proposal,) = called_for(date(2025, 5, 12), registered(), made, late)
    assert plain(proposal) == ("lift", "late", "L-2", date(2025, 5, 12), date(2025, 5, 13))
    assert proposal.facts == (made.digest, late.digest)


def test_a_cure_between_cause_and_entry_lifts_counted_from_the_entry() -> None:
    made = entry(date(2025, 6, 10), "found", f"fact:{WORSE.digest}", "L-3")
    cure = fact("cure", date(2025, 6, 4))
    (proposal,) = called_for(date(2025, 6, 11), registered(), IN_TIME, WORSE, made, cure)
    assert plain(proposal) == ("lift", "found", "L-4", date(2025, 6, 10), date(2025, 6, 11))


def test_where_the_cause_is_not_in_the_ledger_the_cure_must_follow_the_entry() -> None:
    made = entry(date(2025, 6, 10), "found", "fact:elsewhere", "L-3")
    before, after = fact("cure", date(2025, 6, 10)), fact("cure", date(2025, 6, 11))
    assert called_for(date(2025, 6, 12), registered(), IN_TIME, made, before) == []
    assert [item.act for item in called_for(date(2025, 6, 12), registered(), IN_TIME, made, after)] == [Act.LIFT]


def test_an_entry_ends_with_its_term_and_the_end_goes_before_a_cure() -> None:
    made = entry(date(2024, 6, 3), "found", "fact:elsewhere", "L-3")
    cure = fact("cure", date(2025, 6, 2))
    assert called_for(date(2025, 6, 1), registered(), IN_TIME, made) == []
    (proposal,) = called_for(date(2025, 6, 3), registered(), IN_TIME, made, cure)
    assert plain(proposal) == ("end", "found", "L-3", date(2025, 6, 3), date(2025, 6, 3))


def test_an_end_may_have_a_rule_of_its_own() -> None:
    end = f'[list.watch.ground.found.end]\nnumber = "L-9"\n{small_law.SOURCE}\n'
    book = small_law.book("lists", "[[list.watch.ground.found.exit]]", end + "[[list.watch.ground.found.exit]]")
    made = entry(date(2024, 6, 3), "found", "fact:elsewhere", "L-3")
    (proposal,) = called_for(date(2025, 6, 3), registered(), IN_TIME, made, book=book)
    assert proposal.rule.number == "L-9"
    assert "L-9" in book.rules()


@pytest.mark.parametrize(
    ("made_on", "ends_on"),
    [
        (date(2024, 6, 30), date(2024, 7, 1)),
        (date(2024, 7, 1), date(2025, 7, 1)),
        (date(2024, 7, 10), date(2025, 7, 1)),
        (date(2025, 2, 3), date(2025, 7, 1)),
    ],
)
def test_an_entry_may_end_on_the_next_such_day(made_on: date, ends_on: date) -> None:
    book = small_law.book("lists", 'term = { number = 1, unit = "year" }', 'ends_next = "07-01"')
    made = entry(made_on, "found", "fact:elsewhere", "L-3")
    (proposal,) = called_for(date(2025, 7, 1), registered(), IN_TIME, made, book=book)
    assert (proposal.act, proposal.arose_on) == (Act.END, ends_on)


def test_an_inactive_business_still_leaves() -> None:
    made = entry(date(2025, 6, 3), "found", f"fact:{WORSE.digest}", "L-3")
    cure = fact("cure", date(2025, 6, 9))
    found = called_for(date(2025, 6, 9), registered(status="closed"), WORSE, made, cure)
    assert [item.act for item in found] == [Act.LIFT]


def test_an_entry_on_a_ground_nobody_knows_is_left_to_people() -> None:
    stranger = entry(date(1999, 6, 3), "found", "fact:elsewhere", "L-3")
    with pytest.raises(NoRuleInForce):
        ground_of(stranger, BOOK.lists)
    assert called_for(date(2025, 6, 9), registered(), IN_TIME, stranger) == []


def test_the_same_proposal_has_the_same_key_and_another_has_another() -> None:
    (first,) = called_for(date(2025, 6, 2), registered(), IN_TIME, WORSE)
    (later,) = called_for(date(2025, 6, 4), registered(), IN_TIME, WORSE)
    made = entry(date(2025, 6, 3), "found", first.cause, "L-3")
    (lift,) = called_for(date(2025, 6, 9), registered(), IN_TIME, WORSE, made, fact("cure", date(2025, 6, 9)))
    assert first.key == later.key
    assert lift.key != first.key
    assert made.digest in lift.key


def test_a_decision_appends_an_entry_of_its_own_day_and_the_proposal_is_answered() -> None:
    (proposal,) = called_for(date(2025, 6, 2), registered(), IN_TIME, WORSE)
    made = enter(proposal, BOOK.lists, date(2025, 6, 4), "Office", "No. 1", KNOWN)
    BOOK.kinds["entry"].check(made.payload)
    assert (made.kind, made.source, made.source_ref) == ("entry", DECISIONS, "No. 1")
    assert made.span == Span(date(2025, 6, 4))
    assert ground_of(made, BOOK.lists).code == "found"
    assert called_for(date(2025, 6, 4), registered(), IN_TIME, WORSE, made) == []


def test_leaving_ends_the_entry_on_the_day_of_the_decision_never_before_it_began() -> None:
    made = entry(date(2025, 6, 3), "found", "fact:elsewhere", "L-3")
    gone = leave(made, date(2025, 6, 20), "No. 2", KNOWN)
    assert gone.span == Span(date(2025, 6, 3), date(2025, 6, 20))
    assert gone.corrects == made.digest
    assert leave(made, date(2025, 6, 1), "No. 3", KNOWN).span.is_empty

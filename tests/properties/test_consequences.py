"""A business lives through whatever may happen, in any order: penalties, cases, decisions, annulments, the calendar.

After every event all that stands is judged anew: no case outside the law, no listing without an end or without its
procedure, no measure without a live trigger, no step by a forbidden role. At the end every decision is taken again.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from goodstanding.core.case import Actor, Case, check_step, state_of
from goodstanding.core.dates import Span
from goodstanding.core.errors import Invalid, Refused, StepRefused
from goodstanding.core.fact import Fact, Value
from goodstanding.core.gravity import judged
from goodstanding.core.ledger import heads
from goodstanding.core.listing import ground_of, term_end
from goodstanding.core.opening import about_of, openers
from goodstanding.core.procedure import Procedure
from goodstanding.core.rule import in_force
from goodstanding.home import Home
from goodstanding.records import annulments, cases, ledger
from goodstanding.records.listings import Verdict, decide, tick
from goodstanding.records.measures import gaps
from goodstanding.records.models import CaseStep, Decision, ProposalRecord
from goodstanding.records.replay import replay
from tests.conftest import NOW
from tests.properties.test_procedures import PEOPLE, ROLES, check_whole, lawful

ENTITY = f"uscc:{1:018}"
FIRST, LAST = date(2023, 7, 3), date(2026, 9, 30)  # the calendar is written down to the end of 2026
SERIOUS = "serious"
SAID_NO = (Refused, Invalid)
"""How the law says no; anything else that is raised is a mistake of ours."""

facts = st.fixed_dictionaries(
    {
        "severity": st.sampled_from(["serious", "serious", "serious", "moderate"]),
        "penalty_types": st.sampled_from([("fine",), ("fine", "business_stop"), ("other",)]),
        "violation": st.sampled_from(["V", "W"]),
    },
    optional={
        "area": st.sampled_from(["food", "refusal", "fire"]),
        "amount_minor": st.sampled_from([60, 90]),
        "fine_least_minor": st.just(0),
        "fine_most_minor": st.just(100),
        "other_province": st.booleans(),
    },
)


class Life(RuleBasedStateMachine):
    """One business and everybody who deals with it."""

    home: Home
    penalties = Bundle("penalties")

    def __init__(self) -> None:
        super().__init__()
        self.outside = transaction.atomic()
        self.outside.__enter__()
        self.book = self.home.rulebook
        self.day = FIRST
        self.serial = 0
        self.append(
            "registration",
            date(2015, 1, 5),
            name="A",
            subject_type="enterprise",
            status="open",
            region=min(self.book.tables["regions"]),
        )

    def teardown(self) -> None:
        try:
            for decision in Decision.objects.exclude(kind="plan").order_by("id"):
                assert replay(decision.number, self.home.rulebook_of) == decision
        finally:
            transaction.set_rollback(True)
            self.outside.__exit__(None, None, None)

    def append(self, kind: str, on: date, **payload: Value) -> Fact:
        self.serial += 1
        fact = Fact(ENTITY, kind, "test", str(self.serial), Span(on), NOW, payload)
        ledger.append([fact], NOW)
        return fact

    def procedure(self, case: Case) -> Procedure:
        return cases.procedure_of(self.book, case)

    def standing(self) -> list[Fact]:
        return list(ledger.view_of(ENTITY, self.day, NOW).in_force("list_entry"))

    def open_cases(self) -> list[Case]:
        return [
            one for one in cases.cases_of(ENTITY) if state_of(one, self.procedure(one)) not in self.procedure(one).ends
        ]

    @rule(target=penalties, said=facts)
    def is_punished_again(self, said: dict[str, Value]) -> str:
        return self.is_punished(said)

    def is_punished(self, said: dict[str, Value]) -> str:
        number = str(self.serial)
        made = self.append("penalty", self.day, **said, document=number, authority="X", content="C")
        return made.digest

    @rule()
    def files_its_report(self) -> None:
        self.append("annual_report", self.day, year=self.day.year - 1)

    @rule(days=st.sampled_from([1, 3, 8, 40, 200, 400]))
    def time_passes(self, days: int) -> None:
        self.day = min(self.day + timedelta(days=days), LAST)
        tick(self.home, self.day, NOW)
        for entry in self.standing():
            over = term_end(entry, ground_of(entry, self.book.lists), self.book.calendar)
            assert over is None or over > self.day

    @rule(about=penalties, person=st.sampled_from(PEOPLE), role=st.sampled_from(ROLES))
    def a_listing_is_opened(self, about: str, person: str, role: str) -> None:
        self.opens("serious_listing", about, Actor(person, role))

    @rule(data=st.data(), person=st.sampled_from(PEOPLE), role=st.sampled_from(ROLES))
    def something_is_opened(self, data: st.DataObject, person: str, role: str) -> None:
        codes = sorted({one.code for one in in_force(self.book.procedures.versions, self.day)})
        digests = [one.digest for one in ledger.facts_of(ENTITY)]
        code, about = data.draw(st.sampled_from(codes)), data.draw(st.sampled_from(digests))
        self.opens(code, about, Actor(person, role))

    def opens(self, code: str, about: str, actor: Actor) -> None:
        procedure = self.book.procedures.on(code, self.day)
        try:
            case = cases.open_case(self.book, code, ENTITY, [about], actor, self.day, NOW)
        except SAID_NO:
            return
        assert actor.role in openers(procedure, self.day)
        known = ledger.facts_of(ENTITY)
        (fact,) = (one for one in known if one.digest == about)
        assert not [gate for one in judged(case.procedure, [fact], known, self.book.gravity) for gate in one.against]

    @initialize(target=penalties)
    def has_been_punished_gravely(self) -> str:
        return self.is_punished({"severity": "serious", "penalty_types": ("fine",), "violation": "V"})

    @rule(data=st.data(), length=st.integers(1, 8))
    def another_case_goes_its_way(self, data: st.DataObject, length: int) -> None:
        self.goes_far(data, length, True)

    @rule(data=st.data(), length=st.integers(4, 8), is_new=st.booleans())
    def a_case_goes_its_way(self, data: st.DataObject, length: int, is_new: bool) -> None:
        self.goes_far(data, length, is_new)

    @precondition(lambda self: self.serious_standing())
    @rule(data=st.data(), is_fraud=st.booleans())
    def asks_for_early_removal_after_a_year(self, data: st.DataObject, is_fraud: bool) -> None:
        entry = self.serious_standing()[0]
        self.day = min(max(self.day, entry.span.from_on + timedelta(days=370)), LAST)
        tick(self.home, self.day, NOW)
        self.opens("early_removal", entry.digest, Actor("a", "business"))
        self.see_through(data, "early_removal")
        if is_fraud:
            self.opens("fraud_reversal", entry.digest, Actor("b", "officer"))
            self.see_through(data, "fraud_reversal")

    def serious_standing(self) -> list[Fact]:
        return [one for one in self.standing() if one.payload["list"] == SERIOUS]

    def see_through(self, data: st.DataObject, procedure: str) -> None:
        for case in [one for one in self.open_cases() if one.procedure == procedure]:
            for _ in range(4):
                self.goes_on(data, cases.case_of(case.number))

    def goes_far(self, data: st.DataObject, length: int, is_new: bool) -> None:
        """Let a case go on by lawful steps, a week apart, towards whatever it may do outside."""
        known = ledger.facts_of(ENTITY)
        matters = [
            (one.code, fact.digest)
            for one in in_force(self.book.procedures.versions, self.day)
            for fact in known
            if any(step.effect for step in one.steps) and about_of(one, fact) is not None
        ]
        if matters and is_new:
            code, about = data.draw(st.sampled_from(matters))
            role = min(openers(self.book.procedures.on(code, self.day), self.day))
            self.opens(code, about, Actor("a", role))
        going = self.open_cases()
        if not going:
            return
        number = data.draw(st.sampled_from([one.number for one in going]))
        for _ in range(length):
            if not self.goes_on(data, cases.case_of(number)) or self.day > LAST - timedelta(days=20):
                return
            self.day += timedelta(days=8)
            tick(self.home, self.day, NOW)

    def goes_on(self, data: st.DataObject, case: Case) -> bool:
        """Take a lawful step, one that leads on where there is such, and say whether the case may go on."""
        procedure = self.procedure(case)
        now = cases.as_run_out(case, procedure, self.book, self.day)
        ways = [] if state_of(now, procedure) in procedure.ends else lawful(now, procedure, self.day)
        if not ways:
            return state_of(now, procedure) not in procedure.ends
        steps = {code: step for code, _ in ways if (step := procedure.step_on(code, self.day)) is not None}
        onward = [way for way in ways if steps[way[0]].effect or steps[way[0]].leads_to not in procedure.ends]
        code, actor = data.draw(st.sampled_from(onward or ways))
        proofs, before = dict.fromkeys(steps[code].needs, "x"), CaseStep.objects.count()
        try:
            cases.take(self.book, case.number, code, actor, proofs, "Because.", self.day, NOW)
        except StepRefused:
            raise AssertionError(f"{code} was lawful") from None
        except Refused:
            assert steps[code].effect  # what the step does outside is not called for
            assert CaseStep.objects.count() == before
            return False
        return True

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data(), person=st.sampled_from(PEOPLE), role=st.sampled_from(ROLES), is_proven=st.booleans())
    def anything_is_tried(self, data: st.DataObject, person: str, role: str, is_proven: bool) -> None:
        case = data.draw(st.sampled_from(self.open_cases()))
        procedure = self.procedure(case)
        code = data.draw(st.sampled_from([*dict.fromkeys(one.code for one in procedure.steps), "no_such_step"]))
        now, actor = cases.as_run_out(case, procedure, self.book, self.day), Actor(person, role)
        step = procedure.step_on(code, self.day)
        needs = step.needs if step is not None and is_proven else ()
        obstacles = check_step(now, code, actor, self.day, needs, procedure, self.book.calendar)
        before = CaseStep.objects.count()
        try:
            cases.take(self.book, case.number, code, actor, dict.fromkeys(needs, "x"), "Because.", self.day, NOW)
        except SAID_NO:
            assert CaseStep.objects.count() == before
        else:
            assert obstacles == ()

    @rule(data=st.data(), verdict=st.sampled_from(list(Verdict)), person=st.sampled_from(PEOPLE))
    def a_proposal_is_decided(self, data: st.DataObject, verdict: Verdict, person: str) -> None:
        waiting = list(ProposalRecord.objects.filter(state="open").order_by("id").values_list("id", flat=True))
        if not waiting:
            return
        try:
            decide(self.home, data.draw(st.sampled_from(waiting)), verdict, person, "Because.", self.day, NOW)
        except SAID_NO:
            return

    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def something_is_annulled(self, data: st.DataObject, person: str) -> None:
        targets = [one.digest for one in ledger.facts_of(ENTITY) if one.kind in ("penalty", "list_entry")]
        targets += list(Decision.objects.exclude(kind="plan").order_by("id").values_list("number", flat=True))
        if not targets:
            return
        try:
            annulments.annul(self.book, data.draw(st.sampled_from(targets)), person, "A court said so.", self.day, NOW)
        except SAID_NO:
            return

    @invariant()
    def no_case_is_outside_the_law(self) -> None:
        for case in cases.cases_of(ENTITY):
            procedure = self.procedure(case)
            assert case.opened_by.role in openers(procedure, case.opened_on)
            check_whole(case, procedure)

    @invariant()
    def no_listing_is_without_an_end(self) -> None:
        for entry in self.standing():
            ground = ground_of(entry, self.book.lists)
            assert ground.exits or term_end(entry, ground, self.book.calendar) is not None

    @invariant()
    def no_serious_listing_is_without_its_procedure_and_its_penalty(self) -> None:
        alive = {fact.digest for fact in heads(ledger.facts_of(ENTITY)) if not fact.span.is_empty}
        for entry in self.standing():
            if entry.payload["list"] != SERIOUS:
                continue
            assert str(entry.payload["cause"]).removeprefix("fact:") in alive
            decision = Decision.objects.get(number=entry.payload["decision"])
            case = cases.case_of(decision.outcome["case"])
            step = self.procedure(case).step_on(decision.outcome["step"], decision.decided_on)
            assert step is not None
            assert step.effect in ("enter", "restore")
            assert decision.outcome["role"] in step.by

    @invariant()
    def no_measure_is_on_without_a_live_trigger(self) -> None:
        assert gaps(self.book, self.day, NOW) == []


@pytest.mark.django_db
def test_no_life_of_a_business_leaves_the_law(home: Home) -> None:
    machine = type("LifeHere", (Life,), {"home": home})
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None,
            max_examples=20,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a life means to live it a thousand times
        ),
    )

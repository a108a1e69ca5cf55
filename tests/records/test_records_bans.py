"""Bans: only as the statute sets them, under a mask, and gone on their last day."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from goodstanding.core.dates import Period, Unit
from goodstanding.core.disclosure import public_items
from goodstanding.core.errors import (
    BanUnlawful,
    DeciderMissing,
    DecisionDiffers,
    DecisionUnknown,
    EntityUnknown,
    ReasonMissing,
)
from goodstanding.core.ledger import view
from goodstanding.core.measure import Target, bans_on
from goodstanding.home import Home
from goodstanding.records import bans, ledger
from goodstanding.records.bans import Order, Person, impose, of_person, person_key, withdraw
from goodstanding.records.models import Decision, FactRecord, OutboxMessage
from goodstanding.records.replay import replay
from tests.conftest import NOW
from tests.records.conftest import registration

ENTITY = f"uscc:{1:018}"
DAY = date(2026, 11, 20)
NUMBER = "330881197001010017"
PERSON = Person("欧阳明远", NUMBER)
FIVE = Period(5, Unit.YEAR)
FOOD = Order("food_licence_revoked", date(2026, 11, 2), FIVE, "衢市监罚〔2026〕9号", "衢州市市场监督管理局")
TENDER = Order("tender_fraud", date(2026, 11, 2), Period(2, Unit.YEAR), "衢建罚〔2026〕4号", "衢州市住房和城乡建设局")


@pytest.fixture
def register(db: None, home: Home, region: str) -> Home:
    ledger.deliver([ledger.Delivered(registration(1, region=region))], NOW)
    return home


def test_a_ban_on_a_person_is_recorded_with_its_statute_and_term(register: Home) -> None:
    decision = impose(register, ENTITY, FOOD, PERSON, "li", DAY, NOW)
    (fact,) = of_person(person_key(register, NUMBER))
    assert decision.number == "B2026-00000001"
    assert decision.facts == [fact.digest]
    assert decision.rule_number == "B-01"
    assert fact.span.until_on == date(2031, 11, 2)
    assert fact.payload["basis"] == "中华人民共和国食品安全法（2015年修订） 第一百三十五条第一款"
    assert OutboxMessage.objects.filter(published_at=None).count() == 2


def test_no_number_and_no_name_of_a_person_is_written_down(register: Home) -> None:
    impose(register, ENTITY, FOOD, PERSON, "li", DAY, NOW)
    tables = [list(model.objects.values()) for model in (FactRecord, Decision, OutboxMessage)]
    written = json.dumps(tables, default=str, ensure_ascii=False)
    assert NUMBER not in written
    assert "欧阳" not in written
    assert "欧**" in written


def test_the_public_sees_a_mask_while_the_ban_runs_and_nothing_on_the_day_it_ends(register: Home) -> None:
    impose(register, ENTITY, FOOD, PERSON, "li", DAY, NOW)
    book, facts = register.rulebook, ledger.facts_of(ENTITY)

    def shown(day: date) -> list[dict[str, object]]:
        items = public_items(view(facts, day, NOW), book.kinds, book.disclosure, book.calendar)
        return [dict(item.values) for item in items if item.fact.kind == "person_ban"]

    (item,) = shown(date(2031, 11, 1))
    assert item["person"] == "欧**"
    assert "person_key" not in item
    assert shown(date(2031, 11, 2)) == []
    assert bans_on(view(facts, date(2031, 11, 2), NOW), book.measures, Target.PERSON) == ()


def test_a_person_is_recognised_however_the_number_is_typed(register: Home) -> None:
    key = person_key(register, "33088119700101001X")
    assert person_key(register, " 330881 19700101 001x ") == key
    assert person_key(register, "３３０８８１１９７００１０１００１Ｘ") == key
    assert person_key(register, NUMBER) != key


def test_another_installation_gives_another_key(register: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Home.create(tmp_path_factory.mktemp("other") / "home", "cn")
    assert person_key(register, NUMBER) != person_key(other, NUMBER)


def test_a_ban_on_a_business_names_no_person(register: Home) -> None:
    impose(register, ENTITY, TENDER, None, "li", DAY, NOW)
    seen = view(ledger.facts_of(ENTITY), DAY, NOW)
    (one,) = bans_on(seen, register.rulebook.measures, Target.BUSINESS)
    assert (one.rule.number, one.purposes) == ("J-16", {"works_tender"})
    assert bans_on(seen, register.rulebook.measures, Target.PERSON) == ()


@pytest.mark.parametrize(
    ("order", "person"),
    [
        (FOOD, None),
        (TENDER, PERSON),
        (Order("food_licence_revoked", DAY, Period(6, Unit.YEAR), "1", "Office"), PERSON),
        (Order("food_licence_revoked", DAY, None, "1", "Office"), PERSON),
        (Order("food_licence_revoked", date(2015, 9, 30), FIVE, "1", "Office"), PERSON),
        (Order("food_licence_revoked", date(2021, 11, 20), FIVE, "1", "Office"), PERSON),
        (Order("bad_character", DAY, FIVE, "1", "Office"), PERSON),
    ],
)
def test_what_no_statute_sets_is_refused_and_nothing_is_written(
    register: Home, order: Order, person: Person | None
) -> None:
    with pytest.raises(BanUnlawful):
        impose(register, ENTITY, order, person, "li", DAY, NOW)
    assert not Decision.objects.exists()
    assert FactRecord.objects.count() == 1


def test_a_ban_is_recorded_once(register: Home) -> None:
    impose(register, ENTITY, FOOD, PERSON, "li", DAY, NOW)
    with pytest.raises(BanUnlawful):
        impose(register, ENTITY, FOOD, PERSON, "li", DAY, NOW)
    assert Decision.objects.count() == 1


def test_nobody_records_a_ban_in_nobodys_name_or_of_an_unknown_business(register: Home) -> None:
    with pytest.raises(DeciderMissing):
        impose(register, ENTITY, FOOD, PERSON, " ", DAY, NOW)
    with pytest.raises(DeciderMissing):
        impose(register, ENTITY, FOOD, Person("欧阳明远", ""), "li", DAY, NOW)
    with pytest.raises(EntityUnknown):
        impose(register, "uscc:nobody", FOOD, PERSON, "li", DAY, NOW)


def test_a_ban_whose_decision_fell_was_never_there_and_may_be_ordered_anew(register: Home) -> None:
    made = impose(register, ENTITY, FOOD, PERSON, "li", DAY, NOW)
    undone = withdraw(register, made.number, "Judgment of 2026-11-19.", "wang", DAY, NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    key = person_key(register, NUMBER)
    assert undone.outcome == {
        "verdict": "approve",
        "does": "withdraw",
        "ban": "food_licence_revoked",
        "undone": made.number,
    }
    assert bans_on(view(of_person(key), DAY, later), register.rulebook.measures, Target.PERSON, key) == ()
    with pytest.raises(DecisionUnknown):
        withdraw(register, made.number, "Again.", "wang", DAY, later)
    with pytest.raises(ReasonMissing):
        withdraw(register, made.number, " ", "wang", DAY, later)
    impose(register, ENTITY, FOOD, PERSON, "li", DAY, later)
    assert len(bans_on(view(of_person(key), DAY, later), register.rulebook.measures, Target.PERSON, key)) == 1


def test_a_ban_and_its_withdrawal_replay_and_a_ban_that_was_tampered_with_does_not(
    register: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = impose(register, ENTITY, FOOD, PERSON, "li", DAY, NOW)
    undone = withdraw(register, made.number, "Judgment of 2026-11-19.", "wang", DAY, NOW + timedelta(hours=1))
    for number in (made.number, undone.number):
        assert replay(number, register.rulebook_of).number == number
    made.outcome["until"] = "2036-11-02"
    monkeypatch.setattr(bans, "decision_of", lambda _: made)
    with pytest.raises(DecisionDiffers):
        bans.replay(made.number, register.rulebook_of)
    undone.facts = ["0" * 64]
    monkeypatch.setattr(bans, "decision_of", lambda _: undone)
    with pytest.raises(DecisionDiffers):
        bans.replay(undone.number, register.rulebook_of)

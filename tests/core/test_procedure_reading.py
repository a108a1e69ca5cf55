"""A procedure that could leave a case without a way on, or says what it cannot mean, is refused by name."""

from __future__ import annotations

from datetime import date

import pytest

from goodstanding.core.errors import NoRuleInForce, RulebookInvalid
from goodstanding.core.procedure_reading import read_procedures
from goodstanding.core.reading import parse
from tests.core.small_procedure import KINDS, TEXT, procedures, rule, step


def test_a_procedure_is_read_whole() -> None:
    found = procedures().on("listing", date(2026, 1, 1))
    assert [one.code for one in found.steps][:3] == ["notify", "answer", "silent"]
    assert found.ends == {"listed", "dropped"}
    assert {clock.code for clock in found.clocks} == {"answering", "deciding", "lapsing"}
    assert set(procedures().roles) == {"officer", "chief", "business"}


def test_a_procedure_not_in_force_is_refused() -> None:
    with pytest.raises(NoRuleInForce, match="listing"):
        procedures().on("listing", date(1999, 12, 31))
    with pytest.raises(NoRuleInForce, match="pardon"):
        procedures().on("pardon", date(2026, 1, 1))


def test_no_file_of_procedures_is_no_mistake() -> None:
    assert procedures("").versions == ()


MISTAKES = {
    "unknown state": ('after = ["open"]', 'after = ["opened"]', "opened"),
    "step out of an end": ('after = ["heard"]', 'after = ["listed"]', "listed"),
    "unknown role": ('by = ["chief"]', 'by = ["king"]', "king"),
    "unknown evidence": ('needs = ["facts", "proof"]', 'needs = ["rumour"]', "rumour"),
    "unknown effect": ('effect = "enter"', 'effect = "punish"', "punish"),
    "unknown end": ('ends = ["listed", "dropped"]', 'ends = ["gone"]', "gone"),
    "opens in an end": ('opens_in = "open"', 'opens_in = "listed"', "listed"),
    "told with an unknown step": ('opens_in = "open"', 'opens_in = "open"\ntold_with = "rumour"', "rumour"),
    "unknown period": ('only_after = ["answering"]', 'only_after = ["thinking"]', "thinking"),
    "unknown other step": ('not_by_taker_of = ["notify", "opening"]', 'not_by_taker_of = ["draft"]', "draft"),
    "a period that deems nothing": ('deems = "silent"', "", "deems"),
    "a period that moves nowhere": ('leads_to = "dropped"\nnumber = "K', 'number = "K', "leads_to"),
    "a stop of what cannot be counted": (
        '{ number = 10, unit = "working_day" }',
        '{ number = 1, unit = "year" }',
        "pauses",
    ),
    "an unknown step that stops": ('pauses = { inquire = "found" }', 'pauses = { sleep = "found" }', "sleep"),
    "a step that nobody takes": ('deems = "silent"', 'deems = "answer"', "silent"),
    "an unknown key": ('opens_in = "open"', 'opens_in = "open"\ncolour = "red"', "colour"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named(case: str) -> None:
    before, after, named = MISTAKES[case]
    assert before in TEXT
    with pytest.raises(RulebookInvalid, match=named):
        procedures(TEXT.replace(before, after, 1))


def test_a_state_that_nothing_reaches_is_refused() -> None:
    lost = TEXT.replace('open = { en = "Open" }', 'open = { en = "Open" }\nlost = { en = "Lost" }')
    with pytest.raises(RulebookInvalid, match="Nothing reaches lost"):
        procedures(lost + step("wander", '["lost"]', "dropped", '["officer"]'))


def test_a_state_without_a_way_on_is_refused() -> None:
    stuck = TEXT.replace('open = { en = "Open" }', 'open = { en = "Open" }\nstuck = { en = "Stuck" }')
    with pytest.raises(RulebookInvalid, match="No step leads out of stuck"):
        procedures(stuck + step("stall", '["open"]', "stuck", '["officer"]'))


def test_two_periods_of_one_name_are_refused() -> None:
    twice = TEXT.replace('code = "lapsing"', 'code = "deciding"')
    with pytest.raises(RulebookInvalid, match="code of its own"):
        procedures(twice)


def test_a_rule_stands_on_every_step() -> None:
    assert rule("S-notify") in TEXT
    with pytest.raises(RulebookInvalid, match="number"):
        procedures(TEXT.replace(rule("S-notify"), "", 1))


def test_a_procedure_about_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RulebookInvalid, match="A fact kind"):
        procedures(TEXT + '\n[[procedure.about]]\nkind = "omen"\n')


def test_a_file_of_one_procedure_holds_that_one_alone() -> None:
    words, body = TEXT.split("[[procedure]]", 1)
    for name, fits in (("procedure_listing.toml", True), ("procedure_pardon.toml", False)):
        file, own = parse("procedures.toml", words.encode()), parse(name, f"[[procedure]]{body}".encode())
        if fits:
            found = read_procedures(file, [own], ("en",), {"enter"}, KINDS)
            assert found.on("listing", date(2026, 1, 1)).ends == {"listed", "dropped"}
            own.close()
        else:
            with pytest.raises(RulebookInvalid, match="pardon"):
                read_procedures(file, [own], ("en",), {"enter"}, KINDS)

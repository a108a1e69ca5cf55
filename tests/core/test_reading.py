"""Tables are read strictly: each key once, nothing left over, every mistake at its dotted key."""

from __future__ import annotations

from datetime import date
from enum import Enum

import pytest

from goodstanding.core.dates import Period, Unit
from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.reading import Table, parse
from goodstanding.core.rule import Confidence


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def table(text: str) -> Table:
    return parse("some.toml", text.encode())


def test_what_was_asked_for_is_taken_and_the_rest_refused() -> None:
    read = table("a = 1\nb = 2")
    assert read.whole("a") == 1
    assert read.keys == ("b",)
    with pytest.raises(RulebookInvalid) as caught:
        read.close()
    assert caught.value.asked == "To read b in some.toml."


def test_a_context_closes_its_table() -> None:
    with pytest.raises(RulebookInvalid), table("a = 1"):
        pass


def test_a_context_does_not_hide_the_first_mistake() -> None:
    with pytest.raises(RulebookInvalid) as caught, table("a = 1\nb = 2") as read:
        read.text("a")
    assert caught.value.found == "1, a int."


@pytest.mark.parametrize(
    ("method", "good", "wrong"),
    [
        ("text", '"x"', "1"),
        ("whole", "1", "1.0"),
        ("whole", "1", "true"),
        ("flag", "true", "1"),
        ("day", "2025-01-31", '"2025-01-31"'),
        ("day", "2025-01-31", "2025-01-31T00:00:00"),
        ("texts", '["x"]', '"x"'),
        ("texts", '["x"]', "[1]"),
        ("wholes", "[1]", "[true]"),
        ("flags", "[true]", "[1]"),
        ("days", "[2025-01-31]", "[2025-01-31T00:00:00]"),
        ("table", "{}", "[]"),
    ],
)
def test_a_value_of_another_type_is_a_mistake(method: str, good: str, wrong: str) -> None:
    getattr(table(f"key = {good}"), method)("key")
    with pytest.raises(RulebookInvalid) as caught:
        getattr(table(f"key = {wrong}"), method)("key")
    assert caught.value.asked == "To read key in some.toml."


@pytest.mark.parametrize("method", ["text", "whole", "flag", "day", "texts", "wholes", "flags", "table", "period"])
def test_a_missing_key_is_a_mistake(method: str) -> None:
    with pytest.raises(RulebookInvalid) as caught:
        getattr(table(""), method)("key")
    assert caught.value.found == "The key is missing."


def test_a_default_stands_in_for_a_missing_key_only() -> None:
    assert table("").text("key", "") == ""
    assert table("").whole("key", 7) == 7
    assert table("").maybe_whole("key") is None
    assert table("").maybe_table("key") is None
    assert table("").maybe_period("key") is None
    assert table("").choice("key", Colour, Colour.BLUE) is Colour.BLUE
    with pytest.raises(RulebookInvalid):
        table("key = 1").text("key", "")


def test_a_choice_names_what_may_be_chosen() -> None:
    assert table('key = "red"').choice("key", Colour) is Colour.RED
    with pytest.raises(RulebookInvalid) as caught:
        table('key = "green"').choice("key", Colour)
    assert caught.value.wants == "One of: red, blue."


def test_lists_of_tables_are_numbered_in_the_mistake() -> None:
    read = table("[[key]]\na = 1\n[[key]]\na = 1\nb = 2")
    with pytest.raises(RulebookInvalid) as caught:
        [item.whole("a") for item in read.tables("key")]
    assert caught.value.asked == "To read key[1].b in some.toml."


def test_something_else_in_a_list_of_tables_is_a_mistake() -> None:
    with pytest.raises(RulebookInvalid) as caught:
        list(table("key = [1]").tables("key"))
    assert caught.value.asked == "To read key[0] in some.toml."


def test_named_tables_come_in_their_written_order_under_a_dotted_key() -> None:
    read = table("[key.b]\na = 1\n[key.a]\na = 2")
    assert [(name, item.whole("a")) for name, item in read.named("key")] == [("b", 1), ("a", 2)]
    with pytest.raises(RulebookInvalid) as caught:
        [item.whole("a") for _, item in table('[key.b]\na = "x"').named("key")]
    assert caught.value.asked == "To read key.b.a in some.toml."


def test_words_are_wanted_in_every_language_and_in_no_other() -> None:
    assert table('key = { en = "Day", zh = "日" }').words("key", ("en", "zh")) == {"en": "Day", "zh": "日"}
    with pytest.raises(RulebookInvalid) as caught:
        table('key = { en = "Day" }').words("key", ("en", "zh"))
    assert caught.value.asked == "To read key.zh in some.toml."
    with pytest.raises(RulebookInvalid) as caught:
        table('key = { en = "Day", fr = "Jour" }').words("key", ("en",))
    assert caught.value.asked == "To read key.fr in some.toml."


def test_a_period_has_a_number_and_a_unit() -> None:
    assert table('key = { number = 0, unit = "day" }').period("key") == Period(0, Unit.DAY)
    for wrong in ('{ number = -1, unit = "day" }', '{ number = 1, unit = "days" }', "{ number = 1 }"):
        with pytest.raises(RulebookInvalid):
            table(f"key = {wrong}").period("key")


def test_a_rule_needs_number_title_day_and_source() -> None:
    whole = {
        "number": 'number = "A-1"',
        "title": 'title = { en = "One" }',
        "valid_from": "valid_from = 2020-01-01",
        "source": 'source = { instrument = "Act", confidence = "general" }',
    }
    rule = table("\n".join(whole.values())).rule(("en",))
    assert (rule.number, rule.title, rule.validity.from_on) == ("A-1", {"en": "One"}, date(2020, 1, 1))
    assert rule.validity.until_on is None
    assert rule.source.confidence is Confidence.GENERAL
    assert str(rule.source) == "Act"
    for key in whole:
        with pytest.raises(RulebookInvalid) as caught:
            table("\n".join(line for name, line in whole.items() if name != key)).rule(("en",))
        assert caught.value.asked == f"To read {key} in some.toml."

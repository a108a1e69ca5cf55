"""A card is checked whole before any file is read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.errors import CardInvalid
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.intake.card_reading import load_card
from goodstanding.intake.problem import Reason
from goodstanding.intake.validate import Validator
from tests.conftest import NOW
from tests.intake.conftest import CARD, COLUMNS, MakeCard

GOOD = CARD.format(format="csv", layout="", more="")


def test_a_card_names_every_column_it_reads_once(make_card: MakeCard) -> None:
    assert sorted(make_card().columns) == sorted(COLUMNS)


def test_the_digest_of_a_card_is_that_of_its_bytes(cn: Rulebook, make_card: MakeCard) -> None:
    assert load_card("x.toml", GOOD.encode(), cn).digest == make_card().digest
    assert load_card("x.toml", GOOD.encode() + b"# more\n", cn).digest != make_card().digest


@pytest.mark.parametrize(
    ("old", "new", "found", "key"),
    [
        ('kind = "registration"', 'kind = "registry"', "'registry'", "kind"),
        ('scheme = "uscc"', 'scheme = "lei"', "'lei'", "entity.scheme"),
        ('name = { column = "名称" }', "", "missing", "field.name"),
        ('name = { column = "名称" }', 'name = { column = "名称", scheme = "lei" }', "'lei'", "field.name.scheme"),
        ('name = { column = "名称" }', 'nome = { column = "名称" }', "unknown", "field.nome"),
        ('"企业" = "enterprise"', '"企业" = "firm"', "'firm'", "企业"),
        ('constant = "open"', 'constant = "ajar"', "'ajar'", "constant"),
        ("times = 100", "times = 0", "0", "times"),
        ('ref = "{代码}"', 'ref = "代码"', "'代码'", "ref"),
        ('"%Y年%m月%d日"', '"%Y年%m月"', "'%Y年%m月'", "format"),
        ('"%Y年%m月%d日"', '"%Y-%m-%d %z"', "%z", "format"),
        ('format = "csv"', 'format = "csv"\ndelimiter = "\\n"', "'\\n'", "delimiter"),
        ('format = "csv"', 'format = "xls"', "'xls'", "format"),
        ('format = "csv"', 'format = "csv"\nmax_row_bytes = 3', "3", "max_row_bytes"),
        ('code = "registrations"', 'code = "登记"', "'登记'", "code"),
        ('code = "registrations"', 'code = "registrations"\ncolour = 1', "unknown", "colour"),
    ],
)
def test_a_mistake_names_file_key_and_what_was_found(cn: Rulebook, old: str, new: str, found: str, key: str) -> None:
    assert old in GOOD
    with pytest.raises(CardInvalid) as caught:
        load_card("card.toml", GOOD.replace(old, new).encode(), cn)
    assert "card.toml" in caught.value.asked
    assert key in caught.value.asked
    assert found in caught.value.found


def test_two_facts_of_a_row_may_not_share_a_record_key(cn: Rulebook) -> None:
    second = GOOD[GOOD.index("[[fact]]") :]
    with pytest.raises(CardInvalid, match="record key"):
        load_card("card.toml", (GOOD + second).encode(), cn)
    when = 'when = {{ column = "类型", values = ["{}"] }}\nkind = "registration"'
    apart = GOOD.replace('kind = "registration"', when.format("企业"))
    apart += second.replace('kind = "registration"', when.format("个体工商户"))
    assert len(load_card("card.toml", apart.encode(), cn).facts) == 2


MANUAL = (Path(__file__).parents[2] / "docs" / "cards.md").read_text(encoding="utf-8")


def test_the_example_of_the_manual_is_a_card(cn: Rulebook) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", MANUAL, flags=re.S)
    card = load_card("example.toml", example.encode(), cn)
    assert [plan.kind for plan in card.facts] == ["registration", "licence"]
    assert "更新时间" in card.columns


def test_the_manual_names_every_reason_a_row_is_held_and_no_other() -> None:
    listed = set(re.findall(r"^\| `(row\.[a-z_]+)` \|", MANUAL, flags=re.M))
    assert listed == {reason.value for reason in Reason}


def test_the_manual_states_the_defaults(make_card: MakeCard) -> None:
    layout = make_card().layout
    stated = re.findall(r"^\| `([a-z_]+)` \| (`.`|`utf-8`|[0-9]+) \|", MANUAL, flags=re.M)
    assert len(stated) == 5
    for key, default in stated:
        value = getattr(layout, key)
        assert str(getattr(value, "value", value)) == default.strip("`"), key


BANDED = """
code = "register"
title = { zh = "登记", en = "Register" }
[file]
format = "csv"
[[fact]]
kind = "inspection"
ref = "visit/{visit}/{found:digest}"
entity = { scheme = "camis", column = "number" }
valid_from = { constant = 2015-03-31 }
[fact.field]
inspection_id = { column = "visit" }
programme = { constant = "cycle" }
visit = { constant = "initial" }
score = { column = "points" }

[fact.field.results]
column = "points"
bands = [{ to = 13, code = "pass" }, { from = 14, to = 27, code = "conditions" }, { from = 28, code = "fail" }]
"""


def read_banded(nyc: Rulebook, *rows: dict[str, str], card: str = BANDED) -> list[Fact]:
    validator = Validator(load_card("card.toml", card.encode(), nyc), nyc, ["number", "visit", "found", "points"], NOW)
    facts = []
    for row in rows:
        cells = [row.get(name, "") for name in ("number", "visit", "found", "points")]
        read, problems = validator.read(cells, NOW, {})
        assert problems == []
        facts += read
    return facts


@given(st.integers(-9, 999))
@settings(deadline=None)
def test_a_number_falls_in_the_band_that_holds_it(nyc: Rulebook, points: int) -> None:
    (fact,) = read_banded(nyc, {"number": "30075445", "visit": "7", "found": "mice", "points": str(points)})
    assert fact.payload["results"] == ("pass" if points < 14 else "conditions" if points < 28 else "fail",)


def test_a_long_text_stands_in_the_record_key_by_its_digest(nyc: Rulebook) -> None:
    row = {"number": "30075445", "visit": "7", "points": "3"}
    long, other = ({**row, "found": "mice " * 100 + end} for end in ("a", "b"))
    refs = [fact.source_ref for fact in read_banded(nyc, long, other, {**long, "points": "5"})]
    assert refs[0] == refs[2] != refs[1]
    assert re.fullmatch(r"visit/7/[0-9a-f]{24}", refs[0])


def test_a_card_may_say_the_first_day_itself(nyc: Rulebook) -> None:
    (fact,) = read_banded(nyc, {"number": "30075445", "visit": "7", "found": "mice", "points": "3"})
    assert fact.span == Span(date(2015, 3, 31))
    assert "constant" not in load_card("card.toml", BANDED.encode(), nyc).columns


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("from = 14, to = 27", "from = 15, to = 27", "from"),
        ("from = 14, to = 27", "from = 13, to = 27", "from"),
        ("from = 14, to = 27", "from = 14, to = 12", "to"),
        ("{ to = 13", "{ from = 0, to = 13", "from"),
        ("from = 28,", "from = 28, to = 40,", "bands"),
        ("from = 14, to = 27,", "from = 14,", "from"),
        ('code = "fail"', 'code = "failed"', "code"),
        ("constant = 2015-03-31", 'constant = "2015-03-31"', "valid_from"),
        ("{found:digest}", "{found:digest}/{found}", "ref"),
    ],
)
def test_bands_with_a_gap_a_digest_beside_its_text_and_a_day_in_quotes_are_refused(
    nyc: Rulebook, old: str, new: str, key: str
) -> None:
    assert old in BANDED
    with pytest.raises(CardInvalid) as caught:
        load_card("card.toml", BANDED.replace(old, new).encode(), nyc)
    assert key in caught.value.asked

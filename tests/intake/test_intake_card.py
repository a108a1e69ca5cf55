"""A card is checked whole before any file is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goodstanding.core.errors import CardInvalid
from goodstanding.core.rulebook import Rulebook
from goodstanding.intake.card_reading import load_card
from goodstanding.intake.problem import Reason
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

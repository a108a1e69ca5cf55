"""A catalogue line that rests on nothing is refused when the rulebook is read."""

from __future__ import annotations

import pytest

from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.rulebook import Rulebook, load
from tests.law.case import ROOT

FILES = {path.name: path.read_bytes() for path in sorted((ROOT / "cn").glob("*.toml"))}


def changed(file: str, old: str, new: str) -> dict[str, bytes]:
    text = FILES[file].decode()
    assert old in text, f"{old!r} is not in {file}"
    return {**FILES, file: text.replace(old, new, 1).encode()}


def refused(files: dict[str, bytes]) -> RulebookInvalid:
    with pytest.raises(RulebookInvalid) as caught:
        load(files)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "wants"),
    [
        (
            'article = "第十八条", confidence = "text"',
            'article = "", confidence = "text"',
            "The instrument and the article",
        ),
        (
            'article = "第十八条", confidence = "text"',
            'article = "第十八条", confidence = "assumed"',
            "law somebody has seen",
        ),
        ('purposes = ["procurement", "works_tender", "land_grant", "honours"]', "purposes = []", "[purpose.<code>]"),
        ('purposes = ["inspection"]', 'purposes = ["walking"]', "[purpose.<code>]"),
        ('effect = "watched"', 'effect = "given"', "[favour.<code>]"),
        ('kind = "list_entry"', 'kind = "rumour"', "A fact kind"),
        ('values = ["abnormal", "serious"]', 'values = ["rumour"]', "Codes of table lists"),
        ('code = "no_honours"', 'code = "commitment_closed"', "One version of a line"),
        ('code = "tender_fraud"', 'code = "procurement_ban"', "One version of a line"),
        ('code = "food_crime"', 'code = "rumour"', "One of:"),
        ('least = "1 year", most = "3 year"', 'least = "3 year", most = "1 year"', "No less than the least"),
        ('least = "10 year", most = "life"', 'least = "life", most = "10 year"', "No less than the least"),
        ('least = "5 year", most = "5 year"', 'least = "a while", most = "5 year"', "Such as 5 year, or life"),
        ("[favour.green_channel]", "[favour.flowers]", "[benefit.<code>]"),
        ('business = "business_ban"', 'business = "list_entry"', "All fields of a ban"),
        ('person = "person_ban"', 'person = "business_ban"', "All fields of a ban"),
        ('business = "business_ban"\n', "", "A fact kind for such bans"),
        ('subject_types = ["enterprise"]', 'subject_types = ["rumour"]', "One of:"),
    ],
)
def test_a_line_that_rests_on_nothing_is_refused(old: str, new: str, wants: str) -> None:
    assert wants in refused(changed("measures.toml", old, new)).wants


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('max_length = 20, exposure = "masked", subject = "person"', 'max_length = 20, subject = "person"'),
        ('max_length = 64, exposure = "official", subject = "person"', 'max_length = 64, subject = "person"'),
        ('is_feature = false\nsubject = "person"\n[kind.person_ban', "is_feature = false\n[kind.person_ban"),
    ],
)
def test_a_kind_that_would_show_or_weigh_a_person_is_refused(old: str, new: str) -> None:
    assert refused(changed("facts.toml", old, new)).found == "Kind person_ban shows or weighs a person."


def test_a_jurisdiction_without_measures_binds_nobody() -> None:
    without: Rulebook = load({name: content for name, content in FILES.items() if name != "measures.toml"})
    assert without.measures.measures == ()
    assert without.digest != load(FILES).digest

"""What may never be weighed is refused when the rulebook is read, with file, key and remedy."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.fact import Exposure, FieldType, Subject
from goodstanding.core.rulebook import Rulebook, load
from tests.core import small_law

ROOT = Path(__file__).parents[2] / "rulebooks"
BOOKS = sorted(folder.name for folder in ROOT.iterdir() if (folder / "rulebook.toml").exists())

FEATURE = 'is_final = { type = "boolean"'
"""Where the small law's kind of check has a field that is no feature."""


def with_words(*words: str, **edit: str) -> dict[str, bytes]:
    """Return the small law with words that no feature may bear."""
    files = small_law.files(**edit)
    files["rulebook.toml"] = files["rulebook.toml"].replace(
        b'currency = "EUR"', f'currency = "EUR"\nnever_weighed = {list(words)}'.encode()
    )
    return files


def refused(files: dict[str, bytes]) -> RulebookInvalid:
    with pytest.raises(RulebookInvalid) as caught:
        load(files)
    return caught.value


def field(**changes: str) -> dict[str, bytes]:
    """Return the small law with one more feature field of checks, flagged and titled as told."""
    said = {"type": '"boolean"', "title": '{ en = "Extra" }', **changes}
    text = ", ".join(f"{key} = {value}" for key, value in said.items())
    return small_law.files("facts", FEATURE, f"extra = {{ feature = true, {text} }}\n{FEATURE}")


@pytest.mark.parametrize("subject", [subject for subject in Subject if subject is not Subject.BUSINESS])
def test_a_feature_field_about_a_person_is_refused(subject: Subject) -> None:
    error = refused(field(subject=f'"{subject.value}"'))
    assert error.asked == "To read kind.check.field.extra.subject in facts.toml."
    assert error.found == f"A feature about {subject.value}."
    assert "about the business" in error.wants
    assert error.next_step.startswith("Mend kind.check.field.extra.subject in facts.toml")


@pytest.mark.parametrize("subject", [subject for subject in Subject if subject is not Subject.BUSINESS])
def test_a_feature_kind_about_a_person_is_refused(subject: Subject) -> None:
    error = refused(small_law.files("facts", 'number = "K-3"', f'number = "K-3"\nsubject = "{subject.value}"'))
    assert error.asked == "To read kind.check.subject in facts.toml."
    assert error.found == f"A feature about {subject.value}."


@pytest.mark.parametrize("exposure", [Exposure.MASKED, Exposure.OFFICIAL])
def test_a_feature_that_the_public_does_not_see_is_refused(exposure: Exposure) -> None:
    error = refused(field(exposure=f'"{exposure.value}"'))
    assert error.asked == "To read kind.check.field.extra.exposure in facts.toml."
    assert error.found == f"A feature that is {exposure.value}."
    assert error.wants == "A feature that the public may see."


def test_free_text_is_no_feature() -> None:
    error = refused(field(type='"text"'))
    assert error.asked == "To read kind.check.field.extra.type in facts.toml."
    assert "free text" in error.wants


def test_a_subject_nobody_knows_is_refused() -> None:
    error = refused(field(subject='"firm"'))
    assert error.asked == "To read kind.check.field.extra.subject in facts.toml."
    assert error.wants.startswith("One of: business, person,")


def test_what_is_about_a_person_may_be_recorded_as_long_as_it_is_no_feature() -> None:
    old = 'owner = { type = "text"'
    book = load(small_law.files("facts", old, 'owner = { subject = "person", type = "text"'))
    assert book.kinds["registration"].fields["owner"].subject is Subject.PERSON


@pytest.mark.parametrize(
    ("word", "title", "is_refused"),
    [
        ("religion", "Owner's religion", True),
        ("Religion", "RELIGION of the owner", True),
        ("age", "Age", True),
        ("age", "Percentage of agents aged well", False),
        ("国籍", "经营者国籍", True),
        ("国籍", "经营期限", False),
        ("国籍", "经营者国 籍", True),
        ("国籍", "经营者国\u200b籍", True),
        ("国籍", "经营者国·籍", True),
        ("age", "Ages of partners", True),
        ("race", "Owner's races", True),
        ("nationality", "Nationalities of partners", True),
        ("religion", "Ｒｅｌｉｇｉｏｎ", True),
        ("religion", "Rel\u00adigion", True),
        ("religion", "R\u00e9ligion", True),
        ("religion", "Rel\u0456gi\u043en", True),
        ("religion", "Religions-affiliation", True),
        ("birth", "Birthdate", True),
        ("home address", "The owner's home_address", True),
        ("race", "Horse tracers", False),
        ("sex", "Office in Essex", False),
    ],
)
def test_a_feature_with_a_word_that_none_may_bear_is_refused(word: str, title: str, is_refused: bool) -> None:
    files = field(title=f'{{ en = "{title}" }}')
    files["rulebook.toml"] = with_words(word)["rulebook.toml"]
    if not is_refused:
        assert load(files).kinds["check"].fields["extra"].feature
        return
    error = refused(files)
    assert error.asked == "To read kind.check.field.extra.title in facts.toml."
    assert error.found == f"A feature that bears the word {word.lower()!r}."
    assert "never_weighed in rulebook.toml" in error.wants


def test_the_code_of_a_field_and_the_title_of_a_kind_are_looked_at_too() -> None:
    files = small_law.files(
        "facts", FEATURE, f'owner_sex = {{ feature = true, type = "boolean", title = {{ en = "X" }} }}\n{FEATURE}'
    )
    files["rulebook.toml"] = with_words("sex")["rulebook.toml"]
    assert refused(files).asked == "To read kind.check.field.owner_sex.title in facts.toml."
    assert refused(with_words("rule")).asked == "To read kind.registration.title in facts.toml."


@pytest.mark.parametrize("code", ["ownerAge", "owner_age", "age2", "OwnersAge"])
def test_a_word_is_found_in_a_code_however_its_parts_are_joined(code: str) -> None:
    new = f'{code} = {{ feature = true, type = "boolean", title = {{ en = "X" }} }}\n{FEATURE}'
    files = small_law.files("facts", FEATURE, new)
    files["rulebook.toml"] = with_words("age")["rulebook.toml"]
    assert refused(files).asked == f"To read kind.check.field.{code}.title in facts.toml."


@pytest.mark.parametrize(
    ("table", "code", "title"),
    [("religions", "one", "One"), ("groups", "religion_one", "One"), ("groups", "one", "The first religion")],
)
def test_a_feature_is_looked_at_down_to_the_codes_it_may_hold(table: str, code: str, title: str) -> None:
    files = field(type='"code"', codes=f'"{table}"')
    coded = f'[codes.{table}]\n{code} = {{ en = "{title}" }}\n[codes.statuses]'
    files["rulebook.toml"] = with_words("religion")["rulebook.toml"].replace(b"[codes.statuses]", coded.encode())
    error = refused(files)
    assert error.asked == "To read kind.check.field.extra.codes in facts.toml."
    assert "'religion'" in error.found


def test_the_day_from_which_a_business_dates_is_weighed_and_so_never_a_persons() -> None:
    day = 'established_on = { type = "day"'
    files = small_law.files("facts", day, f'{day}, subject = "person"')
    error = refused(files)
    assert error.asked == "To read registration.established in rulebook.toml."
    assert error.found == "'established_on': A feature about person."
    assert refused(with_words("since")).asked == "To read registration.established in rulebook.toml."


@pytest.mark.parametrize("said", ['subject = "person"', 'exposure = "masked"', 'exposure = "official"'])
def test_nobody_is_related_by_a_person(said: str) -> None:
    link = f"""[kind.link]
number = "K-9"
{small_law.SOURCE}
is_public = false
is_feature = true
[kind.link.field]
with = {{ type = "text", required = true, {said}, title = {{ en = "With" }} }}
[[related]]
number = "K-10"
{small_law.SOURCE}
kind = "link"
field = "with"
carries = ["check"]
"""
    files = small_law.files()
    open_ = dict(files, **{"facts.toml": files["facts.toml"] + link.replace(f"{said}, ", "").encode()})
    assert load(open_).related
    error = refused(dict(files, **{"facts.toml": files["facts.toml"] + link.encode()}))
    assert error.asked == "To read related[0].field in facts.toml."
    assert "nobody is related by a person" in error.wants


def test_a_word_in_what_is_no_feature_is_nothing() -> None:
    assert not load(with_words("owner", "note", "name")).kinds["registration"].fields["owner"].feature


@pytest.mark.parametrize("name", BOOKS)
def test_every_rulebook_of_the_house_lists_such_words_and_weighs_no_person(name: str) -> None:
    folder = ROOT / name
    assert tomllib.loads((folder / "rulebook.toml").read_text())["never_weighed"]
    book = load({path.name: path.read_bytes() for path in folder.glob("*.toml")})
    for kind in book.kinds.values():
        assert not kind.is_feature or kind.subject is Subject.BUSINESS
        for one in kind.fields.values():
            assert not one.feature or one.exposure is Exposure.PUBLIC
            assert not one.feature or one.subject is Subject.BUSINESS
            assert not one.feature or one.type is not FieldType.TEXT


def test_of_mainland_china_the_operator_and_the_home_are_said_to_be_so(cn: Rulebook) -> None:
    fields = cn.kinds["registration"].fields
    assert fields["legal_representative"].subject is Subject.PERSON
    assert fields["address"].subject is Subject.HOME


@settings(deadline=None)
@given(
    subject=st.sampled_from(Subject),
    exposure=st.sampled_from(Exposure),
    type_=st.sampled_from([FieldType.BOOLEAN, FieldType.INTEGER, FieldType.DAY, FieldType.TEXT]),
)
def test_only_an_open_fact_about_the_business_that_is_no_free_text_is_taken(
    subject: Subject, exposure: Exposure, type_: FieldType
) -> None:
    files = field(subject=f'"{subject.value}"', exposure=f'"{exposure.value}"', type=f'"{type_.value}"')
    may = subject is Subject.BUSINESS and exposure is Exposure.PUBLIC and type_ is not FieldType.TEXT
    if may:
        assert load(files).kinds["check"].fields["extra"].feature
    else:
        refused(files)

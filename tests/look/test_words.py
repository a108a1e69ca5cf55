"""Words are complete, and every word a template asks for is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup

import goodstanding
from goodstanding.look.words import LANGUAGES, all_words, direction, flatten, localised, read, words

PACKAGE = Path(goodstanding.__file__).parent
TEMPLATES = sorted(path for path in PACKAGE.glob("*/templates/**/*") if path.suffix in {".html", ".txt", ".xml"})
SAID = re.compile(r"""\bt\(\s*(["'])([\w.-]+)\1\s*[,)]""")
VALUE = re.compile(r"\{(\w+)\}")


def test_every_word_is_said_in_every_language() -> None:
    lacking = {key: language for key, entry in all_words().items() for language in LANGUAGES if not entry.get(language)}
    assert not lacking


def test_every_word_speaks_only_languages_we_know() -> None:
    known = {*LANGUAGES, *(f"{language}_one" for language in LANGUAGES)}
    assert {key: set(entry) - known for key, entry in all_words().items() if set(entry) - known} == {}


def test_every_language_of_a_word_takes_the_same_values() -> None:
    uneven = {
        key
        for key, entry in all_words().items()
        if len({frozenset(VALUE.findall(entry[language])) for language in LANGUAGES}) > 1
    }
    assert not uneven


def test_templates_are_found() -> None:
    assert PACKAGE / "look" / "templates" / "look" / "layout.html" in TEMPLATES


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_word_a_template_asks_for_is_there(template: Path) -> None:
    asked = {found[2] for found in SAID.finditer(template.read_text(encoding="utf-8"))}
    assert asked - all_words().keys() == set()


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.word"):
        words("en")("no.such.word")


def test_a_language_we_do_not_speak_is_an_error() -> None:
    with pytest.raises(KeyError, match="fr"):
        words("fr")


def test_values_are_filled_in() -> None:
    assert words("zh")("pages.page", number=3) == "第 3 页"
    assert words("en")("pages.page", number=3) == "Page 3"


def test_markup_in_a_value_stays_and_text_beside_it_is_escaped() -> None:
    said = words("en")("site.title", page=Markup("<b>A</b>"), site="<i>")
    assert said == Markup("<b>A</b> – &lt;i&gt;")
    assert isinstance(said, Markup)


def test_one_may_be_said_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {"n": {"zh": "{count} 家", "en": "{count} businesses", "en_one": "{count} business"}}
    monkeypatch.setattr("goodstanding.look.words.all_words", lambda: entries)
    t = words.__wrapped__("en")
    assert [t("n", count=count) for count in (0, 1, 2)] == ["0 businesses", "1 business", "2 businesses"]


def test_a_key_is_the_path_of_its_entry() -> None:
    assert flatten({"a": {"b": {"zh": "x", "en": "y"}, "c": {"d": {"zh": "x", "en": "y"}}}}).keys() == {"a.b", "a.c.d"}


def test_two_files_may_not_define_one_word(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text('k = { zh = "x", en = "y" }\n', encoding="utf-8")
    with pytest.raises(ValueError, match="defines again: k"):
        read([tmp_path / "a", tmp_path / "b"])


def test_a_value_is_said_in_the_readers_language_or_else_in_any() -> None:
    assert localised({"zh": "名", "en": "name"}, "en") == "name"
    assert localised({"zh": "名"}, "en") == "名"
    assert localised({"zh": "名", "en": ""}, "en") == "名"
    assert localised("plain", "zh") == "plain"
    assert localised({}, "zh") == ""


def test_scripts_run_their_own_way() -> None:
    assert [direction(language) for language in ("zh", "en", "ug")] == ["ltr", "ltr", "rtl"]

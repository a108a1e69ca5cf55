"""Words in every language we speak, by key, from the ``words.toml`` of each package.

A key is the dotted path of an entry, as ``layout.skip`` for

    [layout]
    skip = { zh = "跳到正文", en = "Skip to main content" }

A text may hold ``{name}`` for a value. An English entry that counts may add ``en_one``, used when ``count`` is 1.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import escape

LANGUAGES = ("zh", "en")
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
HTML_LANGUAGE = {"zh": "zh-Hans"}

Entry = Mapping[str, str]
Translate = Callable[..., str]


def direction(language: str) -> str:
    """Return the writing direction of a language as HTML's ``dir`` wants it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def html_language(language: str) -> str:
    """Return the language tag to put in HTML, with the script where fonts and screen readers need it."""
    return HTML_LANGUAGE.get(language, language)


def flatten(table: Mapping[str, Any], path: str = "") -> dict[str, Entry]:
    """Return the entries of nested tables by dotted key; an entry is a table whose values are texts."""
    entries: dict[str, Entry] = {}
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if not isinstance(value, Mapping):
            raise ValueError(f"{key} is neither an entry nor a table of entries")
        if value and all(isinstance(text, str) for text in value.values()):
            entries[key] = dict(value)
        else:
            entries.update(flatten(value, key))
    return entries


def read(files: Iterable[Path]) -> dict[str, Entry]:
    """Return the entries of several words files together.

    Raises:
        ValueError: Two files define one key, so that one would silently hide the other.
    """
    entries: dict[str, Entry] = {}
    for file in files:
        found = flatten(tomllib.loads(file.read_text(encoding="utf-8")))
        twice = sorted(entries.keys() & found.keys())
        if twice:
            raise ValueError(f"{file} defines again: {', '.join(twice)}")
        entries.update(found)
    return entries


@cache
def all_words() -> Mapping[str, Entry]:
    """Return the entries of every package of ours that keeps a ``words.toml``."""
    return read(sorted(Path(__file__).parents[1].glob("*/words.toml")))


@cache
def words(language: str) -> Translate:
    """Return the function that says a key in one language.

    Args:
        language: One of `LANGUAGES`.
    Returns:
        ``t(key, **values)``: the text with its values filled in. When a value is markup the text is markup too, and
        every other value is escaped; a sentence can so hold a link.
    Raises:
        KeyError: We do not speak the language. Calling ``t`` raises it for an unknown key.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    entries = all_words()
    one = f"{language}_one"

    def t(key: str, **values: Any) -> str:
        entry = entries[key]
        text = entry[one] if values.get("count") == 1 and one in entry else entry[language]
        if not values:
            return text
        if any(hasattr(value, "__html__") for value in values.values()):
            return escape(text).format(**values)
        return text.format(**values)

    return t


def localised(value: Mapping[str, str] | str, language: str) -> str:
    """Return a value in a language, else in whichever language it is given in.

    Args:
        value: Texts by language, as rulebooks keep them; a plain text stands for itself.
        language: The reader's language.
    Returns:
        The text; empty when there is none in any language.
    """
    if isinstance(value, str):
        return value
    return value.get(language) or next((text for text in value.values() if text), "")

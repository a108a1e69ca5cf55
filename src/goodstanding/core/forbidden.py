"""What may never be weighed, however useful it might be: we supervise businesses and grade no person.

Rules kept here:
- Every kind and field says what it is about; unless it says otherwise, the business. What is about a person, or about
  anyone's origin, belief or home, is never a feature, and no rulebook can allow it.
- What the public does not see is never a feature: nobody could check a class that rests on it.
- Free text is never a feature: it may hold anything about anyone.
- A rulebook lists words of its languages that no feature may bear, so that a field whose subject was left out is found:
  in its code, its title, its code table and that table's codes, however they are spelt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from goodstanding.core.fact import Exposure, FactKind, Field, FieldType, Subject

LONG = 5
"""From so many letters on, a word is found inside others too: ``birth`` in ``birthdate``, not ``age`` in ``wages``."""

_ALIKE = str.maketrans("аеіорсухѕјһԁѵɡıοανικρτυ", "aeiopcyxsjhdvgioavikptu")
"""Cyrillic and Greek letters, and two odd Latin ones, that look like plain ones: a reader takes them for these."""


def why_never(
    thing: FactKind | Field, words: Collection[str], titles_of_codes: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[str, str, str] | None:
    """Say why a kind or field that is marked a feature may not be one.

    Args:
        words: What no feature may bear, as `lowered` gives it.
        titles_of_codes: Of the field's code table: titles by language, by code.
    Returns:
        (key, what was found, what is wanted), or ``None`` where it may be weighed.
    """
    if thing.subject is not Subject.BUSINESS:
        found = f"A feature about {thing.subject.value}."
        return "subject", found, "A feature about the business; what is about persons is never one."
    if isinstance(thing, Field):
        if thing.exposure is not Exposure.PUBLIC:
            found = f"A feature that is {thing.exposure.value}."
            return "exposure", found, "A feature that the public may see."
        if thing.type is FieldType.TEXT:
            wants = "A feature of another type: free text may hold anything about anyone."
            return "type", "A feature of type text.", wants
    code = thing.name if isinstance(thing, Field) else thing.code
    titles = (*thing.title.values(),) if isinstance(thing, Field) else (*thing.rule.title.values(),)
    wants = "No feature with a word of never_weighed in rulebook.toml."
    for word in sorted(words):
        if any(_bears(text, word) for text in (code, *titles)):
            return "title", f"A feature that bears the word {word!r}.", wants
        if isinstance(thing, Field) and _table_bears(thing.table, titles_of_codes or {}, word):
            return "codes", f"A feature whose code table bears the word {word!r}.", wants
    return None


def lowered(words: Iterable[str]) -> frozenset[str]:
    """Return words as `why_never` wants them."""
    return frozenset(found for word in words if (found := _plain(word).strip()))


def _table_bears(table: str, titles_of_codes: Mapping[str, Mapping[str, str]], word: str) -> bool:
    texts = [table, *titles_of_codes, *(title for titles in titles_of_codes.values() for title in titles.values())]
    return any(_bears(text, word) for text in texts)


def _bears(text: str, word: str) -> bool:
    """Tell whether a text has a word: short ones as a whole word or its plural, others anywhere."""
    # A capital inside a name begins a word, as in ownerAge.
    plain = _plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", text)))
    squeezed, wanted = (re.sub(r"[\W\d_]+", "", one) for one in (plain, word))
    if not wanted.isascii() or len(wanted) >= LONG:
        return wanted in squeezed or f"{wanted.removesuffix('y')}ies" in squeezed
    return not {wanted, f"{wanted}s", f"{wanted}es"}.isdisjoint(re.split(r"[\W\d_]+", plain))


def _plain(text: str) -> str:
    """Return a text in lower case, without marks on letters and without what nobody sees, in the plainest letters."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in apart if unicodedata.category(one) not in ("Mn", "Cf")).translate(_ALIKE)

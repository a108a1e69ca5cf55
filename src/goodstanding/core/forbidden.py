"""What may never be weighed, however useful it might be: we supervise businesses and grade no person.

Rules kept here:
- Every kind and field says what it is about; unless it says otherwise, the business. What is about a person, or about
  anyone's origin, belief or home, is never a feature, and no rulebook can allow it.
- What the public does not see is never a feature: nobody could check a class that rests on it.
- Free text is never a feature: it may hold anything about anyone.
- A rulebook lists words of its languages that no feature may bear, so that a field whose subject was left out is found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from goodstanding.core.fact import Exposure, FactKind, Field, FieldType, Subject


def why_never(thing: FactKind | Field, words: Collection[str]) -> tuple[str, str, str] | None:
    """Say why a kind or field that is marked a feature may not be one.

    Args:
        words: What no feature may bear in its code or title, in lower case.
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
    for word in sorted(words):
        if any(_bears(text, word) for text in (code, *titles)):
            wants = "No feature with a word of never_weighed in rulebook.toml."
            return "title", f"A feature that bears the word {word!r}.", wants
    return None


def lowered(words: Iterable[str]) -> frozenset[str]:
    """Return words as `why_never` wants them."""
    return frozenset(word.strip().lower() for word in words if word.strip())


def _bears(text: str, word: str) -> bool:
    """Tell whether a text has a word: as a whole one in scripts that part them, anywhere in those that do not."""
    lower = text.lower()
    return word in re.split(r"[\W\d_]+", lower) if word.isascii() else word in lower

"""Published files of a place as one field of supervision, in the rulebook's ``field/files.toml``.

The file names the files in the order in which they are read, the source card of each, a day to look on, and the outcome
by which the classes of that day are judged: each business's first visit after it that fits, and whether something was
found on the day of that visit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from goodstanding.core.fact import Value
from goodstanding.core.reading import Table, parse
from goodstanding.core.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Sort:
    """Facts of one kind whose fields hold one of the named codes each."""

    kind: str
    where: Mapping[str, frozenset[str]]

    def holds(self, payload: Mapping[str, Value]) -> bool:
        """Tell whether a fact of the kind is of this sort."""
        for field, codes in self.where.items():
            value = payload.get(field)
            held = set(value) if isinstance(value, tuple | list) else {value}
            if not held & codes:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Outcome:
    """By what classes are judged: a visit, and what was found of the same business on the same day."""

    title: Mapping[str, str]
    visit: Sort
    found: Sort


@dataclass(frozen=True, slots=True)
class Published:
    """The published files of one rulebook.

    Args:
        as_of: The day to look on where nobody names another.
        files: File name and source card of each, in the order in which they are read.
    """

    as_of: date
    files: tuple[tuple[str, str], ...]
    outcome: Outcome


def read_published(content: bytes, book: Rulebook) -> Published:
    """Read ``field/files.toml`` and check it against the rulebook.

    Raises:
        RulebookInvalid: With key, what was found and what is wanted, for the first mistake met.
    """
    with parse("field/files.toml", content) as file:
        as_of = file.day("as_of")
        files = tuple((table.text("name"), table.text("card")) for table in file.tables("file"))
        with file.table("outcome") as table:
            outcome = Outcome(
                table.words("title", book.languages), _sort(table, "visit", book), _sort(table, "found", book)
            )
    return Published(as_of, files, outcome)


def _sort(table: Table, key: str, book: Rulebook) -> Sort:
    with table.table(key) as inner:
        code = inner.text("kind")
        if code not in book.kinds:
            raise inner.mistake("kind", f"{code!r}.", "A fact kind of facts.toml.")
        where: dict[str, frozenset[str]] = {}
        if inner.has("where"):
            with inner.table("where") as fields:
                for name in fields.keys:
                    field = book.kinds[code].fields.get(name)
                    codes = frozenset(fields.texts(name))
                    if field is None or not codes or not codes <= field.codes:
                        wants = f"A field of kind {code} and codes of its table."
                        raise fields.mistake(name, f"{sorted(codes)}.", wants)
                    where[name] = codes
    return Sort(code, where)

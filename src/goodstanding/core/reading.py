"""Strict reading of rulebook tables: every mistake names file, key, what was found and what is wanted.

A `Table` hands out each key once and refuses, at `close`, whatever nobody asked for, so that a misspelt key is a
mistake and not a silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from types import TracebackType
from typing import Any, TypeVar

from goodstanding.core.dates import Period, Span, Unit
from goodstanding.core.errors import RulebookInvalid
from goodstanding.core.rule import Confidence, Rule, Source

E = TypeVar("E", bound=Enum)


def mistake(file: str, key: str, found: str, wants: str, next_step: str = "") -> RulebookInvalid:
    """Return the error for one wrong key of one rulebook file."""
    return RulebookInvalid(
        asked=f"To read {key or 'the file'} in {file}.",
        found=found,
        wants=wants,
        next_step=next_step or f"Mend {key or 'the file'} in {file} and load the rulebook again.",
    )


def parse(file: str, content: bytes) -> Table:
    """Read one TOML file.

    Raises:
        RulebookInvalid: The bytes are not UTF-8 or not TOML.
    """
    try:
        return Table(file, "", tomllib.loads(content.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise mistake(file, "", f"Byte {error.start} is not UTF-8.", "Text in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise mistake(file, "", f"{error}.", "Well-formed TOML.") from None


class Table:
    """One TOML table under its dotted key, read strictly; use it as a context to close it."""

    def __init__(self, file: str, path: str, values: Mapping[str, Any]) -> None:
        self.file = file
        self.path = path
        self._values = dict(values)

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()

    def close(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self._values:
            raise self.mistake(key, "The key is unknown.", "Only the keys the format names.")

    def key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def mistake(self, name: str, found: str, wants: str) -> RulebookInvalid:
        """Return the error for one key of this table."""
        return mistake(self.file, self.key(name), found, wants)

    def _take(self, name: str, kind: type, wants: str, default: Any) -> Any:
        if name not in self._values:
            if default is ...:
                raise self.mistake(name, "The key is missing.", wants)
            return default
        value = self._values.pop(name)
        if type(value) is not kind:
            raise self.mistake(name, f"{value!r}, a {type(value).__name__}.", wants)
        return value

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys not yet taken, in their written order."""
        return tuple(self._values)

    def has(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: Any = ...) -> str:
        value: str = self._take(name, str, "A text.", default)
        return value

    def whole(self, name: str, default: Any = ...) -> int:
        value: int = self._take(name, int, "A whole number.", default)
        return value

    def maybe_whole(self, name: str) -> int | None:
        return self.whole(name) if self.has(name) else None

    def flag(self, name: str, default: Any = ...) -> bool:
        value: bool = self._take(name, bool, "true or false.", default)
        return value

    def day(self, name: str, default: Any = ...) -> date:
        value: date = self._take(name, date, "A day, written YYYY-MM-DD without quotes.", default)
        return value

    def texts(self, name: str, default: Any = ...) -> tuple[str, ...]:
        values = self._take(name, list, "A list of texts.", default)
        for value in values:
            if type(value) is not str:
                raise self.mistake(name, f"{value!r} in the list.", "A list of texts.")
        return tuple(values)

    def wholes(self, name: str) -> tuple[int, ...]:
        values = self._take(name, list, "A list of whole numbers.", ...)
        for value in values:
            if type(value) is not int:
                raise self.mistake(name, f"{value!r} in the list.", "A list of whole numbers.")
        return tuple(values)

    def flags(self, name: str) -> tuple[bool, ...]:
        values = self._take(name, list, "A list of true and false.", ...)
        for value in values:
            if type(value) is not bool:
                raise self.mistake(name, f"{value!r} in the list.", "A list of true and false.")
        return tuple(values)

    def days(self, name: str) -> frozenset[date]:
        values = self._take(name, list, "A list of days.", [])
        for value in values:
            if type(value) is not date:
                raise self.mistake(name, f"{value!r} in the list.", "A list of days, YYYY-MM-DD without quotes.")
        return frozenset(values)

    def choice(self, name: str, choices: type[E], default: Any = ...) -> E:
        value = self.text(name, default.value if isinstance(default, Enum) else default)
        try:
            return choices(value)
        except ValueError:
            wants = "One of: " + ", ".join(str(choice.value) for choice in choices) + "."
            raise self.mistake(name, f"{value!r}.", wants) from None

    def table(self, name: str) -> Table:
        return Table(self.file, self.key(name), self._take(name, dict, "A table.", ...))

    def maybe_table(self, name: str) -> Table | None:
        return self.table(name) if self.has(name) else None

    def tables(self, name: str, required: bool = True) -> Iterator[Table]:
        """Yield each table of a list of tables, and close it when the next one is asked for."""
        values = self._take(name, list, "A list of tables.", ... if required else [])
        for index, value in enumerate(values):
            if type(value) is not dict:
                raise self.mistake(f"{name}[{index}]", f"{value!r}.", "A table.")
            with Table(self.file, f"{self.key(name)}[{index}]", value) as table:
                yield table

    def named(self, name: str, required: bool = True) -> Iterator[tuple[str, Table]]:
        """Yield (key, table) for each table inside a table, closing each."""
        if not required and not self.has(name):
            return
        outer = self.table(name)
        for key in outer.keys:
            with outer.table(key) as table:
                yield key, table

    def words(self, name: str, languages: tuple[str, ...], default: Any = ...) -> Mapping[str, str]:
        """Read a text in every language of the rulebook."""
        if not self.has(name) and default is not ...:
            assert isinstance(default, Mapping)  # noqa: S101 - a programming mistake, not an input
            return default
        with self.table(name) as table:
            return {language: table.text(language) for language in languages}

    def period(self, name: str) -> Period:
        with self.table(name) as table:
            number = table.whole("number")
            if number < 0:
                raise table.mistake("number", f"{number}.", "Zero or more.")
            return Period(number, table.choice("unit", Unit))

    def maybe_period(self, name: str) -> Period | None:
        return self.period(name) if self.has(name) else None

    def rule(self, languages: tuple[str, ...], number: str = "") -> Rule:
        """Read number, title, validity and source: what every rule must have."""
        number = self.text("number", number or ...)
        title = self.words("title", languages)
        valid_from = self.day("valid_from")
        valid_until = self.day("valid_until") if self.has("valid_until") else None
        if valid_until is not None and valid_until <= valid_from:
            raise self.mistake("valid_until", f"{valid_until}.", f"A day after valid_from ({valid_from}).")
        with self.table("source") as source:
            where = Source(
                instrument=source.text("instrument"),
                article=source.text("article", ""),
                confidence=source.choice("confidence", Confidence),
                note=source.text("note", ""),
            )
        return Rule(number, title, Span(valid_from, valid_until), where)

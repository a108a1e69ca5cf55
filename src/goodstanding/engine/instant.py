"""A few entities in an instant: the same expression as one prepared statement over rows in memory.

Rules kept here:
- The statement is compiled once for a scorecard; the day is bound when it runs, so every day costs the same.
- Making the text takes a second, so a process may find it where another left it; a change of rulebook, scorecard or
  program makes another text under another name.
- Rows come from the ledger, which is indexed by entity: there is no second store that could fall behind it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from threading import local
from typing import Any

import ibis
import ibis.expr.types as ir
import sqlglot
from sqlglot import expressions

from goodstanding.core import classification
from goodstanding.core.classification import Scorecard
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import FACTS
from goodstanding.engine.features import readings, rows_of, schema
from goodstanding.engine.score import Classified, classified, expression

DIALECT = "sqlite"
_FIRST_MARK = 7_000_000_000_000_000
"""Numbers from here on stand for parameters while the text is made; no rulebook holds such points, bounds or codes."""


class _Marks:
    """A clock whose numbers are marks, one for each name, to become parameters of the statement."""

    def __init__(self) -> None:
        self.functions: dict[str, Callable[[date], int]] = {}

    def __call__(self, name: str, of: Callable[[date], int]) -> Any:
        self.functions.setdefault(name, of)
        return ibis.literal(_FIRST_MARK + list(self.functions).index(name), "int64")

    def named(self, sql: str) -> str:
        """Return the text with every mark a named parameter."""
        names = list(self.functions)

        def unmarked(node: expressions.Expression) -> expressions.Expression:
            if isinstance(node, expressions.Literal) and not node.is_string and node.this.isdigit():
                place = int(node.this) - _FIRST_MARK
                if 0 <= place < len(names):
                    return expressions.Placeholder(this=names[place])
            return node

        return sqlglot.parse_one(sql, dialect=DIALECT).transform(unmarked).sql(dialect=DIALECT)


class Instant:
    """A scorecard ready to place a few entities on any day; for one thread.

    Args:
        kept: Folder in which the text of the statement is kept for other processes; without one it is made anew.
    Raises:
        IndicatorUnfit: See `goodstanding.engine.score.expression`.
    """

    def __init__(self, book: Rulebook, card: Scorecard, kept: Path | None = None) -> None:
        marks = _Marks()
        table = expression(book, card, marks)
        self._sql = _text(table, marks, None if kept is None else kept / f"instant-{_key(book, card)}.json")
        self._functions = marks.functions
        self._card = card
        self._scale = book.scales[card.scale]
        self._columns = [name for name in schema(book).names if f'"{name}"' in self._sql]
        self._book = book
        self._readings = readings(book)
        self._rows = sqlite3.connect(":memory:", isolation_level=None)
        # The indexes that join the aggregates would else be files of their own, which costs ten times the answer.
        self._rows.execute("PRAGMA temp_store = MEMORY")
        quoted = ", ".join(f'"{name}"' for name in self._columns)
        self._rows.execute(f"CREATE TABLE {FACTS} ({quoted})")
        self._insert = f"INSERT INTO {FACTS} VALUES ({', '.join('?' * len(self._columns))})"  # noqa: S608 - names only

    def classify(self, rows: Iterable[Mapping[str, Any]], as_of: date) -> list[Classified]:
        """Return the class of every registered entity among some rows, by entity id.

        Args:
            rows: As `goodstanding.engine.features.rows_of` gives them, those of one entity together or not.
        """
        self.give(rows)
        return self.on(as_of)

    def give(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take rows to be placed on one day or many; they replace those given before."""
        self._rows.execute("BEGIN")
        self._rows.execute(f"DELETE FROM {FACTS}")  # noqa: S608 - a name of ours
        self._rows.executemany(self._insert, ([row.get(name) for name in self._columns] for row in rows))
        self._rows.execute("COMMIT")

    def on(self, as_of: date) -> list[Classified]:
        """Return the classes that the rows given last lead to on a day, by entity id."""
        days = {name: of(as_of) for name, of in self._functions.items()}
        found = sorted(self._rows.execute(self._sql, days))
        return classified(found, self._card, self._scale)

    def rows_of(
        self, facts: Iterable[Fact], known_at: datetime, parties: Mapping[str, Iterable[Fact]] | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows of one entity's facts as known at an instant; see `goodstanding.engine.features.rows_of`."""
        return rows_of(facts, self._book, known_at, self._readings, parties)


def _text(table: ir.Table, marks: _Marks, file: Path | None) -> str:
    """Return the statement of an expression, from a file where it stands there, else into it."""
    names = list(marks.functions)
    if file is not None:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            if found["names"] == names:
                return str(found["sql"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not there, or harmed: it is made anew
    sql = marks.named(str(ibis.to_sql(table, dialect=DIALECT)))
    if file is not None:
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps({"names": names, "sql": sql}), encoding="utf-8")
        os.replace(beside, file)
    return sql


def _key(book: Rulebook, card: Scorecard) -> str:
    """Return what a statement follows from, as a digest: rulebook, scorecard, and the program that makes the text."""
    whole = hashlib.sha256(_program().encode())
    for part in (book.digest, card.scale, card.rule.number, str(card.rule.validity.from_on)):
        whole.update(part.encode() + b"\0")
    return whole.hexdigest()


@cache
def _program() -> str:
    whole = hashlib.sha256(f"{ibis.__version__} {sqlglot.__version__}".encode())
    rooms = (Path(__file__).parent, Path(classification.__file__).parent)
    for path in sorted(path for room in rooms for path in room.rglob("*.py")):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


_own = local()


def instant_of(book: Rulebook, card: Scorecard, kept_in: Path | None = None) -> Instant:
    """Return this thread's statement for a scorecard; making one takes as long as some thousand questions to it.

    Args:
        kept_in: Folder for its text, of a rulebook and a scorecard as the installation keeps them.
    """
    kept: dict[tuple[str, int], tuple[Scorecard, Instant]] = _own.__dict__.setdefault("kept", {})
    key = (book.digest, id(card))
    if key not in kept:
        if len(kept) >= 16:  # scorecards in use at one time are few
            kept.pop(next(iter(kept)))
        # The card is kept beside its statement, so no other card can come to have its identity.
        kept[key] = (card, Instant(book, card, kept_in))
    return kept[key][1]


def classify_facts(
    facts: Iterable[Fact],
    book: Rulebook,
    card: Scorecard,
    as_of: date,
    known_at: datetime,
    parties: Mapping[str, Iterable[Fact]] | None = None,
) -> Classified | None:
    """Return the class of one entity from its facts, by the same expression; ``None`` where it is not registered.

    Args:
        parties: Facts of the businesses it is related to, by id; see `goodstanding.engine.features.rows_of`.
    Raises:
        IndicatorUnfit: See `goodstanding.engine.score.expression`.
    """
    ready = instant_of(book, card)
    found = ready.classify(ready.rows_of(facts, known_at, parties), as_of)
    return found[0] if found else None

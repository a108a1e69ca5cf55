"""The same expression on a second engine, SQLite, gives every business the same line: nothing in it is DuckDB's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ibis
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from goodstanding.core.classification import Scorecard
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.backends import FACTS
from goodstanding.engine.features import rows_of, schema
from goodstanding.engine.indicator import day_clock
from goodstanding.engine.score import expression
from tests.engine.histories import DAYS, KNOWN_AT, register
from tests.engine.placing import placed


def on_sqlite(rows: Iterable[Mapping[str, Any]], book: Rulebook, card: Scorecard, as_of: date) -> list[tuple[Any, ...]]:
    """Return the classification's rows as SQLite computes them, by entity."""
    columns = schema(book).names
    quoted = ", ".join(f'"{name}"' for name in columns)
    engine = sqlite3.connect(":memory:")
    try:
        engine.execute(f"CREATE TABLE {FACTS} ({quoted})")
        marks = ", ".join("?" * len(columns))
        engine.executemany(
            f"INSERT INTO {FACTS} VALUES ({marks})",  # noqa: S608 - no value in the text
            ([row.get(name) for name in columns] for row in rows),
        )
        return sorted(engine.execute(str(ibis.to_sql(expression(book, card, day_clock(as_of)), dialect="sqlite"))))
    finally:
        engine.close()


@pytest.mark.parametrize("name", ["cn", "chicago"])
@given(seed=st.integers(0, 2**32), as_of=st.sampled_from(DAYS))
@settings(deadline=None, max_examples=5, phases=[Phase.generate])  # a smaller seed is no simpler register
def test_two_engines_agree_to_the_last_digit(
    name: str, cn: Rulebook, chicago: Rulebook, seed: int, as_of: date
) -> None:
    book = cn if name == "cn" else chicago
    card = book.scorecards[0]
    rows = [row for _, facts in register(seed, book, as_of, 200) for row in rows_of(facts, book, KNOWN_AT)]
    found = [tuple(row.values()) for row in placed(rows, book, card, as_of)]
    assert len(found) > 100
    other = on_sqlite(rows, book, card, as_of)
    # One line of difference says enough; the comparison of two whole lists is too long to print.
    assert len(other) == len(found)
    odd = next(((ours, theirs) for ours, theirs in zip(found, other, strict=True) if ours != theirs), None)
    assert odd is None


@pytest.mark.parametrize("dialect", ["pyspark", "postgres", "trino"])
def test_a_scorecard_can_be_written_for_engines_of_a_cluster(dialect: str, cn: Rulebook, chicago: Rulebook) -> None:
    for book in (cn, chicago):
        text = str(ibis.to_sql(expression(book, book.scorecards[0], day_clock(DAYS[0])), dialect=dialect))
        assert all(name in text for name in book.scorecards[0].indicators)

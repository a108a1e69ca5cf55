"""From what a reader types to pages: a code or its beginning, a name, any two neighbouring characters of one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from goodstanding import publicstore as layout

_PREFIX_FROM = 4
_EXACT, _BEGINNING, _WHOLE, _WORD = 1000.0, 50.0, 200.0, 2.0


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found.

    Args:
        ids: Entity ids of one page of hits, best first.
        total: How many there are in all.
        is_loose: Nothing held the whole of what was asked; these share at least half of its character pairs.
    """

    ids: tuple[str, ...] = ()
    total: int = 0
    is_loose: bool = False


class Search:
    """The index of one public store; it may not be there yet."""

    def __init__(self, public: Path) -> None:
        self._folder = layout.search_folder(public)
        self._schema = layout.search_schema()
        self._lock = threading.Lock()
        self._index: tantivy.Index | None = None
        self._generation = -1

    def find(self, text: str, generation: int, offset: int, limit: int) -> Hits:
        """Return hits for what a reader typed.

        Args:
            text: Without control characters; blanks apart, at least one letter or digit finds something.
            generation: The store's publication number; the index is looked at anew when it has risen.
            offset: How many hits to pass over.
            limit: How many to return at most.
        """
        runs = layout.runs(text)
        searcher = self._searcher(generation)
        if not runs or searcher is None:
            return Hits()
        found: Any = searcher.search(self._close(text, runs), limit=limit, offset=offset)
        is_loose = not found.count
        if is_loose:
            found = searcher.search(self._loose(runs), limit=limit, offset=offset)
        ids = tuple(str(searcher.doc(address)["id"][0]) for _, address in found.hits)
        return Hits(ids, int(found.count or 0), is_loose and bool(found.count))

    def _searcher(self, generation: int) -> tantivy.Searcher | None:
        with self._lock:
            if self._index is None:
                if not self._folder.is_dir() or not tantivy.Index.exists(str(self._folder)):
                    return None
                self._index = tantivy.Index.open(str(self._folder))
                self._index.config_reader(reload_policy="manual")
                self._index.reload()
            elif generation != self._generation:
                self._index.reload()
            self._generation = generation
            return self._index.searcher()

    def _close(self, text: str, runs: list[str]) -> Query:
        """Every run must stand in the name, or the whole must be a code or the beginning of one."""
        schema, code = self._schema, layout.plain_code(text)
        name = Query.boolean_query([(Occur.Must, self._run(run)) for run in runs])
        whole = Query.term_query(schema, "whole", layout.normalised(text).strip())
        ways = [
            name,
            Query.boost_query(whole, _WHOLE),
            *(Query.boolean_query([(Occur.Must, name), (Occur.Must, self._word(run))]) for run in runs),
            Query.boost_query(Query.term_query(schema, "code", code), _EXACT),
        ]
        if len(code) >= _PREFIX_FROM and code.isascii():
            # Letters and digits only, so nothing in it is an operator of the expression.
            ways.append(Query.boost_query(Query.regex_query(schema, "code", f"{code}.*"), _BEGINNING))
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _run(self, run: str) -> Query:
        grams = layout.bigrams(run)
        if len(grams) == 1:
            return Query.term_query(self._schema, "name", grams[0])
        return Query.phrase_query(self._schema, "name", list(grams))

    def _word(self, run: str) -> Query:
        return Query.boost_query(Query.term_query(self._schema, "word", run), _WORD)

    def _loose(self, runs: list[str]) -> Query:
        grams = sorted({gram for run in runs for gram in layout.bigrams(run)})
        return Query.boolean_query(
            [(Occur.Should, Query.term_query(self._schema, "name", gram)) for gram in grams],
            minimum_number_should_match=max(1, (len(grams) + 1) // 2),
        )

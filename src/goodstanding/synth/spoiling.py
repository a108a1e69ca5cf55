"""Rows made wrong on purpose, the way sources do it, so that an import's quarantine can be held against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from goodstanding.synth.chance import MILLION, number_of
from goodstanding.synth.layout import Cell, Document, FileLayout, How, Layouts, Spoiling
from goodstanding.synth.writing import Writer


@dataclass(slots=True)
class FileCount:
    """What was written into one file.

    Args:
        rows: Data rows, wrong and repeated ones included.
        repeated: Good rows that stand a second time, word for word.
        spoilt: Wrong rows by the reason an import must hold them for.
    """

    layout: FileLayout
    rows: int = 0
    repeated: int = 0
    spoilt: Counter[str] = field(default_factory=Counter)

    @property
    def facts(self) -> int:
        """How many facts the file states."""
        return self.rows - self.repeated - self.spoilt.total()


class Clerk:
    """Enters documents into one file, with a clerk's mistakes.

    Args:
        alphabet: Characters among which a wrong check character is chosen.
    """

    def __init__(self, layout: FileLayout, layouts: Layouts, seed: str, alphabet: str, writer: Writer) -> None:
        self.count = FileCount(layout)
        self._layout = layout
        self._layouts = layouts
        self._seed = seed
        self._alphabet = alphabet
        self._writer = writer

    def enter(self, document: Document) -> bool:
        """Write one document's row, and tell whether it is a good one."""
        cells = self._layout.cells(document)
        number = number_of(self._seed, self._layout.name, cells[self._layout.ref])
        fate = number % MILLION
        self.count.rows += 1
        if fate < self._layouts.spoilt_ppm and self._layout.spoilings:
            spoiling = self._layout.spoilings.by(number // MILLION)
            self._spoil(spoiling, cells)
            self.count.spoilt[spoiling.reason.value] += 1
            return False
        self._writer.row(cells)
        if fate >= MILLION - self._layouts.repeated_ppm:
            self._writer.row(cells)
            self.count.rows += 1
            self.count.repeated += 1
        return True

    def _spoil(self, spoiling: Spoiling, cells: Sequence[Cell]) -> None:
        wrong = list(cells)
        place, text = spoiling.place, str(cells[spoiling.place])
        match spoiling.how:
            case How.REPLACE:
                wrong[place] = spoiling.text
                self._writer.row(wrong)
            case How.CHECK_DIGIT:
                after = (self._alphabet.index(text[-1]) + 1) % len(self._alphabet)
                wrong[place] = text[:-1] + self._alphabet[after]
                self._writer.row(wrong)
            case How.LENGTHEN:
                wrong[place] = text * (spoiling.characters // max(1, len(text)) + 1)
                self._writer.row(wrong)
            case How.BYTES:
                self._writer.row(wrong, broken=spoiling.bytes)
            case How.CUT:
                self._writer.row(wrong, cut=True)
            case How.ANOTHER_CELL:
                self._writer.row([*wrong, ""])
            case _:
                assert_never(spoiling.how)

"""The text of the prepared statement, kept for other processes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from goodstanding.core.rulebook import Rulebook
from goodstanding.engine import instant
from goodstanding.engine.instant import Instant
from goodstanding.engine.score import Classified, card_in_force
from tests.engine.histories import DAYS, KNOWN_AT, register


def placed(ready: Instant, book: Rulebook) -> list[Classified]:
    rows = [row for _, facts in register(4, book, DAYS[0], 40) for row in ready.rows_of(facts, KNOWN_AT)]
    found = ready.classify(rows, DAYS[0])
    assert found
    return found


def stop(*_: object, **__: object) -> None:
    raise AssertionError("the text was made anew")


def test_a_kept_text_gives_what_a_new_one_gives_and_is_made_once(
    cn: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = card_in_force(cn, "food", DAYS[0])
    wanted = placed(Instant(cn, card), cn)
    assert not list(tmp_path.iterdir())
    assert placed(Instant(cn, card, tmp_path), cn) == wanted
    assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(instant.ibis, "to_sql", stop)
    assert placed(Instant(cn, card, tmp_path), cn) == wanted


@pytest.mark.parametrize("harm", ["", "{", "[]", '{"names": []}', '{"names": ["day"], "sql": "SELECT 1"}', "\udcff"])
def test_a_harmed_text_is_made_anew(cn: Rulebook, tmp_path: Path, harm: str) -> None:
    card = card_in_force(cn, "food", DAYS[0])
    wanted = placed(Instant(cn, card, tmp_path), cn)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(harm.encode(errors="surrogateescape"))
    assert placed(Instant(cn, card, tmp_path), cn) == wanted
    assert file.read_bytes() == whole


def test_another_rulebook_scorecard_or_program_has_a_text_of_its_own(
    cn: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    food, other = (card_in_force(cn, scale, DAYS[0]) for scale in ("food", "local_five"))
    Instant(cn, food, tmp_path)
    Instant(replace(cn, digest="0" * 64), food, tmp_path)
    Instant(cn, other, tmp_path)
    monkeypatch.setattr(instant, "_program", lambda: "another")
    Instant(cn, food, tmp_path)
    assert len(list(tmp_path.iterdir())) == 4

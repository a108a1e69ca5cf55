"""document at the command line: as text, as PDF, and as the public reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

import goodstanding.cli.documents  # noqa: F401 - adds its command
from goodstanding.core.document import MASK
from goodstanding.core.errors import DecisionUnknown, FontMissing
from goodstanding.documents.typesetting import ENVIRONMENT
from goodstanding.home import Home
from tests.documents.conftest import PERSON
from tests.documents.reading import squeezed, words_of
from tests.supervise.test_supervise_measures_cli import told


def test_a_decision_is_written_as_pdf(register: Home, entered: str, tmp_path: Path) -> None:
    file = tmp_path / "decision.pdf"
    made = told("document", entered, "--out", str(file))
    assert words_of(file.read_bytes()) == squeezed(str(made["text"]))
    assert PERSON in str(made["text"])


def test_the_public_text_is_masked_and_another_language_is_spoken(register: Home, entered: str) -> None:
    text = str(told("document", entered, "--public", "--language", "en")["text"])
    assert "Decision to enter in the Abnormal-operation list" in text
    assert MASK in text
    assert PERSON not in text


def test_a_notice_is_found_by_case_and_serial(register: Home, listed: str) -> None:
    assert told("document", f"{listed}-1")["title"] == "列入严重违法失信名单告知书"


def test_a_number_nobody_gave_is_refused(register: Home) -> None:
    with pytest.raises(DecisionUnknown):
        told("document", "2020-00000001")


def test_without_fonts_no_file_is_written(
    register: Home, entered: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    with pytest.raises(FontMissing):
        told("document", entered, "--out", str(tmp_path / "decision.pdf"))
    assert not (tmp_path / "decision.pdf").exists()

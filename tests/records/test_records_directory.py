"""The inspector directory is taken from a file, whole or not at all."""

from __future__ import annotations

import pytest

from goodstanding.core.errors import DirectoryInvalid
from goodstanding.records.campaigns import roster
from goodstanding.records.directory import replace_directory

pytestmark = pytest.mark.django_db

HEADER = "code,name,regions,skills,recused_from\n"


def test_a_file_becomes_the_roster_and_names_stay_out_of_it() -> None:
    assert replace_directory((HEADER + "I-2,Zhang,330100 330200,food,\nI-1,Li,,,uscc:1 uscc:2\n").encode()) == 2
    first, second = roster()
    assert (first.id, first.recused_from) == ("I-1", ("uscc:1", "uscc:2"))
    assert (second.id, second.regions, second.skills) == ("I-2", ("330100", "330200"), ("food",))


def test_whoever_the_next_file_leaves_out_is_no_longer_sent() -> None:
    replace_directory((HEADER + "I-1,Li,,,\nI-2,Zhang,,,\n").encode())
    replace_directory((HEADER + "I-2,Zhang,,,\n").encode())
    assert [one.id for one in roster()] == ["I-2"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"code,name\nI-1,Li\n",
        HEADER.encode(),
        (HEADER + "I-1,Li,,,\nI-1,Wang,,,\n").encode(),
        (HEADER + ",Li,,,\n").encode(),
    ],
)
def test_a_file_with_a_mistake_changes_nothing(content: bytes) -> None:
    replace_directory((HEADER + "I-1,Li,,,\n").encode())
    with pytest.raises(DirectoryInvalid):
        replace_directory(content)
    assert [one.id for one in roster()] == ["I-1"]

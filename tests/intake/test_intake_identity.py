"""Identity codes are checked by their scheme."""

from __future__ import annotations

import pytest

from goodstanding.core.entity import IdentityScheme
from goodstanding.core.errors import CardInvalid
from goodstanding.core.rulebook import Rulebook
from goodstanding.intake.identity import identity_reader
from goodstanding.intake.problem import BadCell, Reason


def reason(book: Rulebook, written: str) -> Reason:
    with pytest.raises(BadCell) as caught:
        identity_reader(book.schemes["uscc"])(written)
    return caught.value.reason


def test_a_real_code_is_taken_and_written_in_one_way(cn: Rulebook) -> None:
    read = identity_reader(cn.schemes["uscc"])
    assert read("91110000600037341L") == "uscc:91110000600037341L"
    assert read("91110000 600037341l") == "uscc:91110000600037341L"
    assert read("91110000600037341L") == "uscc:91110000600037341L"


def test_a_wrong_check_digit_is_told_from_a_wrong_shape(cn: Rulebook) -> None:
    assert reason(cn, "91110000600037341M") is Reason.CHECK_DIGIT
    assert reason(cn, "9111000060003734") is Reason.BAD_IDENTITY
    assert reason(cn, "9111000060003734IL") is Reason.BAD_IDENTITY


def test_other_schemes_have_other_checks() -> None:
    lei = identity_reader(IdentityScheme("lei", {}, "lei", "[0-9A-Z]{20}"))
    assert lei("213800KUD8LAJWSQ9D15") == "lei:213800KUD8LAJWSQ9D15"
    with pytest.raises(BadCell):
        lei("213800KUD8LAJWSQ9D51")
    plain = identity_reader(IdentityScheme("licence", {}, "", "[0-9]{1,8}"))
    assert plain("30790") == "licence:30790"
    with pytest.raises(BadCell):
        plain("30790x")


@pytest.mark.parametrize("validator", ["no.such.module", "util", "os", "..os", "nosuchthing"])
def test_only_a_validating_module_of_the_library_is_loaded(validator: str) -> None:
    with pytest.raises(CardInvalid):
        identity_reader(IdentityScheme("x", {}, validator, ".*"))

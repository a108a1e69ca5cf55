"""Certificates: what they say, that anyone can check them, and that nobody can change them."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

import goodstanding.cli.documents  # noqa: F401 - adds its commands
from goodstanding.certificate import FORMAT, Certificate, read, sign, verify
from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.case import Actor
from goodstanding.core.dates import Span
from goodstanding.core.errors import CertificateRefused, CertificateUnknown, EntityUnknown, RoleMissing
from goodstanding.core.fact import Fact
from goodstanding.documents.served import certificate_document
from goodstanding.documents.typesetting import set_pdf
from goodstanding.home import Home
from goodstanding.office.accounts import Role, add_account
from goodstanding.records import cases, ledger
from goodstanding.supervise.certificates import certify
from goodstanding.supervise.measures import public_key
from tests.conftest import NOW
from tests.documents.conftest import CHIEF, NAME, OFFICER, PERSON, WHO, take
from tests.documents.reading import squeezed, words_of
from tests.supervise.test_supervise_measures_cli import told

BEFORE, LISTED = date(2026, 7, 9), date(2026, 7, 10)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw().hex()
BODY = {"format": FORMAT, "number": "Z2026-1", "entity": "x:1", "standing": []}


def test_before_the_entry_nothing_is_listed_and_on_its_day_it_is(register: Home, entered: str) -> None:
    clear, listed = (certify(register, WHO, day, NOW) for day in (BEFORE, LISTED))
    assert clear.body["standing"] == []
    assert listed.body["standing"] == [{"list": "abnormal", "since": "2026-07-10", "decision": entered}]
    assert listed.body["ledger_position"] == ledger.position()
    assert listed.body["lists"] == ["abnormal", "abnormal_mark", "serious"]
    for one in (clear, listed):
        verify(read(one.code), public_key(register))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_says_what_the_code_says_and_is_set_whole(register: Home, entered: str, language: str) -> None:
    for day in (BEFORE, LISTED):
        made = certify(register, WHO, day, NOW)
        document = certificate_document(register, made, language)
        assert words_of(set_pdf(document)) == squeezed(document.text)
        assert NAME in document.text
        assert PERSON not in document.text
        assert (entered in document.text) == (day == LISTED)
        code = document.paragraphs[-1].text
        assert read(code) == read(made.code)
        assert len(made.code) < 900


def test_the_words_say_that_nothing_is_listed_only_where_nothing_is(register: Home, entered: str) -> None:
    said = "在上述各项中均无记载"
    assert said in certificate_document(register, certify(register, WHO, BEFORE, NOW)).text
    assert said not in certificate_document(register, certify(register, WHO, LISTED, NOW)).text


def test_none_is_given_for_a_day_to_come_or_for_a_stranger(register: Home) -> None:
    with pytest.raises(CertificateRefused, match="to come"):
        certify(register, WHO, NOW.date() + timedelta(days=2), NOW)
    with pytest.raises(EntityUnknown):
        certify(register, f"uscc:{9:018}", BEFORE, NOW)
    with pytest.raises(EntityUnknown):
        certify(register, WHO, date(2019, 1, 1), NOW)


def test_what_left_the_public_is_not_told_by_way_of_a_day_on_which_it_stood(register: Home, listed: str) -> None:
    book, day, owner = register.rulebook, date(2026, 4, 1), Actor("owner", "business")
    entry = next(one for one in ledger.facts_of(WHO) if one.kind == book.lists.entry_kind)
    assert len(certify(register, WHO, date(2026, 3, 1), NOW).body["standing"]) == 1
    number = cases.open_case(book, "early_removal", WHO, [entry.digest], owner, day, NOW).number
    take(register, number, "apply", owner, day, application="甲", commitment="乙", performance="丙")
    take(register, number, "accept", OFFICER, day)
    take(register, number, "grant", CHIEF, day, decision="丁")
    with pytest.raises(CertificateRefused, match="no longer be told"):
        certify(register, WHO, date(2026, 3, 1), NOW)
    assert certify(register, WHO, day, NOW).body["standing"] == []


@pytest.mark.parametrize("until_on", [None, LISTED + timedelta(days=25)])
def test_what_is_kept_back_for_a_time_is_neither_told_nor_denied(
    register: Home, entered: str, until_on: date | None
) -> None:
    payload = {"court": "X", "case_number": "2026-1", "approved": "plan"}
    approved = Span(LISTED + timedelta(days=5), until_on)
    ledger.append([Fact(WHO, "reorganisation", "court", "1", approved, NOW, payload)], NOW)
    assert certify(register, WHO, BEFORE, NOW).body["standing"] == []
    with pytest.raises(CertificateRefused, match="kept back"):
        certify(register, WHO, LISTED + timedelta(days=9), NOW)
    if until_on is None:
        with pytest.raises(CertificateRefused, match="kept back"):
            certify(register, WHO, LISTED, NOW)
    else:
        assert len(certify(register, WHO, LISTED, NOW).body["standing"]) == 1
        assert len(certify(register, WHO, until_on, NOW).body["standing"]) == 1


def test_an_entry_whose_term_is_over_is_not_listed_though_nobody_wrote_its_end(register: Home, listed: str) -> None:
    later = datetime(2028, 12, 1, 3, tzinfo=UTC)
    assert len(certify(register, WHO, date(2026, 11, 1), NOW).body["standing"]) == 1
    assert certify(register, WHO, date(2028, 3, 13), later).body["standing"] == []
    with pytest.raises(CertificateRefused, match="no longer be told"):
        certify(register, WHO, date(2028, 3, 12), later)


def test_the_day_is_that_of_the_registers_own_time_zone(register: Home) -> None:
    late = datetime(2026, 11, 20, 17, tzinfo=UTC)  # past midnight there
    assert certify(register, WHO, date(2026, 11, 21), late).body["day"] == "2026-11-21"


def test_another_key_does_not_open_it(register: Home) -> None:
    with pytest.raises(CertificateUnknown):
        verify(sign(BODY, KEY), public_key(register))
    with pytest.raises(CertificateUnknown):
        verify(sign(BODY, KEY), "no key")


@settings(deadline=None)
@given(st.data())
def test_no_changed_code_is_believed(data: st.DataObject) -> None:
    code = sign(BODY, KEY).code
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_"))
    changed = code[:at] + other + code[at + 1 :]
    try:
        held = read(changed)
        verify(held, PUBLIC)
    except CertificateUnknown:
        return
    # The last letter carries bits that mean nothing: the statement is still the signed one.
    assert held == sign(BODY, KEY)


@settings(deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=120).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_a_stranger_hands_in_is_refused_and_never_breaks(code: str) -> None:
    with pytest.raises(CertificateUnknown):
        verify(read(code), PUBLIC)


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(b"s" * 64 + zlib.compress(content)).decode()


@pytest.mark.parametrize(
    "content",
    [
        b"0" * 1_000_000,
        b"[]",
        b"[" * 10_000,
        b'{"format":"goodstanding-may/1"}',
        json.dumps(BODY, indent=1).encode(),
        canonical_bytes(BODY | {"format": "another/1"}),
    ],
)
def test_a_code_that_holds_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(CertificateUnknown):
        read(packed(content))


def test_an_answer_given_at_the_point_of_use_is_no_certificate() -> None:
    answer = Certificate({"format": "goodstanding-may/1"}, KEY.sign(canonical_bytes({"format": "goodstanding-may/1"})))
    with pytest.raises(CertificateUnknown):
        read(answer.code)


def test_the_command_line_gives_and_checks_certificates(register: Home, entered: str, tmp_path: Path) -> None:
    add_account("gao", Role.VIEWER, "correct horse battery")
    file = tmp_path / "certificate.pdf"
    made = told("certificate", WHO, "--on", "2026-07-10", "--as", "gao", "--out", str(file))
    assert squeezed(str(made["text"])) == words_of(file.read_bytes())
    checked = told("certificate", "--check", str(made["code"]))
    assert (checked["verifies"], checked["entity"]) == (True, WHO)
    (tmp_path / "code.txt").write_text(str(made["code"]) + "\n", encoding="utf-8")
    assert told("certificate", "--check", str(tmp_path / "code.txt")) == checked
    with pytest.raises(CertificateUnknown):
        told("certificate", "--check", str(made["code"]), "--key", PUBLIC)
    with pytest.raises(RoleMissing):
        told("certificate", WHO, "--on", "2026-07-10", "--as", "nobody")

"""The page that checks certificates believes the signature of the published key and nothing else."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from goodstanding import publicstore
from goodstanding.certificate import FORMAT, Certificate, sign
from goodstanding.core.rulebook import Rulebook
from goodstanding.publish.document import Terms
from goodstanding.publish.rules import register_statement
from goodstanding.publish.store import open_writer
from tests.portal.conftest import PUBLISHED_ON, Reader, put, reading
from tests.publish.register import KEY as NAMING_KEY
from tests.publish.register import check, small_register

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(one * 32) for one in (b"k", b"o"))
BODY = {
    "format": FORMAT,
    "number": "Z2026-0011",
    "entity": "x:1",
    "name": "<b>甲公司</b>",
    "day": "2026-11-20",
    "ledger_position": 1234,
    "log_size": 567,
    "log_root": "ab" * 32,
    "rulebook": "0" * 64,
    "issued_at": "2026-11-20T09:00:00+00:00",
    "lists": ["abnormal", "serious"],
    "standing": [{"list": "serious", "since": "2025-03-13", "decision": "2025-00000001"}],
}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory, cn: Rulebook) -> Path:
    """A public folder whose register tells its public key."""
    public = keyless(tmp_path_factory.mktemp("keyed"), cn)
    with open_writer(public) as store:
        key = KEY.public_key().public_bytes_raw().hex()
        statement = register_statement(Terms.of(cn, NAMING_KEY), True, key)
        store.set_meta({"layout": publicstore.LAYOUT, "register": statement})
    return public


def keyless(public: Path, book: Rulebook) -> Path:
    """Publish a small register that tells no public key."""
    put(public, check(small_register(), book), Terms.of(book, NAMING_KEY), PUBLISHED_ON)
    return public


def asked(reader: Reader, code: str, language: str = "en") -> str:
    reply = reader.get(f"/certificate?lang={language}&code={quote(code)}")
    assert reply.status == 200
    return reply.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_genuine_certificate_is_read_out(keyed: Path, language: str) -> None:
    with reading(keyed) as reader:
        page = asked(reader, sign(BODY, KEY).code, language)
    assert ("核验通过" if language == "zh" else "is genuine") in page
    assert ("严重违法失信名单" if language == "zh" else "Serious-violation list") in page
    assert "Z2026-0011" in page
    assert "/entity/x:1" in page
    assert "&lt;b&gt;甲公司&lt;/b&gt;" in page
    assert "<b>甲公司" not in page


def test_blanks_and_line_breaks_in_a_code_do_not_matter(keyed: Path) -> None:
    with reading(keyed) as reader:
        assert "is genuine" in asked(reader, sign(BODY, KEY).printed.replace(" ", "\r\n"))


@pytest.mark.parametrize(
    "code",
    [
        sign(BODY, OTHER).code,
        Certificate(BODY | {"standing": []}, sign(BODY, KEY).signature).code,
        sign(BODY, KEY).code[:-9],
        "nonsense",
        "<script>",
    ],
)
def test_a_forged_or_broken_code_is_not_confirmed_and_nothing_of_it_is_read_out(keyed: Path, code: str) -> None:
    with reading(keyed) as reader:
        page = asked(reader, code)
    assert "cannot be confirmed" in page
    assert "Z2026-0011" not in page
    assert "<script>" not in page


def test_without_a_code_there_is_a_form_and_no_verdict(keyed: Path) -> None:
    with reading(keyed) as reader:
        page = reader.get("/certificate?lang=en").text
    assert 'name="code"' in page
    assert "genuine" not in page
    assert "cannot be confirmed" not in page


def test_a_register_without_a_key_confirms_nothing(tmp_path: Path, cn: Rulebook) -> None:
    with reading(keyless(tmp_path, cn)) as reader:
        assert "cannot be confirmed" in asked(reader, sign(BODY, KEY).code)


def test_a_code_beyond_all_measure_is_refused(keyed: Path) -> None:
    with reading(keyed) as reader:
        assert reader.get("/certificate?code=" + "A" * 3_000).status == 400

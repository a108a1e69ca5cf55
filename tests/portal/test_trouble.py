"""Odd, overlong and hostile requests end in a page that helps, and never in a server error."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portal.conftest import Reader
from tests.publish.register import entity_id

ODD = [
    (b"/nothing", b""),
    (b"/entity/", b""),
    (b"/entity", b""),
    (b"/entity/.json", b""),
    (b"/entity/uscc:1.json.json", b""),
    (b"/entity/" + b"9" * 550, b""),
    (b"/entity/" + b"9" * 100_000, b""),
    (("/entity/" + "企" * 500).encode(), b""),
    (b"/entity/\xff\xfe", b""),
    (b"/entity/\xe4\xbd", b""),
    (b"/entity/a\x00b", b""),
    (b"/entity/a\r\nSet-Cookie: x=1", b""),
    (b"/entity/../../home.toml", b""),
    (b"/static/../../../etc/passwd", b""),
    (b"/static/\x00", b""),
    (b"/lists/nobody", b""),
    (b"/lists/abnormal", b"before=%%%"),
    (b"/lists/abnormal", b"before=c2VyaW91cwB4"),
    (b"/lists/abnormal", b"before=\xff"),
    (b"/search", b"q=%ff%fe"),
    (b"/search", b"q=%00"),
    (b"/search", b"q=a%0d%0ab"),
    (b"/search", b"q=" + b"x" * 201),
    (b"/search", b"q=" + b"x" * 1_000_000),
    (b"/search", b"q=x&page=0"),
    (b"/search", b"q=x&page=-1"),
    (b"/search", b"q=x&page=1e9"),
    (b"/search", b"q=x&page=999999999999999999"),
    (b"/search", b"q=x&page=%D9%A3"),
    (b"/search", b"q=x&page=51"),
    (b"/draws/nobody", b""),
    (b"/draws/2026/q4", b"page=9999"),
    (b"/draws/", b""),
    (b"/draws/2026/q4/summary.json", b""),
    (b"/rules/x", b""),
    (b"/office/", b""),
]


@pytest.mark.parametrize(("path", "query"), ODD)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_odd_request_is_answered_as_the_reader_s_mistake(
    reader: Reader, path: bytes, query: bytes, language: str
) -> None:
    reply = reader.send(path, query, accept_language=language)
    assert 400 <= reply.status < 500
    assert "Set-Cookie" not in reply.headers
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in reply.text or reply.headers[
        "Content-Type"
    ].startswith("application/problem+json")


@pytest.mark.parametrize(
    "query", [b"q=%zz", b"q=%", b"q=\xe8\x8c\xb6", b"&&=&q", b"q=[(*+?", b"lang=xx&q=x", b"q=x" + b"&a=b" * 100]
)
def test_a_query_that_is_only_strange_is_answered(reader: Reader, query: bytes) -> None:
    assert reader.send(b"/search", query).status == 200


@settings(deadline=None, max_examples=150)
@given(path=st.binary(max_size=40), query=st.binary(max_size=60))
def test_no_bytes_whatever_break_a_page(library: Reader, path: bytes, query: bytes) -> None:
    for prefix in (b"/", b"/entity/", b"/search", b"/lists/", b"/draws/", b"/static/"):
        assert library.send(prefix + path, query).status < 500


def test_a_missing_page_says_what_was_asked_and_what_to_do(reader: Reader) -> None:
    page = reader.get("/entity/uscc:nobody?lang=en")
    assert page.status == 404
    assert "/entity/uscc:nobody" in page.text
    assert "search by name or code" in page.text
    assert 'name="q"' in page.text


def test_json_addresses_get_problem_documents(reader: Reader) -> None:
    reply = reader.get("/entity/uscc:nobody.json?lang=en")
    assert reply.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    problem = reply.json
    assert problem["status"] == 404
    assert problem["type"] == "urn:goodstanding:portal:unknown"
    assert problem["instance"] == "/entity/uscc:nobody.json"
    assert {"title", "detail", "wants", "next"} <= set(problem)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "odd"])
def test_nothing_but_reading_is_allowed(reader: Reader, method: str) -> None:
    reply = reader.get("/", method=method)
    assert reply.status == 405
    assert reply.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("target", ["/", f"/entity/{entity_id(0)}", f"/entity/{entity_id(0)}.json", "/search?q=x"])
def test_our_own_failure_shows_a_number_and_never_its_cause(
    reader: Reader, target: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr(reader.portal.store, "register", fail)
    with caplog.at_level(logging.ERROR):
        reply = reader.get(target)
    assert reply.status == 500
    assert "secret" not in reply.text
    reference = caplog.messages[0].split()[1].rstrip(":")
    assert reference in reply.text


def test_a_host_that_is_no_host_is_not_repeated(reader: Reader) -> None:
    reply = reader.get("/draws/2026/q4", host="evil.example/<script>")
    assert "evil" not in reply.text

"""The vectors of docs/specs/ledger.md, reproduced by our implementation and by the few lines the page needs."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from goodstanding.core import rulebook
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import delivery, view

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "golden" / "ledger" / "vectors.json").read_text(encoding="utf-8")
)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def fact(given: dict[str, Any]) -> Fact:
    until = given["valid_until"]
    return Fact(
        entity_id=given["entity_id"],
        kind=given["kind"],
        source=given["source"],
        source_ref=given["source_ref"],
        span=Span(date.fromisoformat(given["valid_from"]), None if until is None else date.fromisoformat(until)),
        known_at=instant(given["known_at"]),
        payload={name: tuple(v) if isinstance(v, list) else v for name, v in given["payload"].items()},
        corrects=given["corrects"],
    )


def normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, dict):
        return {normal(key): normal(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("case", VECTORS["digests"], ids=lambda case: case["case"])
def test_canonical_bytes_and_digest(case: dict[str, Any]) -> None:
    given = case["fact"]
    fields = ("entity_id", "kind", "source", "source_ref", "valid_from", "valid_until", "payload", "corrects")
    plain = json.dumps(
        normal([given[name] for name in fields]), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert plain == case["canonical"]
    assert hashlib.sha256(plain.encode()).hexdigest() == case["digest"]
    assert fact(given).digest == case["digest"]


def test_cases_called_the_same_have_the_same_digest_and_no_others() -> None:
    digests = {case["case"]: case["digest"] for case in VECTORS["digests"]}
    same = [digest for name, digest in digests.items() if name.endswith("the same digest")]
    assert len(same) == 3
    assert len(set(digests.values())) == len(digests) - len(same)


@pytest.mark.parametrize("case", VECTORS["deliveries"], ids=lambda case: case["case"])
def test_deliveries(case: dict[str, Any]) -> None:
    record: list[Fact] = []
    for step in case["steps"]:
        new = delivery(record, fact(step["delivers"]))
        assert [
            {
                "digest": one.digest,
                "entity_id": one.entity_id,
                "valid_from": one.span.from_on.isoformat(),
                "valid_until": None if one.span.until_on is None else one.span.until_on.isoformat(),
                "corrects": one.corrects,
            }
            for one in new
        ] == step["appends"]
        record.extend(new)


@pytest.mark.parametrize("case", VECTORS["views"], ids=lambda case: f"{case['as_of']} {case['known_at']}")
def test_views(case: dict[str, Any]) -> None:
    facts = [fact(given) for given in VECTORS["ledger"]]
    assert [one.digest for one in facts] == [given["digest"] for given in VECTORS["ledger"]]
    seen = view(facts, date.fromisoformat(case["as_of"]), instant(case["known_at"]))
    assert [one.digest for one in seen.facts] == case["digests"]
    assert sorted(one.digest for one in seen.facts if one.span.contains(seen.as_of)) == case["in_force"]


def test_the_digest_of_a_rulebook() -> None:
    given = VECTORS["rulebook_digest"]
    files = {name: text.encode() for name, text in given["files"].items()}
    whole = b"".join(name.encode() + b"\0" + hashlib.sha256(files[name]).digest() for name in sorted(files))
    assert hashlib.sha256(whole).hexdigest() == given["digest"] == rulebook.digest(files)

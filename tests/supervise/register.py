"""Facts of a small register for tests of what joins rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from goodstanding.core.entity import Profile, profile
from goodstanding.core.fact import Fact, Value
from goodstanding.core.ledger import view
from goodstanding.core.remedy import Means, Remedy, remedies
from goodstanding.core.rulebook import Rulebook
from tests.conftest import NOW
from tests.engine.histories import KNOWN_AT, fact

AS_OF = date(2026, 11, 20)
KNOWN = NOW - timedelta(days=30)


def said(number: int, kind: str, on: date, until: date | None = None, /, *, ref: str = "", **payload: Value) -> Fact:
    return fact(number, kind, on, until, ref=ref, known_at=KNOWN, **payload)  # type: ignore[arg-type]


def registration(number: int, on: date = date(2012, 5, 1), subject_type: str = "enterprise") -> Fact:
    name = f"Business {number}"
    return said(number, "registration", on, name=name, subject_type=subject_type, status="open", region="330424")


def reports(number: int, *years: int) -> list[Fact]:
    return [said(number, "annual_report", date(year + 1, 3, 1), year=year) for year in years]


def entry(number: int, list_code: str, ground: str, on: date, cause: str, rule: str) -> Fact:
    payload = {"list": list_code, "ground": ground, "cause": cause, "rule": rule, "decision": "x", "authority": "x"}
    return said(number, "list_entry", on, **payload)


def penalty(number: int, on: date, severity: str = "moderate", *types: str, ref: str = "") -> Fact:
    return said(
        number,
        "penalty",
        on,
        ref=ref,
        document_number="1",
        violation="Wrong label",
        penalty_types=types or ("fine",),
        severity=severity,
        published_on=on.isoformat(),
        authority="Office",
    )


def who_of(facts: Sequence[Fact], cn: Rulebook, day: date = AS_OF) -> Profile:
    found = profile(view(facts, day, KNOWN_AT), cn.roles)
    assert found is not None
    return found


def one_of(facts: Sequence[Fact], cn: Rulebook, means: Means) -> Remedy:
    (found,) = (one for one in remedies(facts, who_of(facts, cn), cn, AS_OF) if one.means is means)
    return found

"""An invented register for tests: businesses with a past that must be shown, masked, hidden or gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, Value
from goodstanding.core.rulebook import Rulebook

KNOWN_AT = datetime.fromisoformat("2026-11-19T08:00:00+00:00")
KEY = b"a key for tests"

REPRESENTATIVE = "欧阳若兰"
PHONE = "13957312046"
EMAIL = "lan.ouyang@example.test"
STAFF = 48613
FOUND = "经查该批次标签与备案配方不符"
CAUSE = "year:2023"
COMPLAINT = "顾客投诉称购得过期食品"
HIDDEN = (REPRESENTATIVE, PHONE, EMAIL, str(STAFF), FOUND, CAUSE, COMPLAINT)
"""What stands in the facts and must stand in no byte of a public document."""

NAMES = (
    "海盐县澉浦南北湖茶业有限公司",
    "嘉兴市南湖区老陈副食店",
    "Haining Leather Works Ltd.",
    "德清县莫干山（裸心）民宿管理有限公司",
)


def entity_id(number: int) -> str:
    """Return the id of business ``number``; its check digits are nobody's business here."""
    return f"uscc:9133{number:014}"


def fact(number: int, kind: str, ref: str, from_on: str, until_on: str | None = None, /, **payload: Value) -> Fact:
    """Return one fact of business ``number``."""
    span = Span(date.fromisoformat(from_on), None if until_on is None else date.fromisoformat(until_on))
    return Fact(entity_id(number), kind, "test", f"{number}/{kind}/{ref}", span, KNOWN_AT, payload)


def registration(
    number: int, name: str, from_on: str = "2015-03-02", until_on: str | None = None, **more: Value
) -> Fact:
    """Return a registration; ``more`` replaces or adds fields."""
    payload: dict[str, Value] = {
        "name": name,
        "subject_type": "enterprise",
        "status": "open",
        "region": "330424",
        "sector": "C",
        "address": f"澉浦镇澉东路{number}号",
        "legal_representative": REPRESENTATIVE,
        "capital_minor": 500_000_000,
        "established_on": "2015-03-02",
        "business_scope": "茶叶制品生产；食品销售。",
        "authority": "海盐县市场监督管理局",
    }
    return fact(number, "registration", from_on, from_on, until_on, **payload | more)


def penalty(number: int, ref: str, decided_on: str, severity: str = "moderate", **more: Value) -> Fact:
    """Return a penalty published on the day it was decided."""
    payload: dict[str, Value] = {
        "document_number": f"盐市监处罚〔2026〕{ref}号",
        "violation": "生产经营标签不符合规定的食品",
        "facts": FOUND,
        "basis": "《中华人民共和国食品安全法》第一百二十五条第一款第二项",
        "content": "没收违法所得，罚款人民币壹万元",
        "penalty_types": ("confiscation", "fine"),
        "amount_minor": 1_000_000,
        "severity": severity,
        "decided_on": decided_on,
        "published_on": decided_on,
        "authority": "海盐县市场监督管理局",
    }
    return fact(number, "penalty", ref, decided_on, None, **payload | more)


def entry(number: int, from_on: str, until_on: str | None = None, listed: str = "abnormal") -> Fact:
    """Return an entry of a list for a report that was missed."""
    return fact(
        number,
        "list_entry",
        f"{listed}/{from_on}",
        from_on,
        until_on,
        list=listed,
        ground="annual_report_missed" if listed == "abnormal" else "heavier_penalty",
        cause=CAUSE,
        rule="A-01" if listed == "abnormal" else "V-01",
        decision=f"盐市监异列〔{from_on[:4]}〕{number}号",
        authority="海盐县市场监督管理局",
    )


def history(number: int, name: str) -> list[Fact]:
    """Return a business with everything: a former name, reports, a licence, checks, penalties, entries, a complaint."""
    facts = [
        registration(number, f"旧名{number}茶厂", "2015-03-02", "2021-06-01"),
        registration(number, name, "2021-06-01"),
        fact(
            number,
            "licence",
            "1",
            "2023-05-10",
            "2028-05-10",
            number=f"SC1143304240{number:04}",
            name="食品生产许可证",
            authority="海盐县市场监督管理局",
            scope="茶叶及相关制品",
            expires_on="2028-05-09",
        ),
        fact(
            number,
            "inspection",
            "1",
            "2026-04-08",
            task="2026年第一次双随机抽查",
            results=("1",),
            authority="海盐县市场监督管理局",
            inspectors="I-17, I-23",
        ),
        fact(number, "complaint", "1", "2026-08-01", topic=COMPLAINT, is_upheld=True),
        penalty(number, "31", "2026-03-12", "moderate"),
        penalty(number, "77", "2026-09-15", "minor"),
        entry(number, "2024-07-09", "2024-09-02"),
        entry(number, "2026-07-08"),
    ]
    for year in range(2019, 2026):
        facts.append(
            fact(
                number,
                "annual_report",
                str(year),
                f"{year + 1}-05-20",
                year=year,
                filed_on=f"{year + 1}-05-20",
                contact_phone=PHONE,
                contact_email=EMAIL,
                employees=STAFF,
                has_investments=False,
            )
        )
    return facts


def small_register() -> Iterator[Fact]:
    """Yield a register of a dozen businesses: the first with a whole history, the others with little."""
    yield from history(0, NAMES[0])
    for number, name in enumerate(NAMES[1:], start=1):
        yield registration(number, name, "2019-01-15")
    for number in range(4, 12):
        yield registration(number, f"湖州第{number}竹制品厂", "2018-02-01", region="330523")


def check(facts: Iterator[Fact] | list[Fact], book: Rulebook) -> list[Fact]:
    """Return the facts once the catalogue has accepted every one of them."""
    every = list(facts)
    for one in every:
        book.kinds[one.kind].check(one.payload)
    return every

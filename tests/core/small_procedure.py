"""A small procedure for tests: notice, an answer or its period's end, review by another person, decision, objection."""

from __future__ import annotations

from datetime import date

from goodstanding.core.dates import Span
from goodstanding.core.fact import FactKind
from goodstanding.core.procedure import Procedures
from goodstanding.core.procedure_reading import read_procedures
from goodstanding.core.reading import parse
from goodstanding.core.rule import Confidence, Rule, Source

A_RULE = Rule("R-1", {"en": "R"}, Span(date(2000, 1, 1)), Source("Act", "", Confidence.TEXT))

RULE = (
    'number = "{0}"\ntitle = {{ en = "{0}" }}\nvalid_from = {1}\nsource = {{ instrument = "Act", confidence = "text" }}'
)


def rule(number: str, since: str = "2000-01-01") -> str:
    return RULE.format(number, since)


def step(code: str, after: str, leads_to: str, by: str, more: str = "", number: str = "") -> str:
    return f"""
[[procedure.step]]
code = "{code}"
name = {{ en = "{code}" }}
after = {after}
leads_to = "{leads_to}"
by = {by}
{more}
{rule(number or "S-" + code) if "valid_from" not in more else ""}
"""


def clock(code: str, period: str, starts_with: str, on_expiry: str, more: str = "") -> str:
    return f"""
[[procedure.clock]]
code = "{code}"
name = {{ en = "{code}" }}
period = {period}
starts_with = {starts_with}
on_expiry = "{on_expiry}"
{more}
{rule("K-" + code)}
"""


HEAD = f"""
[role]
officer = {{ en = "Officer" }}
chief = {{ en = "Chief" }}
business = {{ en = "Business" }}
[evidence]
facts = {{ en = "Facts found" }}
proof = {{ en = "Proof of service" }}
[[procedure]]
code = "listing"
opens_in = "open"
ends = ["listed", "dropped"]
{rule("P-1")}
[procedure.state]
open = {{ en = "Open" }}
noticed = {{ en = "Noticed" }}
heard = {{ en = "Heard" }}
listed = {{ en = "Listed" }}
dropped = {{ en = "Dropped" }}
"""
STEPS = "".join(
    [
        step("notify", '["open"]', "noticed", '["officer"]', 'needs = ["facts", "proof"]'),
        step("answer", '["noticed"]', "heard", '["business"]', 'only_within = ["answering"]'),
        step("silent", '["noticed"]', "heard", '["calendar"]'),
        step(
            "decide",
            '["heard"]',
            "listed",
            '["chief"]',
            'not_by_taker_of = ["notify", "opening"]\nonly_after = ["answering"]\neffect = "enter"',
        ),
        step("inquire", '["heard"]', "", '["officer"]'),
        step("found", '["heard"]', "", '["officer"]'),
        step("extend", '["heard"]', "", '["chief"]'),
        step("drop", '["open", "noticed", "heard"]', "dropped", '["officer"]'),
    ]
)
CLOCKS = "".join(
    [
        clock(
            "answering",
            '{ number = 5, unit = "day" }',
            '["notify"]',
            "deem",
            'deems = "silent"\nstops_with = ["answer"]',
        ),
        clock(
            "deciding",
            '{ number = 10, unit = "working_day" }',
            '["answer", "silent"]',
            "remind",
            'pauses = { inquire = "found" }\nextended_by = { extend = { number = 5, unit = "working_day" } }',
        ),
        clock("lapsing", '{ number = 1, unit = "year" }', '["opening"]', "move", 'leads_to = "dropped"'),
    ]
)
TEXT = HEAD + STEPS + CLOCKS


KINDS = {"penalty": FactKind("penalty", A_RULE, {})}


def procedures(text: str = TEXT) -> Procedures:
    file = parse("procedures.toml", text.encode())
    found = read_procedures(file, (), ("en",), {"enter"}, KINDS)
    file.close()
    return found

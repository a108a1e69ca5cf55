"""Whatever an officer writes and whoever the persons are: the published document is the served one, masked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.document import MASK, Document, printable, published
from goodstanding.core.listing import DECISIONS
from goodstanding.core.rulebook import Rulebook
from goodstanding.documents.decisions import of_decision
from goodstanding.documents.typesetting import set_pdf
from goodstanding.documents.wording import Wording
from goodstanding.records.decisions import LISTING
from goodstanding.records.models import Decision
from tests.conftest import NOW
from tests.documents.conftest import NAME, WHO, fact
from tests.documents.reading import squeezed, words_of

DAY = date(2026, 7, 10)
# Letters that stand in no word of the documents, so that nothing but the person can bring them in.
PERSONS = st.text("鬱鱻龘麤爨犇", min_size=2, max_size=4)
NUMBERS = st.from_regex(r"1[0-9]{10}|[0-9]{17}[0-9X]", fullmatch=True)
WRITTEN = st.text("经查明，甲#*]$\\ \u202e\x00\n", max_size=20)


def entry_document(book: Rulebook, person: str, phone: str, reason: str, name: str = NAME) -> Document:
    """Return the document of an entry for a missing report, of a business with a representative and a telephone."""
    opened = fact(
        "registration",
        date(2020, 1, 5),
        name=name,
        subject_type="enterprise",
        status="open",
        region=min(book.tables["regions"]),
        legal_representative=person,
    )
    report = fact("annual_report", date(2024, 3, 1), year=2023, contact_phone=phone)
    said = {"list": "abnormal", "ground": "annual_report_missed", "cause": "year:2025", "rule": "A-01"}
    entry = replace(
        fact("list_entry", DAY, **said, decision="2026-00000001", authority="示范省市场监督管理局"),
        source=DECISIONS,
        source_ref="2026-00000001",
        span=Span(DAY),
        digest="",
    )
    decision = Decision(
        number="2026-00000001",
        kind=LISTING,
        entity_id=WHO,
        rule_number="A-01",
        facts=[],
        outcome={"verdict": "approve", "act": "enter", "list": "abnormal"},
        reason=reason,
        decided_on=DAY,
        decided_at=NOW,
    )
    return of_decision(decision, [opened, report, entry], Wording(book, "zh"))


@settings(deadline=None, max_examples=60)
@given(person=PERSONS, phone=NUMBERS, words=st.tuples(WRITTEN, WRITTEN, WRITTEN), other=NUMBERS)
def test_nothing_of_a_person_is_left_in_the_published_document(
    cn: Rulebook, person: str, phone: str, words: tuple[str, str, str], other: str
) -> None:
    served = entry_document(cn, person, phone, f"{words[0]}{person}{words[1]}，电话{phone}，{words[2]}证件{other}。")
    shown = published(served)
    assert person in served.text
    assert phone in served.text
    for told in (person, phone, other):
        assert told not in shown.text
    assert not set(person) & set(shown.text)
    assert [one.text for one in shown.paragraphs] == [
        "".join(MASK if piece.is_personal else piece.text for piece in one.pieces) for one in served.paragraphs
    ]
    changed = [one for one, full in zip(shown.paragraphs, served.paragraphs, strict=True) if one != full]
    assert len(changed) == 1  # the reason, and no other paragraph


@settings(deadline=None, max_examples=25)
@given(reason=WRITTEN, name=st.text("甲乙#*]{}$\\\"'`<>@~= ", min_size=2, max_size=12).filter(str.strip))
def test_what_is_set_is_what_was_composed(cn: Rulebook, reason: str, name: str) -> None:
    served = entry_document(cn, "鬱鱻", "13800001111", reason, name)
    assert words_of(set_pdf(served)) == squeezed(served.text)
    assert squeezed(printable(name)) in squeezed(served.text)


def test_a_person_in_the_registered_name_stays_in_the_name_and_nowhere_else(cn: Rulebook) -> None:
    shown = published(entry_document(cn, "鬱鱻", "13800001111", "鬱鱻未到场。", "鬱鱻小吃店"))
    assert "鬱鱻小吃店：" in shown.text
    assert f"理由：{MASK}未到场。" in shown.text

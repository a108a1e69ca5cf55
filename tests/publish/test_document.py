"""What stands in a public document, and what stands in none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from goodstanding.core.dates import Span
from goodstanding.core.fact import Exposure, Fact
from goodstanding.core.ledger import withdrawal
from goodstanding.core.rule import Confidence
from goodstanding.core.rulebook import Rulebook
from goodstanding.publicstore import Json, encode
from goodstanding.publish.document import Terms
from goodstanding.publish.publisher import document_of
from tests.publish.register import (
    HIDDEN,
    KEY,
    KNOWN_AT,
    NAMES,
    REPRESENTATIVE,
    entity_id,
    entry,
    fact,
    history,
    penalty,
)
from tests.publish.register import registration as registered


@pytest.fixture(scope="module")
def terms(cn: Rulebook) -> Terms:
    return Terms.of(cn, KEY)


def document(facts: list[Fact], terms: Terms, day: str = "2026-11-20") -> Json:
    found = document_of(facts, date.fromisoformat(day), KNOWN_AT.replace(year=2030), terms)
    assert found is not None
    return found


def kinds(doc: Json) -> list[str]:
    return [item["kind"] for item in doc["items"]]


def test_it_says_who_the_business_is_in_both_languages(terms: Terms) -> None:
    doc = document(history(0, NAMES[0]), terms)
    assert doc["id"] == entity_id(0)
    assert doc["scheme"] == {"code": "uscc", "title": {"zh": "统一社会信用代码", "en": "Unified social credit code"}}
    assert doc["name"] == NAMES[0]
    assert doc["status"] == {"code": "open", "title": {"zh": "存续", "en": "Open"}}
    assert doc["region"]["title"] == {"zh": "嘉兴市海盐县", "en": "Haiyan, Jiaxing"}
    assert doc["is_active"] is True


def test_every_record_names_authority_basis_rule_and_end(terms: Terms) -> None:
    doc = document(history(0, NAMES[0]), terms)
    for item in doc["items"]:
        assert item["display"] in doc["rules"]
        basis = item["basis"]
        assert basis.get("text") or basis["rule"] in doc["rules"]
        assert "shown_until" in item
        assert set(item["values"]) == set(doc["kinds"][item["kind"]]["fields"]) & set(item["values"])
    for rule in doc["rules"].values():
        assert rule["instrument"]
        assert Confidence(rule["confidence"])
    fine = next(item for item in doc["items"] if item["kind"] == "penalty")
    assert fine["authority"] == "海盐县市场监督管理局"
    assert fine["basis"] == {"text": "《中华人民共和国食品安全法》第一百二十五条第一款第二项"}


def test_an_entry_rests_on_the_rule_it_names_and_stands_first(terms: Terms) -> None:
    doc = document(history(0, NAMES[0]), terms)
    first = doc["items"][0]
    assert doc["standing"] == [first["id"]]
    assert (first["values"]["list"], first["from_on"], first["basis"]) == ("abnormal", "2026-07-08", {"rule": "A-01"})
    assert first["texts"]["ground"]["en"] == "Annual report not filed in its window"


def test_an_entry_that_ended_is_history_and_does_not_stand(terms: Terms) -> None:
    doc = document([registered(0, NAMES[0]), entry(0, "2024-07-09", "2024-09-02")], terms)
    assert doc["standing"] == []
    assert "list_entry" in kinds(doc)


def test_an_entry_with_a_term_tells_its_end_and_is_gone_that_day_whoever_has_or_has_not_ended_it(terms: Terms) -> None:
    facts = [registered(0, NAMES[0]), entry(0, "2025-10-28", None, "serious")]
    doc = document(facts, terms)
    assert doc["items"][0]["until_on"] == doc["items"][0]["shown_until"] == doc["next_change_on"] == "2028-10-28"
    assert document(facts, terms, "2028-10-27")["standing"]
    after = document(facts, terms, "2028-10-28")
    assert after["standing"] == []
    assert "list_entry" not in kinds(after)


def test_nothing_hidden_stands_in_any_byte(terms: Terms) -> None:
    content = encode(document(history(0, NAMES[0]), terms)).decode()
    for text in HIDDEN:
        assert text not in content, text
    assert REPRESENTATIVE[:1] + "**" in content


def test_no_official_field_and_no_kind_kept_inside_is_even_named(terms: Terms, cn: Rulebook) -> None:
    doc = document(history(0, NAMES[0]), terms)
    for code, kind in cn.kinds.items():
        if not kind.is_public:
            assert code not in doc["kinds"]
        for name, field in kind.fields.items():
            if field.exposure is Exposure.OFFICIAL and code in doc["kinds"]:
                assert name not in doc["kinds"][code]["fields"]
    assert "complaint" not in encode(doc).decode()


def test_records_are_not_named_by_the_plain_digest_of_what_is_masked(terms: Terms) -> None:
    facts = history(0, NAMES[0])
    content = encode(document(facts, terms)).decode()
    assert not any(one.digest in content or one.digest[:32] in content for one in facts)


def test_another_key_gives_other_names_and_the_same_one_the_same(cn: Rulebook, terms: Terms) -> None:
    facts = history(0, NAMES[0])
    ids = {item["id"] for item in document(facts, terms)["items"]}
    assert ids == {item["id"] for item in document(facts, Terms.of(cn, KEY))["items"]}
    assert ids.isdisjoint(item["id"] for item in document(facts, Terms.of(cn, b"other"))["items"])


def test_an_entry_of_a_list_that_is_not_public_stays_inside(cn: Rulebook) -> None:
    lists = cn.lists
    hidden = {**lists.lists, "abnormal": replace(lists.lists["abnormal"], is_public=False)}
    terms = Terms.of(replace(cn, lists=replace(lists, lists=hidden)), KEY)
    doc = document([registered(0, NAMES[0]), entry(0, "2026-07-08")], terms)
    assert doc["standing"] == []
    assert "list_entry" not in kinds(doc)


def test_an_entry_of_a_list_nobody_knows_stays_inside(terms: Terms) -> None:
    unknown = entry(0, "2026-07-08", listed="elsewhere")
    assert "list_entry" not in kinds(document([registered(0, NAMES[0]), unknown], terms))


def test_the_heading_is_masked_where_the_registration_is(cn: Rulebook) -> None:
    kind = cn.kinds["registration"]
    fields = {**kind.fields, "address": replace(kind.fields["address"], exposure=Exposure.OFFICIAL)}
    fields["name"] = replace(fields["name"], exposure=Exposure.MASKED)
    book = replace(cn, kinds={**cn.kinds, "registration": replace(kind, fields=fields)})
    doc = document([registered(0, NAMES[0])], Terms.of(book, KEY))
    assert doc["name"] == NAMES[0][0] + "**"
    assert doc["address"] is None
    assert "澉浦" not in encode(doc).decode()


def test_without_a_registration_that_may_be_shown_there_is_no_document(cn: Rulebook, terms: Terms) -> None:
    day = date(2026, 11, 20)
    alone = [penalty(0, "31", "2026-03-12")]
    assert document_of(alone, day, KNOWN_AT, terms) is None
    mine = registered(0, NAMES[0])
    assert document_of([mine, withdrawal(mine, "test", "x", KNOWN_AT)], day, KNOWN_AT, terms) is None
    kind = replace(cn.kinds["registration"], is_public=False)
    inside = Terms.of(replace(cn, kinds={**cn.kinds, "registration": kind}), KEY)
    assert document_of([mine], day, KNOWN_AT, inside) is None


def test_it_changes_next_when_its_first_record_is_due_to_disappear(terms: Terms) -> None:
    doc = document([registered(0, NAMES[0]), penalty(0, "77", "2026-09-15", "minor")], terms)
    fine = next(item for item in doc["items"] if item["kind"] == "penalty")
    assert fine["shown_until"] == doc["next_change_on"] == "2026-12-16"
    assert "penalty" not in kinds(
        document([registered(0, NAMES[0]), penalty(0, "77", "2026-09-15", "minor")], terms, "2026-12-16")
    )


def test_it_changes_next_when_a_span_ends_or_a_known_fact_begins(terms: Terms) -> None:
    leaving = [registered(0, NAMES[0]), entry(0, "2026-07-08", "2027-01-05")]
    assert document(leaving, terms)["next_change_on"] == "2027-01-05"
    moving = [registered(0, NAMES[0], "2015-03-02", "2026-12-01"), registered(0, "新名称有限公司", "2026-12-01")]
    assert document(moving, terms)["next_change_on"] == "2026-12-01"


def test_what_is_learned_later_is_waited_for(terms: Terms) -> None:
    later = replace(penalty(0, "9", "2026-11-01"), known_at=KNOWN_AT.replace(month=12), digest="")
    doc = document_of([registered(0, NAMES[0]), later], date(2026, 11, 20), KNOWN_AT, terms)
    assert doc is not None
    assert "penalty" not in kinds(doc)
    assert doc["next_change_on"] == "2026-12-19"


def test_a_document_without_an_end_names_no_next_change(terms: Terms) -> None:
    assert document([registered(0, NAMES[0])], terms)["next_change_on"] is None


def test_what_the_law_lets_lapse_is_marked_and_the_rest_is_not(terms: Terms) -> None:
    marked = {item["kind"]: item["is_ending"] for item in document(history(0, NAMES[0]), terms)["items"]}
    assert marked == {
        "list_entry": True,
        "penalty": True,
        "inspection": True,
        "registration": False,
        "annual_report": False,
        "licence": False,
    }


def test_several_versions_under_one_number_keep_their_own_names(terms: Terms, cn: Rulebook) -> None:
    versions = cn.rules()["P-07"]
    refs = [terms.refs[id(rule)] for rule in versions]
    assert len(set(refs)) == 2
    assert {terms.rules[ref]["title"]["en"] for ref in refs} == {rule.title["en"] for rule in versions}


def test_it_is_plain_json(terms: Terms) -> None:
    doc = document(history(0, NAMES[0]), terms)
    assert json.loads(encode(doc)) == doc


def test_a_withdrawn_record_is_gone(terms: Terms) -> None:
    wrong = fact(0, "court_debt", "1", "2026-01-05", court="海盐县人民法院", case_number="（2026）浙0424执1号")
    assert "court_debt" in kinds(document([registered(0, NAMES[0]), wrong], terms))
    gone = withdrawal(wrong, "test", wrong.source_ref, KNOWN_AT)
    assert gone.span == Span(date(2026, 1, 5), date(2026, 1, 5))
    assert "court_debt" not in kinds(document([registered(0, NAMES[0]), wrong, gone], terms))


def test_beside_an_entry_that_stands_the_public_reads_what_it_brings_and_for_which_decisions(terms: Terms) -> None:
    facts = [registered(0, NAMES[0]), entry(0, "2026-07-08", None, "abnormal")]
    doc = document(facts, terms)
    (brought,) = doc["items"][0]["measures"]
    assert (brought["code"], brought["effect"], brought["until_on"]) == ("restricted_when_listed", "weighed", None)
    assert doc["rules"][brought["rule"]]["number"] == "D-18"
    assert list(brought["purposes"]) == ["honours", "land_grant", "procurement", "works_tender"]


def test_an_entry_that_ended_brings_nothing_and_a_class_is_not_told_by_its_benefits(terms: Terms) -> None:
    facts = [registered(0, NAMES[0]), entry(0, "2026-07-08", "2026-09-01", "abnormal")]
    doc = document(facts, terms)
    assert "measures" not in encode(doc).decode()
    assert "D-18" not in doc["rules"]
    assert "green_channel" not in encode(doc).decode()

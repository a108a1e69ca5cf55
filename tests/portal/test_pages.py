"""What a stranger sees, in both languages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from goodstanding.core.rulebook import Rulebook
from goodstanding.publicstore import expand
from goodstanding.publish.document import Terms
from tests.portal.conftest import PUBLISHED_ON, Reader, put, reading
from tests.publish.register import HIDDEN, NAMES, entity_id, entry, registration
from tests.publish.test_draws import BUNDLE

FIRST = f"/entity/{entity_id(0)}"
PAGES = ("/", "/search", "/search?q=茶业", "/lists/abnormal", "/draws", "/draws/2026/q4", "/draws/2026-key", "/rules")
PAGES += ("/about", "/record", "/record/unknown", "/accessibility", FIRST, f"/entity/{entity_id(2)}")


def quoted(target: str) -> str:
    """Return an address as it stands on the wire."""
    return quote(target, safe="/?=&:")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("target", PAGES)
def test_every_page_stands_in_its_language_without_script_or_style_of_its_own(
    reader: Reader, target: str, language: str
) -> None:
    mark = "&" if "?" in target else "?"
    reply = reader.get(quoted(f"{target}{mark}lang={language}"))
    assert reply.status == 200
    assert f'<html class="govuk-template" lang="{"zh-Hans" if language == "zh" else "en"}"' in reply.text
    assert not re.search(r"<script(?![^>]* src=)|<style|style=|javascript:|\son\w+=", reply.text)
    assert len(re.findall("<h1", reply.text)) == 1
    ids = re.findall(r'\sid="([^"]+)"', reply.text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("target", PAGES)
def test_every_link_of_a_page_leads_somewhere_and_keeps_the_language(reader: Reader, target: str) -> None:
    mark = "&" if "?" in target else "?"
    page = reader.get(quoted(f"{target}{mark}lang=en")).text
    for href in set(re.findall(r'href="(/[^"#]*)', page)):
        address = href.replace("&amp;", "&")
        assert reader.get(address).status == 200, address
        assert "lang=" in address or address.startswith("/static/") or address.endswith(".json"), address


def test_every_rule_a_page_points_at_stands_on_the_page_of_rules(reader: Reader) -> None:
    anchors = set(re.findall(r'id="(rule-[^"]+)"', reader.get("/rules").text))
    for target in (FIRST, "/lists/abnormal"):
        wanted = set(re.findall(r'/rules#(rule-[^"]+)"', reader.get(target).text))
        assert wanted
        assert wanted <= anchors


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN", "zh-Hans"),
        ("fr", "zh-Hans"),
        ("en;q=0,zh", "zh-Hans"),
        ("", "zh-Hans"),
    ],
)
def test_the_browser_s_language_is_spoken_unless_the_address_names_one(
    reader: Reader, accept: str, language: str
) -> None:
    assert f'lang="{language}" dir' in reader.get("/", accept_language=accept).text
    assert 'lang="en" dir' in reader.get("/?lang=en", accept_language=accept).text
    assert "lang=" not in re.findall(r'href="(/rules[^"]*)"', reader.get("/", accept_language=accept).text)[0]


def test_the_page_of_a_business_tells_status_first_then_records(reader: Reader) -> None:
    page = reader.get(FIRST + "?lang=en").text
    assert (
        page.index("On: Abnormal-operation list") < page.index("Particulars") < page.index("Administrative penalty ·")
    )
    for text in (
        "海盐县市场监督管理局",
        "《中华人民共和国食品安全法》第一百二十五条第一款第二项",
        "Minor, other: shown for three months",
        "extract seen",
        '<time datetime="2026-12-15">15 Dec 2026</time> is its last day',
        "欧**",
        "旧名0茶厂",
        "CN¥10,000.00",
    ):
        assert text in page, text


def test_what_is_masked_or_kept_inside_stands_on_no_page(reader: Reader) -> None:
    for target in (*PAGES, FIRST + ".json"):
        text = reader.get(quoted(target)).text
        for hidden in HIDDEN:
            assert hidden not in text, (target, hidden)


def test_a_business_on_no_list_is_told_so(reader: Reader) -> None:
    assert "Open. On no list today." in reader.get(f"/entity/{entity_id(2)}?lang=en").text


def test_json_is_the_stored_document_and_zstd_the_stored_frame(reader: Reader) -> None:
    plain = reader.get(FIRST + ".json")
    coded = reader.get(FIRST + ".json", accept_encoding="gzip, zstd")
    assert plain.headers["Content-Type"] == "application/json; charset=utf-8"
    assert coded.headers["Content-Encoding"] == "zstd"
    assert expand(coded.body) == plain.body
    assert plain.json["name"] == NAMES[0]
    assert coded.headers["ETag"] != plain.headers["ETag"]
    assert "Content-Encoding" not in reader.get(FIRST + ".json", accept_encoding="zstd;q=0").headers


@pytest.mark.parametrize("target", [FIRST, FIRST + ".json"])
def test_who_has_it_already_gets_nothing_again(reader: Reader, target: str) -> None:
    first = reader.get(target)
    again = reader.get(target, if_none_match=f'"other", W/{first.headers["ETag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert reader.get(target, if_none_match='"other"').status == 200


def test_pages_of_two_languages_have_two_tags(reader: Reader) -> None:
    tags = {reader.get(FIRST + query).headers["ETag"] for query in ("", "?lang=zh", "?lang=en")}
    assert len(tags) == 3


def test_head_is_get_without_a_body(reader: Reader) -> None:
    get, head = reader.get(FIRST), reader.get(FIRST, method="HEAD")
    assert head.body == b""
    assert head.headers == get.headers


def test_a_business_with_records_that_end_is_kept_from_crawlers(reader: Reader) -> None:
    assert reader.get(FIRST).headers["X-Robots-Tag"] == "noindex"
    assert reader.get(FIRST + ".json").headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in reader.get(f"/entity/{entity_id(2)}").headers


@pytest.mark.parametrize("target", ["/", FIRST, FIRST + ".json", "/nothing", "/static/goodstanding.css", "/health"])
def test_every_answer_carries_the_headers_of_security(reader: Reader, target: str) -> None:
    headers = reader.get(target).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "typed",
    [
        entity_id(0).partition(":")[2],
        "9133 0000 0000 0000 00",
        "南北湖茶业",
        "茶业",
        "北湖",
        NAMES[0],
        "旧名0",
        "  海盐县澉浦  ",
    ],
)
def test_a_code_a_name_or_two_characters_of_it_find_a_business(reader: Reader, typed: str) -> None:
    page = reader.get(quoted(f"/search?q={typed}")).text
    assert f'href="{FIRST}"' in page


@pytest.mark.parametrize(
    ("typed", "number"), [("haining LEATHER", 2), ("Ｌeather", 2), ("eath", 2), ("莫干山裸心", 3), ("莫干山（裸心", 3)]
)
def test_case_width_and_brackets_do_not_matter(reader: Reader, typed: str, number: int) -> None:
    assert f'href="/entity/{entity_id(number)}"' in reader.get(quoted(f"/search?q={typed}")).text


def test_the_beginning_of_a_code_finds_all_that_begin_so(reader: Reader) -> None:
    page = reader.get("/search?lang=en&q=91330").text
    assert "12 found" in page


def test_an_exact_code_comes_first(reader: Reader) -> None:
    page = reader.get(f"/search?q={entity_id(7).partition(':')[2]}").text
    assert re.findall(r'href="(/entity/[^"]+)"', page)[0] == f"/entity/{entity_id(7)}"


def test_a_name_mistyped_finds_what_comes_close_and_says_so(reader: Reader) -> None:
    page = reader.get(quoted("/search?lang=en&q=海盐县澉浦南北湖茶叶有限公司")).text
    assert f'href="{FIRST}?lang=en"' in page
    assert "No name holds all of what you typed" in page


@pytest.mark.parametrize(("typed", "told"), [("不存在", "Nothing found for"), ("！？", "Type letters or digits")])
def test_nothing_found_is_said_helpfully(reader: Reader, typed: str, told: str) -> None:
    page = reader.get(quoted(f"/search?lang=en&q={typed}"))
    assert page.status == 200
    assert told in page.text


def test_what_is_typed_is_text_and_never_markup(reader: Reader) -> None:
    page = reader.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_list_is_paged_newest_first_and_loses_nobody(tmp_path: Path, terms: Terms) -> None:
    facts = []
    for number in range(130):
        facts += [registration(number, f"第{number}号商行"), entry(number, f"2026-07-{number % 28 + 1:02}")]
    put(tmp_path, facts, terms, PUBLISHED_ON)
    target, found, days = "/lists/abnormal", [], []
    with reading(tmp_path) as reader:
        while target:
            page = reader.get(target).text
            found += re.findall(r'href="/entity/([^"]+)"', page)
            days += re.findall(r'<time datetime="(2026-07-[^"]+)"', page)
            following = re.search(r'href="(/lists/abnormal\?before=[^"&]+)"', page)
            target = following.group(1) if following else ""
    assert len(found) == 130
    assert set(found) == {entity_id(number) for number in range(130)}
    assert days == sorted(days, reverse=True)


def test_a_list_is_read_by_machines_page_by_page_and_tells_why_by_whom_and_until_when(
    tmp_path: Path, terms: Terms
) -> None:
    facts = []
    for number in range(60):
        facts += [registration(number, f"第{number}号商行"), entry(number, "2026-07-08", "2026-12-01")]
    put(tmp_path, facts, terms, PUBLISHED_ON)
    with reading(tmp_path) as reader:
        reader.day = "2026-11-30"
        first = reader.get("/lists/abnormal.json").json
        second = reader.get(first["next"]).json
        told = first["entries"] + second["entries"]
        assert second["next"] is None
        assert {one["id"] for one in told} == {entity_id(number) for number in range(60)}
        assert {(one["from_on"], one["until_on"], one["rule"]) for one in told} == {
            ("2026-07-08", "2026-12-01", "A-01")
        }
        assert all(one["authority"] and one["ground"]["en"] for one in told)
        reader.day = "2026-12-01"
        assert reader.get("/lists/abnormal.json").json["entries"] == []
        assert reader.get("/lists/nobody.json").status == 404


def test_an_entry_that_ends_is_off_the_list_that_day(tmp_path: Path, terms: Terms) -> None:
    put(tmp_path, [registration(0, NAMES[0]), entry(0, "2026-07-08", "2026-12-01")], terms, PUBLISHED_ON)
    with reading(tmp_path) as reader:
        reader.clock.at = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
        assert entity_id(0) in reader.get("/lists/abnormal").text
        # A minute later it is the first of December where the register is kept, and still November in UTC.
        reader.clock.at = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
        assert entity_id(0) not in reader.get("/lists/abnormal").text
        assert "On no list today" in reader.get(f"/entity/{entity_id(0)}?lang=en").text


def test_a_draw_shows_commitment_seed_strata_tickets_and_how_to_check(reader: Reader) -> None:
    whole = json.loads(BUNDLE)
    page = reader.get("/draws/2026/q4?lang=en").text
    assert whole["commitment"]["digest"] in page
    assert whole["seed"]["value"] in page
    for row in whole["result"]["selected"][:5]:
        assert row["unit"] in page
        assert row["ticket"][:16] in page
    assert "python3 verify bundle.json --commitment " + whole["commitment"]["digest"] in page
    assert reader.get("/draws/2026/q4/bundle.json").body == BUNDLE.encode()


def test_a_plan_not_drawn_yet_has_no_seed_and_no_bundle(reader: Reader) -> None:
    page = reader.get("/draws/2026-key?lang=en").text
    assert "Committed, not drawn" in page
    assert "rule I-9: 3" in page
    assert "规则 I-9：3" in reader.get("/draws/2026-key?lang=zh").text
    assert reader.get("/draws/2026-key/bundle.json").status == 404
    assert reader.get("/draws/2026-key/plan.json").json == json.loads(BUNDLE)["plan"]


def test_a_drawn_business_reads_why_and_with_which_chance(reader: Reader) -> None:
    for one in json.loads(BUNDLE)["result"]["selected"]:
        page = reader.get(f"/draws/2026/q4/visit/{one['unit']}?lang=en").text
        part, whole = one["chance"]
        assert f"{part * 100 / whole:.2f} % ({part}/{whole})" in page
        assert one["ticket"] in page
        assert json.loads(BUNDLE)["commitment"]["frame"]["root"] in page
    assert reader.get("/draws/2026/q4/visit/U-17").status == 404
    assert reader.get("/draws/2026-key/visit/U-06").status == 404


def test_the_rules_name_source_and_confidence(reader: Reader, cn: Rulebook) -> None:
    page = reader.get("/rules?lang=en").text
    for number, versions in cn.rules().items():
        assert number in page
        assert versions[0].source.instrument in page
    assert "our own choice" in page


def test_static_files_are_kept_by_content_and_nothing_else_is_served(reader: Reader) -> None:
    address = re.findall(r'href="(/static/goodstanding\.css[^"]*)"', reader.get("/").text)[0]
    assert "immutable" in reader.get(address).headers["Cache-Control"]
    assert "immutable" not in reader.get("/static/goodstanding.css").headers["Cache-Control"]
    for name in ("..%2Fwords.toml", "..", ".hidden", "words.toml", "%2e%2e/words.py"):
        assert reader.get(f"/static/{name}").status == 404


def test_before_the_first_publication_pages_stand_and_say_so(empty: Reader) -> None:
    assert "Nothing is published yet" in empty.get("/?lang=en").text
    for target in ("/search?q=9133", "/draws", "/rules", "/about", "/accessibility"):
        assert empty.get(target).status == 200
    assert empty.get("/health").json == {"status": "empty"}
    for target in (FIRST, FIRST + ".json", "/lists/abnormal", "/draws/2026"):
        assert empty.get(target).status == 404


def test_health_says_what_was_published(reader: Reader) -> None:
    told = reader.get("/health").json
    assert (told["status"], told["entities"], told["as_of"]) == ("ok", 12, "2026-11-20")


def test_a_portal_opened_before_a_publication_shows_it_afterwards(tmp_path: Path, terms: Terms) -> None:
    with reading(tmp_path) as reader:
        assert reader.get(FIRST).status == 404
        put(tmp_path, [registration(0, NAMES[0])], terms, PUBLISHED_ON)
        assert reader.get(FIRST).status == 200
        assert NAMES[0] in reader.get(quoted(f"/search?q={NAMES[0][:4]}")).text

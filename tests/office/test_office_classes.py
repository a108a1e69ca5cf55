"""The page that explains a class: summary, points, facts with their links, what changed, and the lawful ways."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.office import classes
from goodstanding.office.accounts import Role
from goodstanding.records import ledger
from tests.conftest import NOW
from tests.engine.histories import entity_id
from tests.office.conftest import SignedIn
from tests.supervise.register import AS_OF, entry, penalty, registration, reports

ADDRESS = f"/office/business/{entity_id(1)}/class"


@pytest.fixture
def facts(office: Home, monkeypatch: pytest.MonkeyPatch) -> dict[str, Fact]:
    """1 is on the list for the report of 2025 and was fined; 2 owes nothing."""
    found = {
        "registration": registration(1, date(2022, 5, 1)),
        "listed": entry(1, "abnormal", "annual_report_missed", date(2026, 7, 8), "year:2025", "A-01"),
        "fine": penalty(1, date(2026, 6, 2)),
    }
    others = [*reports(1, 2022, 2023, 2024), registration(2), *reports(2, *range(2013, 2026))]
    ledger.deliver([ledger.Delivered(one) for one in [*found.values(), *others]], NOW)
    monkeypatch.setattr(classes, "today", lambda: AS_OF)
    monkeypatch.setattr(classes, "now", lambda: NOW)
    return found


@pytest.fixture
def viewer(facts: dict[str, Fact], signed_in: SignedIn) -> Client:
    return signed_in(Role.VIEWER)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_summary_comes_first_then_points_facts_changes_and_ways(viewer: Client) -> None:
    content = read(viewer, f"{ADDRESS}?lang=en&since=2026-01-05")
    found = re.search(r"Class [BCD], \d+ points", content)
    assert found is not None
    places = [content.index(words) for words in (found[0], "Points by indicator", "The facts behind the points")]
    places += [content.index(words) for words in ("What changed since", "What would lead to a better class")]
    assert places == sorted(places)
    assert "20 Nov 2026" in content
    assert "it is no public mark of reputation" in content


def test_every_fact_behind_a_point_is_linked_to_its_card(viewer: Client, facts: dict[str, Fact]) -> None:
    content = read(viewer, f"{ADDRESS}?lang=en")
    file = read(viewer, f"/office/business/{entity_id(1)}?lang=en")
    for name in ("listed", "fine"):
        anchor = f"fact-{facts[name].digest[:16]}"
        assert f'href="/office/business/{entity_id(1)}#{anchor}"' in content
        assert f'id="{anchor}"' in file
    assert f'href="{ADDRESS}"' in file


def test_the_way_off_the_list_names_its_rules_its_days_and_what_is_supposed(viewer: Client) -> None:
    content = read(viewer, f"{ADDRESS}?lang=en")
    for words in (
        "File the report for 2025, which is possible from 20 Nov 2026.",
        "It counts from 27 Nov 2026 at the latest.",
        "Rule A-08",
        "It would be class",
        "It supposes that nothing else adverse becomes known",
        "article read in full",
    ):
        assert words in content


def test_what_changed_is_told_since_a_day_asked_for(viewer: Client, facts: dict[str, Fact]) -> None:
    content = read(viewer, f"{ADDRESS}?lang=en&since=2026-01-05")
    changed = content[content.index('id="changed"') : content.index('id="ahead"')]
    assert "On 5 Jan 2026 it was class" in changed
    assert "New facts" in changed
    assert facts["fine"].digest[:16] in changed
    assert "No earlier class is recorded" in read(viewer, f"{ADDRESS}?lang=en")


def test_the_best_class_is_told_it_is(viewer: Client) -> None:
    content = read(viewer, f"/office/business/{entity_id(2)}/class?lang=en")
    assert "This is the best class already." in content


def test_another_day_is_looked_at_and_a_day_that_is_none_means_today(viewer: Client) -> None:
    assert "2 Feb 2026" in read(viewer, f"{ADDRESS}?lang=en&on=2026-02-02")
    for odd in ("on=nonsense", "on=9999-12-31", "on=0001-01-01&since=9999-01-01", "scale=spaceship", "since=%00"):
        assert "20 Nov 2026" in read(viewer, f"{ADDRESS}?lang=en&{odd}")


def test_chinese_is_spoken_whole(viewer: Client) -> None:
    content = read(viewer, f"{ADDRESS}?lang=zh&since=2026-01-05")
    for words in ("分值背后的事实", "怎样可以改善", "补报 2025 年度的报告", "与上一次相比的变化", "新增事实"):
        assert words in content
    assert "It would be" not in content


def test_a_business_not_registered_by_the_day_has_no_page(viewer: Client) -> None:
    assert viewer.get("/office/business/test:nobody/class").status_code == 404
    assert viewer.get(f"{ADDRESS}?on=2022-03-01").status_code == 404


def test_only_those_signed_in_with_a_role_read_it(facts: dict[str, Fact], signed_in: SignedIn) -> None:
    assert Client().get(ADDRESS).status_code == 302
    for role in Role:
        assert signed_in(role).get(ADDRESS).status_code == 200


def test_nothing_stands_inline_and_nothing_is_kept(viewer: Client) -> None:
    answer = viewer.get(ADDRESS)
    content = answer.content.decode()
    assert " style=" not in content
    assert not re.search(r"<script(?![^>]*\ssrc=)", content)
    assert answer["Cache-Control"] == "no-store"
    assert content.count("<h1") == 1

"""Every page of both planes, in both languages, under axe: no finding that keeps anybody from using it.

And none is wider than a phone.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from goodstanding.office.urls import urlpatterns
from goodstanding.portal.app import routes
from goodstanding.portal.pages import Pages
from goodstanding.portal.search import Search
from goodstanding.portal.store import PublicStore
from tests.browser.conftest import PASSWORD, Town

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
DESK: ViewportSize = {"width": 1100, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 780}
GRAVE = {"serious", "critical"}

PORTAL = {
    "/": "/",
    "/search": "/search?q=有限",
    "/lists/{code}": "/lists/abnormal",
    "/draws": "/draws",
    "/draws/{label:path}": "/draws/2026-autumn",
    "/rules": "/rules",
    "/certificate": "/certificate?code=x",
    "/record": "/record?name=unknown",
    "/record/{name}": "/record/unknown",
    "/log": "/log",
    "/about": "/about",
    "/accessibility": "/accessibility",
}
HOT = ("/entity/{listed}", "/entity/uscc:nobody", "/draws/2026-autumn/visit/{drawn}")
"""The hot route, which no router knows, the page of what is not there, and the one behind the path of a draw."""

OFFICE = {
    "office/": "/office/",
    "office/proposal/<serial:id_>": "/office/proposal/{proposal}",
    "office/business/<name:entity_id>": "/office/business/{listed}",
    "office/business/<name:entity_id>/class": "/office/business/{listed}/class",
    "office/business/<name:entity_id>/cases": "/office/business/{punished}/cases",
    "office/business/<name:entity_id>/ban": "/office/business/{listed}/ban",
    "office/cases": "/office/cases",
    "office/case/<name:number>": "/office/case/{case}",
    "office/classes": "/office/classes",
    "office/classes/calibration": "/office/classes/calibration",
    "office/classes/<serial:number>": "/office/classes/2",
    "office/previews": "/office/previews",
    "office/previews/<name:key>": "/office/previews/{preview}",
    "office/decisions": "/office/decisions",
    "office/confirmations": "/office/confirmations",
    "office/decision/<number:number>": "/office/decision/{decision}",
    "office/decision/<number:number>/annulment": "/office/decision/{decision}/annulment",
    "office/may": "/office/may?entity={listed}",
    "office/answer/<name:number>": "/office/answer/{answer}",
    "office/quarantine": "/office/quarantine",
    "office/campaigns": "/office/campaigns",
    "office/campaign/<name:label>": "/office/campaign/2026-autumn",
}
STRANGERS = {"office/sign-in": "/office/sign-in", "office/invited": "/office/invited"}
ACTED = {
    "office/business/<name:entity_id>/invite": "the page with the code, which answers a form",
    "office/approve/foreseen": "the page of what an approval would do, which answers a form",
    "office/approve": "the page of what was approved, which answers a form",
    "office/mine": "what a business sees of itself",
    "office/case/<name:number>/<serial:serial>/receipt": "the receipt of what a business handed in",
}
ELSEWHERE = {
    "office/sign-out": "the button that ends a session",
    "office/proposal/<serial:id_>/decide": "leads back to the proposal",
    "office/business/<name:entity_id>/case": "leads to the new case",
    "office/case/<name:number>/take": "leads back to the case",
    "office/case/<name:number>/<serial:serial>.pdf": "a file",
    "office/business/<name:entity_id>/certificate.pdf": "a file",
    "office/mine/days.ics": "a file",
    "office/business/<name:entity_id>/file/<name:digest>": "a file",
    "office/decision/<number:number>/annul": "leads back to the decision",
    "office/decision/<number:number>.pdf": "a file",
    "office/decision/<number:number>/confirm": "leads back to the decision",
    "office/ban/<name:number>/withdraw": "leads back to the business",
    "office/may.json": "for machines",
    "office/answer/<name:number>.json": "for machines",
    "office/answer/<name:number>/feedback": "leads back to the answer",
    "office/campaign/<name:label>/visit/<serial:visit_id>": "leads back to the campaign",
    "/departures.json": "for machines",
    "/log/checkpoint": "for machines",
    "/log/entries": "for machines",
    "/health": "for machines",
    "/robots.txt": "for machines",
    "/static/{name}": "a file",
}


class Reader:
    """Somebody at a browser with axe at hand."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.page: Page = browser.new_context(viewport=DESK).new_page()
        self.page.set_default_timeout(10_000)
        self._base = base
        self._axe = AXE.read_text(encoding="utf-8")

    def sign_in(self, name: str) -> None:
        """Sign in."""
        self.page.goto(f"{self._base}/office/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")

    def take(self, step: str) -> None:
        """Take a step on the page of a case, unless it was taken before."""
        form = self.page.locator(f"form:has(input[name=step][value={step}])")
        if form.count():
            for field in form.locator("textarea").all():
                field.fill("…")
            form.locator("button[value=send]").click()

    def open(self, path: str, language: str) -> list[str]:
        """Open a page and return what axe finds grave on it."""
        self.page.goto(self._base + path + ("&" if "?" in path else "?") + f"lang={language}")
        return self.findings(path, colours=language == "zh")

    def findings(self, path: str, *, colours: bool = True) -> list[str]:
        """Return what is grave on the open page; colours, the costly part, are alike in every language."""
        self.page.evaluate(self._axe)
        rules = {"color-contrast": {"enabled": colours}}
        found = self.page.evaluate("o => axe.run(document, o)", {"resultTypes": ["violations"], "rules": rules})
        self.page.set_viewport_size(PHONE)
        is_wide = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        self.page.set_viewport_size(DESK)
        wide = [f"{path}: wider than a phone"] if is_wide else []
        return wide + [
            f"{path}: {one['id']} ({one['impact']}): {one['help']}: {node['html'][:160]}"
            for one in found["violations"]
            if one["impact"] in GRAVE
            for node in one["nodes"][:3]
        ]


@pytest.fixture(scope="module")
def places(town: Town) -> dict[str, str]:
    """What stands for the parts of addresses: things the town really has."""
    town.run(["preview", "--rulebook", "cn", "--as-of", town.day.isoformat(), "--keep"])
    with sqlite3.connect(f"file:{town.home / 'records.sqlite3'}?mode=ro", uri=True) as records:

        def first(query: str) -> str:
            return str(records.execute(query).fetchone()[0])

        serious = "kind = 'penalty' AND json_extract(payload, '$.severity') = 'serious'"
        query = f"SELECT entity_id, lower(hex(digest)) FROM fact WHERE {serious} LIMIT 1"  # noqa: S608 - our own words
        entity, digest = records.execute(query).fetchone()
        on = ["--on", town.day.isoformat(), "--as", "the-officer"]
        opened = town.run(["case", "open", "serious_listing", entity, *on, "--about", digest])[0]
        return {
            "open_case": str(opened["case"]),
            "preview": next((town.home / "previews").glob("*.json")).stem,
            "listed": first("SELECT entity_id FROM fact WHERE kind = 'list_entry' ORDER BY id LIMIT 1"),
            "drawn": first("SELECT entity_id FROM visit ORDER BY id LIMIT 1"),
            "punished": str(entity),
            "case": first("SELECT number FROM case_file LIMIT 1"),
            "proposal": first("SELECT id FROM proposal WHERE state = 'open' LIMIT 1"),
            "decision": first("SELECT number FROM decision WHERE kind = 'listing' ORDER BY id DESC LIMIT 1"),
        }


@pytest.fixture
def stranger(town: Town, browser: Browser) -> Iterator[Reader]:
    """Nobody yet."""
    reader = Reader(browser, town.base)
    yield reader
    reader.page.context.close()


@pytest.fixture(scope="module")
def chief(town: Town, browser: Browser) -> Iterator[Reader]:
    """A chief, before whom every page of the office opens."""
    reader = Reader(browser, town.base)
    reader.sign_in("the-chief")
    yield reader
    reader.page.context.close()


def test_axe_would_say_so(stranger: Reader) -> None:
    stranger.page.set_content("<html lang=en><title>t</title><main><h1>h</h1><img src=x><input></main>")
    assert {one.split(" ")[1] for one in stranger.findings("")} == {"image-alt", "label"}


def test_no_route_is_left_out(tmp_path: Path) -> None:
    pages = Pages(PublicStore(tmp_path), Search(tmp_path))
    known = {template for template, _ in routes(pages)} | {str(one.pattern) for one in urlpatterns}
    assert known == {*PORTAL, *OFFICE, *STRANGERS, *ACTED, *ELSEWHERE}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_portal_keeps_nobody_out(stranger: Reader, places: dict[str, str], language: str) -> None:
    found: list[str] = []
    for path in (*PORTAL.values(), *HOT, *STRANGERS.values()):
        found += stranger.open(path.format(**places), language)
    assert found == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_office_keeps_nobody_out(chief: Reader, places: dict[str, str], language: str) -> None:
    chief.open(f"/office/may?entity={places['listed']}", language)
    chief.page.select_option("select[name=purpose]", "procurement")
    chief.page.fill("[name=for]", "T-1")
    chief.page.click("main form button")
    found = chief.findings("/office/may")
    number = re.search(r"/office/answer/([^/.\"]+)\.json", chief.page.content())
    assert number
    for path in (*OFFICE.values(), "/office/case/{open_case}"):
        found += chief.open(path.format(**places, answer=number[1]), language)
    assert found == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_business_that_is_invited_is_kept_out_of_nothing(
    chief: Reader, stranger: Reader, places: dict[str, str], language: str
) -> None:
    case = f"/office/case/{places['open_case']}"
    chief.open(case, language)
    chief.take("notify")
    chief.open(f"/office/business/{places['punished']}", language)
    chief.page.click("form[action$='/invite'] button")
    found = chief.findings("invite")
    code = chief.page.inner_text("main code")
    found += stranger.open("/office/invited", language)
    stranger.page.fill("#code", code)
    stranger.page.fill("#name", f"shop-{language}")
    stranger.page.fill("#password", PASSWORD)
    stranger.page.click("main button")
    found += stranger.findings("/office/mine")
    assert stranger.page.url.endswith("/office/mine")
    found += stranger.open(case, language)
    stranger.take("state")
    found += stranger.open(f"{case}/2/receipt", language)
    found += stranger.open("/office/mine", language)
    assert found == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_approved_in_bulk_reads_as_well(chief: Reader, language: str) -> None:
    chief.open("/office/", language)
    for box in chief.page.locator("input[name=proposal]").all():
        box.check(force=True)
    chief.page.click("form[action='/office/approve/foreseen'] button")
    assert chief.findings("/office/approve/foreseen") == []
    for said in chief.page.locator("form[action='/office/approve'] input[name=proposal]").all():
        said.evaluate("said => said.remove()")  # the other language wants the same queue
    chief.page.click("form[action='/office/approve'] button")
    assert chief.page.url.endswith("/office/approve")
    assert chief.findings("/office/approve") == []

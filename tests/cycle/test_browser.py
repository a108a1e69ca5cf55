"""The pages of both planes in a real browser: without scripts, on a phone, and through an officer's hands."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cycle.conftest import PASSWORD, Installation

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# The sandbox wants a user of its own, which a build machine has not; the rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: tests/machine installs it on Debian"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


def page_of(browser: Browser, *, width: int = 1100, scripts: bool = True) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    return context.new_page()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_citizen_finds_a_business_without_scripts(browser: Browser, address: str, language: str) -> None:
    page = page_of(browser, scripts=False)
    page.goto(f"{address}/?lang={language}")
    page.fill("input[name=q]", "有限")
    page.click("form[role=search] button")
    results = page.locator(".gs-results__item a")
    assert results.count() > 3
    name = results.first.inner_text()
    results.first.click()
    assert page.inner_text("h1") == name
    assert page.locator(".gs-panel").count() >= 1
    assert page.get_attribute("html", "lang", timeout=1000) in {"zh-Hans", "zh-CN", "zh", "en"}
    page.context.close()


def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, address: str, installation: Installation) -> None:
    page = page_of(browser, width=390)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}/lists/abnormal")
    entity = page.locator(".gs-results__item a").first.get_attribute("href")
    for path in (
        "/",
        "/search?q=有限",
        entity or "",
        "/lists/abnormal",
        "/draws",
        "/draws/2026-autumn",
        "/rules",
        "/about",
    ):
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert page.locator("h1").count() == 1, path
    assert complaints == []
    page.context.close()


def test_an_officer_signs_in_decides_and_signs_out(browser: Browser, address: str, installation: Installation) -> None:
    page = page_of(browser)
    page.goto(f"{address}/office/?lang=en")
    page.fill("#name", "anna")
    page.fill("#password", PASSWORD)
    page.click("main button")
    assert page.inner_text("h1") == "Work queue"
    assert installation.summary["waiting"] > 0
    page.locator("table a").first.click()
    page.fill("#reason", "Checked against the file.")
    page.click("button[value=approve]")
    assert "Approved: decision" in page.inner_text("body")
    page.click("a[href^='/office/decision/']")
    assert "Taken again, it agrees" in page.inner_text("body")
    page.click("form[action='/office/sign-out'] button")
    assert page.locator("#password").is_visible()
    page.context.close()


@pytest.mark.parametrize(("language", "words"), [("en", "Points by indicator"), ("zh", "分值背后的事实")])
def test_the_page_of_a_class_reads_on_a_phone_and_without_scripts(
    browser: Browser, address: str, language: str, words: str
) -> None:
    page = page_of(browser, width=390, scripts=False)
    page.goto(f"{address}/office/?lang={language}")
    page.fill("#name", "anna")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.locator("table a").first.click()
    page.locator("a[href^='/office/business/']").first.click()
    page.locator("main a[href$='/class']").click()
    assert words in page.inner_text("main")
    assert page.locator("h1").count() == 1
    assert page.locator(".gs-panel").bounding_box()["width"] <= 390  # type: ignore[index]
    assert page.locator("main").bounding_box()["width"] <= 390  # type: ignore[index]
    fact = page.locator("main a[href*='#fact-']").first
    anchor = str(fact.get_attribute("href")).partition("#")[2]
    fact.click()
    assert page.locator(f"#{anchor}").is_visible()
    page.context.close()

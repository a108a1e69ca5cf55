"""The lists from proposal to exit, in the browser and without scripts, with the days passing that the law asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser

from tests.browser import village
from tests.browser.conftest import ACCOUNTS, PASSWORD, Hands, Town
from tests.documents.reading import squeezed, words_of

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PENALISED_ON = date(2025, 10, 20)
ANSWERED_ON = date(2025, 10, 23)  # within five working days of the notice
LISTED_ON = date(2025, 10, 28)  # the first day after them
EARLIEST_ON = date(2026, 10, 29)  # after one whole year
PUNISHED, SILENT = (f"/entity/uscc:{code}" for code in (village.PUNISHED, village.SILENT))


@pytest.fixture(scope="module")
def village_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two businesses, one of which was penalised today; the calendar has looked at it."""
    made = Town(tmp_path_factory.mktemp("village"), PENALISED_ON)
    made.run(["init", "--rulebook", "cn"], *ACCOUNTS)
    made.deliver("registrations", *map(village.registration, village.NAMES), encoding="gb18030")
    made.deliver("penalties", village.penalty(village.PUNISHED, PENALISED_ON))
    made.publish()
    with made.served():
        yield made


@pytest.fixture
def people(village_town: Town, browser: Browser) -> Iterator[dict[str, Hands]]:
    """An officer, another one, a chief, a bank's clerk with an account to read with, and the public."""
    names = {"officer": "the-officer", "second": "second-officer", "chief": "the-chief", "clerk": "the-viewer"}
    found = {role: Hands(village_town, browser, name) for role, name in names.items()}
    found["public"] = Hands(village_town, browser)
    yield found
    for one in found.values():
        one.close()


def invited(officer: Hands, code: str, name: str, browser: Browser) -> Hands:
    """Return a business at its own account, made with a code that the officer reads out to it."""
    officer.go(f"/office/business/uscc:{code}")
    officer.page.click("form[action$='/invite'] button")
    business = Hands(officer.town, browser)
    business.go("/office/invited?lang=en")
    business.page.fill("#code", officer.page.inner_text("main code"))
    business.page.fill("#name", name)
    business.page.fill("#password", PASSWORD)
    business.page.click("main button")
    return business


def open_from_queue(officer: Hands, code: str) -> None:
    """Follow the work queue to the proposal about a business."""
    officer.go("/office/")
    officer.page.locator("table a", has_text=village.NAMES[code]).first.click()


def binding(clerk: Hands, code: str) -> tuple[int, str]:
    """Ask what binds in a procurement; return how many measures, by the signed answer, and what the page says."""
    clerk.go(f"/office/may?entity=uscc:{code}")
    clerk.page.select_option("select[name=purpose]", "procurement")
    clerk.page.fill("[name=for]", "T-1")
    clerk.page.click("main form button")
    said = clerk.text
    clerk.page.click("main a[href$='.json']")
    return len(json.loads(clerk.page.inner_text("body"))["answer"]["binds"]), said


def certified_clear(officer: Hands, code: str) -> bool:
    """Fetch the certificate of what is listed; tell whether it says that nothing is."""
    address = f"{officer.town.base}/office/business/uscc:{code}/certificate.pdf?lang=en"
    return squeezed("Certificate that nothing is listed") in words_of(officer.page.request.get(address).body())


def test_a_serious_listing_from_the_penalty_to_its_early_end(
    village_town: Town, people: dict[str, Hands], browser: Browser
) -> None:
    officer, second, chief, clerk, public = people.values()
    open_from_queue(officer, village.PUNISHED)
    assert officer.page.locator("button[value=approve]").count() == 0
    officer.page.click("main form[action$='/case'] button")
    case = officer.page.url.removeprefix(village_town.base)
    assert "Notified" in officer.take("notify")
    assert "On no list today" in public.go(f"{PUNISHED}?lang=en")

    village_town.go_to(ANSWERED_ON)
    shop = invited(officer, village.PUNISHED, "shop", browser)
    shop.page.click(f"a[href='{case}']")
    assert "27 Oct 2025" in shop.text
    assert "the-officer" not in shop.text
    assert "Heard" in shop.take("state")

    assert "still runs (27 Oct 2025)" in chief.go(f"{case}?lang=en")
    assert binding(clerk, village.PUNISHED)[0] == 0

    village_town.go_to(LISTED_ON)
    assert "Another person must" in officer.go(case)
    second.go(case)
    assert "Reviewed" in second.take("review")
    chief.go(case)
    assert "Consented to" in chief.take("consent")
    assert "Decided" in chief.take("list")
    chief.page.click("main a[href^='/office/decision/']:not([href$='.pdf'])")
    assert "Taken again, it agrees" in chief.text
    officer.go(case)
    assert "Listed and served" in officer.take("serve")
    village_town.publish()
    seen = public.go(f"{PUNISHED}?lang=en")
    assert "On: Serious-violation list" in seen
    assert "since 28 Oct 2025" in seen
    assert "It lasts through 27 Oct 2028" in seen
    assert "V-01" in seen
    assert village.NAMES[village.PUNISHED] in public.go("/lists/serious?lang=en")
    count, said = binding(clerk, village.PUNISHED)
    assert count > 0
    assert "These measures bind" in said
    assert not certified_clear(officer, village.PUNISHED)

    village_town.go_to(EARLIEST_ON)
    shop.close()
    shop = Hands(village_town, browser, "shop")
    shop.go(f"/office/business/uscc:{village.PUNISHED}/cases")
    shop.page.locator("form:has([value=early_removal]) button").last.click()
    removal = shop.page.url.removeprefix(village_town.base)
    assert "Applied" in shop.take("apply")
    officer.go(removal)
    assert "Accepted" in officer.take("accept")
    chief.go(removal)
    assert "Removed early" in chief.take("grant")
    village_town.publish()
    village_town.go_to(date(2026, 10, 30))
    seen = public.go(f"{PUNISHED}?lang=en")
    assert "On no list today" in seen
    assert "Serious-violation" not in seen
    assert village.NAMES[village.PUNISHED] not in public.go("/lists/serious?lang=en")
    assert binding(clerk, village.PUNISHED)[0] == 0
    assert certified_clear(officer, village.PUNISHED)
    shop.go("/office/mine")
    assert shop.page.locator("main section", has_text="Serious-violation list").count() == 0
    shop.close()


def test_an_abnormal_entry_lasts_until_the_missing_report_is_filed(
    village_town: Town, people: dict[str, Hands]
) -> None:
    officer, public = people["officer"], people["public"]
    village_town.go_to(date(2026, 11, 2))  # the window for the report of 2025 closed on 30 June
    village_town.publish()
    open_from_queue(officer, village.SILENT)
    officer.page.fill("#reason", "Checked against the file.")
    officer.page.click("button[value=approve]")
    assert "Approved" in officer.text
    village_town.publish()
    assert "On: Abnormal-operation list" in public.go(f"{SILENT}?lang=en")
    assert village.NAMES[village.SILENT] in public.go("/lists/abnormal?lang=en")

    village_town.go_to(date(2026, 11, 9))
    village_town.deliver("annual_reports", village.annual_report(village.SILENT, village_town.day))
    village_town.publish()
    open_from_queue(officer, village.SILENT)
    officer.page.click("button[value=approve]")
    village_town.publish()
    seen = public.go(f"{SILENT}?lang=en")
    assert "On no list today" in seen
    assert "2 Nov 2026 – 8 Nov 2026" in seen  # history, which the law keeps in view
    assert village.NAMES[village.SILENT] not in public.go("/lists/abnormal?lang=en")

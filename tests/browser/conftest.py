"""A small town served on a day of the test's choosing, and a browser to look at it with."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cycle.test_browser import FLAGS

ENTITIES = 300  # enough for every list, class and lot
PASSWORD = "correct horse battery"
MADE_ON = date(2026, 11, 20)
PROGRAM = [sys.executable, str(Path(__file__).parent / "dated.py")]


class Town:
    """An installation whose clock stands on the day a file names.

    Args:
        folder: Holds the home, the file of the day and whatever is imported.
        day: The day it is at first.
    """

    def __init__(self, folder: Path, day: date) -> None:
        self.home = folder / "home"
        self._folder = folder
        self._day_file = folder / "day"
        self.base = ""
        self.go_to(day)

    @property
    def environment(self) -> dict[str, str]:
        """What the program is started with: this home, and never a database server of somebody else."""
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "GOODSTANDING_DAY")}
        return kept | {"GOODSTANDING_PASSWORD": PASSWORD, "GOODSTANDING_HOME": str(self.home)}

    @property
    def day(self) -> date:
        """The day it is."""
        return date.fromisoformat(self._day_file.read_text(encoding="utf-8"))

    def go_to(self, day: date) -> None:
        """Let days pass, or come back."""
        self._day_file.write_text(day.isoformat(), encoding="utf-8")

    def run(self, *commands: list[str]) -> list[dict[str, object]]:
        """Run commands that must succeed, in one process, and return their results."""
        words = [*PROGRAM, str(self._day_file), *(json.dumps(one) for one in commands)]
        done = subprocess.run(words, capture_output=True, text=True, env=self.environment)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def publish(self) -> None:
        """Do what the day makes due and bring the public store up to the ledger."""
        on = self.day.isoformat()
        self.run(["tick", "--on", on], ["publish", "--on", on])

    def deliver(self, card: str, *lines: Mapping[str, object], encoding: str = "utf-8") -> None:
        """Import lines by a card: JSON lines or CSV, as the card asks; every one must become a fact."""
        path = self._folder / f"{card}-{self.day}.{'jsonl' if card == 'annual_reports' else 'csv'}"
        with path.open("w", encoding=encoding, newline="") as written:
            if path.suffix == ".jsonl":
                written.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            else:
                writer = csv.DictWriter(written, list(lines[0]))
                writer.writeheader()
                writer.writerows(lines)
        found = self.run(["import", card, str(path)])[0]
        assert found["added"] == len(lines), found

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve it on a port of its own."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        words = [*PROGRAM, str(self._day_file), "serve", str(port)]
        log = self._folder / "server.log"
        with log.open("w") as written:
            server = subprocess.Popen(words, env=self.environment, stdout=written, stderr=written)
        try:
            for _ in range(300):
                assert server.poll() is None, log.read_text(encoding="utf-8")
                try:
                    urlopen(f"{self.base}/health", timeout=1).close()  # noqa: S310 - our own address
                    break
                except (URLError, ConnectionError):
                    time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(timeout=20)


ACCOUNTS: Sequence[list[str]] = (
    *(["user", f"the-{role}", "--role", role] for role in ("viewer", "inspector", "officer", "chief")),
    ["user", "second-officer", "--role", "officer"],
)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town of the demo with an account for each role, served until the tests are over."""
    made = Town(tmp_path_factory.mktemp("town"), MADE_ON)
    made.run(["demo", "--entities", str(ENTITIES), "--years", "4", "--no-serve"], *ACCOUNTS)
    with made.served():
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, closed with each module: its driver keeps an event loop, under which the database refuses."""
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: tests/machine installs it on Debian"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


class Hands:
    """Somebody at a browser of their own, without scripts."""

    def __init__(self, town: Town, browser: Browser, name: str = "", *, width: int = 1280) -> None:
        self.town = town
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False)
        context.set_default_timeout(10_000)
        self.page: Page = context.new_page()
        if name:
            self.go("/office/sign-in?lang=en")
            self.page.fill("#name", name)
            self.page.fill("#password", PASSWORD)
            self.page.click("main button")

    def go(self, path: str, status: int = 200) -> str:
        """Open a page that must answer with a status, and return what it says."""
        answer = self.page.goto(self.town.base + path)
        assert answer is not None
        assert answer.status == status, path
        return self.text

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.inner_text("main")

    def take(self, step: str) -> str:
        """Fill in the form of a step on the page of a case, send it, and return what that page then says."""
        case = self.page.url
        form = self.page.locator(f"form:has(input[name=step][value={step}])")
        for field in form.locator("textarea").all():
            field.fill(f"{step}: {field.get_attribute('name')}")
        form.locator("button[value=send]").click()
        if self.page.url.endswith("/receipt"):
            self.page.goto(case)
        return self.text

    def close(self) -> None:
        """Leave."""
        self.page.context.close()

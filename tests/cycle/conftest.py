"""One small province that lived a whole cycle, made once by the command line, for all tests that look at it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ENTITIES = 1_200  # enough that something waits in the office
PASSWORD = "correct horse battery"
PROGRAM = [sys.executable, "-c", "from goodstanding.cli import main; main()"]


class Installation:
    """A home made by `goodstanding demo`, and its command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.summary: Mapping[str, Any] = {}

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return kept | {"GOODSTANDING_PASSWORD": PASSWORD}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, "--home", str(self.home), "--json", *words], capture_output=True, text=True, env=self.environment
        )

    def result(self, *words: str) -> dict[str, Any]:
        """Run a command that must succeed and return its result."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("demo") / "home")
    made.summary = made.result("demo", "--entities", str(ENTITIES), "--no-serve")
    return made


@pytest.fixture(scope="session")
def address(installation: Installation) -> Iterator[str]:
    """The installation, served on a port of its own until the tests are over."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    installation.result("user", "anna", "--role", "chief")
    server = subprocess.Popen(
        [*PROGRAM, "--home", str(installation.home), "serve", "--port", str(port)],
        env=installation.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert server.poll() is None, "the server ended at once"
            try:
                urlopen(f"{base}/health", timeout=1).close()  # noqa: S310 - our own address
                break
            except (URLError, ConnectionError):
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=20)

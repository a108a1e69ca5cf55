"""Both planes behind one door, and the portal alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goodstanding.cli.serve import serve
from goodstanding.core.errors import AddressTaken, HomeMissing
from goodstanding.home import Home
from tests.portal.conftest import Reader


def _named(name: bytes) -> Callable[..., list[bytes]]:
    return lambda *_: [name]


@pytest.mark.parametrize(
    ("path", "plane"),
    [
        ("/office", b"office"),
        ("/office/sign-in", b"office"),
        ("/", b"portal"),
        ("/officer", b"portal"),
        ("/entity/office", b"portal"),
        ("/static/goodstanding.css", b"portal"),
        ("", b"portal"),
    ],
)
def test_the_office_answers_below_its_address_and_the_portal_everywhere_else(
    path: str, plane: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOODSTANDING_PUBLIC_ONLY", "1")
    from goodstanding.serving import compose

    both = compose(_named(b"portal"), _named(b"office"))
    assert list(both({"PATH_INFO": path}, print)) == [plane]


def test_the_portal_alone_never_imports_the_office_or_the_records(tmp_path: Path) -> None:
    program = (
        "import sys, goodstanding.serving as serving\n"
        "status = []\n"
        "environ = {'REQUEST_METHOD': 'GET', 'PATH_INFO': '/office/', 'QUERY_STRING': ''}\n"
        "serving.application(environ, lambda line, headers: status.append(line))\n"
        "rooms = ('records', 'office', 'publish', 'intake')\n"
        "inside = ('django', *(f'goodstanding.{room}' for room in rooms))\n"
        "print(status[0], [name for name in sys.modules if name.startswith(inside)])\n"
    )
    environment: dict[str, Any] = {**os.environ, "GOODSTANDING_PUBLIC_ONLY": "1", "GOODSTANDING_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "404 Not Found []"


def test_an_address_in_use_is_refused_in_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AddressTaken) as refusal:
            serve(Home(tmp_path), public_only=True, port=taken.getsockname()[1])
    assert "--port" in refusal.value.next_step


def test_without_an_installation_there_is_no_office_to_serve(tmp_path: Path) -> None:
    with pytest.raises(HomeMissing):
        serve(Home(tmp_path), port=1)


def test_the_portal_opens_nothing_but_the_public_folder(reader: Reader, published: Path) -> None:
    reader.get("/search?q=9133")
    reader.get("/draws")
    opened = {os.readlink(file) for file in Path("/proc/self/fd").iterdir() if file.is_symlink() and file.exists()}
    ours = {name for name in opened if name.startswith(str(published.parent))}
    assert ours
    assert all(name.startswith(str(published)) for name in ours)

"""A published register, a portal over it with a clock to move, and a client that sends any bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from goodstanding import publicstore
from goodstanding.core.fact import Fact
from goodstanding.core.rulebook import Rulebook
from goodstanding.portal.app import Portal
from goodstanding.publish.document import Terms
from goodstanding.publish.draws import draw_parts
from goodstanding.publish.publisher import document_of
from goodstanding.publish.rules import register_statement, rules_statement
from goodstanding.publish.search import update_index
from goodstanding.publish.store import COUNTS, open_writer
from tests.publish.register import KEY, check, small_register
from tests.publish.test_draws import campaign

PUBLISHED_ON = date(2026, 11, 20)


def put(
    public: Path, facts: list[Fact], terms: Terms, day: date, draws: dict[str, dict[str, bytes]] | None = None
) -> None:
    """Publish facts without records: the store as a publication on ``day`` leaves it."""
    by_entity: dict[str, list[Fact]] = {}
    for one in facts:
        by_entity.setdefault(one.entity_id, []).append(one)
    now = datetime.combine(day, time(9), UTC)
    with open_writer(public) as store:
        store.put_entities({key: document_of(mine, day, now, terms) for key, mine in by_entity.items()})
        for label, parts in (draws or {}).items():
            store.put_draw(label, parts)
        update_index(public, store)
        state = {"as_of": day.isoformat(), "published_at": now.isoformat(), "entities": store.entity_count()}
        state |= {"generation": (store.meta("state") or {"generation": 0})["generation"] + 1}
        state |= {"entries": store.meta(COUNTS)}
        store.set_meta(
            {
                "layout": publicstore.LAYOUT,
                "rulebook": terms.book.digest,
                "register": register_statement(terms, is_sample=True),
                "rules": rules_statement(terms),
                "state": state,
            }
        )


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Clock:
    """A clock to set: noon in the register's time zone on a day, or any instant."""

    def __init__(self) -> None:
        self.at = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Reader:
    """A stranger with a browser, and a hand on the portal's clock."""

    portal: Portal
    clock: Clock

    @property
    def day(self) -> str:
        """The day of the clock; setting it makes it noon where the register is kept."""
        return self.clock.at.date().isoformat()

    @day.setter
    def day(self, day: str) -> None:
        self.clock.at = datetime.combine(date.fromisoformat(day), time(4), UTC)

    def get(self, target: str, method: str = "GET", **headers: str) -> Reply:
        """Send a request target as it would stand on the wire."""
        path, _, query = target.partition("?")
        return self.send(unquote_to_bytes(path), query.encode(), method, **headers)

    def send(self, path: bytes, query: bytes = b"", method: str = "GET", **headers: str) -> Reply:
        """Send a decoded path and a raw query of any bytes."""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "HTTP_HOST": "register.example",
            "wsgi.url_scheme": "https",
        }
        environ |= {"HTTP_" + name.upper(): value for name, value in headers.items()}
        got: list[Any] = []
        body = b"".join(self.portal(environ, lambda status, sent: got.extend((status, sent))))
        return Reply(int(got[0].split()[0]), dict(got[1]), body)


@pytest.fixture(scope="session")
def terms(cn: Rulebook) -> Terms:
    """The terms of the reference rulebook under the tests' key."""
    return Terms.of(cn, KEY)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, cn: Rulebook, terms: Terms) -> Path:
    """The public folder of the small register with the golden draw, never written again."""

    public = tmp_path_factory.mktemp("public")
    labels = {"2026/q4": True, "2026-key": False}
    draws = {label: draw_parts(campaign(is_drawn, label, {"I-9": 3})) for label, is_drawn in labels.items()}
    put(public, check(small_register(), cn), terms, PUBLISHED_ON, draws)
    return public


@contextmanager
def reading(public: Path, day: date = PUBLISHED_ON) -> Iterator[Reader]:
    """Open a portal over a public folder for the time of a block; a process may hold a store open once."""
    clock = Clock()
    reader = Reader(Portal(public, clock), clock)
    reader.day = day.isoformat()
    yield reader
    reader.portal.store.close()


@pytest.fixture(scope="session")
def library(published: Path) -> Iterator[Reader]:
    """The one reader of the small register; ask for `reader` unless a property needs it."""
    with reading(published) as reader:
        yield reader


@pytest.fixture
def reader(library: Reader) -> Reader:
    """A reader of the small register on the day it was published."""
    library.day = PUBLISHED_ON.isoformat()
    return library


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Reader]:
    """A reader before the first publication."""
    with reading(tmp_path) as reader:
        yield reader

"""A small register in the records, and the means to publish it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest

from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.publish.publisher import Published, publish
from goodstanding.records import ledger
from tests.publish.register import check, small_register

Publish = Callable[..., Published]


@pytest.fixture
def recorded(db: None, cn: Rulebook) -> None:
    """The small register stands in the ledger."""
    ledger.append(check(small_register(), cn), datetime(2026, 11, 19, 9, tzinfo=UTC))


@pytest.fixture
def publish_on(home: Home, recorded: None) -> Publish:
    """Publishes the small register on a day given as text, at nine in the morning."""

    def act(day: str = "2026-11-20", everything: bool = False) -> Published:
        on = date.fromisoformat(day)
        return publish(home, on, datetime.combine(on, time(9), UTC), everything)

    return act

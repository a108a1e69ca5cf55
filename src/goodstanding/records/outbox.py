"""The outbox: what must reach the public store, written in the transaction of the act that causes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from goodstanding.records.models import OutboxMessage


def announce_facts(after: int, through: int, now: datetime) -> None:
    """Announce the facts at positions in ``(after, through]``."""
    OutboxMessage.objects.create(
        topic=OutboxMessage.Topic.FACTS, body={"after": after, "through": through}, written_at=now
    )


def announce_draw(label: str, now: datetime) -> None:
    """Announce that a campaign was committed or drawn."""
    OutboxMessage.objects.create(topic=OutboxMessage.Topic.DRAW, body={"label": label}, written_at=now)


def waiting() -> list[OutboxMessage]:
    """Return the messages not yet published, oldest first."""
    return list(OutboxMessage.objects.filter(published_at=None).order_by("id"))


def mark_published(messages: Sequence[OutboxMessage], now: datetime) -> None:
    """Record that messages reached the public store."""
    OutboxMessage.objects.filter(id__in=[message.id for message in messages]).update(published_at=now)

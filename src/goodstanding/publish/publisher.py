"""The act of publishing: what the outbox announces, and what the calendar makes due, becomes public.

Rules kept here:
- Only entities the outbox announced, or whose document changes by the day, are looked at; all of them when the
  rulebook or the store's layout is another than the store was written under.
- An entity whose registration was withdrawn, or may not be shown, loses its page; the result counts it.
- The outbox is marked last. A crash before repeats the work with the same outcome.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from goodstanding import publicstore
from goodstanding.core.entity import profile
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import heads, view
from goodstanding.home import Home
from goodstanding.publicstore import Json
from goodstanding.publish.departures import departures
from goodstanding.publish.document import NO_LETTERS, Terms, entity_document
from goodstanding.publish.draws import Committed, draw_parts
from goodstanding.publish.letters import Letters
from goodstanding.publish.log import write_checkpoint
from goodstanding.publish.rules import register_statement, rules_statement
from goodstanding.publish.search import update_index
from goodstanding.publish.store import COUNTS, PublicWriter, open_writer
from goodstanding.records import ledger, outbox
from goodstanding.records.campaigns import left_out_of
from goodstanding.records.models import Campaign, OutboxMessage
from goodstanding.supervise.measures import public_key, signing_key

SAMPLE_MARK = "sample"
"""A file of this name in the home says that its businesses are invented; every public page then says so."""

_BATCH = 500
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Published:
    """What one publication did.

    Args:
        written: Documents written, changed or not.
        removed: Pages that were there and are gone.
        withheld: Entities looked at that may have no page, the removed ones included.
        draws: Draws written.
        messages: Outbox messages marked.
        entities: Pages in the store now.
    """

    written: int
    removed: int
    withheld: int
    draws: int
    messages: int
    entities: int


def publish(
    home: Home,
    day: date,
    now: datetime,
    everything: bool = False,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Published:
    """Bring the public store up to what the ledger says.

    Args:
        day: The legal day of the documents.
        now: The instant; facts learned later are not looked at.
        everything: Write every page anew and take away those no entity stands behind.
        on_progress: Called with entities done and to do.
    Raises:
        PublisherBusy: Another process is publishing.
        CalendarYearUnknown: A working-day display period leaves the covered years.
    """
    book = home.rulebook
    messages = outbox.waiting()
    through = ledger.position()
    terms = Terms.of(book, naming_key(home))
    public = home.folder("public")
    with open_writer(public) as store:
        written_under = (store.meta("layout"), store.meta("rulebook"))
        everything = everything or written_under != (publicstore.LAYOUT, book.digest)
        ids = _everyone(store, through) if everything else _touched(store, messages, through, day)
        written = removed = withheld = 0
        generation = (store.meta("state") or {"generation": 0})["generation"] + 1
        for done, batch, departed in _documents(ids, through, day, now, terms, Letters(home)):
            more, gone = store.put_entities(batch, departed, generation)
            written, removed, withheld = written + more, removed + gone, withheld + len(batch) - more
            on_progress(done, len(ids))
        draws = _put_draws(store, messages, everything)
        update_index(public, store, anew=everything)
        entities = store.entity_count()
        store.set_meta(
            {
                "layout": publicstore.LAYOUT,
                "rulebook": book.digest,
                "register": register_statement(terms, (home.path / SAMPLE_MARK).exists(), public_key(home)),
                "rules": rules_statement(terms),
                "state": {
                    "as_of": day.isoformat(),
                    "published_at": now.isoformat(),
                    "generation": generation,
                    "entities": entities,
                    "entries": {code: count for code, count in (store.meta(COUNTS) or {}).items() if count},
                },
            }
        )
        write_checkpoint(public, f"goodstanding/{book.code}", store.log_frontier(), signing_key(home))
        # Last: were it before, a crash in between would leave announced facts unpublished for ever.
        outbox.mark_published(messages, now)
    return Published(written, removed, withheld, draws, len(messages), entities)


def naming_key(home: Home) -> bytes:
    """Return the secret under which public records are named, made at the first publication and kept.

    It lies outside the public folder: whoever has it could try out what the masks of public records hide.
    """
    file = home.path / "naming_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(_KEY_BYTES))
        with file.open("rb") as written:
            os.fsync(written.fileno())
    return file.read_bytes()


def _everyone(store: PublicWriter, through: int) -> list[str]:
    """Return all entities of the ledger and all with a page, so that a page nobody stands behind is taken away."""
    return sorted({*ledger.entities_between(0, through), *store.entity_ids()})


def _touched(store: PublicWriter, messages: Sequence[OutboxMessage], through: int, day: date) -> list[str]:
    found = set(store.due_through(day))
    for message in messages:
        if message.topic == OutboxMessage.Topic.FACTS:
            found.update(ledger.entities_between(message.body["after"], min(message.body["through"], through)))
    return sorted(found)


def _documents(
    ids: Sequence[str], through: int, day: date, now: datetime, terms: Terms, letters: Letters
) -> Iterator[tuple[int, dict[str, Json | None], dict[str, dict[str, Json]]]]:
    """Yield (entities done, documents by entity id, what left by entity and record), a batch at a time."""
    for start in range(0, len(ids), _BATCH):
        # An entity without facts keeps the None it begins with: its page goes.
        batch: dict[str, Json | None] = dict.fromkeys(ids[start : start + _BATCH])
        entities = dict(ledger.by_entity(list(batch), through))
        texts = letters.of(entities, day)
        departed: dict[str, dict[str, Json]] = {}
        for entity_id, facts in entities.items():
            batch[entity_id] = document = document_of(facts, day, now, terms, texts)
            departed[entity_id] = departures(facts, day, now, terms, document)
        yield start + len(batch), batch, departed


def document_of(
    facts: Sequence[Fact], day: date, now: datetime, terms: Terms, letters: Mapping[str, Json] = NO_LETTERS
) -> Json | None:
    """Return the public document of one entity from its facts, or ``None`` when it may have none.

    Args:
        letters: Published text of decisions, by number.
    """
    seen = view(facts, day, now)
    who = profile(seen, terms.book.roles)
    if who is None:
        return None
    return entity_document(seen, who, terms, _begins_next_on(facts, day, now), letters)


def _begins_next_on(facts: Sequence[Fact], day: date, now: datetime) -> date | None:
    """Return the first day on which a fact not seen yet counts, by its own first day or by when we learn it.

    A withdrawal counts from when we learn it; one already learned has no day left to wait for.
    """
    coming = [
        max(fact.span.from_on, fact.known_at.date() if fact.known_at > now else day)
        for fact in heads(facts)
        if fact.known_at > now or (fact.span.from_on > day and not fact.span.is_empty)
    ]
    return min(coming) if coming else None


def _put_draws(store: PublicWriter, messages: Sequence[OutboxMessage], everything: bool) -> int:
    campaigns = Campaign.objects.order_by("label")
    if not everything:
        labels = {message.body["label"] for message in messages if message.topic == OutboxMessage.Topic.DRAW}
        campaigns = campaigns.filter(label__in=labels)
    count = 0
    for one in campaigns.iterator():
        committed = Committed(
            label=one.label,
            title=one.title,
            as_of=one.as_of,
            rulebook_digest=one.rulebook_digest,
            plan=one.plan,
            commitment=one.commitment,
            committed_at=one.committed_at,
            seed=one.seed,
            drawn_at=one.drawn_at,
            bundle=one.bundle,
            left_out=left_out_of(one.label),
        )
        store.put_draw(one.label, draw_parts(committed))
        count += 1
    return count

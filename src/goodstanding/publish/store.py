"""The writer of the public store: whole documents in, in batches, with everything that leads to them kept in step.

A batch is one transaction: the document, the day it is due, its list entries and what the index must learn of it are
all there or none is. Replacing a document first takes back what the old one had led to.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import lmdb

from goodstanding import publicstore as layout
from goodstanding.core.errors import PublisherBusy
from goodstanding.core.merkle import Frontier
from goodstanding.publicstore import Json, Page, Part
from goodstanding.publish.log import LogWriter, frontier

COUNTS = "counts"
RESTORED = "restored"
"""What is told of a record that had left and is in view again."""
HIDDEN: Json = {"how": "hidden", "on": None}
"""What is told of a record whose business has no page any more, where no exit of its own is known."""
NOTHING_LEFT: Mapping[str, Mapping[str, Json]] = {}


class PublicWriter:
    """The one writer of a public store."""

    def __init__(self, store: lmdb.Environment) -> None:
        self._store = store
        self._parts = layout.parts(store, writes=True)

    def meta(self, name: str) -> Any:
        """Return a value written by `set_meta`, or ``None``."""
        with self._store.begin(db=self._parts[Part.META]) as reading:
            found = reading.get(name.encode())
        return None if found is None else json.loads(found)

    def set_meta(self, values: Mapping[str, object]) -> None:
        """Write values by name, all or none."""
        with self._store.begin(db=self._parts[Part.META], write=True) as writing:
            for name, value in values.items():
                writing.put(name.encode(), layout.encode(value))

    def put_entities(
        self,
        documents: Mapping[str, Json | None],
        departed: Mapping[str, Mapping[str, Json]] = NOTHING_LEFT,
        generation: int = 1,
    ) -> tuple[int, int]:
        """Write a batch of documents by entity id; ``None`` takes an entity's page away.

        Args:
            departed: What became of the records no longer in view, by entity id and the record's public name.
            generation: The running number of this publication, from 1.
        Returns:
            How many were written, and how many pages were there and are gone.
        """
        written = removed = 0
        with self._store.begin(write=True) as writing:
            counts = json.loads(writing.get(COUNTS.encode(), db=self._parts[Part.META]) or b"{}")
            log = LogWriter(writing, self._parts)
            for entity_id, document in documents.items():
                had = self._take_back(writing, entity_id, counts)
                gone = departed.get(entity_id, {})
                if document is not None:
                    self._put(writing, document, counts)
                    self._tell_restored(writing, document, generation)
                    for item in document["items"]:
                        log.show(item)
                    written += 1
                elif had is not None:
                    gone = {item["id"]: HIDDEN for item in had["items"]} | dict(gone)
                    removed += 1
                    writing.put(layout.entity_key(entity_id), b"", db=self._parts[Part.PENDING])
                if document is not None or had is not None:
                    self._tell_departed(writing, gone, generation)
                    in_view = {item["id"] for item in document["items"]} if document is not None else set()
                    unseen = {item["id"] for item in had["items"]} - in_view if had is not None else set()
                    for record in sorted(unseen | gone.keys()):
                        log.leave(record, gone.get(record))
            log.close()
            writing.put(COUNTS.encode(), layout.encode(counts), db=self._parts[Part.META])
        return written, removed

    def log_frontier(self) -> Frontier:
        """Return how far the log has come."""
        with self._store.begin() as reading:
            return frontier(reading, self._parts)

    def _put(self, writing: lmdb.Transaction, document: Json, counts: dict[str, int]) -> None:
        entity_id = document["id"]
        content = layout.encode(document)
        due = document["next_change_on"]
        page = Page(
            digest=hashlib.sha256(content).digest(),
            next_change_on=None if due is None else date.fromisoformat(due),
            is_ending=any(item["is_ending"] for item in document["items"]),
            is_standing=bool(document["standing"]),
            frame=layout.compress(content),
        )
        key = layout.entity_key(entity_id)
        writing.put(key, page.pack(), db=self._parts[Part.ENTITY])
        if page.next_change_on is not None:
            writing.put(layout.due_key(page.next_change_on, entity_id), b"", db=self._parts[Part.DUE])
        for list_key, code, row in _entries(document):
            writing.put(list_key, layout.encode(row), db=self._parts[Part.LIST])
            counts[code] = counts.get(code, 0) + 1
        writing.put(key, layout.encode(search_record(document)), db=self._parts[Part.PENDING])

    def _take_back(self, writing: lmdb.Transaction, entity_id: str, counts: dict[str, int]) -> Json | None:
        """Delete an entity's document and all that led to it, and return it, or ``None`` where there was none."""
        key = layout.entity_key(entity_id)
        stored = writing.get(key, db=self._parts[Part.ENTITY])
        if stored is None:
            return None
        page = layout.unpack(bytes(stored))
        document: Json = json.loads(layout.expand(page.frame))
        if page.next_change_on is not None:
            writing.delete(layout.due_key(page.next_change_on, entity_id), db=self._parts[Part.DUE])
        if page.is_standing:
            for list_key, code, _ in _entries(document):
                if writing.delete(list_key, db=self._parts[Part.LIST]):
                    counts[code] -= 1
        writing.delete(key, db=self._parts[Part.ENTITY])
        return document

    def _tell_departed(self, writing: lmdb.Transaction, departed: Mapping[str, Json], generation: int) -> None:
        for record, statement in departed.items():
            content = layout.encode(statement)
            if writing.get(record.encode(), db=self._parts[Part.LEFT]) != content:
                writing.put(record.encode(), content, db=self._parts[Part.LEFT])
                writing.put(layout.told_key(generation, record), content, db=self._parts[Part.TOLD])

    def _tell_restored(self, writing: lmdb.Transaction, document: Json, generation: int) -> None:
        for item in document["items"]:
            if writing.delete(item["id"].encode(), db=self._parts[Part.LEFT]):
                content = layout.encode({"how": RESTORED, "on": document["as_of"]})
                writing.put(layout.told_key(generation, item["id"]), content, db=self._parts[Part.TOLD])

    def due_through(self, day: date) -> list[str]:
        """Return the entities whose documents change by themselves on ``day`` or earlier."""
        found = []
        with self._store.begin(db=self._parts[Part.DUE]) as reading:
            for key in reading.cursor().iternext(values=False):
                due_on, entity_id = layout.due_of(bytes(key))
                if due_on > day.isoformat():
                    break
                found.append(entity_id)
        return found

    def entity_ids(self) -> Iterator[str]:
        """Yield the ids of all entities with a page, in order."""
        with self._store.begin(db=self._parts[Part.ENTITY]) as reading:
            for key in reading.cursor().iternext(values=False):
                yield bytes(key).decode()

    def entity_count(self) -> int:
        """Return how many entities have a page."""
        with self._store.begin() as reading:
            return int(reading.stat(self._parts[Part.ENTITY])["entries"])

    def document(self, entity_id: str) -> Json | None:
        """Return an entity's document as stored, or ``None``."""
        with self._store.begin(db=self._parts[Part.ENTITY]) as reading:
            stored = reading.get(layout.entity_key(entity_id))
        if stored is None:
            return None
        document: Json = json.loads(layout.expand(layout.unpack(stored).frame))
        return document

    def put_draw(self, label: str, content: Mapping[str, bytes]) -> None:
        """Write all parts of one draw, replacing what was there, and log what was committed and drawn."""
        summary = json.loads(content["summary"])
        with self._store.begin(write=True) as writing:
            log = LogWriter(writing, self._parts)
            log.commit_draw(label, summary["commitment"])
            if summary["drawn_at"] is not None:
                log.draw(label, summary["file_sha256"])
            log.close()
            for part, value in content.items():
                writing.put(layout.draw_key(label, part), layout.compress(value), db=self._parts[Part.DRAW])

    def pending(self) -> Iterator[tuple[str, Json | None]]:
        """Yield the entities the index must learn of, in order; ``None`` stands for one to forget."""
        with self._store.begin(db=self._parts[Part.PENDING]) as reading:
            for key, value in reading.cursor():
                yield bytes(key).decode(), json.loads(value) if value else None

    def learned(self, entity_ids: Sequence[str]) -> None:
        """Record that the index has learned of these; only after its own commit."""
        with self._store.begin(db=self._parts[Part.PENDING], write=True) as writing:
            for entity_id in entity_ids:
                writing.delete(layout.entity_key(entity_id))

    def relearn(self) -> None:
        """Have the index learn of every entity anew."""
        ids = list(self.entity_ids())
        for start in range(0, len(ids), 2000):
            chunk = ids[start : start + 2000]
            records = [(one, self.document(one)) for one in chunk]
            with self._store.begin(db=self._parts[Part.PENDING], write=True) as writing:
                for entity_id, document in records:
                    if document is not None:
                        writing.put(layout.entity_key(entity_id), layout.encode(search_record(document)))


@contextmanager
def open_writer(public: Path) -> Iterator[PublicWriter]:
    """Open the public store for writing, alone.

    Raises:
        PublisherBusy: Another process is publishing.
    """
    folder = layout.store_folder(public)
    folder.mkdir(parents=True, exist_ok=True)
    with (public / "publisher.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PublisherBusy(
                asked=f"To publish to {public}.",
                found="Another process is publishing there.",
                wants="One publisher at a time.",
                next_step="Wait until it is done, then publish again.",
            ) from None
        lock.write(str(os.getpid()))
        store = layout.open_store(public, writes=True)
        try:
            yield PublicWriter(store)
        finally:
            store.close()


def search_record(document: Json) -> Json:
    """Return what the index learns of a document; every name it was registered under leads to it."""
    kind, field = _registration(document)
    names = [document["name"]]
    for item in document["items"]:
        name = item["values"].get(field) if item["kind"] == kind else None
        if name and name not in names:
            names.append(name)
    record = {"id": document["id"], "code": document["code"], "names": names}
    for field in ("status", "region", "sector", "subject_type"):
        record[field] = document[field]["code"] if document[field] else ""
    return record


def _registration(document: Json) -> tuple[str, str]:
    kind = next(item["kind"] for item in document["items"] if item["id"] == document["registered"])
    return kind, document["name_field"]


def _entries(document: Json) -> Iterator[tuple[bytes, str, Json]]:
    """Yield (key, list code, row) for each entry in force in a document."""
    standing = set(document["standing"])
    for item in document["items"]:
        if item["id"] not in standing:
            continue
        code = item["values"]["list"]
        row = {
            "id": document["id"],
            "name": document["name"],
            "item": item["id"],
            "from_on": item["from_on"],
            "until_on": item["until_on"],
            "shown_until": item["shown_until"],
            "ground": item["texts"].get("ground", {}),
            "authority": item["authority"],
            "rule": item["basis"].get("rule"),
        }
        yield layout.list_key(code, item["from_on"], document["id"], item["id"]), code, row

"""The reader of the public store. Every answer comes from one read transaction; a writer never makes it wait."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lmdb

from goodstanding import publicstore as layout
from goodstanding.publicstore import Json, Page, Part, Seal


@dataclass(frozen=True, slots=True)
class Register:
    """What heads every page, as last published.

    Args:
        statement: Whose register, its lists and languages; empty before the first publication.
        state: As of which day, when, how many entities and entries, and the publication's running number.
        rules: Groups of rules in plain words.
    """

    statement: Json
    state: Json
    rules: list[Json]

    @property
    def is_empty(self) -> bool:
        return not self.statement

    @property
    def generation(self) -> int:
        """The running number of the publication; 0 before the first."""
        return int(self.state.get("generation", 0))

    def list_of(self, code: str) -> Json | None:
        """Return a public list by its code, or ``None``."""
        return next((one for one in self.statement.get("lists", ()) if one["code"] == code), None)


EMPTY = Register({}, {}, [])


class PublicStore:
    """The public store of one installation; it may not be there yet."""

    def __init__(self, public: Path) -> None:
        self.folder = public
        self._lock = threading.Lock()
        self._opened: tuple[lmdb.Environment, dict[Part, Any]] | None = None
        self._register: tuple[int, Register] = (-1, EMPTY)

    def close(self) -> None:
        """Close the store; the next question opens it again."""
        with self._lock:
            if self._opened is not None:
                self._opened[0].close()
            self._opened, self._register = None, (-1, EMPTY)

    def _open(self) -> tuple[lmdb.Environment, dict[Part, Any]] | None:
        if self._opened is None and (layout.store_folder(self.folder) / "data.mdb").is_file():
            with self._lock:
                if self._opened is None:
                    store = layout.open_store(self.folder, writes=False)
                    try:
                        self._opened = store, layout.parts(store, writes=False)
                    except lmdb.NotFoundError:  # the writer has made the file and not yet its databases
                        store.close()
        return self._opened

    def _get(self, part: Part, key: bytes) -> bytes | None:
        opened = self._open()
        # LMDB refuses an empty key, and one beyond its limit, with an error of its own: nothing is stored under these.
        if opened is None or not 0 < len(key) <= opened[0].max_key_size():
            return None
        with opened[0].begin(db=opened[1][part]) as reading:
            found = reading.get(key)
        return None if found is None else bytes(found)

    def register(self) -> Register:
        """Return what heads every page; read anew only when something was written."""
        opened = self._open()
        if opened is None:
            return EMPTY
        at = opened[0].info()["last_txnid"]
        if self._register[0] != at:
            with opened[0].begin(db=opened[1][Part.META]) as reading:
                found = [reading.get(name) for name in (b"register", b"state", b"rules")]
            whole = EMPTY if None in found else Register(*(json.loads(bytes(one or b"")) for one in found))
            self._register = at, whole
        return self._register[1]

    def page(self, entity_id: str) -> Page | None:
        """Return an entity's page as stored, or ``None``."""
        found = self._get(Part.ENTITY, layout.entity_key(entity_id))
        return None if found is None else layout.unpack(found)

    def entries(self, code: str, before: bytes, limit: int) -> list[tuple[bytes, Json]]:
        """Return entries of a list, newest first.

        Args:
            code: The list.
            before: The key after which to go on, or empty to begin with the newest.
            limit: At most so many.
        Returns:
            (key, entry); the last key is where the next call goes on.
        """
        opened, prefix = self._open(), layout.list_prefix(code)
        found: list[tuple[bytes, Json]] = []
        if opened is None:
            return found
        with opened[0].begin(db=opened[1][Part.LIST]) as reading:
            cursor = reading.cursor()
            # Just behind the last key of this list; UTF-8 has no byte 0xFF.
            there = cursor.set_range(before or prefix + b"\xff")
            there = cursor.prev() if there else cursor.last()
            while there and bytes(cursor.key()).startswith(prefix) and len(found) < limit:
                found.append((bytes(cursor.key()), json.loads(bytes(cursor.value()))))
                there = cursor.prev()
        return found

    def departure(self, record: str) -> Json | None:
        """Return what became of a record that is no longer in view, or ``None`` where nothing is told of it."""
        found = self._get(Part.LEFT, record.encode())
        return None if found is None else dict(json.loads(found))

    def told(self, after: bytes, limit: int) -> list[tuple[bytes, Json]]:
        """Return what publications told of records that left or came back, the oldest first.

        Args:
            after: The key after which to go on, or empty to begin with the first.
            limit: At most so many.
        Returns:
            (key, statement); a statement names its record and its publication.
        """
        opened = self._open()
        found: list[tuple[bytes, Json]] = []
        if opened is None:
            return found
        with opened[0].begin(db=opened[1][Part.TOLD]) as reading:
            cursor = reading.cursor()
            there = cursor.set_range(after) if after else cursor.first()
            if there and bytes(cursor.key()) == after:
                there = cursor.next()
            while there and len(found) < limit:
                key = bytes(cursor.key())
                generation, record = layout.told_of(key)
                found.append((key, {"record": record, "publication": generation} | json.loads(bytes(cursor.value()))))
                there = cursor.next()
        return found

    def sealed(self, name: str) -> Seal | None:
        """Return the latest entry of the log that speaks of a record, or ``None``."""
        found = self._get(Part.SEAL, name.encode())
        return None if found is None else layout.unsealed(name, found)

    def log_entries(self, first: int, limit: int) -> bytes:
        """Return entries of the log one behind the other, from a place on, at most so many."""
        opened = self._open()
        if opened is None:
            return b""
        found: list[bytes] = []
        with opened[0].begin(db=opened[1][Part.LOG]) as reading:
            cursor = reading.cursor()
            there = cursor.set_range(layout.log_key(first))
            while there and len(found) < limit:
                found.append(bytes(cursor.value()))
                there = cursor.next()
        return b"".join(found)

    def checkpoint(self) -> str:
        """Return the signed checkpoint of the log; empty before the first publication."""
        file = layout.checkpoint_file(self.folder)
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def draw_part(self, label: str, part: str) -> bytes | None:
        """Return one part of a draw, or ``None``."""
        found = self._get(Part.DRAW, layout.draw_key(label, part))
        return None if found is None else layout.expand(found)

    def draws(self) -> list[Json]:
        """Return the summaries of all draws, the latest commitment first."""
        opened = self._open()
        if opened is None:
            return []
        found: list[Json] = []
        with opened[0].begin(db=opened[1][Part.DRAW]) as reading:
            for key in reading.cursor().iternext(values=False):
                if bytes(key).endswith(layout.draw_key("", "summary")):
                    found.append(json.loads(layout.expand(bytes(reading.get(key) or b""))))
        return sorted(found, key=lambda one: (one["committed_at"], one["label"]), reverse=True)

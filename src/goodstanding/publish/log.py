"""The writer of the public log: every record that comes into view or leaves it, and every draw, is an entry.

Rules kept here:
- An entry is written in the transaction that makes what it tells of public, or not at all.
- The statement and the salt of a record in view stand beside it; of one that left, only how and when it left. What it
  said, and the salt that would let anybody try, are gone with it.
- A checkpoint is signed when a publication is done, and written beside the store as one file.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lmdb
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from goodstanding import publicstore as layout
from goodstanding.core.canonical import digest_hex
from goodstanding.core.errors import LogBroken
from goodstanding.core.log import COMMITTED, DRAWN, LEFT, SHOWN, Checkpoint, commitment, note, read_note
from goodstanding.core.merkle import Frontier, leaf
from goodstanding.publicstore import Json, Part, Seal

_STATE = b"log"
_SALT_BYTES = 16


class LogWriter:
    """The log within one transaction of the public store."""

    def __init__(self, writing: lmdb.Transaction, parts: Mapping[Part, Any]) -> None:
        self._writing = writing
        self._parts = parts
        self._frontier = frontier(writing, parts)

    def show(self, item: Json) -> None:
        """Log that a record is in view as it is, unless the log says so already."""
        statement = {"act": SHOWN, "content": digest_hex(item), "record": item["id"]}
        self._put(item["id"], statement)

    def leave(self, record: str, departure: Json | None) -> None:
        """Log that a record is no longer in view.

        Args:
            departure: How and when it left, as it is told; ``None`` where nothing is told of it.
        """
        told = departure or {}
        self._put(record, {"act": LEFT, "how": told.get("how") or "", "on": told.get("on") or "", "record": record})

    def commit_draw(self, label: str, commitment_hex: str) -> None:
        """Log that a plan was committed to, before its seed."""
        self._put(f"draw:{label}:{COMMITTED}", {"act": COMMITTED, "commitment": commitment_hex, "draw": label})

    def draw(self, label: str, file_sha256: str) -> None:
        """Log what was published of a lot that was drawn."""
        self._put(f"draw:{label}:{DRAWN}", {"act": DRAWN, "draw": label, "file": file_sha256})

    def close(self) -> None:
        """Write how far the log has come; before the transaction ends."""
        state = {"count": self._frontier.count, "edge": [one.hex() for one in self._frontier.edge]}
        self._writing.put(_STATE, layout.encode(state), db=self._parts[Part.META])

    def _put(self, name: str, statement: Json) -> None:
        before = self._sealed(name)
        if before is not None and before.statement == statement:
            return
        salt = secrets.token_hex(_SALT_BYTES)
        entry = commitment(salt, statement)
        index = self._frontier.count
        self._frontier = self._frontier.with_leaf(leaf(entry))
        self._writing.put(layout.log_key(index), entry, db=self._parts[Part.LOG], append=True)
        self._writing.put(name.encode(), Seal(index, salt, statement).pack(), db=self._parts[Part.SEAL])

    def _sealed(self, name: str) -> Seal | None:
        found = self._writing.get(name.encode(), db=self._parts[Part.SEAL])
        return None if found is None else layout.unsealed(name, bytes(found))


def frontier(reading: lmdb.Transaction, parts: Mapping[Part, Any]) -> Frontier:
    """Return how far the log has come."""
    stored = reading.get(_STATE, db=parts[Part.META])
    if stored is None:
        return Frontier()
    state = layout.decode(bytes(stored))
    return Frontier(state["count"], tuple(bytes.fromhex(one) for one in state["edge"]))


def write_checkpoint(public: Path, origin: str, reached: Frontier, key: Ed25519PrivateKey) -> None:
    """Sign how far the log has come, and put it where readers look, whole or not at all."""
    checkpoint = Checkpoint(origin, reached.count, reached.root)
    text = note(checkpoint, key.public_key().public_bytes_raw(), key.sign(checkpoint.text.encode()))
    file = layout.checkpoint_file(public)
    beside = file.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as writing:
        writing.write(text)
        writing.flush()
        os.fsync(writing.fileno())
    beside.replace(file)


@dataclass(frozen=True, slots=True)
class Proven:
    """A log that holds: how many entries, how many records in view and draws they speak for."""

    size: int
    in_view: int
    left: int
    draws: int


def check_log(public: Path, key: str) -> Proven:
    """Prove the public log: root and signature, every record in view under its entry, and no entry for any other.

    Args:
        key: The authority's public key, hex.
    Raises:
        LogBroken: Something does not hold; the first such thing is named.
    """
    try:
        text = layout.checkpoint_file(public).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _broken("There is no checkpoint: nothing was published yet, or it was taken away.") from None
    store = layout.open_store(public, writes=False)
    try:
        parts = layout.parts(store, writes=False)
        with store.begin() as reading:
            return _proven(reading, parts, text, key)
    finally:
        store.close()


def _proven(reading: lmdb.Transaction, parts: Mapping[Part, Any], text: str, key: str) -> Proven:
    checkpoint, signature = read_note(text)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, checkpoint.text.encode())
    except (InvalidSignature, ValueError):
        raise _broken("The checkpoint was changed since it was signed, or somebody else signed it.") from None
    so_far = Frontier()
    entries: list[bytes] = []
    for entry in reading.cursor(db=parts[Part.LOG]).iternext(keys=False):
        entries.append(bytes(entry))
        so_far = so_far.with_leaf(leaf(entries[-1]))
        if so_far.count == checkpoint.size and so_far.root != checkpoint.root:
            raise _broken(f"The first {checkpoint.size} entries do not give the root that was signed.")
    if so_far != frontier(reading, parts) or so_far.count < checkpoint.size:
        raise _broken(f"It has {so_far.count} entries, which are not those it says it has.")
    counts = {SHOWN: 0, LEFT: 0, COMMITTED: 0, DRAWN: 0}
    shown: dict[str, str] = {}
    for key_, stored in reading.cursor(db=parts[Part.SEAL]):
        name = bytes(key_).decode()
        sealed = layout.unsealed(name, bytes(stored))
        statement = sealed.statement
        if sealed.index >= len(entries) or commitment(sealed.salt, statement) != entries[sealed.index]:
            raise _broken(f"Entry {sealed.index} does not stand for what is said of {name}.")
        counts[statement["act"]] += 1
        if statement["act"] == SHOWN:
            shown[statement["record"]] = statement["content"]
    for item in _items(reading, parts):
        if shown.pop(item["id"], None) != digest_hex(item):
            raise _broken(f"The record {item['id']} is in view and not as the log says.")
    if shown:
        raise _broken(f"The log says that {len(shown)} records are in view that are not: {min(shown)}.")
    return Proven(so_far.count, counts[SHOWN], counts[LEFT], counts[DRAWN])


def _items(reading: lmdb.Transaction, parts: Mapping[Part, Any]) -> Iterator[Json]:
    for stored in reading.cursor(db=parts[Part.ENTITY]).iternext(keys=False):
        yield from layout.decode(layout.expand(layout.unpack(bytes(stored)).frame))["items"]


def _broken(found: str) -> LogBroken:
    return LogBroken(
        asked="Whether the public log holds.",
        found=found,
        wants="A log that only grew, and speaks for everything in view and for nothing else.",
        next_step="Stop publishing, keep the folder as it is, and compare it with a copy and with kept checkpoints.",
    )

"""The public store's layout on disk: all that its writer (`publish`) and its reader (`portal`) agree on.

One folder, two parts. ``store`` is an LMDB environment with the named databases below; ``search`` is a tantivy index
that holds no page, only what leads to one. Whoever finds a page through the index reads it from the store.

    entity    entity id                          one public document (`Page`)
    due       day NUL entity id                  empty; the day on which that document changes by itself
    list      list NUL day NUL entity NUL item   one current entry, as JSON
    draw      label NUL part                     one part of a draw, compressed
    left      record name                        what became of a record no longer in view, as JSON
    told      generation NUL record name         what a publication told of a record that left or came back, as JSON
    log       index, 8 bytes                     one entry of the public log, 32 bytes
    seal      record name, or a draw's act       the latest entry that speaks of it (`Seal`)
    pending   entity id                          what the index must still learn; empty: forget it
    meta      name                               one JSON value
"""

from __future__ import annotations

import json
import struct
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import lmdb
import tantivy
import zstandard

from goodstanding.core.log import SHOWN, Checkpoint, read_note

LAYOUT: Final = 4
"""Raised when anything in this module changes its meaning; a store of another layout is written anew."""

_MAP_BYTES: Final = 1 << 38  # address space, not disk: the most the store may ever grow to
_HEAD: Final = struct.Struct(">32sIB")
_SEAL: Final = struct.Struct(">Q16s?")
_ENDING: Final = 1
_STANDING: Final = 2
_SEPARATOR: Final = b"\0"
_LEVEL: Final = 3

Json = dict[str, Any]
"""A JSON object; its shape is stated where it is built."""


class Part(StrEnum):
    """The named databases."""

    ENTITY = "entity"
    DUE = "due"
    LIST = "list"
    DRAW = "draw"
    LEFT = "left"
    TOLD = "told"
    LOG = "log"
    SEAL = "seal"
    PENDING = "pending"
    META = "meta"


def store_folder(public: Path) -> Path:
    """Return where, in the public folder, the store is."""
    return public / "store"


def checkpoint_file(public: Path) -> Path:
    """Return where, in the public folder, the signed checkpoint of the log is."""
    return public / "checkpoint"


def last_checkpoint(public: Path) -> Checkpoint | None:
    """Return the checkpoint of the log as last signed, or ``None`` before the first publication."""
    file = checkpoint_file(public)
    return read_note(file.read_text(encoding="utf-8"))[0] if file.is_file() else None


def search_folder(public: Path) -> Path:
    """Return where, in the public folder, the index is."""
    return public / "search"


def open_store(public: Path, *, writes: bool) -> lmdb.Environment:
    """Open the store; a process may hold it open once.

    Raises:
        lmdb.Error: It is not there, or this process has it open.
    """
    return lmdb.open(
        str(store_folder(public)),
        map_size=_MAP_BYTES,
        max_dbs=len(Part),
        max_readers=1024,
        readonly=not writes,
        create=writes,
    )


def parts(store: lmdb.Environment, *, writes: bool) -> dict[Part, Any]:
    """Return the handles of the named databases."""
    return {part: store.open_db(part.value.encode(), create=writes) for part in Part}


@dataclass(frozen=True, slots=True)
class Page:
    """One entity's public document as stored.

    Args:
        digest: SHA-256 of the document's JSON, 32 bytes.
        next_change_on: The day on which it changes by itself, or ``None``.
        is_ending: Whether it holds a record that the law makes disappear.
        is_standing: Whether the business stands on a list.
        frame: The JSON as one zstd frame, ready to send to whoever accepts it.
    """

    digest: bytes
    next_change_on: date | None
    is_ending: bool
    is_standing: bool
    frame: bytes

    def pack(self) -> bytes:
        """Return the stored bytes."""
        day = 0 if self.next_change_on is None else self.next_change_on.toordinal()
        flags = (_ENDING if self.is_ending else 0) | (_STANDING if self.is_standing else 0)
        return _HEAD.pack(self.digest, day, flags) + self.frame


def unpack(stored: bytes) -> Page:
    """Read what `Page.pack` wrote."""
    digest, day, flags = _HEAD.unpack_from(stored)
    return Page(
        digest=digest,
        next_change_on=date.fromordinal(day) if day else None,
        is_ending=bool(flags & _ENDING),
        is_standing=bool(flags & _STANDING),
        frame=stored[_HEAD.size :],
    )


@dataclass(frozen=True, slots=True)
class Seal:
    """The entry of the log that speaks last of something.

    Args:
        index: Its place in the log, from 0.
        salt: 32 hexadecimal digits.
        statement: What it stands for.
    """

    index: int
    salt: str
    statement: Json

    def pack(self) -> bytes:
        """Return the stored bytes; of a record in view, which are by far the most, the content's digest alone."""
        is_shown = self.statement["act"] == SHOWN
        told = bytes.fromhex(self.statement["content"]) if is_shown else encode(self.statement)
        return _SEAL.pack(self.index, bytes.fromhex(self.salt), is_shown) + told


def unsealed(name: str, stored: bytes) -> Seal:
    """Read what `Seal.pack` wrote under a name."""
    index, salt, is_shown = _SEAL.unpack_from(stored)
    told = stored[_SEAL.size :]
    statement = {"act": SHOWN, "content": told.hex(), "record": name} if is_shown else decode(told)
    return Seal(index, salt.hex(), statement)


def explained(items: Iterable[Json], kinds: Mapping[str, Json], rules: Mapping[str, Json]) -> Json:
    """Return the ``kinds`` and ``rules`` of a document: the titles and rules its records use, and no others.

    A title left behind would tell that a record which has disappeared was there.

    Args:
        items: The document's records.
        kinds: Titles by kind, at least of the kinds used.
        rules: Statements by rule, at least of the rules used.
    """
    fields: dict[str, set[str]] = {}
    refs: set[str] = set()
    for item in items:
        fields.setdefault(item["kind"], set()).update(item["values"])
        refs.add(item["display"])
        refs.update(ref for name, ref in item["basis"].items() if name == "rule")
        refs.update(one["rule"] for one in item.get("measures", ()))
    return {
        "kinds": {
            code: {
                "title": kinds[code]["title"],
                "fields": {name: title for name, title in kinds[code]["fields"].items() if name in used},
            }
            for code, used in sorted(fields.items())
        },
        "rules": {ref: rules[ref] for ref in sorted(refs)},
    }


def encode(value: object) -> bytes:
    """Return compact JSON in UTF-8; keys keep the order they were built in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def decode(content: bytes) -> Json:
    """Return an object that `encode` wrote."""
    found: Json = json.loads(content)
    return found


def compress(content: bytes) -> bytes:
    """Return one zstd frame."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(content)


def expand(frame: bytes) -> bytes:
    """Return what one zstd frame holds."""
    return zstandard.ZstdDecompressor().decompress(frame)


def entity_key(entity_id: str) -> bytes:
    return entity_id.encode()


def due_key(day: date, entity_id: str) -> bytes:
    return _joined(day.isoformat(), entity_id)


def due_of(key: bytes) -> tuple[str, str]:
    """Return (day, entity id) of a due key."""
    day, entity_id = key.split(_SEPARATOR)
    return day.decode(), entity_id.decode()


def list_prefix(code: str) -> bytes:
    """Return what all keys of one list begin with."""
    return _joined(code, "")


def list_key(code: str, from_on: str, entity_id: str, item: str) -> bytes:
    """Return the key of one entry; a business may stand on one list from one day on two grounds."""
    return _joined(code, from_on, entity_id, item)


def draw_key(label: str, part: str) -> bytes:
    return _joined(label, part)


def log_key(index: int) -> bytes:
    """Return the key of an entry of the log; keys sort as the entries were made."""
    return index.to_bytes(8, "big")


def told_key(generation: int, record: str) -> bytes:
    """Return the key of what one publication told of a record; keys sort in the order they were told."""
    return _joined(f"{generation:012}", record)


def told_of(key: bytes) -> tuple[int, str]:
    """Return (generation, record name) of such a key."""
    generation, record = key.split(_SEPARATOR)
    return int(generation), record.decode()


def selected_part(number: int) -> str:
    """Return the part of a draw that holds page ``number``, from 0, of the selected."""
    return f"selected/{number:06}"


def visit_part(unit: str) -> str:
    """Return the part of a draw that holds one visit with the proof that its unit was in the frame."""
    return f"visit/{unit}"


def _joined(*texts: str) -> bytes:
    return _SEPARATOR.join(text.encode() for text in texts)


# -- search --------------------------------------------------------------------------------------------------------


def normalised(text: str) -> str:
    """Return text in compatibility form, without case: full-width and half-width, great and small are one."""
    return unicodedata.normalize("NFKC", text).casefold()


def runs(text: str) -> list[str]:
    """Return the stretches of letters and digits between blanks; punctuation inside a stretch is dropped.

    ``杭州（集团）公司`` is one run, so that whoever leaves the brackets out finds it too.
    """
    found = ("".join(char for char in word if char.isalnum()) for word in normalised(text).split())
    return [run for run in found if run]


def bigrams(run: str) -> list[str]:
    """Return every two neighbouring characters of a run; a run of one character is its own."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def search_schema() -> tantivy.Schema:
    """Return the fields of the index.

    ``name`` holds bigrams, ``word`` whole runs and ``whole`` the whole name, for the rank; status, region, sector and
    subject type are single terms.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("word", tokenizer_name="whitespace", index_option="basic")
    for name in ("code", "whole", "status", "region", "sector", "subject_type"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


def plain_code(text: str) -> str:
    """Return a code as it is indexed: without blanks, hyphens and case."""
    return "".join(char for char in normalised(text) if char.isalnum())

"""The public log: what was published and what was withdrawn, each as a salted commitment that tells nothing by itself.

Rules kept here:
- An entry is the digest of a statement and a salt. Whoever is given both can check it; when both are forgotten, the
  entry still stands in the tree and nobody can tell what it said.
- The log only grows. A checkpoint names its size and root; whoever keeps one can hold every later log to it.

Source: RFC 9162 for the tree; C2SP ``tlog-checkpoint`` and ``signed-note`` for the checkpoint's text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.errors import LogBroken

ENTRY_BYTES: Final = 32

SHOWN: Final = "shown"
LEFT: Final = "left"
COMMITTED: Final = "committed"
DRAWN: Final = "drawn"
"""What a statement says was done: a record shown or no longer, a plan committed to, a lot drawn."""

_ED25519: Final = b"\x01"
_HASH_BYTES: Final = 4


def commitment(salt: str, statement: Mapping[str, Any]) -> bytes:
    """Return the entry that stands for a statement, 32 bytes.

    Args:
        salt: 32 hexadecimal digits, made for this entry alone.
        statement: What was done; canonical JSON types.
    """
    return hashlib.sha256(canonical_bytes([salt, dict(statement)])).digest()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log as it stood: whose it is, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def note(checkpoint: Checkpoint, public_key: bytes, signature: bytes) -> str:
    """Return a checkpoint with its signature, as it is published.

    Args:
        public_key: Ed25519, 32 bytes.
        signature: Over the bytes of `Checkpoint.text`.
    """
    sealed = base64.b64encode(_key_hash(checkpoint.origin, public_key) + signature).decode()
    return f"{checkpoint.text}\n— {checkpoint.origin} {sealed}\n"


def read_note(text: str) -> tuple[Checkpoint, bytes]:
    """Return a published checkpoint and its signature; whether that holds is for the caller.

    Raises:
        LogBroken: It is no checkpoint.
    """
    try:
        signed, line = text.split("\n\n", 1)
        origin, size, root = signed.split("\n")
        name, sealed = line.removeprefix("— ").rstrip("\n").rsplit(" ", 1)
        found = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        signature = base64.b64decode(sealed, validate=True)[_HASH_BYTES:]
        if found.text != signed + "\n" or name != origin or len(found.root) != ENTRY_BYTES or len(signature) != 64:
            raise ValueError("its lines do not agree")
    except (ValueError, binascii.Error) as error:
        raise LogBroken(
            asked="To read a checkpoint of the log.",
            found=f"It is none: {error}.",
            wants="Origin, size, root, and a signed line, as the log publishes it.",
            next_step="Fetch the checkpoint again.",
        ) from None
    return found, signature


def _key_hash(origin: str, public_key: bytes) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public_key).digest()[:_HASH_BYTES]

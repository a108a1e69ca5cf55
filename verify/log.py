"""Checks the public log: that its entries give the root of its checkpoint, and of every checkpoint kept before.

The signature of a checkpoint is a signed note of C2SP, Ed25519; any tool for that checks it. Here it is not looked at.
"""

import base64
import hashlib

from canonical import text_of
from tree import root

ENTRY = 32


class NoCheckpoint(Exception):
    """The text is no checkpoint."""


def read_checkpoint(text):
    """Return origin, size and root of a checkpoint, or raise NoCheckpoint."""
    lines = text.split("\n")
    try:
        origin, size, digest = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError) as error:
        raise NoCheckpoint("it has no three lines of origin, size and root") from error
    if not origin or size < 0 or len(digest) != ENTRY:
        raise NoCheckpoint("its origin, size or root cannot be")
    return origin, size, digest


def differences(entries, checkpoints):
    """Return sentences, one for each checkpoint that the entries do not lead to; the first one is the log's own.

    `entries` is the bytes of all entries, one behind the other; `checkpoints` are texts, in any order behind the first.
    """
    found = []
    if len(entries) % ENTRY:
        return [f"entries: {len(entries)} bytes are no whole number of entries."]
    leaves = [hashlib.sha256(b"\x00" + entries[at : at + ENTRY]).digest() for at in range(0, len(entries), ENTRY)]
    name = read_checkpoint(checkpoints[0])[0]
    for number, text in enumerate(checkpoints):
        origin, size, stated = read_checkpoint(text)
        if origin != name:
            found.append(f"checkpoint {number + 1}: it is of {origin}, not of {name}.")
        elif size > len(leaves):
            found.append(f"checkpoint {number + 1}: it speaks of {size} entries, and there are {len(leaves)}.")
        elif root(leaves[:size]) != stated:
            found.append(f"checkpoint {number + 1}: the first {size} entries give another root: the log was rewritten.")
    return found


def stands_for(entry, salt, statement):
    """Tell whether an entry, 32 bytes, is the one of a statement with its salt."""
    return hashlib.sha256(text_of([salt, statement]).encode("utf-8")).digest() == entry

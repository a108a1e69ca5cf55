"""The Merkle tree of RFC 9162, sections 2.1.1 to 2.1.3: one root for all lines, and a path for each."""

import hashlib

from canonical import text_of


def leaf(line):
    """Return the digest of one line, as bytes."""
    return hashlib.sha256(b"\x00" + text_of(line).encode("utf-8")).digest()


def root(leaves):
    """Return the digest over all leaves, as bytes, as the RFC says it: split at the largest power of two."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def root_of_path(start, index, count, path):
    """Return the root that a leaf, its place and its path lead to; None where the path does not fit the place."""
    if not 0 <= index < count:
        return None
    first, last, found = index, count - 1, start
    for beside in path:
        if last == 0:
            return None
        if first % 2 == 1 or first == last:
            found = hashlib.sha256(b"\x01" + beside + found).digest()
            while first % 2 == 0 and first != 0:
                first, last = first // 2, last // 2
        else:
            found = hashlib.sha256(b"\x01" + found + beside).digest()
        first, last = first // 2, last // 2
    return found if last == 0 else None

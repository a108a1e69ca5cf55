"""A Merkle tree over lines: one digest stands for all of them, and a short path proves that a line is among them.

The tree is that of Certificate Transparency: a leaf is hashed behind a zero byte and an inner node behind a one, so
that neither can pass for the other, and the left side of every node is as large a power of two as there is.

Source: RFC 9162, sections 2.1.1 to 2.1.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


def leaf(data: bytes) -> bytes:
    """Return the digest of one line, 32 bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree, level by level, leaves first; each level is half of the one below, rounded up."""

    levels: tuple[Sequence[bytes], ...]

    @property
    def count(self) -> int:
        """Return how many leaves it has."""
        return len(self.levels[0])

    @property
    def root(self) -> bytes:
        """Return the digest that stands for all leaves; of no leaf, that of no bytes."""
        return self.levels[-1][0] if self.count else hashlib.sha256().digest()

    def path(self, index: int) -> tuple[bytes, ...]:
        """Return the digests that lead from a leaf to the root, lowest first.

        Raises:
            IndexError: There is no such leaf.
        """
        if not 0 <= index < self.count:
            raise IndexError(f"leaf {index} of {self.count}")
        found = []
        for level in self.levels[:-1]:
            beside = index ^ 1
            if beside < len(level):  # the last of an odd level has nobody beside it and rises as it is
                found.append(level[beside])
            index >>= 1
        return tuple(found)


def tree(leaves: Sequence[bytes]) -> Tree:
    """Return the tree over leaf digests, in their order."""
    levels: list[Sequence[bytes]] = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        levels.append(above)
    return Tree(tuple(levels))


def root_from(one: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf and its path lead to, or ``None`` where the path is of no such leaf.

    Args:
        one: Digest of the leaf.
        index: Its place, from 0.
        count: How many leaves the tree has.
    """
    if not 0 <= index < count:
        return None
    rest = list(path)
    last = count - 1
    while last:
        if index ^ 1 <= last:
            if not rest:
                return None
            beside = rest.pop(0)
            one = _node(beside, one) if index & 1 else _node(one, beside)
        index >>= 1
        last >>= 1
    return None if rest else one


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree that only grows: as few digests as are needed to go on.

    Args:
        count: How many leaves there are.
        edge: Roots of the full trees that ``count`` falls into, the largest first.
    """

    count: int = 0
    edge: tuple[bytes, ...] = ()

    def with_leaf(self, one: bytes) -> Frontier:
        """Return the frontier after one more leaf."""
        edge = [*self.edge, one]
        full = self.count
        while full & 1:
            right = edge.pop()
            edge.append(_node(edge.pop(), right))
            full >>= 1
        return Frontier(self.count + 1, tuple(edge))

    @property
    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.edge:
            return hashlib.sha256().digest()
        found = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            found = _node(left, found)
        return found

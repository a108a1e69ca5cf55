"""The Merkle tree: one root for all leaves, and for each a path that leads there and nowhere else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodstanding.core.merkle import Frontier, leaf, root_from, tree
from tests.verify.second import checker_module, golden

TREE = checker_module("tree")
LEAVES = st.lists(st.binary(max_size=3).map(leaf), max_size=40)


def test_a_tree_of_nothing_is_the_digest_of_nothing() -> None:
    assert tree([]).root == hashlib.sha256(b"").digest()
    with pytest.raises(IndexError):
        tree([]).path(0)


@pytest.mark.parametrize("vector", golden("vectors.json")["trees"], ids=lambda vector: f"{vector['leaves']} leaves")
def test_root_and_paths_are_those_of_the_vector(vector: dict[str, object]) -> None:
    whole = tree([leaf(bytes([number])) for number in range(int(str(vector["leaves"])))])
    assert whole.root.hex() == vector["root"]
    assert [[one.hex() for one in whole.path(index)] for index in range(whole.count)] == vector["paths"]


@given(LEAVES)
def test_both_implementations_give_one_root(leaves: list[bytes]) -> None:
    assert tree(leaves).root == TREE.root(leaves)


@given(LEAVES.filter(bool), st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_and_place_alone(leaves: list[bytes], data: st.DataObject) -> None:
    whole = tree(leaves)
    index = data.draw(st.integers(0, whole.count - 1))
    path = whole.path(index)
    assert root_from(leaves[index], index, whole.count, path) == whole.root
    assert TREE.root_of_path(leaves[index], index, whole.count, path) == whole.root
    assert root_from(leaf(b"another line"), index, whole.count, path) != whole.root
    assert root_from(leaves[index], index, whole.count, (*path, leaf(b""))) is None
    assert root_from(leaves[index], whole.count, whole.count, path) is None
    if path:
        assert root_from(leaves[index], index, whole.count, path[:-1]) is None


@given(LEAVES)
def test_a_growing_tree_has_the_root_of_a_grown_one_at_every_size(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for count, one in enumerate(leaves, start=1):
        frontier = frontier.with_leaf(one)
        assert (frontier.count, frontier.root) == (count, tree(leaves[:count]).root)
        assert len(frontier.edge) == count.bit_count()

"""The tree against RFC 6962's own definition and the reference implementation's vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trail.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)

# The inputs and roots of the certificate-transparency reference implementation.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(each)) for each in INPUTS]
trees = st.lists(st.binary(max_size=3), min_size=1, max_size=70).map(lambda each: [leaf_hash(entry) for entry in each])


def grown(leaves: list[bytes]) -> Frontier:
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree


def test_roots_are_those_of_the_reference_implementation():
    for size, root in enumerate(ROOTS, start=1):
        assert root_of(LEAVES[:size]).hex() == root
        assert grown(LEAVES[:size]).root().hex() == root


def test_an_empty_tree_has_the_root_of_nothing():
    assert Frontier().root() == EMPTY_ROOT == root_of([])


def test_a_leaf_cannot_pass_for_a_node():
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


@given(trees)
def test_growing_gives_the_root_of_the_definition(leaves: list[bytes]):
    assert grown(leaves).root() == root_of(leaves)


@given(trees, trees)
def test_a_stored_frontier_grows_on(first: list[bytes], more: list[bytes]):
    tree = grown(first)
    resumed = Frontier.from_bytes(tree.size, tree.to_bytes())
    for leaf in more:
        resumed.add(leaf)
    assert resumed.root() == root_of(first + more)


def test_a_frontier_of_another_size_is_refused():
    tree = grown(LEAVES[:3])
    with pytest.raises(ValueError, match="subtrees"):
        Frontier.from_bytes(4, tree.to_bytes())


@given(trees, st.data())
def test_every_leaf_is_proved_at_its_place_only(leaves: list[bytes], data: st.DataObject):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = inclusion_proof(leaves, index), root_of(leaves)
    assert included(leaves[index], index, len(leaves), proof, root)
    assert not included(leaf_hash(b"another entry"), index, len(leaves), proof, root)
    assert not included(leaves[index], index, len(leaves), [*proof, root], root)
    assert not included(leaves[index], index + len(leaves), len(leaves), proof, root)


@given(trees, st.data())
def test_a_grown_tree_is_proved_to_have_only_grown(leaves: list[bytes], data: st.DataObject):
    older = data.draw(st.integers(1, len(leaves)))
    before, after = root_of(leaves[:older]), root_of(leaves)
    proof = consistency_proof(leaves, older)
    assert consistent(older, before, len(leaves), after, proof)
    if older < len(leaves):
        assert not consistent(older, leaf_hash(b"rewritten"), len(leaves), after, proof)
        assert not consistent(older, before, len(leaves), leaf_hash(b"rewritten"), proof)

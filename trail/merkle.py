"""Grow and prove the Merkle tree of RFC 6962 §2.1, hash SHA-256.

A leaf and an inner node are hashed with different first bytes, so that no entry can pass for a subtree. The frontier
(roots of the complete subtrees, largest first) is all that is needed to go on growing a tree of any size.
"""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
LEAF = b"\x00"
NODE = b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ entry)."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(NODE + left + right).digest()


def fold(subtrees: Sequence[bytes]) -> bytes:
    """Return the root over the roots of complete subtrees, largest first."""
    if not subtrees:
        return EMPTY_ROOT
    *rest, root = subtrees
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


class Frontier:
    """A tree that can only grow: its size and the roots of its complete subtrees."""

    def __init__(self, size: int = 0, subtrees: Iterable[bytes] = ()) -> None:
        """Go on from a tree of `size` leaves; ValueError when the subtrees are not those of such a tree."""
        self.size = size
        self._subtrees = list(subtrees)
        if len(self._subtrees) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} subtrees, not {len(self._subtrees)}")

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> "Frontier":
        """Read what `to_bytes` wrote."""
        return cls(size, (packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)))

    def to_bytes(self) -> bytes:
        """Return the roots of the complete subtrees, largest first, 32 bytes each."""
        return b"".join(self._subtrees)

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        root, size = leaf, self.size
        while size & 1:
            root = node_hash(self._subtrees.pop(), root)
            size >>= 1
        self._subtrees.append(root)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree's root."""
        return fold(self._subtrees)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over all leaf hashes, as RFC 6962 §2.1 defines it."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index` (RFC 6962 §2.1.1), nearest sibling first; IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} is not in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root_of(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], older: int) -> list[bytes]:
    """Return the proof that the tree of the first `older` leaves is a prefix of this one (RFC 6962 §2.1.2).

    Raises IndexError when there is no such prefix.
    """
    if not 0 < older <= len(leaves):
        raise IndexError(f"a tree of {len(leaves)} has no prefix of {older}")
    return _consistency(leaves, older, whole=True)


def _consistency(leaves: Sequence[bytes], older: int, *, whole: bool) -> list[bytes]:
    if older == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = _split(len(leaves))
    if older <= split:
        return [*_consistency(leaves[:split], older, whole=whole), root_of(leaves[split:])]
    return [*_consistency(leaves[split:], older - split, whole=False), root_of(leaves[:split])]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether `proof` shows that `leaf` is number `index` of the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def consistent(older: int, older_root: bytes, newer: int, newer_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether `proof` shows that the newer tree only added to the older one (RFC 9162 §2.1.4.2)."""
    if older == newer:
        return not proof and older_root == newer_root
    if not 0 < older < newer:
        return False
    path = list(proof) if older & (older - 1) else [older_root, *proof]
    node, last = older - 1, newer - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = path[0] if path else b""
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == older_root and after == newer_root


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1

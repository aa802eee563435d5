"""Prove on demand that an entry stands in the tree: its path to the root of a signed checkpoint.

The path is built from the entries between two checkpoints and the frontier of the earlier one, so its cost is bounded
by the size of one batch however long the log is. Nothing is taken on trust: the leaf is hashed from the entry's text,
and the result must be the root in the signed note, checked with the key kept outside the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from trail.checkpoint import BadNote, Head, Verifier
from trail.checkpoint_file import CheckpointFile
from trail.merkle import HASH_BYTES, included, leaf_hash, node_hash
from trail.models import Checkpoint, Event, Position

MOST: Final = 20_000
NOT_SEALED: Final = "The entry has no place in the tree yet. That takes about a second; load the page again."
NO_CHECKPOINT: Final = "No signed checkpoint covers the entry's place. Verify the log."
TOO_FAR: Final = "Too many entries lie between two checkpoints to prove this one alone. Verify the whole log."
NO_KEY: Final = "The public key that checks the checkpoints is missing or damaged. Verify the log to learn more."


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of proving one entry.

    `position` counts from 0; `path`: sibling hashes, nearest first. `note`: the signed head.
    """

    holds: bool
    says: str
    position: int | None = None
    size: int | None = None
    sealed_at: datetime | None = None
    root: str = ""
    path: list[str] = field(default_factory=list)
    note: str = ""


def prove(event: Event) -> Proof:
    """Prove that the entry, as it stands, is in the tree of the first checkpoint that covers it."""
    seq = Position.objects.filter(event_id=event.pk).values_list("seq", flat=True).first()
    if seq is None:
        return Proof(False, NOT_SEALED)
    newer = Checkpoint.objects.filter(size__gt=seq).order_by("size").first()
    if newer is None:
        return Proof(False, NO_CHECKPOINT, seq)
    older = Checkpoint.objects.filter(size__lte=seq).order_by("-size").first()
    if newer.size - (older.size if older else 0) > MOST:
        return Proof(False, TOO_FAR, seq, newer.size, newer.at)
    return _proved(event, seq, older, newer)


class Span:
    """The part of the tree that two neighbouring checkpoints know: subtrees of the earlier, leaves since."""

    def __init__(self, first: int, subtrees: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Take the size and frontier of the earlier checkpoint and the leaf hashes after it."""
        self._first, self._leaves = first, leaves
        self._known: dict[tuple[int, int], bytes] = {}
        start = 0
        for height, root in zip((bit for bit in reversed(range(64)) if first >> bit & 1), subtrees, strict=True):
            self._known[start, start + (1 << height)] = root
            start += 1 << height

    def root(self, start: int, stop: int) -> bytes:
        """Return the root over the leaves `start` to before `stop` (RFC 6962 §2.1)."""
        if (start, stop) in self._known:
            return self._known[start, stop]
        if stop - start == 1:
            return self._leaves[start - self._first]
        split = start + _split(stop - start)
        return node_hash(self.root(start, split), self.root(split, stop))

    def path(self, index: int, start: int, stop: int) -> list[bytes]:
        """Return the audit path of leaf `index` (RFC 6962 §2.1.1), nearest sibling first."""
        if stop - start == 1:
            return []
        split = start + _split(stop - start)
        if index < split:
            return [*self.path(index, start, split), self.root(split, stop)]
        return [*self.path(index, split, stop), self.root(start, split)]


def _proved(event: Event, seq: int, older: Checkpoint | None, newer: Checkpoint) -> Proof:
    head, problem = _signed(newer)
    if head is None:
        return Proof(False, problem, seq, newer.size, newer.at)
    first = older.size if older else 0
    try:
        span = Span(first, _subtrees(older), _leaves(first, newer.size))
        path = span.path(seq, 0, newer.size)
    except (ValueError, IndexError):
        return Proof(False, "Entries or checkpoints beside this one are missing. Verify the log.", seq, newer.size)
    holds = included(leaf_hash(event.text.encode()), seq, newer.size, path, head.root)
    says = (
        "The entry is, word for word, the one that was sealed."
        if holds
        else "The entry, or one sealed with it, is not as it was sealed. Verify the log to learn which."
    )
    return Proof(holds, says, seq, newer.size, newer.at, head.root.hex(), [each.hex() for each in path], newer.note)


def _signed(checkpoint: Checkpoint) -> tuple[Head | None, str]:
    published = CheckpointFile().public_key()
    if not published:
        return None, NO_KEY
    try:
        verifier = Verifier.parse(published)
    except BadNote:
        return None, NO_KEY
    try:
        head = verifier.open(checkpoint.note)
    except BadNote as problem:
        return None, f"The checkpoint is forged: {problem} Verify the log."
    if head.size != checkpoint.size:
        return None, "The checkpoint was signed for another number of entries. Verify the log."
    return head, ""


def _subtrees(older: Checkpoint | None) -> list[bytes]:
    packed = bytes(older.frontier) if older else b""
    return [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]


def _leaves(first: int, stop: int) -> list[bytes]:
    rows = Position.objects.filter(seq__gte=first, seq__lt=stop).order_by("seq")
    return [bytes(each) for each in rows.values_list("event__leaf_hash", flat=True)]


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1

"""Find a value without storing it: HMAC-SHA-256 under the account's index key, covered by a key that is rotated.

All ten-digit numbers can be tried against an index key in hours, so both keys are secrets like the others and lie in
the key directory. The cover is a permutation: rotating its key turns every stored index into the new one without
opening a row, and what an old copy of the data still holds can't be uncovered any more.
"""

import hmac
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from privacy import keys
from privacy.models import IndexKey
from vault.errors import KeyMissing

INDEX_BYTES = 32
FIRST = 1
UNCOVERED = 0
"""The generation of indexes from before there was a cover: 32 bytes without a mark."""
LEARNT_AFTER_S = 1.0
"""How long a process may go on with the generation it knows; a rotation waits for it."""

_known: dict[UUID, tuple[float, int]] = {}
_of_thread = threading.local()
Made = TypeVar("Made")


class IndexKeyGone(Exception):
    """The data names an index key that was destroyed: it is an older copy. Nothing was searched or taken in."""


def digest(account_id: UUID, kind: str, value: str) -> bytes:
    """Return the blind index of a value in its normal form, of one kind, in one account: a mark and 32 bytes.

    Raises IndexKeyGone, and django.db.OperationalError when the data database does not answer.
    """
    return cover(account_id, generation(account_id), bare(account_id, kind, value))


def lasting(account_id: UUID, index: bytes) -> bytes:
    """Return what stays the same of an index however often its cover is rotated: for the erasure ledger alone.

    Raises IndexKeyGone when the index stands under a cover that was destroyed.
    """
    return uncover(account_id, generation(account_id), bytes(index))


class Stream:
    """The blind index of content that is too large for one value, fed in blocks."""

    def __init__(self, account_id: UUID, kind: str) -> None:
        """Begin."""
        self._account_id = account_id
        self._mac = hmac.new(bare(account_id, kind, ""), digestmod=sha256)

    def update(self, block: bytes) -> None:
        """Take in the next block."""
        self._mac.update(block)

    def digest(self) -> bytes:
        """Return the index of everything so far."""
        return cover(self._account_id, generation(self._account_id), self._mac.digest())


def generation(account_id: UUID) -> int:
    """Return which cover the account's indexes stand under, as known for at most a second."""
    now = time.monotonic()
    learnt_at, known = _known.get(account_id, (-LEARNT_AFTER_S, 0))
    return known if now - learnt_at < LEARNT_AFTER_S else refresh(account_id)


def refresh(account_id: UUID) -> int:
    """Learn the generation anew: whoever holds the account's lock for taking in knows it for sure until it lets go."""
    learnt_at = time.monotonic()
    named = IndexKey.objects.filter(pk=account_id).values_list("generation", flat=True).first()
    found = _begin(account_id) if named is None else named
    _known[account_id] = (learnt_at, found)
    return found


def _begin(account_id: UUID) -> int:
    """Return the generation of an account that was never rotated; its keys are made at the first use."""
    directory = keys.directory()
    there = directory.secret_names(secret_name(account_id))
    if cover_name(account_id, FIRST) not in there:
        if there == [secret_name(account_id)]:
            return UNCOVERED
        if there:
            raise gone(account_id)
        directory.create_secret(cover_name(account_id, FIRST))
    # Made after the cover, so that an index key alone always means indexes without one.
    directory.create_secret(secret_name(account_id))
    return FIRST


def secret_name(account_id: UUID) -> str:
    """Return the name of the account's index key in the key directory."""
    return f"index-{account_id}"


def cover_name(account_id: UUID, number: int) -> str:
    """Return the name of a cover's key in the key directory."""
    return f"{secret_name(account_id)}-{number}"


def gone(account_id: UUID) -> IndexKeyGone:
    """Return the error of an account whose data is older than its index key."""
    return IndexKeyGone(
        f"The data of account {account_id} stands under an index key that was destroyed: it is a copy from before a"
        " rotation. Nothing was searched or taken in. Run manage.py rotate_index_key --rebuild (docs/restore.md)."
    )


def bare(account_id: UUID, kind: str, value: str) -> bytes:
    """Return the index of a value without its cover."""
    inner, outer = _of_this_second((account_id, "index"), lambda: _keyed(_index_key(account_id)))
    within, around = inner.copy(), outer.copy()
    within.update(f"{kind}\0{value}".encode())
    around.update(within.digest())
    return around.digest()


def _keyed(key: bytes) -> tuple[Any, Any]:
    """Return the two hashes of HMAC (RFC 2104) with the key in them: copying them is three times as fast."""
    block = key.ljust(sha256().block_size, b"\0")
    return sha256(bytes(each ^ 0x36 for each in block)), sha256(bytes(each ^ 0x5C for each in block))


def _index_key(account_id: UUID) -> bytes:
    directory = keys.directory()
    try:
        return directory.secret(secret_name(account_id))
    except KeyMissing:
        refresh(account_id)
        return directory.secret(secret_name(account_id))


def cover(account_id: UUID, number: int, index: bytes) -> bytes:
    """Cover a bare index with the key of a generation, marked with it."""
    if number == UNCOVERED:
        return index
    encryptor = _of_this_second((account_id, number), lambda: _cipher(account_id, number).encryptor())
    return bytes([mark(number)]) + encryptor.update(index)


def uncover(account_id: UUID, number: int, index: bytes) -> bytes:
    """Take the cover of a generation off; an index without a mark has none. Raises IndexKeyGone."""
    if len(index) == INDEX_BYTES:
        return index
    if index[0] != mark(number) or number == UNCOVERED:
        raise gone(account_id)
    decryptor = _of_this_second((account_id, -number), lambda: _cipher(account_id, number).decryptor())
    return decryptor.update(index[1:])


def mark(number: int) -> int:
    """Return the byte that indexes of a generation begin with."""
    return number % 256


def _of_this_second(name: tuple[UUID, int | str], make: Callable[[], Made]) -> Made:
    """Return what `make` made for this thread a second ago at most: a call has ten indexes, a batch ten thousand."""
    made: Any = _of_thread.__dict__
    now = time.monotonic()
    if (known := made.get(name)) and now - known[0] < LEARNT_AFTER_S:
        return known[1]
    fresh = make()
    made[name] = (now, fresh)
    return fresh


def _cipher(account_id: UUID, number: int) -> Cipher[modes.ECB]:
    """Return AES-256 on single blocks.

    An index must be the same for the same value, and its two blocks are the output of HMAC: evenly spread and equal
    for equal values only. So single blocks tell no more than the index itself does.
    """
    try:
        key = keys.directory().secret(cover_name(account_id, number))
    except KeyMissing:
        raise gone(account_id) from None
    return Cipher(algorithms.AES256(key), modes.ECB())  # noqa: S305 - blocks of HMAC output, equal for equal values only

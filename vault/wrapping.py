"""Seal one key or one short value under a key with AES-256-GCM.

The context (associated data) says what the bytes are and whom they belong to. It is authenticated and not stored, so a
ciphertext moved to another row, field or file name does not open.

Nonces are 96 random bits. NIST SP 800-38D §8.3 allows 2^32 of them under one key; a block key wraps about a thousand
keys and a row key seals a handful of fields, which leaves a margin of millions.
"""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.errors import Tampered

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
VALUE_VERSION = b"\x01"


def new_key() -> bytes:
    """Return 32 bytes from the operating system's random generator."""
    return os.urandom(KEY_BYTES)


def new_keys(count: int) -> list[bytes]:
    """Return so many keys from one question to the operating system's random generator."""
    random = os.urandom(count * KEY_BYTES)
    return [random[at : at + KEY_BYTES] for at in range(0, len(random), KEY_BYTES)]


def aead(key: bytes) -> AESGCM:
    """Return AES-256-GCM under `key`; raise ValueError for other lengths, since AESGCM takes AES-128 too."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(key)


def wrap(kek: bytes, key: bytes, *, context: bytes) -> bytes:
    """Seal a 32-byte key under the key-encryption key `kek`: nonce (12) ‖ ciphertext (32) ‖ tag (16).

    Raises ValueError for keys of another length.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key to wrap has {KEY_BYTES} bytes, not {len(key)}")
    return _seal(kek, key, context)


def wrap_all(kek: bytes, keys: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
    """Wrap many keys, each `(key, context)`, in their order: as `wrap` each, but the kek is prepared once.

    Raises ValueError for keys of another length.
    """
    if any(len(key) != KEY_BYTES for key, _ in keys):
        raise ValueError(f"a key to wrap has {KEY_BYTES} bytes")
    cipher, random = aead(kek), os.urandom(len(keys) * NONCE_BYTES)
    nonces = (random[at : at + NONCE_BYTES] for at in range(0, len(random), NONCE_BYTES))
    return [nonce + cipher.encrypt(nonce, *each) for nonce, each in zip(nonces, keys, strict=True)]


def unwrap(kek: bytes, wrapped: bytes, *, context: bytes) -> bytes:
    """Return the key that `wrap` sealed; raise Tampered if the bytes, the key or the context differ."""
    if len(wrapped) != WRAPPED_BYTES:
        raise Tampered(f"a wrapped key has {WRAPPED_BYTES} bytes, not {len(wrapped)}; it was not opened")
    return _open(kek, wrapped, context)


def seal_value(key: bytes, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal a short value: version 0x01 ‖ nonce (12) ‖ ciphertext ‖ tag (16), 29 bytes longer than the value."""
    return VALUE_VERSION + _seal(key, plaintext, VALUE_VERSION + context)


def open_value(key: bytes, sealed: bytes, *, context: bytes) -> bytes:
    """Return the value that `seal_value` sealed; raise Tampered if the bytes, the key or the context differ."""
    if sealed[:1] != VALUE_VERSION:
        raise Tampered("the sealed value does not begin with version 1; it was not opened")
    # The version stands in the associated data too: a later version can't be relabelled as this one.
    return _open(key, bytes(sealed[1:]), VALUE_VERSION + context)


def _seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + aead(key).encrypt(nonce, plaintext, associated)


def _open(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Tampered("the sealed bytes are shorter than a nonce and a tag; they were not opened")
    try:
        return aead(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except InvalidTag:
        raise Tampered("not authentic: other bytes, another key or another record; nothing was opened") from None

"""Where the segments of a sealed stream lie, and the cipher that seals each one.

The format is Tink's AES256-GCM-HKDF streaming (64 KiB ciphertext segments) behind one version byte; FORMAT.md is exact.

Nonces never repeat: each stream has a key of its own (HKDF over 32 random bytes of salt), and under that key a nonce
names the segment's index and whether it is the last. So no segment can be moved, dropped, repeated or added without
failing to open.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vault.errors import Tampered
from vault.wrapping import KEY_BYTES, TAG_BYTES, aead

VERSION = b"\x01"
SALT_BYTES = 32
PREFIX_BYTES = 7
HEADER_BYTES = 1 + SALT_BYTES + PREFIX_BYTES
PREAMBLE_BYTES = len(VERSION) + HEADER_BYTES
SEGMENT_BYTES = 64 * 1024
PLAIN_BYTES = SEGMENT_BYTES - TAG_BYTES
GROUP_SEGMENTS = 16
MAX_SEGMENTS = 2**32


@dataclass(frozen=True)
class Layout:
    """The places of a stream's segments, all following from the plaintext's size in bytes.

    Tink's header takes the place of the first 40 plaintext bytes. Counting positions from the header's start ("slots")
    makes every segment the same size: plaintext offset p is slot p + 40, and slot s lies in segment s // 65520.
    """

    size: int

    @classmethod
    def of_file(cls, file_bytes: int) -> "Layout":
        """Return the layout of a sealed file of that length; raise Tampered if no plaintext has that length sealed."""
        body = file_bytes - len(VERSION)
        segments = -(-body // SEGMENT_BYTES)
        layout = cls(body - HEADER_BYTES - TAG_BYTES * segments)
        if layout.size < 0 or layout.segments != segments or segments > MAX_SEGMENTS:
            raise Tampered(f"no sealed stream is {file_bytes} bytes long: it was cut or extended; nothing was opened")
        return layout

    @property
    def segments(self) -> int:
        """Count the segments; an empty plaintext has one, and no other stream has an empty segment."""
        return -(-(self.size + HEADER_BYTES) // PLAIN_BYTES)

    @property
    def file_bytes(self) -> int:
        """Return the length of the sealed file, version byte and header included."""
        return self.sealed_start(self.segments)

    def segment_at(self, offset: int) -> int:
        """Return the index of the segment that holds the plaintext byte at `offset`."""
        return (offset + HEADER_BYTES) // PLAIN_BYTES

    def plain_start(self, index: int) -> int:
        """Return the plaintext offset at which segment `index` starts; for the index after the last, the size."""
        return min(max(0, index * PLAIN_BYTES - HEADER_BYTES), self.size)

    def sealed_start(self, index: int) -> int:
        """Return the file offset at which segment `index` starts; for the index after the last, the file's length."""
        return PREAMBLE_BYTES + self.plain_start(index) + TAG_BYTES * index


class SegmentCipher:
    """Seals and opens the segments of one stream under the key derived for it."""

    def __init__(self, key: bytes, header: bytes, *, context: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        salt, self._prefix = header[1 : 1 + SALT_BYTES], header[1 + SALT_BYTES :]
        self._aead = aead(HKDF(SHA256(), KEY_BYTES, salt, context).derive(key))

    def seal(self, index: int, last: bool, plain: memoryview, sealed: memoryview) -> None:
        """Write the ciphertext and tag of `plain` into `sealed`, which is 16 bytes longer."""
        self._aead.encrypt_into(self._nonce(index, last), plain, None, sealed)

    def open(self, index: int, last: bool, sealed: memoryview, plain: memoryview) -> None:
        """Write the plaintext of `sealed` into `plain`; raise Tampered, with `plain` wiped, if it is not authentic."""
        try:
            self._aead.decrypt_into(self._nonce(index, last), sealed, None, plain)
        except InvalidTag:
            # GCM deciphers before it compares the tag: what stands in the caller's buffer is an attacker's choice.
            plain[:] = bytes(len(plain))
            raise Tampered(f"segment {index} is not authentic: other bytes, another key or another record") from None

    def _nonce(self, index: int, last: bool) -> bytes:
        return self._prefix + index.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def new_header() -> bytes:
    """Return a fresh Tink header: its own length (40) ‖ random salt (32) ‖ random nonce prefix (7)."""
    return bytes([HEADER_BYTES]) + os.urandom(SALT_BYTES + PREFIX_BYTES)

"""The formats once more, straight from vault/FORMAT.md, slow and simple, so that the vault is not its own judge."""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FIRST, PLAIN, TAG, HEADER = 65_480, 65_520, 16, 40


def hkdf_sha256(key: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869, one block of output."""
    extracted = hmac.digest(salt, key, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def parts(plaintext: bytes) -> list[bytes]:
    """Cut a plaintext into what each segment holds."""
    rest = [plaintext[at : at + PLAIN] for at in range(FIRST, len(plaintext), PLAIN)]
    return [plaintext[:FIRST], *rest]


def sealed_segments(cut: list[bytes], key: bytes, context: bytes, header: bytes) -> list[bytes]:
    """Seal the parts of a plaintext, each as one segment."""
    salt, prefix = header[1:33], header[33:]
    aead = AESGCM(hkdf_sha256(key, salt, context))
    return [
        aead.encrypt(prefix + index.to_bytes(4, "big") + bytes([index == len(cut) - 1]), part, None)
        for index, part in enumerate(cut)
    ]


def sealed_stream(plaintext: bytes, key: bytes, context: bytes, header: bytes) -> bytes:
    return b"\x01" + header + b"".join(sealed_segments(parts(plaintext), key, context, header))


def pattern(length: int) -> bytes:
    """A plaintext anybody can make again: byte i is i mod 251, a prime, so that no segment looks like another."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def boundary_sizes() -> list[int]:
    """Sizes around the places where a segment, or a group of 16 read at once, ends."""
    edges = [0, FIRST, FIRST + PLAIN, FIRST + 15 * PLAIN, FIRST + 31 * PLAIN]
    return sorted({edge + step for edge in edges for step in (-1, 0, 1) if edge + step >= 0})

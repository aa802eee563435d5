"""Write and read the signed heads of the log's tree.

A checkpoint is a C2SP tlog-checkpoint (origin, size, root) inside a C2SP signed note with an Ed25519 signature, so that
any transparency-log tool can check it without this program.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
"""The signature type of Ed25519 in a signed note (C2SP signed-note, "Signature types")."""

_DASH = "— "


class BadNote(ValueError):
    """The text is not a checkpoint, or its signature does not match."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: whose tree, of how many leaves, with which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the part of the note that is signed (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` wrote; lines after the third are extensions. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not lines[1].isdecimal():
            raise BadNote("The note is not a checkpoint: origin, size and root do not stand on three lines.")
        return cls(lines[0], int(lines[1]), _decoded(lines[2]))


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public side of a log: its name and Ed25519 key."""

    name: str
    public: bytes

    @classmethod
    def of(cls, public: bytes) -> Self:
        """Return the verifier of this installation's log, whose name follows from its key."""
        return cls(f"lethe.audit/{hashlib.sha256(public).hexdigest()[:16]}", public)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a verifier key: name, key id and key, joined by `+`. Raises BadNote."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, packed = rest.partition("+")
        key = _decoded(packed)
        found = cls(name, key[1:])
        if key[:1] != ED25519 or len(key) != 33 or key_id != found.key_id().hex():
            raise BadNote("The verifier key is damaged or of another kind.")
        return found

    def vkey(self) -> str:
        """Return the verifier key as one line (C2SP signed-note, "Verifier keys")."""
        return f"{self.name}+{self.key_id().hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    def key_id(self) -> bytes:
        """Return the four bytes that name the key: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), cut."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def open(self, note: str) -> Head:
        """Return the head that a note says, its signature proved. Raises BadNote."""
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        for line in signatures.splitlines():
            name, _, packed = line.removeprefix(_DASH).partition(" ")
            signature = _decoded(packed)
            if name == self.name and signature[:4] == self.key_id():
                self._prove(text, signature[4:])
                head = Head.parse(text)
                if head.origin != self.name:
                    raise BadNote("The checkpoint is another log's.")
                return head
        raise BadNote("The note carries no signature of this log.")

    def prove_statement(self, kind: str, text: bytes, signature: bytes) -> None:
        """Pass if the signature is this log's, over a statement of this kind. Raises BadNote."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, _statement(kind, text))
        except InvalidSignature:
            raise BadNote("The signature does not match the statement.") from None

    def _prove(self, text: str, signature: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            raise BadNote("The signature does not match the checkpoint.") from None


class Signer:
    """The private side of a log."""

    def __init__(self, seed: bytes) -> None:
        """Take the 32 random bytes that are the Ed25519 private key (RFC 8032 §5.1.5)."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier.of(self._key.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a tree's head."""
        text = Head(self.verifier.name, size, root).text()
        signature = self.verifier.key_id() + self._key.sign(text.encode())
        return f"{text}\n{_DASH}{self.verifier.name} {base64.b64encode(signature).decode()}\n"

    def sign_statement(self, kind: str, text: bytes) -> bytes:
        """Return the signature of a statement; `kind` is a word that keeps statements of different kinds apart."""
        return self._key.sign(_statement(kind, text))


def _statement(kind: str, text: bytes) -> bytes:
    """Return what is signed: its second line is no number, so that it can never pass for a checkpoint."""
    return b"lethe.statement\n" + kind.encode() + b"\n" + text


def _decoded(packed: str) -> bytes:
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("The note holds bytes that are not base64.") from None

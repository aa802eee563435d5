"""The root key: wraps the block keys and secrets, and can be replaced by a key of a key-management service.

A rotation has a time with two roots. `wrap` uses the next root as soon as it is on the disk, `unwrap` tries both, and
the old root goes only when everything is wrapped under the next; so a crash at any moment leaves every key readable,
and the next rotation goes on from there.
"""

import os
from pathlib import Path
from typing import Protocol

from vault import private_files, wrapping
from vault.durable import sync_folder
from vault.errors import Tampered, UnsafeKeyDirectory


class RootKey(Protocol):
    """What the key directory asks of a root; a key-management service answers the same (`transit`)."""

    def prove(self) -> None:
        """Raise a VaultError that names the root unless it can be used."""

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Seal a 32-byte key under the newest root."""

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Return the key sealed under the old or the next root; raise Tampered if neither opens it."""

    def begin_rotation(self) -> None:
        """Make the next root, or find the one an interrupted rotation made."""

    def finish_rotation(self) -> None:
        """Destroy the old root; everything must be wrapped under the next one by now."""


class RootKeyFile:
    """A root key in a file of its own: `root`, with `root.next` and `root.old` only while it is rotated."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root, self._next, self._old = (folder / name for name in ("root", "root.next", "root.old"))

    @property
    def exists(self) -> bool:
        """Whether there is a root key in the folder."""
        return self._root.exists()

    def create(self) -> None:
        """Write the first root key; raise KeyExists if there is one."""
        private_files.create(self._root, wrapping.new_key())

    def prove(self) -> None:
        """Raise UnsafeKeyDirectory unless the root key is there, private and whole."""
        self._living()

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Seal a 32-byte key under the newest root."""
        return wrapping.wrap(self._living()[-1], key, context=context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Return the key sealed under the old or the next root; raise Tampered if neither opens it."""
        root, *following = self._living()
        try:
            return wrapping.unwrap(root, wrapped, context=context)
        except Tampered:
            if not following:
                raise
        return wrapping.unwrap(following[0], wrapped, context=context)

    def begin_rotation(self) -> None:
        """Make the next root, or find the one an interrupted rotation made."""
        private_files.remove_temps(self._folder)
        self._erase_old()
        if not self._next.exists():
            private_files.create(self._next, wrapping.new_key())

    def finish_rotation(self) -> None:
        """Put the next root in the place of the old one, and overwrite the old one."""
        # The second name keeps the old root within reach, so that it can be overwritten after it was replaced.
        os.link(self._root, self._old)
        os.replace(self._next, self._root)
        sync_folder(self._folder)
        self._erase_old()

    def _erase_old(self) -> None:
        if not self._old.exists():
            return
        # Interrupted before the replacement, `root.old` is still the living root under a second name.
        if not self._old.samefile(self._root):
            private_files.overwrite(self._old)
        private_files.remove(self._old)

    def _living(self) -> list[bytes]:
        """Return the root key and, while it is rotated, the next one."""
        try:
            root = self._read(self._root)
        except FileNotFoundError:
            raise UnsafeKeyDirectory(f"the root key {self._root} is missing; no key opens, restore it") from None
        try:
            return [root, self._read(self._next)]
        except FileNotFoundError:
            return [root]

    def _read(self, path: Path) -> bytes:
        key = private_files.read(path)
        if len(key) != wrapping.KEY_BYTES:
            raise UnsafeKeyDirectory(f"the root key {path} is {len(key)} bytes long, not 32; restore it")
        return key

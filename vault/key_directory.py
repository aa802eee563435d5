"""The key directory: a root key, the block keys it wraps, and a few named secrets, each in a file of its own.

It has no history and lies apart from the database and its backups: a key destroyed here is destroyed. Whatever
changes it holds one lock, because a rotation that re-wraps a block key while it is being destroyed would bring it
back.

The rules (fixed temporary names, sync, link, sync the folder) were each found by leaving one out; FORMAT.md names them.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from vault import private_files
from vault.durable import sync_folder
from vault.errors import KeyExists, KeyMissing, Tampered, UnsafeKeyDirectory, UnsafeName
from vault.key_cache import KeyCache
from vault.root_key import RootKey, RootKeyFile
from vault.wrapping import new_key

_BLOCKS = "blocks"
_SECRETS = "secrets"
_SECRET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


class KeyDirectory:
    """Makes, opens and destroys block keys and secrets; safe to share between threads and processes.

    Keys are bytes of length 32. A key's file name is the context it is wrapped with, so files that change places do
    not open.
    """

    def __init__(self, path: str | Path, root: RootKey | None = None) -> None:
        """Open a directory; raise UnsafeKeyDirectory, naming path and mend, if it is missing or not private."""
        self._path = Path(path)
        self._folders = [self._path / _BLOCKS, self._path / _SECRETS]
        for folder in [self._path, *self._folders]:
            private_files.prove_folder(folder)
        self._root: RootKey = root or RootKeyFile(self._path)
        self._root.prove()
        self._cache = KeyCache()

    @classmethod
    def create(cls, path: str | Path, root: RootKey | None = None) -> Self:
        """Make a private folder and open it; its parent must exist. A new root key is made, unless `root` is given.

        Raises KeyExists if there is a root key already, UnsafeKeyDirectory if there are wrapped keys whose root is
        gone. A creation that was interrupted is completed.
        """
        path = Path(path)
        for folder in (path, path / _BLOCKS, path / _SECRETS):
            folder.mkdir(mode=private_files.FOLDER_MODE, exist_ok=True)
            private_files.prove_folder(folder)
            sync_folder(folder.parent)
        if root is not None:
            return cls(path, root)
        with _exclusive(path):
            file = RootKeyFile(path)
            if not file.exists and (_names(path / _BLOCKS) or _names(path / _SECRETS)):
                raise UnsafeKeyDirectory(f"{path} holds keys but no root key; restore {path / 'root'}, none was made")
            file.create()
        return cls(path)

    def create_block_key(self, block: int, version: int) -> bytes:
        """Make a block key and return it once it is on the disk; raise KeyExists if there is one of that number."""
        place = _block_place(block, version)
        with _exclusive(self._path):
            return self._create(place)

    def block_key(self, block: int, version: int) -> bytes:
        """Return a block key, which may be up to a minute old; raise KeyMissing if it was destroyed or never made."""
        return self._key(_block_place(block, version))

    def has_block_key(self, block: int, version: int) -> bool:
        """Look on the disk whether a block key is there."""
        return (self._path / _block_place(block, version)).exists()

    def destroy_block_key(self, block: int, version: int) -> None:
        """Remove a block key and any stray copy, and return once that is on the disk; a missing key is no error.

        Other processes may use the key from memory for another minute.
        """
        place = _block_place(block, version)
        with _exclusive(self._path):
            private_files.remove(self._path / place)
            self._cache.forget(place)

    def create_secret(self, name: str) -> bytes:
        """Make a named secret and return it, or return the one that is there."""
        place = _secret_place(name)
        with _exclusive(self._path):
            try:
                return self._create(place)
            except KeyExists:
                return self._key(place)

    def secret(self, name: str) -> bytes:
        """Return a secret, which may be up to a minute old; raise KeyMissing if it was destroyed or never made."""
        return self._key(_secret_place(name))

    def secret_names(self, prefix: str) -> list[str]:
        """Look on the disk which secrets there are whose names begin so."""
        return [name for name in _names(self._path / _SECRETS) if name.startswith(prefix)]

    def destroy_secret(self, name: str) -> None:
        """Remove a secret and any stray copy, and return once that is on the disk; a missing one is no error.

        Other processes may use it from memory for another minute.
        """
        place = _secret_place(name)
        with _exclusive(self._path):
            private_files.remove(self._path / place)
            self._cache.forget(place)

    def copy_to(self, target: Path) -> list[Path]:
        """Copy the wrapped keys and secrets, never the root key, into the new folder `target`; returns the files.

        Nothing is made, destroyed or wrapped anew meanwhile, so the copy stands under one root.
        """
        made: list[Path] = []
        target.mkdir(mode=private_files.FOLDER_MODE)
        with _exclusive(self._path):
            for folder in self._folders:
                (target / folder.name).mkdir(mode=private_files.FOLDER_MODE)
                for name in _names(folder):
                    made.append(target / folder.name / name)
                    private_files.create(made[-1], private_files.read(folder / name))
        return made

    def rotate_root(self) -> int:
        """Wrap every key under a new root, destroy the old one, and return the number of keys re-wrapped.

        May be interrupted at any moment: every key stays readable, and the next rotation completes this one. If a key
        does not open (Tampered), nothing is destroyed.
        """
        with _exclusive(self._path):
            self._root.begin_rotation()
            count = sum(self._rewrap_folder(folder) for folder in self._folders)
            self._root.finish_rotation()
        return count

    def _create(self, place: str) -> bytes:
        key = new_key()
        private_files.create(self._path / place, self._root.wrap(key, context=place.encode()))
        return key

    def _key(self, place: str) -> bytes:
        return self._cache.get(place, lambda: self._open(place))

    def _open(self, place: str) -> bytes:
        try:
            return self._open_once(place)
        except Tampered:
            # A rotation may have finished between reading the key and reading the root; then the two agree now.
            return self._open_once(place)

    def _open_once(self, place: str) -> bytes:
        try:
            wrapped = private_files.read(self._path / place)
        except FileNotFoundError:
            raise KeyMissing(f"the key directory {self._path} holds no key {place}; nothing was opened") from None
        try:
            return self._root.unwrap(wrapped, context=place.encode())
        except Tampered as error:
            raise Tampered(f"the key {self._path / place} does not open: {error}") from None

    def _rewrap_folder(self, folder: Path) -> int:
        private_files.remove_temps(folder)
        places = [f"{folder.name}/{name}" for name in _names(folder)]
        for place in places:
            private_files.replace(self._path / place, self._root.wrap(self._open(place), context=place.encode()))
        # The old root must not go before these names are on the disk.
        sync_folder(folder)
        return len(places)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold the directory's lock; closing the descriptor, also by dying, gives it back."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if not name.endswith(private_files.TEMP_SUFFIX))


def _block_place(block: int, version: int) -> str:
    if block < 0 or version < 0:
        raise UnsafeName(f"block {block}, version {version}: both count from 0")
    return f"{_BLOCKS}/{int(block)}.{int(version)}"


def _secret_place(name: str) -> str:
    if not _SECRET_NAME.fullmatch(name):
        raise UnsafeName("a secret's name is made of a-z, 0-9 and hyphens, at most 100; no secret was opened")
    return f"{_SECRETS}/{name}"

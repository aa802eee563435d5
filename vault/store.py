"""Put content into a storage sealed, and get it back by any part; the storage never sees a byte of plaintext.

It stands over the vault's own FileStorage or over any object with Django's storage interface (S3). Content is written
under a name that was never used before and is not changed afterwards.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol, cast, runtime_checkable

from vault.errors import NameTaken
from vault.stream import SealedReader, seal

_SPOOL_BYTES = 8 * 1024 * 1024


class Storage(Protocol):
    """What the store needs of a storage; Django's have it."""

    def open(self, name: str, mode: str = "rb") -> BinaryIO:
        """Open for reading; the file can seek."""

    def exists(self, name: str) -> bool:
        """Whether the name is in use."""

    def delete(self, name: str) -> None:
        """Remove; a missing name is no error."""

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the folders and the files in a folder."""


@runtime_checkable
class WritingStorage(Storage, Protocol):
    """A storage that lets content be written straight to its place, as FileStorage does."""

    def writer(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Give a file that is stored, whole and never overwriting, when the block ends well."""

    def names(self) -> Iterator[str]:
        """Yield the name of everything stored."""

    def abandoned(self, older_than_s: float) -> Iterator[str]:
        """Yield what killed writers left."""

    def remove_abandoned(self, older_than_s: float) -> int:
        """Remove what killed writers left."""


@runtime_checkable
class BatchStorage(Protocol):
    """A storage that removes many files in one request, as object stores do."""

    def delete_all(self, names: Sequence[str]) -> dict[str, str]:
        """Remove; a missing name is no error. Return the names that may still be there, each with why."""


class SavingStorage(Storage, Protocol):
    """A storage that wants the whole file at once, as Django's do."""

    def save(self, name: str, content: BinaryIO) -> str:
        """Store `content` and return the name it was given, which may be another."""


class Store:
    """Sealed content by name. `context` names the record the content belongs to, the same for `put` and `open`."""

    def __init__(self, storage: WritingStorage | SavingStorage) -> None:
        self._storage = storage

    def put(self, name: str, source: BinaryIO, key: bytes, *, context: bytes) -> int:
        """Seal all of `source` under `name` and return the plaintext bytes read; raise NameTaken, UnsafeName.

        If this raises, nothing is stored under the name that was not there before.
        """
        if isinstance(self._storage, WritingStorage):
            with self._storage.writer(name) as target:
                return seal(source, target, key, context=context)
        if self._storage.exists(name):
            raise NameTaken(f"{name} is stored already; it was left as it is, store under a new name")
        # Only sealed bytes reach this file, so it may spill to the disk.
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as sealed:
            size = seal(source, cast(BinaryIO, sealed), key, context=context)
            sealed.seek(0)
            saved = self._storage.save(name, cast(BinaryIO, sealed))
        if saved != name:
            self._storage.delete(saved)
            raise NameTaken(f"{name} was taken meanwhile; nothing was stored, store under a new name")
        return size

    def open(self, name: str, key: bytes, *, context: bytes) -> SealedReader:
        """Open content and authenticate its end; raise Tampered, or FileNotFoundError if there is none of that name."""
        file = self._storage.open(name, "rb")
        try:
            return SealedReader(file, key, context=context)
        except BaseException:
            file.close()
            raise

    def delete(self, name: str) -> bool:
        """Remove content and return whether it was there."""
        there = self._storage.exists(name)
        self._storage.delete(name)
        return there

    def delete_all(self, names: Sequence[str]) -> dict[str, str]:
        """Remove much content; return the names that may still be there, each with why. A missing one is no error."""
        if isinstance(self._storage, BatchStorage):
            return self._storage.delete_all(names)
        failed: dict[str, str] = {}
        for name in names:
            try:
                self._storage.delete(name)
            except OSError as problem:
                failed[name] = problem.strerror or type(problem).__name__
        return failed

    def exists(self, name: str) -> bool:
        """Whether content of that name is stored."""
        return self._storage.exists(name)

    def names(self) -> Iterator[str]:
        """Yield the name of everything stored, in no particular order."""
        if isinstance(self._storage, WritingStorage):
            yield from self._storage.names()
        else:
            yield from self._names_below("")

    def abandoned(self, older_than_s: float) -> Iterator[str]:
        """Yield what killed writers left more than so many seconds ago; nothing where the storage takes whole files."""
        if isinstance(self._storage, WritingStorage):
            yield from self._storage.abandoned(older_than_s)

    def remove_abandoned(self, older_than_s: float) -> int:
        """Remove what killed writers left more than so many seconds ago, and return how many."""
        return self._storage.remove_abandoned(older_than_s) if isinstance(self._storage, WritingStorage) else 0

    def _names_below(self, path: str) -> Iterator[str]:
        folders, names = self._storage.listdir(path)
        prefix = f"{path}/" if path else ""
        yield from (prefix + name for name in names)
        for folder in folders:
            yield from self._names_below(prefix + folder)

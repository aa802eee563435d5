"""Keep sealed content in files whose names are proved before they touch the disk.

A name can't lead out: it has no dots, and each folder on its way is opened from the one above without following
links, so neither a symlink planted in the store nor one swapped in meanwhile is ever walked through.

A file appears whole or not at all, on the disk before anybody is told so, and is never overwritten. Content lies under
two hexadecimal digits of its name's hash, so that 10 million files are some 40,000 to a folder.
"""

import errno
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from vault.durable import sync, sync_folder
from vault.errors import NameTaken, UnsafeName

FOLDER_MODE = 0o700
FILE_MODE = 0o600
TEMP_SUFFIX = ".temp"
_NAME = re.compile(r"[a-z0-9-]{1,100}(/[a-z0-9-]{1,100}){0,7}")
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class FileStorage:
    """The part of Django's storage interface that the store needs, over a folder."""

    def __init__(self, location: str | Path) -> None:
        """Use `location`, which is made (0700) if it is missing; the folder above it must be there."""
        self._location = Path(location)
        with suppress(FileExistsError):
            self._location.mkdir(mode=FOLDER_MODE)
            sync_folder(self._location.parent)

    def open(self, name: str, mode: str = "rb") -> BinaryIO:
        """Open content for reading, unbuffered; raise FileNotFoundError if there is none of that name."""
        if mode != "rb":
            raise ValueError("stored content is only read; writer() makes a new one")
        with self._folder(name) as (folder, leaf), _refusing_links(name):
            descriptor = os.open(leaf, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
        # Unbuffered, so that a group of segments goes from the kernel into its buffer without a copy between.
        return open(descriptor, "rb", buffering=0)

    @contextmanager
    def writer(self, name: str) -> Iterator[BinaryIO]:
        """Give a file to write; when the block ends it is stored under `name`, and if it raises nothing is.

        Returns from the block only when content and name are on the disk. Raises NameTaken if the name is in use.
        """
        with self._folder(name, create=True) as (folder, leaf):
            temp = f"{leaf}.{secrets.token_hex(8)}{TEMP_SUFFIX}"
            descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE, dir_fd=folder)
            try:
                with open(descriptor, "wb", buffering=0) as file:
                    yield file
                    sync(descriptor)
                _link(folder, temp, leaf, name)
            finally:
                os.unlink(temp, dir_fd=folder)
            sync(folder)

    def exists(self, name: str) -> bool:
        """Whether content of that name is stored."""
        try:
            self._stat(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        """Return the sealed file's length in bytes."""
        return self._stat(name).st_size

    def delete(self, name: str) -> None:
        """Remove content; a missing one is no error.

        Not synced: its key is shredded before, so a file that a power cut brings back is noise, and syncs would cost
        most of the time of a disposal.
        """
        with suppress(FileNotFoundError), self._folder(name) as (folder, leaf):
            os.unlink(leaf, dir_fd=folder)

    def names(self) -> Iterator[str]:
        """Yield the name of everything stored, folder by folder, in no particular order."""
        for folder, leaf in self._walk():
            if not leaf.endswith(TEMP_SUFFIX):
                # The first folder below the location is the shard, which is no part of the name.
                yield "/".join([*folder.relative_to(self._location).parts[1:], leaf])

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return ([], all names) for "", as Django's storages do for a flat one; `names` needs no memory."""
        if path:
            raise UnsafeName("only the whole store can be listed, as an empty path")
        return [], sorted(self.names())

    def abandoned(self, older_than_s: float) -> Iterator[str]:
        """Yield what killed writers left more than so many seconds ago, as paths in the store; all of it is sealed."""
        for folder, leaf in self._walk():
            path = folder / leaf
            with suppress(FileNotFoundError):
                if leaf.endswith(TEMP_SUFFIX) and time.time() - path.lstat().st_mtime > older_than_s:
                    yield str(path.relative_to(self._location))

    def remove_abandoned(self, older_than_s: float) -> int:
        """Remove what killed writers left more than so many seconds ago, and return how many."""
        found = list(self.abandoned(older_than_s))
        for path in found:
            (self._location / path).unlink(missing_ok=True)
        return len(found)

    def _walk(self) -> Iterator[tuple[Path, str]]:
        for folder, _, leaves in os.walk(self._location):
            for leaf in leaves:
                yield Path(folder), leaf

    def _stat(self, name: str) -> os.stat_result:
        with self._folder(name) as (folder, leaf):
            found = os.stat(leaf, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise UnsafeName(f"{name} is not a plain file; it was not touched")
        return found

    @contextmanager
    def _folder(self, name: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
        """Prove `name`, walk to its folder and give (the folder's descriptor, the last part of the name)."""
        if not _NAME.fullmatch(name):
            raise UnsafeName("a name is made of a-z, 0-9, hyphens and slashes between; nothing was opened or written")
        *parts, leaf = [shard(name), *name.split("/")]
        folder = os.open(self._location, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts:
                folder = _step(folder, part, name, create)
            yield folder, leaf
        finally:
            os.close(folder)


def shard(name: str) -> str:
    """Return the folder, one of 256, in which content of that name lies."""
    return hashlib.sha256(name.encode()).hexdigest()[:2]


def _step(folder: int, part: str, name: str, create: bool) -> int:
    """Open the folder `part` in `folder`, close `folder`, and return the new descriptor."""
    if create:
        with suppress(FileExistsError):
            os.mkdir(part, FOLDER_MODE, dir_fd=folder)
            sync(folder)
    with _refusing_links(name):
        below = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
    os.close(folder)
    return below


def _link(folder: int, temp: str, leaf: str, name: str) -> None:
    try:
        os.link(temp, leaf, src_dir_fd=folder, dst_dir_fd=folder)
    except FileExistsError:
        raise NameTaken(f"{name} is stored already; it was left as it is, store under a new name") from None


@contextmanager
def _refusing_links(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
            raise UnsafeName(f"a link or a file stands in the way of {name}; it was not followed") from None
        raise

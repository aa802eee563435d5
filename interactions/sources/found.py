"""A file met on the way through an import folder, opened only as the plain file that was seen there.

The folder belongs to somebody else and may change while it is read: a link put in the place of a file would hand out
what lies behind it. So opening follows no link, waits for no pipe, and proves once more where the path leads.
"""

import errno
import io
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from interactions.drafts import Ignored, Rejected
from interactions.sources.encoding import AsUtf8, utf_16_of

HEAD_BYTES = 4096
LONG_HEAD_BYTES = 65536


class Unusable(ValueError):
    """A record cannot be taken in. The message is one sentence for people and holds nothing of the record."""


@dataclass
class FoundFile:
    """A regular file of the import. `path` is absolute and holds no link; `relative` is what provenance keeps.

    meanings: what the account says columns and attributes in it hold, as in registry.Context.
    """

    path: Path
    relative: str
    size: int
    meanings: Mapping[str, str] = field(default_factory=dict)
    _head: bytes = field(default=b"", repr=False)
    _head_size: int = field(default=0, repr=False)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.name

    def open(self) -> BinaryIO:
        """Open for reading, UTF-16 as UTF-8. Raises OSError, also for what has become a link, pipe or device."""
        stream = open_plain(self.path)
        try:
            encoding = utf_16_of(stream.read(HEAD_BYTES))
            stream.seek(0)
        except BaseException:
            stream.close()
            raise
        return cast(BinaryIO, io.BufferedReader(AsUtf8(stream, encoding))) if encoding else stream

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return up to `size` first bytes, read once; UTF-16 is read as UTF-8. Raises OSError."""
        if self._head_size < min(size, self.size):
            with self.open() as stream:
                self._head, self._head_size = stream.read(size), size
        return self._head[:size]

    def rejected(self, reason: str, line: int = 0) -> Rejected:
        """Say why this file, or the record on `line`, is not taken in."""
        return Rejected(self.relative, line, reason)

    def ignored(self, reason: str) -> Ignored:
        """Say why this file was left out on purpose."""
        return Ignored(self.relative, reason)


def open_plain(path: Path) -> BinaryIO:
    """Open a regular file that no link leads to. Raises OSError (ELOOP for a link, EINVAL for a pipe or device)."""
    if os.path.realpath(path) != str(path):
        raise OSError(errno.ELOOP, "The path leads through a link")
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "Not a regular file")
    return os.fdopen(descriptor, "rb")


def is_plain_file(path: Path, root: Path) -> bool:
    """Tell whether `path` is a regular file, not empty, inside `root`, with no link on the way."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size > 0 and is_inside(Path(os.path.realpath(path)), root)


def is_inside(path: Path, root: Path) -> bool:
    """Tell whether `path` is `root` or lies below it. Both absolute and resolved."""
    return path == root or root in path.parents


def unreadable(error: OSError) -> str:
    """Say that a file or folder could not be read, and why, without its name."""
    return f"It could not be read ({error.strerror or 'input/output error'}); give this user the right to read it."

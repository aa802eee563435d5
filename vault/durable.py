"""Make a write survive a power cut: the file's bytes first, then the folder's entry for it."""

import fcntl
import os
from pathlib import Path

# On macOS fsync stops at the drive's cache; F_FULLFSYNC does not.
_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)


def sync(descriptor: int) -> None:
    """Return only when the file or folder behind `descriptor` is on the disk."""
    if _FULL_SYNC is None:
        os.fsync(descriptor)
    else:
        fcntl.fcntl(descriptor, _FULL_SYNC)


def sync_folder(path: Path) -> None:
    """Return only when the names created, replaced and removed in `path` are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)

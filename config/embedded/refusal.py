"""Say in a sentence why the house does not start."""

import shutil
from pathlib import Path

LOW_DISK_BYTES = 32 * 1024 * 1024


class StartRefused(Exception):
    """The house can't start; the message says why and what to do, and holds no secret."""


def with_cause(sentence: str, folder: Path) -> StartRefused:
    """Return the refusal `sentence`, with the full disk as its cause when the disk below `folder` is full."""
    if shutil.disk_usage(folder).free < LOW_DISK_BYTES:
        sentence += f" The disk that holds {folder} is full: make room there and start again; nothing is lost."
    return StartRefused(sentence)

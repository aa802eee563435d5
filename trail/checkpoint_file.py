"""Keep checkpoints out of the database's reach: a file a month that only grows, one JSON line a checkpoint.

Whoever can rewrite the whole database still meets here the heads that were signed before. The folder is private;
an operator may make the files append-only (`chattr +a`) or copy them elsewhere: nothing here ever rewrites a line.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from vault import private_files
from vault.durable import sync, sync_folder

PUBLIC_KEY = "verifier-key"
TAIL_BYTES = 8_192


class KeyChanged(RuntimeError):
    """The log is signed with another key than the one its checkpoint folder names; nothing was written."""


class CheckpointFile:
    """The checkpoint folder. Lines carry `at` and `note`, sizes only grow."""

    def __init__(self, folder: str | Path | None = None) -> None:
        """Use `folder`, or the setting CHECKPOINT_DIRECTORY; it is made when the first checkpoint is written."""
        self.folder = Path(folder or settings.CHECKPOINT_DIRECTORY)

    def append(self, *, note: str, size: int, at: datetime) -> None:
        """Add a checkpoint and return once it is on the disk; one that a larger one overtook is left out."""
        line = json.dumps({"at": at.astimezone(UTC).isoformat(), "note": note}, ensure_ascii=False) + "\n"
        with self._exclusive():
            if self.last_size() >= size:
                return
            path = self.folder / f"{at.astimezone(UTC):%Y-%m}.jsonl"
            with open(path, "ab", opener=_private) as file:
                file.write(_ends_torn(path) + line.encode())
                file.flush()
                sync(file.fileno())
            sync_folder(self.folder)

    def last_size(self) -> int:
        """Return the size that the newest whole line says, 0 without one."""
        for path in reversed(self._months()):
            for line in reversed(_tail(path).splitlines()):
                size = _size(line)
                if size is not None:
                    return size
        return 0

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield size and note of every whole line, oldest first; a line torn by a crash is passed over."""
        for path in self._months():
            with open(path, "rb") as file:
                for line in file:
                    size = _size(line)
                    if size is not None:
                        yield size, json.loads(line)["note"]

    def publish_key(self, vkey: str) -> None:
        """Write down the public key beside the checkpoints, once. Raises KeyChanged when another stands there."""
        known = self.public_key()
        if known == vkey:
            return
        if known is not None:
            raise KeyChanged(
                f"{self.folder} names another signing key, so no checkpoint was written. Restore the key directory that"
                " belongs to it, or move the folder aside to begin a new series and keep the old one as evidence."
            )
        with self._exclusive():
            if self.public_key() is None:
                private_files.create(self.folder / PUBLIC_KEY, f"{vkey}\n".encode())

    def public_key(self) -> str | None:
        """Return the verifier key that stands beside the checkpoints."""
        path = self.folder / PUBLIC_KEY
        return path.read_text(encoding="ascii").strip() if path.exists() else None

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the folder's lock; closing the descriptor, also by dying, gives it back."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _months(self) -> list[Path]:
        return sorted(self.folder.glob("????-??.jsonl"))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _tail(path: Path) -> bytes:
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return file.read()


def _ends_torn(path: Path) -> bytes:
    tail = _tail(path)
    return b"\n" if tail and not tail.endswith(b"\n") else b""


def _size(line: bytes) -> int | None:
    """Return the size a line says, None for one that a crash has torn."""
    try:
        return int(json.loads(line)["note"].split("\n")[1])
    except (ValueError, KeyError, TypeError, IndexError):
        return None

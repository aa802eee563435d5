"""Write a ZIP archive piece by piece, with no file and no more in memory than one piece.

Nothing personal may lie on a disk in plaintext, so what is packed goes straight on to be sealed.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive. Sound is stored as it is; text is packed."""

    name: str
    pieces: Iterable[bytes]
    packed: bool = True


class _Taken:
    """What the archive writes to; without `seek`, so that nothing is ever written twice."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Hold data until it is taken."""
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is held is taken soon."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        held = bytes(self._held)
        self._held.clear()
        return held


def zipped(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the archive of these entries, each drawn from its pieces as they are needed."""
    taken = _Taken()
    with zipfile.ZipFile(cast(Any, taken), "w", allowZip64=True) as archive:
        for entry in entries:
            # One moment for all: when something was packed says nothing about the person.
            info = zipfile.ZipInfo(entry.name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED if entry.packed else zipfile.ZIP_STORED
            info.external_attr = 0o600 << 16
            with archive.open(info, "w", force_zip64=True) as target:
                for piece in entry.pieces:
                    target.write(piece)
                    if held := taken.take():
                        yield held
            yield taken.take()
    yield taken.take()


class Source:
    """A file to read, over pieces that are made while it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; nothing at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        part = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(part) :]
        return part

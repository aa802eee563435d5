"""Seal a stream of any length, and read any part of it back.

Opening authenticates the last segment: only its nonce says "last", so a file cut at a segment border, which is made of
nothing but authentic segments, is refused before its size or its first byte is believed.

Segments are sealed and opened from buffer to buffer, 16 to a system call. Nothing hashes the plaintext: each
segment's tag authenticates it already.
"""

from collections.abc import Iterator
from os import SEEK_END
from types import TracebackType
from typing import BinaryIO, Self

from vault.errors import Tampered, VaultError
from vault.reading import fill, write_all
from vault.segments import (
    GROUP_SEGMENTS,
    HEADER_BYTES,
    MAX_SEGMENTS,
    PLAIN_BYTES,
    PREAMBLE_BYTES,
    SEGMENT_BYTES,
    VERSION,
    Layout,
    SegmentCipher,
    new_header,
)
from vault.wrapping import TAG_BYTES

GROUP_BYTES = GROUP_SEGMENTS * PLAIN_BYTES


def seal(source: BinaryIO, target: BinaryIO, key: bytes, *, context: bytes) -> int:
    """Seal all of `source` into `target` and return the plaintext bytes read.

    `context` names the record the content belongs to; the reader must give the same. Neither file is closed or
    synced. If this raises, what stands in `target` is not a sealed stream and does not open.
    """
    header = new_header()
    cipher = SegmentCipher(key, header, context=context)
    sealed = memoryview(bytearray(GROUP_SEGMENTS * SEGMENT_BYTES))
    sealed[:HEADER_BYTES] = header
    write_all(target, memoryview(VERSION))
    index = slots = 0
    for group, final in _groups(source):
        if index >= MAX_SEGMENTS:
            raise VaultError("the source is longer than 2^32 segments; it was not sealed, split it")
        write_all(target, _seal_group(cipher, index, group, final, sealed))
        index += GROUP_SEGMENTS
        slots += len(group)
    return slots - HEADER_BYTES


def _groups(source: BinaryIO) -> Iterator[tuple[memoryview, bool]]:
    """Yield (slots of up to 16 segments, whether it is the final group); each view is valid until the next.

    The first group starts with the 40 slots the header takes. The last segment must be known as such when it is
    sealed, so each read asks for one byte more than a group holds, and that byte is carried into the next group.
    """
    buffer = memoryview(bytearray(GROUP_BYTES + 1))
    carried = HEADER_BYTES
    while (filled := carried + fill(source, buffer[carried:])) > GROUP_BYTES:
        yield buffer[:GROUP_BYTES], False
        buffer[0], carried = buffer[GROUP_BYTES], 1
    yield buffer[:filled], True


def _seal_group(cipher: SegmentCipher, first: int, group: memoryview, final: bool, sealed: memoryview) -> memoryview:
    """Seal the segments of `group`, numbered from `first`, into `sealed`; return the part of it that is filled."""
    segments = -(-len(group) // PLAIN_BYTES)
    for number in range(segments):
        skip = HEADER_BYTES if first + number == 0 else 0
        plain = group[number * PLAIN_BYTES + skip : (number + 1) * PLAIN_BYTES]
        start = number * SEGMENT_BYTES + skip
        last = final and number == segments - 1
        cipher.seal(first + number, last, plain, sealed[start : start + len(plain) + TAG_BYTES])
    return sealed[: len(group) + segments * TAG_BYTES]


class SealedReader:
    """Reads any part of a sealed stream; every byte it hands out was authenticated for this key, record and place.

    Takes a seekable binary file, which `close` closes. One thread at a time.
    """

    def __init__(self, file: BinaryIO, key: bytes, *, context: bytes) -> None:
        """Check version and header and authenticate the last segment.

        Raises Tampered if the file is cut, extended or changed there, or was sealed for another key or context.
        """
        self._file = file
        self._layout = Layout.of_file(_length(file))
        self._cipher = SegmentCipher(key, self._read_header(), context=context)
        self._sealed = memoryview(bytearray())
        self._scratch = memoryview(bytearray(PLAIN_BYTES))
        last = self._layout.segments - 1
        self._open_segment(last, self._read_segments(last, last + 1), self._scratch)

    @property
    def size(self) -> int:
        """The plaintext's length in bytes, proved by the last segment."""
        return self._layout.size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` plaintext bytes from `offset`; fewer only at the end."""
        buffer = bytearray(max(0, min(length, self.size - offset)))
        self.readinto_at(offset, buffer)
        return bytes(buffer)

    def readinto_at(self, offset: int, buffer: bytearray | memoryview) -> int:
        """Fill `buffer` with plaintext from `offset` on and return the bytes put there; fewer only at the end.

        Raises Tampered if a segment touched is not authentic; nothing of that segment is then in the buffer.
        """
        if offset < 0:
            raise ValueError("an offset counts from the start of the content and is not negative")
        stop = min(offset + len(buffer), self.size)
        if stop <= offset:
            return 0
        after = self._layout.segment_at(stop - 1) + 1
        for first in range(self._layout.segment_at(offset), after, GROUP_SEGMENTS):
            self._open_group(first, min(first + GROUP_SEGMENTS, after), offset, memoryview(buffer)[: stop - offset])
        return stop - offset

    def iter_range(self, start: int, stop: int, chunk: int = GROUP_BYTES) -> Iterator[bytes]:
        """Yield the plaintext from `start` to before `stop` in pieces that end where segments end.

        The first piece is the rest of the first segment, so that a listener waits for one segment only; the others
        have at most `chunk` bytes, rounded to whole segments (at least one), so that none is opened twice. Raises
        ValueError for a start below 0, Tampered.
        """
        if start < 0:
            raise ValueError("a range starts at 0 or later")
        stop = min(stop, self.size)
        end = self._layout.plain_start(self._layout.segment_at(start) + 1)
        step = max(1, chunk // PLAIN_BYTES) * PLAIN_BYTES
        while start < stop:
            end = min(end, stop)
            yield self.read_at(start, end - start)
            start, end = end, end + step

    def close(self) -> None:
        """Close the sealed file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_header(self) -> bytes:
        preamble = memoryview(bytearray(PREAMBLE_BYTES))
        self._file.seek(0)
        fill(self._file, preamble)
        if preamble[:1] != VERSION or preamble[1] != HEADER_BYTES:
            raise Tampered("the file does not begin with version 1 and a header of 40 bytes; nothing was opened")
        return bytes(preamble[1:])

    def _open_group(self, first: int, after: int, offset: int, buffer: memoryview) -> None:
        """Open segments `first` to before `after`; put what overlaps `buffer`, which starts at `offset`, into it."""
        sealed = self._read_segments(first, after)
        base = self._layout.sealed_start(first)
        for index in range(first, after):
            piece = sealed[self._layout.sealed_start(index) - base : self._layout.sealed_start(index + 1) - base]
            start = self._layout.plain_start(index) - offset
            stop = self._layout.plain_start(index + 1) - offset
            if start >= 0 and stop <= len(buffer):
                self._open_segment(index, piece, buffer[start:stop])
            else:
                self._open_segment(index, piece, self._scratch)
                low, high = max(start, 0), min(stop, len(buffer))
                buffer[low:high] = self._scratch[low - start : high - start]

    def _open_segment(self, index: int, sealed: memoryview, plain: memoryview) -> None:
        last = index == self._layout.segments - 1
        self._cipher.open(index, last, sealed, plain[: len(sealed) - TAG_BYTES])

    def _read_segments(self, first: int, after: int) -> memoryview:
        """Return the ciphertext of segments `first` to before `after`, valid until the next call."""
        start = self._layout.sealed_start(first)
        wanted = self._layout.sealed_start(after) - start
        if len(self._sealed) < wanted:
            self._sealed = memoryview(bytearray(wanted))
        self._file.seek(start)
        if fill(self._file, self._sealed[:wanted]) != wanted:
            raise Tampered("the sealed file became shorter while it was read; nothing more was opened")
        return self._sealed[:wanted]


def _length(file: BinaryIO) -> int:
    file.seek(0, SEEK_END)
    return file.tell()

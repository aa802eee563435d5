"""Read the chunks of a WAV file, before a decoder that forgives too much sees them.

A decoder plays what is there of a file cut off in the middle. A compliance archive must not: a recording that lost its
end would count as complete for years. Source: Microsoft RIFF, "Multimedia Programming Interface" 1.0, 1991.
"""

import struct
from collections.abc import Iterator

_MOST_CHUNKS = 1_000


class Malformed(Exception):
    """Carries the code of an error sentence and its numbers."""

    def __init__(self, code: str, *numbers: float) -> None:
        super().__init__(code, *numbers)
        self.code = code
        self.numbers = numbers


def check(data: memoryview) -> None:
    """Prove that a WAV holds what its header promises.

    Raises:
        Malformed: it does not.
    """
    _, offset, promised = find(data, b"data")
    held = len(data) - offset
    if promised > held:
        raise Malformed("truncated", promised, held)
    if promised == 0 and held > 0:
        raise Malformed("unfinished", held)
    _, offset, size = find(data, b"fmt ")
    if size < 16 or offset + 16 > len(data):
        raise Malformed("unreadable")


def shape(data: memoryview) -> tuple[int, int]:
    """Return the channels and the sample rate that the header claims."""
    _, offset, _ = find(data, b"fmt ")
    channels, rate = struct.unpack_from("<HI", data, offset + 2)
    return channels, rate


def find(data: memoryview, wanted: bytes) -> tuple[bytes, int, int]:
    """Return name, offset and promised bytes of the first chunk of that name.

    Raises:
        Malformed: there is none.
    """
    for chunk in _chunks(data):
        if chunk[0] == wanted:
            return chunk
    raise Malformed("unreadable")


def _chunks(data: memoryview) -> Iterator[tuple[bytes, int, int]]:
    position = 12
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(data):
            return
        name, size = struct.unpack_from("<4sI", data, position)
        yield name, position + 8, size
        position += 8 + size + size % 2

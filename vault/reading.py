"""Fill buffers from files that may hand out less than was asked for.

A short read is not an end: only an empty answer is. Taking one for the other would seal, and so keep, half a recording.
"""

from typing import BinaryIO


def fill(source: BinaryIO, buffer: memoryview) -> int:
    """Read from `source` until `buffer` is full or the source ends; return the bytes read.

    Raises BlockingIOError if the source is non-blocking and has nothing now.
    """
    filled = 0
    while filled < len(buffer):
        count = _read_some(source, buffer[filled:])
        if count == 0:
            break
        filled += count
    return filled


def _read_some(source: BinaryIO, buffer: memoryview) -> int:
    readinto = getattr(source, "readinto", None)
    if readinto is None:
        data = source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
    count: int | None = readinto(buffer)
    if count is None:
        raise BlockingIOError("the source is non-blocking; nothing was read, hand in a blocking one")
    return count


def write_all(target: BinaryIO, data: memoryview) -> None:
    """Write all of `data`, also to unbuffered files, which may take only a part at a time.

    Raises BlockingIOError when the target takes nothing.
    """
    while data:
        count: int | None = target.write(data)
        if count is None:
            raise BlockingIOError("the target is non-blocking and full; hand in a blocking one")
        data = data[count:]

"""Which bytes of a sound an HTTP request asks for (RFC 9110, section 14).

Parts are capped, so that no listener holds more of a recording in memory than a few seconds need, and the first part is
small, so that the sound begins at once. A server may answer with less than was asked for; players ask on.
"""

import re
from dataclasses import dataclass

PART_BYTES = 1 << 20
FIRST_PART_BYTES = 1 << 18
_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(ValueError):
    """The range begins after the end, or asks for nothing: 416."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to before `stop` of a sound of `size` bytes."""

    start: int
    stop: int
    size: int

    @property
    def content_range(self) -> str:
        """Return the value of the Content-Range header."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def part_of(asked: str, size: int, *, conditional: bool = False) -> Part | None:
    """Return the part that a Range header asks for, or None when the whole is to be sent. Raises Unsatisfiable.

    Headers that are malformed, name several ranges or another unit are ignored, as section 14.2 wants or allows.
    `conditional`: there is an If-Range; nothing here has a validator it could match, so the range is ignored (13.1.5).
    """
    found = _ONE_RANGE.fullmatch(asked)
    if conditional or found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if first and last and int(last) < int(first):
        return None
    start, stop = (int(first), int(last) + 1 if last else size) if first else (size - min(size, int(last)), size)
    if start >= size:
        raise Unsatisfiable(f"a range that begins at byte {start} of {size}")
    cap = FIRST_PART_BYTES if start == 0 else PART_BYTES
    return Part(start, min(stop, size, start + cap), size)

"""Hands out text files as UTF-8, whatever Unicode form they are in, in fixed memory.

Spreadsheets write UTF-16, with a byte order mark or without; everything above reads bytes as UTF-8, or a line as
Windows-1252 where that fails. What is no character in UTF-16 becomes a byte that is none in either, so that its line is
refused with a reason and no other.
"""

import codecs
import io
from typing import BinaryIO

UTF_16 = "utf-16-le", "utf-16-be"
SURE = 8
_NO_CHARACTER = "\udc81"  # as a byte, 0x81: neither UTF-8 nor Windows-1252


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _NO_CHARACTER, error.end


codecs.register_error("lethe.broken", _mark_broken)


def utf_16_of(head: bytes) -> str:
    """Return which UTF-16 a file that begins so is in, or nothing. Without a mark, ASCII letters give it away."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ""
    if head.startswith(codecs.BOM_UTF16_LE):
        return UTF_16[0]
    if head.startswith(codecs.BOM_UTF16_BE):
        return UTF_16[1]
    first, second = head[: 2 * SURE : 2], head[1 : 2 * SURE : 2]
    if len(second) < SURE:
        return ""
    if not any(second) and _is_printable(first):
        return UTF_16[0]
    return UTF_16[1] if not any(first) and _is_printable(second) else ""


def _is_printable(letters: bytes) -> bool:
    return all(0x20 <= letter < 0x7F or letter in b"\t\r\n" for letter in letters)


class AsUtf8(io.RawIOBase):
    """A UTF-16 stream, read as UTF-8 without its byte order mark."""

    def __init__(self, source: BinaryIO, encoding: str) -> None:
        """Take over `source`, which stands at its beginning."""
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("lethe.broken")
        self._rest = b""
        self._is_first = True
        self._is_over = False

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # typeshed's Buffer is 3.12
        """Fill `buffer`; 0 is the end. Raises OSError."""
        while not self._rest and not self._is_over:
            self._rest = self._next()
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def close(self) -> None:
        """Close the source too."""
        self._source.close()
        super().close()

    def _next(self) -> bytes:
        chunk = self._source.read(io.DEFAULT_BUFFER_SIZE)
        self._is_over = not chunk
        text = self._decoder.decode(chunk, final=self._is_over)
        if text and self._is_first:
            text, self._is_first = text.removeprefix("\ufeff"), False
        return text.encode("utf-8", "surrogateescape")

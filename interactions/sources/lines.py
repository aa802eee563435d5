"""Hands out the lines of a text file in fixed memory, each judged by itself so that a bad one spoils no other.

Line ends may be LF, CRLF or CR, mixed. Text is UTF-8, with or without a byte order mark (`encoding` turns UTF-16 into
it); a line that is not is read as Windows-1252, the usual other one, and says so.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAX_LINE_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 18
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line without its end. `problem` is a sentence, and then the text is empty."""

    number: int
    text: str
    is_cp1252: bool = False
    problem: str = ""


def lines(stream: BinaryIO) -> Iterator[Line]:
    """Yield the lines of `stream`, numbered from 1. Holds at most MAX_LINE_BYTES and two chunks."""
    for number, raw in enumerate(_raw_lines(stream), start=1):
        if raw is None:
            yield Line(number, "", problem="The line is longer than 1 MiB and was not read.")
        elif b"\0" in raw:
            yield Line(number, "", problem="The line holds a NUL byte.")
        else:
            yield _decoded(number, raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw)


def _raw_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield lines with their ends, None for each that is too long."""
    rest, too_long = b"", False
    while chunk := stream.read(_CHUNK_BYTES):
        pieces = (rest + chunk).splitlines(keepends=True)
        rest = b"" if pieces[-1].endswith(b"\n") else pieces.pop()  # after CR the LF may be in the next chunk
        for piece in pieces:
            yield None if too_long or len(piece) > MAX_LINE_BYTES else piece
            too_long = False
        if len(rest) > MAX_LINE_BYTES:
            rest, too_long = (b"\r" if rest.endswith(b"\r") else b""), True
    if too_long:
        yield None
    elif rest:
        yield rest


def _decoded(number: int, raw: bytes) -> Line:
    try:
        return Line(number, raw.decode().rstrip("\r\n"))
    except UnicodeDecodeError:
        pass
    try:
        return Line(number, raw.decode("cp1252").rstrip("\r\n"), is_cp1252=True)
    except UnicodeDecodeError:
        return Line(number, "", problem="The line is neither UTF-8, UTF-16 nor Windows-1252 text.")

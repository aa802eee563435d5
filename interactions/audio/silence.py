"""Lay silence over stretches of a sound, as it streams by: every other byte, and so the length, stays as it was.

Plain samples in a WAV are overwritten where they stand. What is compressed can't be cut without decoding it: it streams
through the confined decoder first and is a WAV of 16-bit samples from then on. Source of the layout: Microsoft RIFF,
"Multimedia Programming Interface" 1.0, 1991; the silent codes of G.711 are 0xFF (µ-law) and 0xD5 (A-law).
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from interactions.audio.inspection import decode
from interactions.audio.sound import WAV_HEADER_BYTES, Audio

MOST_CHUNKS = 1_000
_SAMPLES: dict[str, tuple[int, int]] = {
    "pcm_u8": (1, 0x80),
    "pcm_16": (2, 0),
    "pcm_24": (3, 0),
    "pcm_32": (4, 0),
    "float": (4, 0),
    "double": (8, 0),
    "ulaw": (1, 0xFF),
    "alaw": (1, 0xD5),
}
"""Bytes of a sample, and the byte that silence is made of, by codec."""

ReadAt = Callable[[int, int], bytes]
Time = tuple[int, int]


@dataclass(frozen=True)
class Silenced:
    """How a sound becomes its silenced version: what it is then, its bytes, and where in them silence lies."""

    audio: Audio
    size_bytes: int
    ranges: tuple[Time, ...]
    filler: int
    decoded: bool

    def stream(self, whole: Callable[[], Iterable[bytes]], was: Audio) -> Iterator[bytes]:
        """Yield the silenced version; `whole` gives the bytes of the sound as it was. Raises AudioError."""
        parts = decode(whole(), was) if self.decoded else whole()
        return _filled(parts, self.ranges, self.filler)


def plan(audio: Audio, size_bytes: int, read_at: ReadAt, times: Sequence[Time]) -> Silenced:
    """Say how to silence `times`, (start, end) in milliseconds, of a sound. `read_at`: offset, length → its bytes."""
    frames = _frames(audio, times)
    start = _plain_samples(audio, size_bytes, read_at)
    if start is None:
        became = replace(audio, container="wav", codec="pcm_16")
        return Silenced(became, audio.decoded_bytes, _bytes(frames, WAV_HEADER_BYTES, audio.channels * 2), 0, True)
    width, filler = _SAMPLES[audio.codec]
    return Silenced(audio, size_bytes, _bytes(frames, start, audio.channels * width), filler, False)


def _frames(audio: Audio, times: Sequence[Time]) -> list[Time]:
    """Return stretches in frames, rounded outwards and in order; what lies behind the end is left out."""
    rate = audio.sample_rate
    found = [(max(0, start) * rate // 1_000, min(audio.frames, -(-end * rate // 1_000))) for start, end in times]
    return sorted((start, end) for start, end in found if start < end)


def _bytes(frames: Iterable[Time], offset: int, width: int) -> tuple[Time, ...]:
    return tuple((offset + start * width, offset + end * width) for start, end in frames)


def _plain_samples(audio: Audio, size_bytes: int, read_at: ReadAt) -> int | None:
    """Return where the samples of a WAV begin if they stand one by one, as its codec says; else None."""
    if audio.container != "wav" or audio.codec not in _SAMPLES:
        return None
    width, position = audio.channels * _SAMPLES[audio.codec][0], 12
    block = 0
    for _ in range(MOST_CHUNKS):
        head = read_at(position, min(8, size_bytes - position)) if position < size_bytes else b""
        if len(head) < 8:
            return None
        name, size = struct.unpack("<4sI", head)
        position += 8
        if name == b"fmt " and size >= 16:
            block = struct.unpack("<H", read_at(position + 12, 2))[0]
        elif name == b"data":
            whole = position + audio.frames * width <= size_bytes
            return position if block == width and whole else None
        position += size + size % 2
    return None


def _filled(parts: Iterable[bytes], ranges: Sequence[Time], filler: int) -> Iterator[bytes]:
    position = 0
    for part in parts:
        end = position + len(part)
        touched = [(max(start, position), min(stop, end)) for start, stop in ranges if start < end and position < stop]
        yield _overwritten(part, [(start - position, stop - position) for start, stop in touched], filler)
        position = end


def _overwritten(part: bytes, ranges: Sequence[Time], filler: int) -> bytes:
    if not ranges:
        return part
    changed = bytearray(part)
    for start, stop in ranges:
        changed[start:stop] = bytes([filler]) * (stop - start)
    return bytes(changed)

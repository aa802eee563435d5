"""Decode sound with libsndfile. Runs in the child only, on bytes that may be hostile.

Limits are asked twice: of the header before decoding, and while decoding, since headers lie.
"""

import io
import mmap
from collections.abc import Iterator
from typing import Any

import numpy
import soundfile

from interactions.audio import riff
from interactions.audio.riff import Malformed
from interactions.audio.sound import WAV_HEADER_BYTES, Audio, Limits, Peaks

_BLOCK_FRAMES = 65_536
_GSM_BLOCK_BYTES, _GSM_BLOCK_FRAMES, _GSM_WARM_UP_BLOCKS = 65, 320, 200
_CONTAINERS = {"WAV": "wav", "WAVEX": "wav", "MP3": "mp3", "OGG": "ogg", "FLAC": "flac"}

Samples = numpy.ndarray[Any, numpy.dtype[numpy.int16]]


class Source:
    """The bytes of one file, in memory or mapped: `view` for looking, `file` for the decoder."""

    def __init__(self, file: io.BytesIO | mmap.mmap) -> None:
        self.file = file
        self.view = file.getbuffer() if isinstance(file, io.BytesIO) else memoryview(file)


def inspect(source: Source, limits: Limits) -> tuple[Audio, Peaks]:
    """Decode all of a sound once; return what it is and how it looks.

    Raises:
        Malformed: it is no sound, not whole, or beyond the limits.
    """
    with _open(source, limits) as sound:
        outline = _Outline(sound.samplerate, sound.channels, limits)
        frames = 0
        for block in _blocks(sound):
            frames += len(block)
            _refuse_long(frames / sound.samplerate, limits)
            outline.add(block)
        _refuse_short(sound, frames)
        audio = Audio(_CONTAINERS[sound.format], sound.subtype.lower(), sound.channels, sound.samplerate, frames)
        return audio, outline.peaks()


def decode(source: Source, limits: Limits, audio: Audio, start: int, stop: int) -> Iterator[bytes]:
    """Yield bytes `start` to `stop` of the sound as a WAV of 16-bit samples, silence where the file has less.

    Raises:
        Malformed: it is no sound, not whole, or beyond the limits.
    """
    header = wav_header(audio)[start:stop]
    yield header
    position, width = start + len(header), audio.channels * 2
    if position == stop:
        return
    first, skip = divmod(position - WAV_HEADER_BYTES, width)
    for block in _blocks_from(source, limits, first):
        part = block.tobytes()[skip : skip + stop - position]
        position, skip = position + len(part), 0
        yield part
        if position >= stop:
            return
    yield bytes(stop - position)


def _blocks_from(source: Source, limits: Limits, first: int) -> Iterator[Samples]:
    with _open(source, limits) as sound:
        is_gsm, can_seek = sound.subtype == "GSM610", sound.seekable()
        if can_seek:
            sound.seek(min(first, sound.frames))
        if not is_gsm:
            yield from _without(0 if can_seek else first, _blocks(sound))
    if is_gsm:
        cut, skip = _cut_gsm(source, first)
        with _open(cut, limits) as sound:
            yield from _without(skip, _blocks(sound))


def _without(skip: int, blocks: Iterator[Samples]) -> Iterator[Samples]:
    for block in blocks:
        rest = block[skip:]
        skip = max(0, skip - len(block))
        if len(rest):
            yield rest


def _cut_gsm(source: Source, first: int) -> tuple[Source, int]:
    """Return a WAV of the last blocks only, and the frames to leave out before frame `first`.

    libsndfile cannot seek in GSM. Each block builds on the one before, so some run ahead until they sound the same.
    """
    _, offset, size = riff.find(source.view, b"data")
    _, shape, length = riff.find(source.view, b"fmt ")
    block = min(max(0, first // _GSM_BLOCK_FRAMES - _GSM_WARM_UP_BLOCKS), size // _GSM_BLOCK_BYTES)
    rest = bytes(source.view[offset + block * _GSM_BLOCK_BYTES : offset + size])
    head = _chunk(b"fmt ", bytes(source.view[shape : shape + length])) + _chunk(b"data", rest)
    return Source(io.BytesIO(_chunk(b"RIFF", b"WAVE" + head))), first - block * _GSM_BLOCK_FRAMES


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data


def wav_header(audio: Audio) -> bytes:
    """Return the 44 bytes in front of the samples."""
    width = audio.channels * 2
    size = audio.frames * width
    numbers = ((16, 4), (1, 2), (audio.channels, 2), (audio.sample_rate, 4), (audio.sample_rate * width, 4))
    shape = b"".join(number.to_bytes(length, "little") for number, length in (*numbers, (width, 2), (16, 2)))
    return b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt " + shape + b"data" + size.to_bytes(4, "little")


def _open(source: Source, limits: Limits) -> soundfile.SoundFile:
    _recognise(source.view, limits)
    source.file.seek(0)
    try:
        sound = soundfile.SoundFile(source.file)
    except soundfile.LibsndfileError:
        raise Malformed("unreadable") from None
    if sound.format not in _CONTAINERS:
        raise Malformed("unknown")
    _refuse_wide(sound.channels, sound.samplerate, limits)
    if sound.format != "MP3":  # of an MP3 the length is a guess until it is decoded
        _refuse_long(sound.frames / sound.samplerate, limits)
    return sound


def _recognise(data: memoryview, limits: Limits) -> None:
    begin = bytes(data[:12])
    if begin[:4] == b"RIFF" and begin[8:] == b"WAVE":
        riff.check(data)
        _refuse_wide(*riff.shape(data), limits)
    elif not (begin[:4] in (b"OggS", b"fLaC") or begin[:3] == b"ID3" or _is_mpeg(begin)):
        raise Malformed("unknown")


def _is_mpeg(begin: bytes) -> bool:
    return len(begin) == 12 and begin[0] == 0xFF and begin[1] & 0xE6 == 0xE2  # frame sync, then layer III


def _refuse_wide(channels: int, rate: int, limits: Limits) -> None:
    if not limits.min_sample_rate <= rate <= limits.max_sample_rate:
        raise Malformed("rate", rate, limits.min_sample_rate, limits.max_sample_rate)
    if channels > limits.max_channels:
        raise Malformed("wide", channels, limits.max_channels)


def _refuse_long(duration_s: float, limits: Limits) -> None:
    if duration_s > limits.max_duration_s:
        raise Malformed("long", duration_s, limits.max_duration_s)


def _refuse_short(sound: soundfile.SoundFile, frames: int) -> None:
    if frames == 0:
        raise Malformed("silent")
    if sound.format == "FLAC" and frames < sound.frames:
        raise Malformed("short", sound.frames / sound.samplerate, frames / sound.samplerate)


def _blocks(sound: soundfile.SoundFile) -> Iterator[Samples]:
    done = 0
    while True:
        try:
            block = sound.read(_BLOCK_FRAMES, dtype="int16", always_2d=True)
        except soundfile.LibsndfileError:
            raise Malformed("broken", done / sound.samplerate) from None
        if len(block) == 0:
            return
        done += len(block)
        yield block


class _Outline:
    """Lowest and highest sample per point, kept fine while decoding and thinned out at the end."""

    def __init__(self, rate: int, channels: int, limits: Limits) -> None:
        self._step = max(1, rate // limits.points_per_second)
        self._rate, self._most = rate, limits.max_points
        self._rest: Samples = numpy.zeros((0, channels), numpy.int16)
        self._lows: list[Samples] = []
        self._highs: list[Samples] = []

    def add(self, block: Samples) -> None:
        block = numpy.concatenate([self._rest, block])
        whole = len(block) - len(block) % self._step
        self._take(block[:whole].reshape(-1, self._step, block.shape[1]))
        self._rest = block[whole:]

    def peaks(self) -> Peaks:
        if len(self._rest):
            self._take(self._rest[numpy.newaxis])
        lows, highs = numpy.concatenate(self._lows), numpy.concatenate(self._highs)
        group = -(-len(lows) // self._most)
        starts = numpy.arange(0, len(lows), group)
        lows, highs = numpy.minimum.reduceat(lows, starts), numpy.maximum.reduceat(highs, starts)
        outline = numpy.stack([lows >> 8, highs >> 8], axis=1).astype(numpy.int8)
        columns = tuple(outline[:, :, channel].tobytes() for channel in range(outline.shape[2]))
        return Peaks(self._rate / self._step / group, columns)

    def _take(self, points: Samples) -> None:
        self._lows.append(points.min(axis=1))
        self._highs.append(points.max(axis=1))

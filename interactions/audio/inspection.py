"""What the rest of the program asks of a sound; each call is one process that sees this one file and ends.

A sound is an open binary file, or any iterable of bytes (a sealed reader's range): never a path, so that nothing
below can repeat a phone number that a recorder wrote into one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from interactions.audio import wire
from interactions.audio.child import Sound, ask
from interactions.audio.errors import error_for
from interactions.audio.sound import Audio, Limits, Peaks
from interactions.audio.wire import Request

DEFAULT = Limits()


@dataclass(frozen=True)
class Inspection:
    """What a sound is and how it looks."""

    audio: Audio
    peaks: Peaks


def inspect(sound: Sound, *, limits: Limits = DEFAULT) -> Inspection:
    """Decode a whole sound once and say what it is and how it looks.

    Raises:
        NotAudio: it is none, or not all of it is there.
        AudioTooLarge: it is beyond the limits.
        DecodingFailed: the decoder gave up, took too long or died.
    """
    answers = dict(ask(Request("inspect", limits), sound))
    try:
        audio = Audio(**json.loads(answers[wire.RESULT]))
        peaks = Peaks.from_json(answers[wire.DATA])
    except (ValueError, TypeError, KeyError):
        raise error_for("died") from None
    if not _is_sane(audio, peaks, limits):
        raise error_for("died")
    return Inspection(audio, peaks)


def examine(sound: Sound, *, limits: Limits = DEFAULT) -> Audio:
    """Say what a sound is. Raises as `inspect`."""
    return inspect(sound, limits=limits).audio


def peaks(sound: Sound, *, limits: Limits = DEFAULT) -> Peaks:
    """Return the outline of a sound. Raises as `inspect`."""
    return inspect(sound, limits=limits).peaks


def decode(
    sound: Sound, audio: Audio, *, start: int = 0, stop: int | None = None, limits: Limits = DEFAULT
) -> Iterator[bytes]:
    """Yield bytes `start` to `stop` of a sound as WAV with 16-bit samples, decoding no more than needed.

    `audio` is what `inspect` said of it; the whole has `audio.decoded_bytes`, so a range can be answered without
    decoding the rest. Consume it promptly: the clock of the limits is running.

    Raises:
        ValueError: the range lies outside.
        AudioError: as `inspect`.
    """
    stop = audio.decoded_bytes if stop is None else stop
    if not 0 <= start <= stop <= audio.decoded_bytes:
        raise ValueError(f"bytes {start} to {stop} of a sound of {audio.decoded_bytes}")
    return _exactly(stop - start, ask(Request("decode", limits, audio, start, stop), sound))


def _exactly(length: int, answers: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    for _, part in answers:
        length -= len(part)
        if length < 0:
            raise error_for("died")
        yield part
    if length:
        raise error_for("died")


def _is_sane(audio: Audio, peaks: Peaks, limits: Limits) -> bool:
    """Believe no more of the answer than a sound can be."""
    numbers = (audio.channels, audio.sample_rate, audio.frames)
    return (
        all(isinstance(number, int) and number > 0 for number in numbers)
        and audio.container in ("wav", "mp3", "ogg", "flac")
        and isinstance(audio.codec, str)
        and audio.codec.isidentifier()
        and len(audio.codec) <= 20
        and audio.duration_s <= limits.max_duration_s
        and len(peaks.channels) == audio.channels <= limits.max_channels
        and {len(channel) for channel in peaks.channels} == {peaks.points * 2}
        and 0 < peaks.points <= limits.max_points
        and peaks.points_per_second > 0
    )

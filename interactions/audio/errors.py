"""What can be wrong with sound from outside.

Each error holds one sentence for a person and never a path or a byte of content, since it ends up in reports and
logs. A child says only a code and numbers; the sentences stand here, so that a decoder taken over by its input cannot
speak through them.
"""

from collections.abc import Sequence


class AudioError(Exception):
    """The sound was not taken in or not decoded; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAudio(AudioError):
    """The bytes are no sound of a known kind, or not all of it."""


class AudioTooLarge(AudioError):
    """The sound is longer, wider or heavier than the limits allow."""


class DecodingFailed(AudioError):
    """The decoder gave up, took too long or died."""


_SENTENCES: dict[str, tuple[type[AudioError], str]] = {
    "empty": (NotAudio, "The file is empty."),
    "unknown": (NotAudio, "The file is no sound that can be read. WAV, MP3, Ogg and FLAC can."),
    "unreadable": (NotAudio, "The file begins like a sound, but what follows is damaged or of an unknown coding."),
    "unfinished": (
        NotAudio,
        "The recorder never finished the file: its header promises nothing, {:,.0f} bytes follow.",
    ),
    "silent": (NotAudio, "The file is a sound of no length."),
    "truncated": (
        NotAudio,
        "The file is cut off: its header promises {:,.0f} bytes of sound, the file holds {:,.0f}.",
    ),
    "short": (NotAudio, "The file is cut off: its header promises {:,.1f} seconds of sound, the file holds {:,.1f}."),
    "rate": (NotAudio, "The file claims {:,.0f} samples a second; from {:,.0f} to {:,.0f} can be read."),
    "wide": (AudioTooLarge, "The file claims {:,.0f} channels; at most {:,.0f} can be read."),
    "long": (AudioTooLarge, "The sound is {:,.0f} seconds long or more; at most {:,.0f} can be read."),
    "heavy": (AudioTooLarge, "The file is larger than {:,.0f} bytes, the most that can be read."),
    "broken": (DecodingFailed, "The decoder found an error {:,.1f} seconds into the sound."),
    "memory": (DecodingFailed, "The decoder needed more memory than a sound of this size should."),
    "died": (DecodingFailed, "The decoder died, or took longer than a sound of this size should."),
    "late": (DecodingFailed, "The decoder did not answer in the time it has and was given up."),
    "unconfined": (DecodingFailed, "Nothing was decoded: this system would let a decoder reach the network or files."),
    "start": (DecodingFailed, "Nothing was decoded: the process that decodes did not start."),
}


def error_for(code: str, numbers: Sequence[float] = ()) -> AudioError:
    """Return the error of a code, its numbers put into the sentence; an unknown code is a decoder gone wrong."""
    kind, sentence = _SENTENCES.get(code, _SENTENCES["died"])
    if sentence.count("{") != len(numbers):
        kind, sentence, numbers = *_SENTENCES["died"], ()
    return kind(sentence.format(*numbers))

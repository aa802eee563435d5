"""Read sound that came from outside: what it is, how it looks, and as plain WAV where a browser cannot play it.

Decoders are where hostile files do harm, so none of them runs in this program: each file goes, as an open descriptor
or as bytes through a pipe, to a child process that has no network, no files and little memory (`confinement`). Paths
stay here, because recorders write phone numbers into them.
"""

from interactions.audio.child import confinement
from interactions.audio.errors import AudioError, AudioTooLarge, DecodingFailed, NotAudio
from interactions.audio.inspection import Inspection, decode, examine, inspect, peaks
from interactions.audio.sound import Audio, Limits, Peaks

__all__ = [
    "Audio",
    "AudioError",
    "AudioTooLarge",
    "DecodingFailed",
    "Inspection",
    "Limits",
    "NotAudio",
    "Peaks",
    "confinement",
    "decode",
    "examine",
    "inspect",
    "peaks",
]

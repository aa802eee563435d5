"""What is known about a sound: plain values, safe to import on both sides of the process border."""

import base64
import json
from dataclasses import asdict, dataclass

WAV_HEADER_BYTES = 44

_MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "flac": "audio/flac"}

# Tried one by one in Chromium; tests/player asks it again. Not among them: GSM 6.10, every ADPCM, 64-bit float.
_BROWSER_PLAYS = {
    "wav": {"pcm_u8", "pcm_16", "pcm_24", "pcm_32", "float", "ulaw", "alaw"},
    "mp3": {"mpeg_layer_iii"},
    "ogg": {"opus", "vorbis"},
    "flac": {"pcm_s8", "pcm_16", "pcm_24"},
}


@dataclass(frozen=True)
class Limits:
    """How much a sound may cost. Bytes, seconds and hertz; `max_points` is the width of a waveform.

    `cpu_s` and `wall_s` bound one file. Opus, the slowest, decodes about 300 seconds of sound a second.
    `memory_bytes` is what decoding may take beyond the program and the file themselves.
    """

    max_bytes: int = 512 * 1024 * 1024
    max_duration_s: int = 6 * 3600
    max_channels: int = 8
    min_sample_rate: int = 4_000
    max_sample_rate: int = 192_000
    cpu_s: int = 120
    wall_s: int = 180
    memory_bytes: int = 256 * 1024 * 1024
    points_per_second: int = 20
    max_points: int = 6_000


@dataclass(frozen=True)
class Audio:
    """One sound. `container` and `codec` are lower case; `frames` are counted by decoding, not taken from a header."""

    container: str
    codec: str
    channels: int
    sample_rate: int
    frames: int

    @property
    def media_type(self) -> str:
        """Return the media type of the file as it stands."""
        return _MEDIA_TYPES[self.container]

    @property
    def browser_can_play(self) -> bool:
        """Say whether a browser plays the file as it stands; if not, `decode` makes it playable."""
        return self.codec in _BROWSER_PLAYS[self.container]

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return self.frames / self.sample_rate

    @property
    def decoded_bytes(self) -> int:
        """Return the size of what `decode` makes of it, so that ranges can be answered before decoding."""
        return WAV_HEADER_BYTES + self.frames * self.channels * 2

    def to_dict(self) -> dict[str, str | int]:
        """Return the fields, JSON-ready; `Audio(**fields)` reads them back. None of them is personal."""
        return asdict(self)


@dataclass(frozen=True)
class Peaks:
    """The outline of a sound: per channel the lowest and highest sample of each point, signed bytes, alternating."""

    points_per_second: float
    channels: tuple[bytes, ...]

    @property
    def points(self) -> int:
        """Return how many points each channel has."""
        return len(self.channels[0]) // 2

    def lows(self, channel: int) -> list[int]:
        """Return the lowest sample of each point, -128 to 127."""
        return memoryview(self.channels[channel]).cast("b").tolist()[0::2]

    def highs(self, channel: int) -> list[int]:
        """Return the highest sample of each point, -128 to 127."""
        return memoryview(self.channels[channel]).cast("b").tolist()[1::2]

    def to_json(self) -> bytes:
        """Return the form that is sealed at ingest and served to the player as it stands."""
        outline = [base64.b64encode(channel).decode() for channel in self.channels]
        return json.dumps({"points_per_second": self.points_per_second, "channels": outline}).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Peaks":
        """Read what `to_json` wrote."""
        stored = json.loads(data)
        return cls(stored["points_per_second"], tuple(base64.b64decode(channel) for channel in stored["channels"]))

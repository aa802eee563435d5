"""Sound from outside: what is read, what is refused, and in which words."""

import io
import json
import struct
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from interactions.audio import (
    Audio,
    AudioError,
    AudioTooLarge,
    DecodingFailed,
    Limits,
    NotAudio,
    Peaks,
    decode,
    examine,
    inspect,
    peaks,
)

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "audio"
WAV49 = SAMPLES / "0224c92b64d144d4.WAV"
RATE = 8_000


def tone(seconds: float = 2.0, channels: int = 1) -> numpy.ndarray:
    """Return a tone that a careless channel swap or offset would show."""
    t = numpy.arange(int(seconds * RATE)) / RATE
    columns = [numpy.sin(t * 440 * (n + 1)) * 20_000 / (n + 1) for n in range(channels)]
    return numpy.stack(columns, axis=1).astype(numpy.int16)


def written(samples: numpy.ndarray, container: str = "WAV", codec: str = "PCM_16", rate: int = RATE) -> bytes:
    memory = io.BytesIO()
    soundfile.write(memory, samples, rate, format=container, subtype=codec)
    return memory.getvalue()


def with_header(data: bytes, *, channels: int = 1, rate: int = RATE, promised: int | None = None) -> bytes:
    """Return a WAV whose header says what it is told to."""
    promised = len(data) if promised is None else promised
    shape = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 & 0xFFFFFFFF, channels * 2 & 0xFFFF, 16)
    rest = b"WAVEfmt " + struct.pack("<I", 16) + shape + b"data" + struct.pack("<I", promised) + data
    return b"RIFF" + struct.pack("<I", min(4 + promised + 32, 0xFFFFFFFF)) + rest


def refusal(data: bytes, limits: Limits | None = None) -> AudioError:
    with pytest.raises(AudioError) as caught:
        inspect(io.BytesIO(data), limits=limits or Limits())
    return caught.value


@pytest.mark.parametrize(
    ("name", "media_type", "codec", "channels", "duration_s", "browser_can_play"),
    [
        ("0188295665114e74.wav", "audio/wav", "pcm_16", 2, 41.383, True),
        ("0002f70f7386445b.mp3", "audio/mpeg", "mpeg_layer_iii", 2, 51.203, True),
        ("01cefd6f5c044a6f.ogg", "audio/ogg", "opus", 2, 63.09, True),
        ("0224c92b64d144d4.WAV", "audio/wav", "gsm610", 1, 64.0, False),
    ],
)
def test_samples_are_what_their_readme_says(
    name: str, media_type: str, codec: str, channels: int, duration_s: float, browser_can_play: bool
) -> None:
    with (SAMPLES / name).open("rb") as sound:
        audio = examine(sound)
    assert (audio.media_type, audio.codec, audio.channels) == (media_type, codec, channels)
    assert audio.duration_s == pytest.approx(duration_s, abs=0.01)
    assert audio.browser_can_play is browser_can_play
    stored: dict[str, Any] = json.loads(json.dumps(audio.to_dict()))
    assert Audio(**stored) == audio


@pytest.mark.parametrize(
    ("container", "codec", "media_type", "browser_can_play"),
    [
        ("WAV", "ULAW", "audio/wav", True),
        ("WAV", "ALAW", "audio/wav", True),
        ("WAV", "IMA_ADPCM", "audio/wav", False),
        ("WAVEX", "PCM_16", "audio/wav", True),
        ("FLAC", "PCM_16", "audio/flac", True),
        ("OGG", "VORBIS", "audio/ogg", True),
        ("OGG", "OPUS", "audio/ogg", True),
    ],
)
def test_codings_are_told_apart(container: str, codec: str, media_type: str, browser_can_play: bool) -> None:
    audio = examine(io.BytesIO(written(tone(), container, codec)))
    assert (audio.media_type, audio.codec, audio.browser_can_play) == (media_type, codec.lower(), browser_can_play)
    assert audio.duration_s == pytest.approx(2, abs=0.1)


def test_a_sealed_readers_chunks_are_a_sound_too() -> None:
    data = (SAMPLES / "0188295665114e74.wav").read_bytes()
    chunks = [data[at : at + 65_536] for at in range(0, len(data), 65_536)]
    with (SAMPLES / "0188295665114e74.wav").open("rb") as sound:
        assert inspect(iter(chunks)) == inspect(sound)


# Outlines


def test_peaks_show_each_speaker_where_they_spoke() -> None:
    samples = numpy.zeros((RATE * 4, 2), numpy.int16)
    samples[:RATE, 0] = 0x4000
    samples[RATE * 3 :, 1] = -0x4000
    outline = peaks(io.BytesIO(written(samples)))
    assert (outline.points_per_second, outline.points) == (20, 80)
    assert outline.highs(0) == [0x40] * 20 + [0] * 60
    assert outline.lows(1) == [0] * 60 + [-0x40] * 20
    assert outline.lows(0)[20:] == outline.highs(1)[:60] == [0] * 60


def test_peaks_of_a_long_call_are_thinned_out_and_keep_their_heights() -> None:
    samples = numpy.zeros((RATE * 700, 1), numpy.int16)
    samples[RATE * 600] = 0x7F00
    outline = peaks(io.BytesIO(written(samples)))
    assert outline.points <= 6_000
    assert outline.points / outline.points_per_second == pytest.approx(700, abs=0.2)
    assert outline.highs(0).index(0x7F) == pytest.approx(600 * outline.points_per_second, abs=1)


@given(st.floats(0.01, 1000), st.lists(st.binary(min_size=2, max_size=2).map(lambda p: p * 3), min_size=1, max_size=4))
def test_peaks_survive_storing(points_per_second: float, channels: list[bytes]) -> None:
    outline = Peaks(points_per_second, tuple(channels))
    assert Peaks.from_json(outline.to_json()) == outline


# Decoding for browsers


def test_a_gsm_voicemail_becomes_a_wav_that_says_the_same() -> None:
    with WAV49.open("rb") as sound:
        audio = examine(sound)
        wav = b"".join(decode(sound, audio))
    assert len(wav) == audio.decoded_bytes
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="int16")
    original, _ = soundfile.read(WAV49, frames=audio.frames, dtype="int16")
    assert rate == RATE
    assert numpy.array_equal(samples, original)
    played = examine(io.BytesIO(wav))
    assert played.browser_can_play
    assert played.frames == audio.frames


@pytest.mark.parametrize("codec", ["GSM610", "IMA_ADPCM", "G721_32", "ULAW"])
def test_ranges_join_to_the_whole(codec: str) -> None:
    data = written(tone(30), "WAV", codec)
    audio = examine(io.BytesIO(data))
    whole = b"".join(decode(io.BytesIO(data), audio))
    cuts = [0, 7, 44, 45, 100_001, 100_002, 300_000, audio.decoded_bytes - 1, audio.decoded_bytes]
    parts = [b"".join(decode(io.BytesIO(data), audio, start=a, stop=b)) for a, b in pairwise(cuts)]
    assert b"".join(parts) == whole
    assert len(whole) == audio.decoded_bytes


def test_a_range_outside_is_refused() -> None:
    audio = Audio("wav", "gsm610", 1, RATE, 100)
    with pytest.raises(ValueError, match="bytes 0 to 245 of a sound of 244"):
        decode(io.BytesIO(b""), audio, stop=245)


# Bad input


def test_nothing_is_no_sound() -> None:
    error = refusal(b"")
    assert isinstance(error, NotAudio)
    assert error.reason == "The file is empty."


def test_an_empty_file_is_no_sound(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    with (tmp_path / "empty.wav").open("rb") as sound, pytest.raises(NotAudio, match=r"^The file is empty\.$"):
        inspect(sound)


def test_a_wav_cut_off_is_refused_with_both_lengths() -> None:
    error = refusal(written(tone(2))[:-5_000])
    assert isinstance(error, NotAudio)
    assert "promises 32,000 bytes of sound, the file holds 27,000" in error.reason


def test_a_gsm_wav_cut_off_is_refused() -> None:
    assert "cut off" in refusal(WAV49.read_bytes()[:50_000]).reason


def test_a_flac_cut_off_is_refused() -> None:
    noise = numpy.random.default_rng(7).integers(-20_000, 20_000, (RATE * 20, 1), numpy.int16)
    data = written(noise, "FLAC")
    assert isinstance(refusal(data[: len(data) // 2]), NotAudio | DecodingFailed)


def test_a_header_that_lies_about_four_gigabytes() -> None:
    error = refusal(with_header(bytes(1_000), promised=0xFFFFFFFF))
    assert isinstance(error, NotAudio)
    assert "4,294,967,295 bytes of sound, the file holds 1,000" in error.reason


def test_a_recorder_that_died_before_it_wrote_the_length() -> None:
    assert "never finished the file" in refusal(with_header(bytes(1_000), promised=0)).reason


def test_a_sound_of_no_length() -> None:
    assert refusal(with_header(b"")).reason == "The file is a sound of no length."


def test_a_thousand_channels() -> None:
    error = refusal(with_header(bytes(20_000), channels=1_000))
    assert isinstance(error, AudioTooLarge)
    assert "1,000 channels; at most 8" in error.reason


def test_no_samples_a_second() -> None:
    error = refusal(with_header(bytes(1_000), rate=0))
    assert isinstance(error, NotAudio)
    assert "claims 0 samples a second" in error.reason


def test_a_text_named_wav() -> None:
    assert isinstance(refusal(b"Dear colleague, the recording of +12025550147 is attached."), NotAudio)


@pytest.mark.parametrize("begin", [b"RIFF\x10\0\0\0WAVE", b"OggS", b"fLaC", b"ID3", b"\xff\xfb\x90\0" + b"\0" * 9])
def test_a_beginning_of_a_sound_and_then_noise(begin: bytes) -> None:
    assert isinstance(refusal(begin + numpy.random.default_rng(1).bytes(4_000)), NotAudio | DecodingFailed)


def test_hours_of_silence_in_a_few_bytes_stop_at_the_limit() -> None:
    data = written(numpy.zeros((RATE * 300, 1), numpy.int16), "OGG", "OPUS")
    assert len(data) < 100_000
    error = refusal(data, Limits(max_duration_s=200))
    assert isinstance(error, AudioTooLarge)
    assert "at most 200 can be read" in error.reason


def test_hours_of_silence_behind_a_header_that_says_nothing_stop_while_decoding() -> None:
    data = written(numpy.zeros((RATE * 120, 1), numpy.int16), "MP3", "MPEG_LAYER_III")
    error = refusal(data, Limits(max_duration_s=60))
    assert isinstance(error, AudioTooLarge)
    assert "at most 60 can be read" in error.reason


@pytest.mark.parametrize("as_file", [True, False])
def test_more_bytes_than_the_limit(tmp_path: Path, as_file: bool) -> None:
    (tmp_path / "a").write_bytes(written(tone(2)))
    with (tmp_path / "a").open("rb") as file, pytest.raises(AudioTooLarge, match="larger than 1,000 bytes"):
        inspect(file if as_file else iter([file.read()]), limits=Limits(max_bytes=1_000))


def test_a_decoder_that_needs_too_long_is_killed() -> None:
    sound = WAV49.read_bytes()
    blocks = sound[60:] * 100
    data = sound[:56] + struct.pack("<I", len(blocks)) + blocks
    began = time.monotonic()
    error = refusal(data, Limits(cpu_s=1))
    assert isinstance(error, DecodingFailed)
    assert "longer than" in error.reason
    assert time.monotonic() - began < 6


def test_a_sound_that_never_ends_is_given_up_and_the_next_one_is_read() -> None:
    def forever() -> Iterator[bytes]:
        yield with_header(b"", promised=4_000_000_000)
        while True:
            yield bytes(65_536)

    with pytest.raises(AudioTooLarge):
        inspect(forever(), limits=Limits(max_bytes=20_000_000))
    assert examine(io.BytesIO(written(tone()))).frames == 2 * RATE


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damage_is_refused_in_words_or_read_and_never_more(data: st.DataObject) -> None:
    original = written(tone(0.2, 2), *data.draw(st.sampled_from([("WAV", "PCM_16"), ("WAV", "ULAW"), ("OGG", "OPUS")])))
    damaged = bytearray(original)
    for at in data.draw(st.lists(st.integers(0, len(original) - 1), min_size=1, max_size=6)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        said = f"{inspect(io.BytesIO(bytes(damaged))).audio.frames} frames."
    except AudioError as error:
        said = error.reason
    assert said.endswith(".")


def test_no_error_tells_the_path(tmp_path: Path) -> None:
    path = tmp_path / "in-5305550100-2025550147.wav"
    path.write_bytes(written(tone())[:-10])
    with path.open("rb") as sound, pytest.raises(NotAudio) as caught:
        inspect(sound)
    assert "2025550147" not in f"{caught.value!r} {caught.value.__context__!r} {caught.value.__cause__!r}"

"""The table of what a browser plays, asked of a browser."""

import base64
import io

import numpy
import pytest
import soundfile
from playwright.sync_api import Browser

from interactions.audio import examine

pytestmark = pytest.mark.journey

CODINGS = [
    *[("WAV", codec) for codec in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")],
    *[("WAV", codec) for codec in ("GSM610", "IMA_ADPCM", "MS_ADPCM", "G721_32")],
    ("WAVEX", "PCM_16"),
    ("OGG", "OPUS"),
    ("OGG", "VORBIS"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("MP3", "MPEG_LAYER_III"),
]

TRY = """(url) => new Promise((done) => {
    const audio = new Audio(url);
    audio.onerror = () => done(false);
    audio.oncanplay = () => done(true);
})"""


@pytest.mark.parametrize(("container", "codec"), CODINGS)
def test_what_is_said_to_play_plays_and_the_rest_does_not(chromium: Browser, container: str, codec: str) -> None:
    memory = io.BytesIO()
    tone = (numpy.sin(numpy.arange(16_000) / 4) * 9_000).astype(numpy.int16)
    soundfile.write(memory, tone, 8_000, format=container, subtype=codec)
    audio = examine(io.BytesIO(memory.getvalue()))
    page = chromium.new_page()
    plays = page.evaluate(TRY, f"data:{audio.media_type};base64,{base64.b64encode(memory.getvalue()).decode()}")
    page.close()
    assert plays is audio.browser_can_play

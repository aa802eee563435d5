"""A page with a player, in a real browser."""

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from interactions.audio import inspect
from tests.player.portal import ROOT, Portal, serve

CALL = "0188295665114e74"

PAGE = """<!doctype html>
<html lang="en" class="{theme}"><head><meta charset="utf-8"><title>Interaction</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/player/player.css">
<style>
body {{ font: 14px/1.5 Inter, "Segoe UI", "Helvetica Neue", Arial, sans-serif; margin: 0; padding: 16px }}
main {{ max-width: 960px; margin: auto }}
.card {{ border: 1px solid #e5e7eb; border-radius: 8px; margin-top: 16px }}
textarea {{ width: 100%; box-sizing: border-box }}
.dark body {{ background: #0b1120; color: #d1d5db }}
.dark .card {{ border-color: #1f2937; background: #111827 }}
</style>
<script type="module" src="/static/player/player.js"></script></head><body><main>
<section class="lethe-player" id="player" data-lethe-player aria-label="Recording, 2 Jun 2026 10:14" data-audio="/audio"
 data-peaks="/peaks" data-duration="{duration}" data-speakers="{speakers}" data-transcript="#transcript"
 data-comment="#comment" data-comment-at="#comment-at" {extra}></section>
<div class="card"><ol class="lethe-transcript" id="transcript" aria-label="Transcript">{lines}</ol></div>
<form><p>Comment at <span data-at-text>0:00</span></p><input type="hidden" id="comment-at">
<label>Comment <textarea id="comment" rows="2"></textarea></label></form>
<p><a href="#player" data-seek="20.5">0:20</a></p><p class="tall"></p>
</main></body></html>"""


def lines() -> str:
    """Return the transcript of the sample call as the template renders it."""
    segments = json.loads((ROOT / "samples" / "harper-valley" / f"{CALL}.json").read_text())["segments"]
    return "".join(
        f'<li data-start="{s["offset_ms"] / 1000}" data-speaker="{1 if s["speaker_role"] == "agent" else 2}">'
        f'<button type="button">{s["offset_ms"] // 60_000}:{s["offset_ms"] // 1000 % 60:02}</button> '
        f"<span>{s['speaker_role'].title()}</span> <p>{html.escape(s['human_transcript'])}</p></li>"
        for s in sorted(segments, key=lambda s: s["offset_ms"])
    )


def page_of(duration: float, *, speakers: str = "Agent|Caller", theme: str = "", extra: str = "") -> str:
    return PAGE.format(duration=duration, speakers=speakers, theme=theme, extra=extra, lines=lines())


@pytest.fixture(scope="session")
def chromium(browser: Browser) -> Browser:
    """Return the browser of this run."""
    return browser


@pytest.fixture
def portal() -> Iterator[Portal]:
    path: Path = ROOT / "samples" / "audio" / f"{CALL}.wav"
    with path.open("rb") as sound:
        inspection = inspect(sound)
    portal = Portal(audio=path.read_bytes(), peaks=inspection.peaks.to_json())
    portal.page = page_of(inspection.audio.duration_s)
    server = serve(portal)
    yield portal
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(chromium: Browser, portal: Portal) -> Iterator[Page]:
    """A visit of the page; anything the browser complains about fails the test, refused answers aside."""
    context = chromium.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(portal.address)
    yield page
    context.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []

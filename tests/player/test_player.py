"""The player in a real browser: what is heard, shown, said and asked of the server."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from interactions.audio import decode, inspect
from tests.player.conftest import page_of
from tests.player.portal import ROOT, Portal

pytestmark = pytest.mark.journey

SAMPLES = ROOT / "samples" / "audio"
AUDIO = "document.querySelector('audio')"


def at(page: Page) -> float:
    return float(page.evaluate("document.querySelector('[data-lethe-player]').player.position"))


def playing(page: Page) -> bool:
    return not page.evaluate(f"{AUDIO}.paused")


def play(page: Page) -> None:
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"{AUDIO}.currentTime > 0 && {AUDIO}.readyState > 2")


def heard(page: Page) -> str:
    return page.locator("#transcript [aria-current=true] p").inner_text()


def test_nothing_of_the_sound_is_asked_for_before_somebody_plays(portal: Portal, visit: Page) -> None:
    expect(visit.locator(".lp-waveform:not(.is-waiting)")).to_be_visible()
    visit.wait_for_timeout(300)
    assert portal.parts == []
    assert not playing(visit)
    expect(visit.locator(".lp-time")).to_have_text("0:00/0:41")
    expect(visit.locator("[aria-current]")).to_have_count(0)


def test_the_transcript_follows_the_sound(visit: Page) -> None:
    visit.get_by_role("slider", name="Position").focus()
    for _ in range(3):
        visit.keyboard.press("ArrowRight")
    visit.keyboard.press("Space")
    visit.wait_for_function(f"{AUDIO}.currentTime > 16.4")
    assert heard(visit) == "which account would you like to check"
    expect(visit.locator(".lp-now")).to_have_text(re.compile("0:1[67]"))
    visit.keyboard.press("Space")
    assert not playing(visit)


def test_a_line_is_jumped_to_by_click_and_by_enter(visit: Page) -> None:
    visit.get_by_text("my savings account").click()
    assert at(visit) == pytest.approx(18.9, abs=0.9)
    assert heard(visit) == "my savings account"
    visit.locator("#transcript li button").nth(4).focus()
    visit.keyboard.press("ArrowDown")
    visit.keyboard.press("Enter")
    assert heard(visit) == "your savings account balance is one hundred forty seven dollars"
    assert not playing(visit)


def test_the_transcript_scrolls_inside_its_list_only(visit: Page) -> None:
    visit.add_style_tag(content="#transcript { max-height: 120px } .tall { height: 2000px }")
    visit.evaluate("document.querySelector('[data-lethe-player]').player.seek(38)")
    visit.wait_for_function("document.querySelector('#transcript').scrollTop > 100")
    assert visit.evaluate("scrollY") == 0


def test_a_click_and_a_drag_on_the_waveform_go_there(visit: Page) -> None:
    box = visit.locator(".lp-waveform").bounding_box()
    assert box is not None
    middle = box["y"] + 40
    visit.mouse.click(box["x"] + box["width"] / 2, middle)
    assert at(visit) == pytest.approx(20.7, abs=0.1)
    visit.mouse.move(box["x"] + box["width"] / 2, middle)
    visit.mouse.down()
    visit.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    assert at(visit) == pytest.approx(20.7, abs=0.1), "nothing is fetched while the hand still looks for the place"
    visit.mouse.up()
    assert at(visit) == pytest.approx(29.0, abs=0.1)
    slider = visit.get_by_role("slider", name="Position")
    expect(slider).to_have_attribute("aria-valuetext", "28 seconds of 41 seconds")
    play(visit)
    assert at(visit) > 28.9


def test_keys_move_change_the_speed_and_comment(visit: Page) -> None:
    slider = visit.get_by_role("slider", name="Position")
    slider.focus()
    for key, position in (("End", 41.383), ("ArrowLeft", 36.383), ("Home", 0), ("ArrowLeft", 0), ("PageUp", 30)):
        visit.keyboard.press(key)
        assert at(visit) == pytest.approx(position, abs=0.01), key
    speed = visit.get_by_role("combobox", name="Speed")
    for key, shown in (("ArrowUp", "1.25"), ("ArrowUp", "1.5"), ("ArrowDown", "1.25")):
        slider.press(key)
        expect(speed).to_have_value(shown)
    for _ in range(12):
        slider.press("ArrowDown")
    expect(speed).to_have_value("0.5")
    slider.press("c")
    expect(visit.get_by_label("Comment", exact=True).and_(visit.locator("textarea"))).to_be_focused()
    assert visit.locator("#comment-at").input_value() == "30.0"
    expect(visit.locator("[data-at-text]")).to_have_text("0:30")
    visit.keyboard.type("c is a letter here")
    assert visit.locator("#comment").input_value() == "c is a letter here"
    assert at(visit) == 30


def test_ten_seconds_back_and_forward(visit: Page) -> None:
    visit.get_by_role("button", name="Forward 10 seconds").click()
    visit.get_by_role("button", name="Forward 10 seconds").click()
    visit.get_by_role("button", name="Back 10 seconds").click()
    assert at(visit) == 10


def test_a_link_with_a_time_goes_there(visit: Page) -> None:
    visit.locator("[data-seek]").click()
    assert at(visit) == 20.5


def test_each_side_has_its_own_volume(visit: Page) -> None:
    visit.get_by_role("slider", name="Volume, Agent").fill("0")
    play(visit)
    visit.get_by_role("slider", name="Volume, Caller").fill("50")
    gains = "document.querySelector('[data-lethe-player]').player.sides.gains.map((side) => side.gain.value)"
    visit.wait_for_function(f"{gains}[1] < 0.55")
    assert visit.evaluate(gains) == [0, pytest.approx(0.5, abs=0.05)]


@pytest.mark.parametrize("name", ["0188295665114e74.wav", "0002f70f7386445b.mp3", "01cefd6f5c044a6f.ogg"])
def test_capped_parts_play_through_to_the_end(chromium: Browser, portal: Portal, name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    inspection = inspect(io.BytesIO(data))
    portal.audio, portal.media_type, portal.cap = data, inspection.audio.media_type, 64 * 1024
    listen_to_the_end(chromium, portal, inspection.audio.duration_s)
    assert len(portal.parts) >= 3
    assert max(stop for _, stop in portal.parts) == len(data)


def test_a_gsm_recording_is_heard_decoded(chromium: Browser, portal: Portal) -> None:
    gsm = (SAMPLES / "0224c92b64d144d4.WAV").read_bytes()
    audio = inspect(io.BytesIO(gsm)).audio
    portal.audio = b"".join(decode(io.BytesIO(gsm), audio))
    portal.page = page_of(audio.duration_s, speakers="Both sides")
    listen_to_the_end(chromium, portal, audio.duration_s)


def listen_to_the_end(chromium: Browser, portal: Portal, duration_s: float) -> None:
    page = chromium.new_page()
    page.goto(portal.address)
    page.evaluate(f"{AUDIO}.defaultPlaybackRate = {AUDIO}.playbackRate = 16")
    play(page)
    page.wait_for_function(f"{AUDIO}.ended", timeout=30_000)
    assert at(page) == pytest.approx(duration_s, abs=0.3)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.close()


# What goes wrong


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "you may not hear this recording, or the reason for listening has not been chosen"),
        (410, "has been erased and cannot be brought back"),
        (503, "cannot be opened at the moment"),
    ],
)
def test_a_refusal_is_said_in_words(portal: Portal, visit: Page, status: int, words: str) -> None:
    portal.status = status
    visit.get_by_role("button", name="Play").click()
    expect(visit.get_by_role("alert")).to_contain_text(words)
    portal.status = 200
    visit.get_by_role("button", name="Try again").click()
    visit.wait_for_function(f"{AUDIO}.currentTime > 0.2")
    expect(visit.get_by_role("alert")).to_be_hidden()


def test_a_refused_waveform_is_said_in_words(portal: Portal, visit: Page) -> None:
    portal.peaks_status = 410
    visit.reload()
    expect(visit.get_by_role("alert")).to_contain_text("has been erased")


def test_a_server_that_went_away_is_said_and_the_place_is_kept(portal: Portal, visit: Page) -> None:
    visit.evaluate("document.querySelector('[data-lethe-player]').player.seek(12)")
    visit.route("**/audio", lambda route: route.abort())
    visit.get_by_role("button", name="Play").click()
    expect(visit.get_by_role("alert")).to_contain_text("The server did not answer")
    visit.unroute("**/audio")
    visit.get_by_role("button", name="Try again").click()
    visit.wait_for_function(f"{AUDIO}.currentTime > 12.1")


def test_a_page_without_a_purpose_asks_the_server_for_nothing(portal: Portal, visit: Page) -> None:
    sentence = "Choose above why you are listening."
    portal.page = page_of(41.383, extra=f'data-locked="{sentence}"')
    asked: list[str] = []
    visit.on("request", lambda request: asked.append(request.url))
    visit.goto(portal.address)
    expect(visit.get_by_role("alert")).to_have_text(re.compile(sentence))
    expect(visit.get_by_role("button", name="Play")).to_be_disabled()
    visit.keyboard.press("Space")
    visit.locator(".lp-waveform").click(force=True)
    assert at(visit) == 0
    assert [url for url in asked if url.endswith(("/audio", "/peaks"))] == []


# Everybody can use it


@pytest.mark.parametrize("theme", ["", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
def test_it_fits_and_is_accessible(portal: Portal, visit: Page, theme: str, width: int) -> None:
    portal.page = page_of(41.383, theme=theme)
    visit.set_viewport_size({"width": width, "height": 760})
    visit.goto(portal.address)
    visit.evaluate("document.querySelector('[data-lethe-player]').player.seek(20)")
    assert visit.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(visit, context=".lethe-player, .lethe-transcript")
    assert found.violations_count == 0, found.generate_report()


def test_less_motion_still_follows(chromium: Browser, portal: Portal) -> None:
    page = chromium.new_context(reduced_motion="reduce").new_page()
    page.goto(portal.address)
    play(page)
    page.wait_for_function(
        "parseFloat(document.querySelector('.lp-waveform').style.getPropertyValue('--lp-played')) > 1"
    )
    page.context.close()


def test_the_waveform_shows_who_speaks(visit: Page) -> None:
    expect(visit.locator(".lp-waveform:not(.is-waiting)")).to_be_visible()
    ink = visit.evaluate(
        """() => [...document.querySelectorAll('canvas:not([data-played])')].map((canvas) => {
            const from = Math.round(canvas.width * 2.4 / 41.383), width = Math.round(canvas.width * 3.5 / 41.383);
            const pixels = canvas.getContext('2d').getImageData(from, 0, width, canvas.height).data;
            return pixels.filter((value, index) => index % 4 === 3 && value > 128).length;
        })"""
    )
    agent, caller = ink
    assert agent > caller * 5, "the agent speaks from 0:02 to 0:06, the caller is silent"


def test_nothing_is_built_from_text_that_could_be_markup() -> None:
    sources = [path.read_text() for path in (ROOT / "static" / "player").glob("*.js")]
    assert len(sources) > 3
    assert [word for word in ("innerHTML", "outerHTML", "insertAdjacent", "eval(") if word in "".join(sources)] == []

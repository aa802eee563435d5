"""An agent hears a call of their own, a supervisor comments on it, and both can see and operate every part of it."""

from collections.abc import Iterator
from typing import Literal

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.actors import operator
from accounts.models import Account
from interactions.imports import import_folder
from interactions.models import Interaction, Recording
from tests.browsing import follow, heed, sign_in, violations, width
from tests.conftest import Person
from trail.models import Event

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
# The upper third of a row holds something only when the outline is drawn.
DRAWN = """() => {
    const canvas = document.querySelector("#player-1 canvas");
    if (!canvas || !canvas.width) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, Math.floor(canvas.height / 3));
    return data.some((value) => value > 0);
}"""


@pytest.fixture
def samples(account: Account, agent: Person) -> Recording:
    """The samples, and of them the longest recording of the agent."""
    import_folder(settings.SAMPLES, account=account, actor=operator())
    return Recording.objects.filter(interaction__agent=agent.membership.agent).latest("duration_ms")


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page on which any violation of the policy and any error of a script fails the test."""
    page.set_default_timeout(15_000)
    wrong = heed(page)
    yield page
    assert wrong == []


def open_call(page: Page, live_server: LiveServer, call: Interaction) -> None:
    page.goto(live_server.url + reverse("portal:interaction", args=[call.pk]))
    page.get_by_label("Quality review").check()
    follow(page.get_by_role("button", name="Open the call"))
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    page.wait_for_function(DRAWN)


def heard(page: Page) -> float:
    return float(page.evaluate("document.querySelector('#player-1 audio').currentTime"))


def test_an_agent_hears_an_own_call_and_nobody_elses(
    watched: Page, live_server: LiveServer, samples: Recording, agent: Person
) -> None:
    sign_in(watched, live_server.url, agent.user.email)
    follow(watched.get_by_role("link", name="All my recordings"))
    expect(watched.get_by_role("row")).to_have_count(6)
    follow(watched.locator(f'a[href*="{samples.interaction_id}"]'))
    expect(watched.get_by_text("Why are you listening?")).to_be_visible()
    assert watched.locator("[data-lethe-player], .lethe-transcript").count() == 0
    assert violations(watched) == []

    watched.get_by_label("Quality review").check()
    follow(watched.get_by_role("button", name="Open the call"))
    watched.wait_for_function(DRAWN)
    assert not Event.objects.filter(action="recording.played").exists()

    player = watched.locator("#player-1")
    player.get_by_role("button", name="Play").click()
    watched.wait_for_function("document.querySelector('#player-1 audio').currentTime > 0.5")
    line = watched.locator("#transcript-1 li").nth(4)
    line.get_by_role("button").click()
    expect(line).to_have_attribute("aria-current", "true")
    watched.wait_for_function(
        f"document.querySelector('#player-1 audio').currentTime >= {float(line.get_attribute('data-start') or 0)}"
    )
    watched.keyboard.press("End")
    player.get_by_role("button", name="Pause").click()
    at = heard(watched)
    player.get_by_role("slider", name="Position").focus()
    watched.keyboard.press("ArrowLeft")
    watched.wait_for_function(f"document.querySelector('#player-1 audio').currentTime < {at}")
    assert violations(watched) == []

    (entry,) = Event.objects.filter(action="recording.played")
    assert (entry.record_id, entry.purpose) == (str(samples.pk), "quality")


def test_somebody_elses_call_is_not_there_for_an_agent(
    page: Page, live_server: LiveServer, samples: Recording, agent: Person
) -> None:
    other = Recording.objects.exclude(interaction__agent=agent.membership.agent).latest("duration_ms")
    sign_in(page, live_server.url, agent.user.email)
    for name in ("portal:interaction", "portal:recording-audio"):
        ids = [other.interaction_id] if name == "portal:interaction" else [other.interaction_id, other.pk]
        answer = page.goto(live_server.url + reverse(name, args=ids))
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_text("There is nothing here")).to_be_visible()
    assert Event.objects.filter(outcome="refused", record_id=str(other.interaction_id)).exists()
    assert Event.objects.filter(outcome="refused", record_id=str(other.pk)).exists()


def test_a_format_no_browser_plays_is_heard_too(
    watched: Page, live_server: LiveServer, samples: Recording, supervisor: Person
) -> None:
    gsm = Recording.objects.get(plays_in_browser=False)
    sign_in(watched, live_server.url, supervisor.user.email)
    open_call(watched, live_server, gsm.interaction)
    watched.locator("#player-1").get_by_role("button", name="Play").click()
    watched.wait_for_function("document.querySelector('#player-1 audio').currentTime > 0.5")
    assert abs(float(watched.evaluate("document.querySelector('#player-1 audio').duration")) - 64) < 0.1


def test_a_supervisor_comments_at_a_place_in_the_sound(
    watched: Page, live_server: LiveServer, samples: Recording, supervisor: Person
) -> None:
    sign_in(watched, live_server.url, supervisor.user.email)
    open_call(watched, live_server, samples.interaction)
    watched.locator("#transcript-1 li").nth(2).get_by_role("button").click()
    watched.keyboard.press("c")
    watched.keyboard.type("well explained")
    follow(watched.get_by_role("button", name="Add comment"))
    expect(watched.locator("#comments")).to_contain_text("well explained")
    expect(watched.locator("#comments")).to_contain_text("Susan")
    watched.wait_for_function(DRAWN)
    watched.locator("#comments a[data-seek]").click()
    expect(watched.locator("#transcript-1 li").nth(2)).to_have_attribute("aria-current", "true")
    expect(watched.get_by_role("heading", name="Who opened it")).to_be_visible()
    assert violations(watched) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone_and_can_be_read(
    watched: Page, live_server: LiveServer, samples: Recording, supervisor: Person, scheme: Literal["light", "dark"]
) -> None:
    watched.emulate_media(color_scheme=scheme)
    sign_in(watched, live_server.url, supervisor.user.email)
    open_call(watched, live_server, samples.interaction)
    call = reverse("portal:interaction", args=[samples.interaction_id])
    for size in (DESKTOP, PHONE):
        watched.set_viewport_size(size)
        for path in ("/", "/interactions/", "/interactions/?queue=nobody", call):
            watched.goto(live_server.url + path)
            assert width(watched) <= size["width"], (path, size)
            assert violations(watched) == [], (path, size)


def test_the_last_day_with_calls_stands_in_the_chart(
    watched: Page, live_server: LiveServer, samples: Recording, supervisor: Person
) -> None:
    sign_in(watched, live_server.url, supervisor.user.email)
    expect(watched.locator(".lethe-card", has_text="Calls and talk time by day")).to_contain_text("to 2 Jun 2020")
    follow(watched.get_by_role("link", name="All interactions", exact=True))
    expect(watched.get_by_role("row")).to_have_count(18)

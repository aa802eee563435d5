"""An auditor signs in, looks at who was refused, opens one entry, and verifies the log."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from jobs.runner import run_due
from tests.audit.conftest import _no_bell, act, checkpoints, recording_of, seal
from tests.browsing import follow, heed, sign_in, violations, width
from tests.conftest import Person

__all__ = ["_no_bell", "checkpoints"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page on which any violation of the policy and any error of a script fails the test."""
    page.set_default_timeout(10_000)
    wrong = heed(page)
    yield page
    assert wrong == []


@pytest.fixture
def events(agent: Person, supervisor: Person, account) -> None:
    """Linda hears a call and is refused another one; Susan signs in; the log is sealed."""
    record = ("interactions.Recording", str(recording_of(account).pk))
    act(agent, record=record, purpose="quality")
    act(agent, record=record, outcome="refused", facts={"code": "not_visible"})
    act(supervisor, "session.started")
    seal()


def test_an_auditor_reads_who_was_refused_and_verifies_the_log(
    watched: Page, live_server: LiveServer, auditor: Person, events: None
):
    sign_in(watched, live_server.url, auditor.user.email)
    follow(watched.get_by_role("link", name="Access log"))
    expect(watched.get_by_text("Agent Linda played the recording of 2 Jun 2026, 10:14 PDT")).to_be_visible()

    watched.locator("summary", has_text="Filter").click()
    watched.get_by_label("Outcome").select_option("Refused")
    watched.get_by_label("Workstation").fill("10.2.0.17")
    follow(watched.get_by_role("button", name="Show entries"))
    expect(watched.get_by_role("link", name="Take away Outcome: Refused")).to_be_visible()
    expect(watched.get_by_role("link", name="Take away Workstation: 10.2.0.17")).to_be_visible()
    assert "10.2.0.17" not in watched.url
    expect(watched.locator(".audit-line")).to_have_count(1)

    follow(watched.get_by_role("link", name="was not allowed to play the recording"))
    expect(watched.get_by_text("The entry is, word for word, the one that was sealed.")).to_be_visible()

    follow(watched.get_by_role("button", name="Verify now"))
    expect(watched.get_by_text("A verification waits for a worker.")).to_be_visible()
    seal()
    run_due()
    expect(watched.get_by_text("Everything is as it was sealed.")).to_be_visible()
    expect(watched.get_by_label("State of the log")).to_contain_text("verified")
    expect(watched.get_by_role("button", name="Verify now")).to_be_visible()


def test_the_keyboard_is_enough(watched: Page, live_server: LiveServer, auditor: Person, events: None):
    sign_in(watched, live_server.url, auditor.user.email)
    watched.goto(f"{live_server.url}/log/")
    watched.locator("summary", has_text="Filter").focus()
    watched.keyboard.press("Enter")
    watched.keyboard.press("Tab")
    expect(watched.get_by_label("Who", exact=True)).to_be_focused()
    watched.keyboard.type("Linda")
    watched.keyboard.press("Enter")
    follow(watched.get_by_role("button", name="Show entries"), "Enter")
    expect(watched.get_by_role("link", name="Take away Who: Linda")).to_be_visible()
    follow(watched.get_by_role("link", name="Take away Who: Linda"), "Enter")
    expect(watched).to_have_url(re.compile(r"/log/$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it_also_on_a_phone(
    watched: Page, live_server: LiveServer, auditor: Person, events: None, scheme: Literal["light", "dark"]
):
    watched.emulate_media(color_scheme=scheme)
    sign_in(watched, live_server.url, auditor.user.email)
    assert violations(watched) == []
    watched.goto(f"{live_server.url}/log/?outcome=refused")
    entry = watched.locator(".audit-sentence").first.get_attribute("href")
    for path in ("/log/", "/log/?days=30&outcome=refused", entry, "/verification/"):
        watched.set_viewport_size({"width": 1280, "height": 900})
        watched.goto(f"{live_server.url}{path}")
        for summary in watched.locator("#content details > summary").all():
            summary.click()
        assert violations(watched) == []
        watched.set_viewport_size(PHONE)
        assert width(watched) <= PHONE["width"]
        assert violations(watched) == []

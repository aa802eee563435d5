"""What only a browser can tell: that the content policy holds, and that the pages work on a phone."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account
from tests.browsing import follow, heed, sign_in, violations, width
from tests.conftest import Person, make_person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PHONE: ViewportSize = {"width": 360, "height": 740}
Scheme = Literal["light", "dark"]


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page on which any violation of the policy and any error of a script fails the test."""
    page.set_default_timeout(10_000)
    wrong = heed(page)
    yield page
    assert wrong == []


def test_signing_in_and_working_breaks_no_policy(watched: Page, live_server: LiveServer, administrator: Person) -> None:
    sign_in(watched, live_server.url, administrator.user.email)
    expect(watched.get_by_role("heading", name="What you can do in Harper Valley")).to_be_visible()
    for path in ("/accounts/membership/", "/accounts/membership/add/", "/accounts/agent/", "/accounts/account/"):
        watched.goto(live_server.url + path)
        expect(watched.get_by_text("Harper Valley").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone(watched: Page, live_server: LiveServer, administrator: Person, scheme: Scheme) -> None:
    watched.set_viewport_size(PHONE)
    watched.emulate_media(color_scheme=scheme)
    watched.goto(f"{live_server.url}/")
    assert width(watched) <= PHONE["width"]
    sign_in(watched, live_server.url, administrator.user.email)
    expect(watched.get_by_text("Harper Valley").first).to_be_visible()
    assert width(watched) <= PHONE["width"]


def test_the_account_is_switched_from_the_top(
    watched: Page, live_server: LiveServer, supervisor: Person, other_account: Account
) -> None:
    make_person("Susan", other_account, "auditor")
    sign_in(watched, live_server.url, supervisor.user.email)
    follow(watched.get_by_role("button", name="Harper Valley"))
    expect(watched.locator(".lethe-where")).to_contain_text("Supervisor · Susan")

    watched.locator("summary").click()
    follow(watched.get_by_role("button", name="Far Away"))
    expect(watched.locator(".lethe-where")).to_contain_text("Auditor · Susan")


def test_ctrl_k_finds_a_page(watched: Page, live_server: LiveServer, administrator: Person) -> None:
    sign_in(watched, live_server.url, administrator.user.email)
    expect(watched.get_by_role("heading", name="What you can do in Harper Valley")).to_be_visible()
    watched.wait_for_load_state("networkidle")
    watched.keyboard.press("Control+k")
    search = watched.get_by_placeholder("Type to search")
    expect(search).to_be_focused()
    search.press_sequentially("Memb", delay=50)
    expect(search).to_have_value("Memb")
    expect(watched.locator("#command-results").get_by_text("Members")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_and_operate_it(
    watched: Page, live_server: LiveServer, administrator: Person, scheme: Scheme
) -> None:
    watched.emulate_media(color_scheme=scheme)
    watched.goto(f"{live_server.url}/account/login/")
    assert violations(watched, "main") == []
    sign_in(watched, live_server.url, administrator.user.email)
    expect(watched.get_by_role("heading", name="What you can do in Harper Valley")).to_be_visible()
    assert violations(watched, "#content", ".lethe-who") == []

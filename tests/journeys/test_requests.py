"""Four requests in the portal: clean and by two people, with a hold and a shared number, cancelled, refused.

What a page looks like is kept as a picture where SCREENSHOTS names a folder; each page is proved for screen readers.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from interactions.models import Interaction
from jobs.runner import run_due
from rtbf.models import Request, Rules
from tests.browsing import follow, heed, sign_in, violations, width
from tests.conftest import Person
from tests.looking import ALICE_MAIL, CANARIES, places_of
from tests.makers import make_customer, make_interaction
from tests.retention.test_holds import hold
from tests.rtbf.conftest import House, _no_bell, house

__all__ = ["_no_bell", "house"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SPELLING = "(202) 555-0147"


class Desk:
    """Opens browsers for people and gathers what goes wrong in their pages."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self.browser, self.server = browser, server
        self.wrong: list[str] = []

    def of(self, person: Person) -> Page:
        page = self.browser.new_context(base_url=self.server.url, viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(15_000)
        heed(page, self.wrong)
        sign_in(page, self.server.url, person.user.email)
        return page

    def look(self, page: Page, name: str) -> None:
        """Keep pictures, and note what is too wide for a screen or a telephone or makes no sense to a screen reader."""
        for wide in (390, 1280):
            page.set_viewport_size({"width": wide, "height": 900})
            if width(page) > wide:
                self.wrong.append(f"{name}: wider than {wide} px")
            if folder := os.environ.get("SCREENSHOTS"):
                page.screenshot(path=str(Path(folder) / f"{name}-{wide}.png"), full_page=True)
        self.wrong += [f"{name}: {each}" for each in violations(page)]


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Desk]:
    desk = Desk(browser, live_server)
    yield desk
    assert [line for line in desk.wrong if "422" not in line] == []


def ask(page: Page, *identifiers: str) -> None:
    page.goto("/forget/")
    page.get_by_label("What is the customer known by?").fill("\n".join(identifiers))
    page.get_by_label("Name for letters").fill("Alice Brown")
    page.get_by_label("E-mail or postal address for letters").fill("alice@example.org")
    page.get_by_label("By", exact=True).select_option("Letter")
    page.get_by_label("I have checked identity").select_option("Called back on a known number")
    follow(page.get_by_role("button", name="Search"))
    expect(page.get_by_role("heading", name="What was found")).to_be_visible()


def forget(page: Page) -> None:
    follow(page.get_by_role("link", name="Go on to confirm"))
    confirmation = page.get_by_label("Type FORGET to confirm")
    confirmation.fill("FORGET")
    follow(confirmation, "Enter")
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


def test_a_clean_erasure_by_two_people(desk: Desk, house: House, supervisor: Person, officer: Person):
    Rules.objects.create(account=house.account, four_eyes=True)
    page = desk.of(supervisor)
    page.goto("/forget/")
    desk.look(page, "forget")
    ask(page, SPELLING)
    desk.look(page, "planned")
    follow(page.get_by_role("link", name="See the plan row by row"))
    desk.look(page, "plan")
    page.get_by_label("Kind").select_option("comments")
    follow(page.get_by_role("button", name="Show"))
    follow(page.get_by_role("link", name=re.compile("Open comment")).first)
    expect(page.get_by_text("Alice asked for a call back")).to_be_visible()
    desk.look(page, "row")
    page.goto(f"/requests/{Request.objects.get().pk}/")
    forget(page)
    expect(page.get_by_text("A second person must approve:")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    desk.look(page, "waiting")

    second = desk.of(officer)
    second.goto("/requests/?tab=waiting")
    follow(second.get_by_role("link", name="RTBF-"))
    desk.look(second, "approve")
    follow(second.get_by_role("button", name="Approve: forget this customer"))
    expect(second.get_by_text("Approved as the second person")).to_be_visible()
    run_due()
    page.goto("/requests/?tab=completed")
    follow(page.get_by_role("link", name="RTBF-"))
    desk.look(page, "completed")
    assert places_of(*[each for each in CANARIES if each != "Alice"]) == []

    follow(page.get_by_role("link", name="Case file and letters"))
    desk.look(page, "case")
    follow(page.get_by_role("link", name="Write: Done"))
    desk.look(page, "write")
    follow(page.get_by_role("button", name="Seal and look at it"))
    expect(page.get_by_text("Dear Alice Brown")).to_be_visible()
    desk.look(page, "letter")
    follow(page.get_by_role("button", name="Send by e-mail"))
    expect(page.get_by_text("Waits to be sent")).to_be_visible()


def test_a_hold_and_a_shared_number(desk: Desk, house: House, supervisor: Person, officer: Person):
    hold(officer, house.account, house.alices[0], matter="Brown against Bank")
    carols = make_interaction(house.account, make_customer(house.account, phone="+12025550147"), phone="+12025550147")
    page = desk.of(supervisor)
    ask(page, SPELLING, ALICE_MAIL)
    expect(page.get_by_text("Brown against Bank").first).to_be_visible()
    desk.look(page, "held_and_shared")
    follow(page.get_by_role("link", name="Decide what is open"))
    desk.look(page, "decide")
    page.get_by_label("Select all rows").focus()
    page.keyboard.press("Space")
    assert all(box.is_checked() for box in page.get_by_role("checkbox").all())
    page.get_by_label("With the selected rows").select_option("It is somebody else's: leave")
    follow(page.get_by_role("button", name="Decide"))
    page.goto(f"/requests/{Request.objects.get().pk}/")
    forget(page)
    run_due()
    expect(page.get_by_text("Completed with exceptions").first).to_be_visible()
    desk.look(page, "exceptions")
    living = set(Interaction.objects.filter(condemned_at=None).values_list("pk", flat=True))
    assert {house.alices[0].pk, carols.pk} <= living
    assert house.alices[1].pk not in living


def test_a_cancelled_one(desk: Desk, house: House, supervisor: Person):
    house.account.grace_hours = 180
    house.account.save()
    page = desk.of(supervisor)
    ask(page, SPELLING)
    forget(page)
    expect(page.get_by_text("in 7 days 11 hours")).to_be_visible()
    desk.look(page, "pending")
    page.get_by_label("Ends because").select_option("The customer took it back")
    follow(page.get_by_role("button", name="Cancel the request"))
    expect(page.get_by_text("Withdrawn by the customer").first).to_be_visible()
    run_due()
    page.goto("/requests/?tab=cancelled")
    expect(page.get_by_role("link", name="RTBF-")).to_be_visible()
    desk.look(page, "cancelled")
    assert places_of(*CANARIES) != []


def test_a_refused_one(desk: Desk, house: House, supervisor: Person, administrator: Person):
    page = desk.of(supervisor)
    ask(page, SPELLING)
    Request.objects.update(due_on="2026-01-30")
    page.goto("/requests/")
    expect(page.get_by_text(re.compile("days overdue"))).to_be_visible()
    desk.look(page, "overdue")
    follow(page.get_by_role("link", name="RTBF-"))
    page.get_by_text("Refuse, or take two months more").click()
    page.get_by_label("Ground of the refusal").select_option("Needed for legal claims (Art. 17(3)(e))")
    follow(page.get_by_role("button", name="Refuse the request"))
    expect(page.get_by_text("Whoever asked must be told why")).to_be_visible()
    desk.look(page, "refused")
    follow(page.get_by_role("link", name="Case file and letters"))
    follow(page.get_by_role("link", name="Write: Refusal"))
    expect(page.get_by_label("Letter", exact=True)).to_contain_text("Needed for legal claims")
    page.goto("/requests/?tab=refused")
    expect(page.get_by_role("link", name="RTBF-")).to_be_visible()

    rules = desk.of(administrator)
    rules.goto("/requests/rules/")
    desk.look(rules, "rules")
    rules.get_by_label("Public holidays").fill("12-25 Christmas\neaster+1 Easter Monday")
    follow(rules.get_by_role("button", name="Change the rules"))
    expect(rules.get_by_text("The rules were changed.")).to_be_visible()
    follow(rules.get_by_role("link", name="Extension"))
    desk.look(rules, "template")

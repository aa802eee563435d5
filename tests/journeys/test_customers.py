"""Two customers who are one, a wrong value, a restricted customer, and one call deleted by hand."""

import re

import pytest
from playwright.sync_api import expect

from customers.models import Customer
from interactions.models import Recording
from rtbf.models import Request
from tests.browsing import follow
from tests.conftest import Person
from tests.journeys.test_requests import SPELLING, Desk, desk
from tests.looking import ALICE_MAIL, places_of
from tests.makers import make_customer, make_interaction
from tests.retention.test_holds import hold
from tests.rtbf.conftest import House, _no_bell, house

__all__ = ["_no_bell", "desk", "house"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
RIGHT_MAIL = "alicia@example.com"


def test_two_customers_are_one_and_are_two_again(desk: Desk, house: House, supervisor: Person):
    other = make_customer(house.account, email=RIGHT_MAIL)
    make_interaction(house.account, other)
    page = desk.of(supervisor)
    page.goto("/customers/")
    page.get_by_label("What is the customer known by?").fill(f"{SPELLING}\n{RIGHT_MAIL}")
    follow(page.get_by_role("button", name="Search"))
    desk.look(page, "customers")
    for number in (1, 2):
        page.get_by_label(f"Choose customer {number}").focus()
        page.keyboard.press("Space")
    follow(page.get_by_role("button", name="Compare the two"), "Enter")
    expect(page.get_by_text("Nothing has moved yet.")).to_be_visible()
    desk.look(page, "compared")
    follow(page.get_by_role("button", name="They are one person: merge them"))
    expect(page.get_by_role("button", name="Undo this merge")).to_be_visible()
    desk.look(page, "merged")
    assert Customer.objects.filter(pk__in=[house.alice.pk, other.pk]).count() == 1

    page.get_by_role("group", name=re.compile(RIGHT_MAIL)).get_by_label("is the other's").check()
    follow(page.get_by_role("button", name="See what would move"))
    desk.look(page, "split")
    follow(page.get_by_role("button", name="They are two people: split"))
    expect(page.get_by_text(RIGHT_MAIL)).to_be_visible()
    expect(page.get_by_text(ALICE_MAIL)).to_have_count(0)


def test_a_wrong_value_is_corrected(desk: Desk, house: House, supervisor: Person):
    page = desk.of(supervisor)
    page.goto("/rights/")
    desk.look(page, "right-new")
    page.get_by_label("What is the customer known by?").fill(SPELLING)
    page.get_by_label("What does the customer ask for?").select_option("To have something corrected (Art. 16)")
    page.get_by_label("What is wrong, one value a line").fill(ALICE_MAIL)
    follow(page.get_by_role("button", name="Take in"))
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("What is right, on the same line").fill(RIGHT_MAIL)
    page.get_by_label("I have checked identity").select_option("Called back on a known number")
    follow(page.get_by_role("button", name="Take in"))
    expect(page.get_by_role("cell", name=RIGHT_MAIL)).to_be_visible()
    desk.look(page, "rectification")
    follow(page.get_by_role("button", name="Correct it"))
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
    desk.look(page, "corrected")
    page.goto(f"/customers/{house.alice.pk}/")
    expect(page.get_by_text(RIGHT_MAIL)).to_be_visible()
    assert not Request.objects.filter(state="planned").exists()


def test_a_restricted_customer_is_opened_for_claims_alone(
    desk: Desk, house: House, supervisor: Person, officer: Person
):
    page, call = desk.of(supervisor), house.alices[0]
    page.goto("/rights/")
    page.get_by_label("What is the customer known by?").fill(SPELLING)
    page.get_by_label("What does the customer ask for?").select_option("To have data restricted (Art. 18)")
    page.get_by_label("Ground to restrict").select_option(index=1)
    page.get_by_label("I have checked identity").select_option("Called back on a known number")
    follow(page.get_by_role("button", name="Take in"))
    follow(page.get_by_role("button", name="Restrict the data"))
    expect(page.get_by_role("link", name="Restricted", exact=True)).to_be_visible()
    desk.look(page, "restriction-request")
    page.goto(f"/customers/{house.alice.pk}/")
    expect(page.get_by_text("is shown to nobody")).to_be_visible()
    expect(page.get_by_text(ALICE_MAIL)).to_have_count(0)
    desk.look(page, "restricted-customer")
    page.goto(f"/interactions/{call.pk}/")
    expect(page.get_by_text("Nothing was opened.")).to_be_visible()
    assert [line for line in desk.wrong if "403" not in line] == []
    desk.wrong.clear()

    second = desk.of(officer)
    second.goto("/restrictions/")
    desk.look(second, "restrictions")
    follow(second.get_by_role("main").get_by_role("link", name=re.compile("^[A-Z]+-")))
    expect(second.get_by_role("heading", name="Calls, for legal claims only")).to_be_visible()
    desk.look(second, "restriction")
    follow(second.get_by_role("table").get_by_role("link").first)
    expect(second.get_by_role("radio")).to_have_count(1)
    desk.look(second, "for-claims")


def test_one_call_is_deleted_by_hand_and_a_held_one_is_not(
    desk: Desk, house: House, supervisor: Person, officer: Person
):
    free, held = house.alices[0], house.bobs[0]
    hold(officer, house.account, held, matter="Brown against Bank")
    page = desk.of(supervisor)
    page.goto(f"/interactions/{free.pk}/")
    follow(page.get_by_role("link", name="Delete…"))
    page.get_by_label(re.compile("Only the recording")).check()
    follow(page.get_by_role("button", name="Show what goes with it"))
    for kind in ("Recording", "Transcript", "Analysis", "Comment"):
        expect(page.get_by_role("listitem").filter(has_text=kind).first).to_be_visible()
    desk.look(page, "delete")
    page.get_by_label("Why?").select_option("A private call")
    page.get_by_role("button", name="Delete", exact=True).click()
    assert Recording.objects.filter(interaction=free).exists()
    page.get_by_label("I know that it can't be brought back").check()
    follow(page.get_by_role("button", name="Delete", exact=True))
    expect(page.get_by_text(re.compile("Deleted: 4 of what this call left"))).to_be_visible()
    desk.look(page, "deleted")
    assert "store" not in places_of("alice canary sound")

    page.goto(f"/interactions/{held.pk}/delete/")
    expect(page.get_by_role("heading", name="Nothing may be deleted now")).to_be_visible()
    expect(page.get_by_text("Recording of 4:07: The legal hold HOLD-")).to_be_visible()
    desk.look(page, "delete-held")

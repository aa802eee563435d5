"""What others must erase too, with a connector that is dead; and an account that is nearly closed."""

import pytest
from playwright.sync_api import expect

from interactions.models import Interaction
from jobs.runner import run_due
from rtbf.external.register import add_system, renew_secret
from rtbf.models import Closure, State, SystemKind
from tests.browsing import follow
from tests.conftest import Person
from tests.jobs.test_webhooks import receiver, reply
from tests.journeys.test_requests import Desk, desk
from tests.rtbf.conftest import House, _no_bell, house
from tests.rtbf.test_external import forgotten, told
from trail.models import Event

__all__ = ["_no_bell", "desk", "house", "receiver"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_other_systems_are_asked_and_a_dead_connector_is_told(
    desk: Desk, house: House, supervisor: Person, officer: Person, receiver
):
    receiver.answer = lambda each: reply(each, 410)
    dead = add_system(
        actor=officer.actor, account=house.account, told=told(SystemKind.CRM, "Old CRM", url=receiver.url)
    )
    renew_secret(actor=officer.actor, system=dead)
    keeper = desk.of(officer)
    keeper.goto("/systems/")
    keeper.get_by_label("What is it?").select_option("Salesforce")
    keeper.get_by_label("Name", exact=True).fill("Salesforce")
    keeper.get_by_label("Who does its tasks?").select_option(label="Susan")
    follow(keeper.get_by_role("button", name="Add"))
    expect(keeper.get_by_label("Fields and objects to look into")).to_contain_text("InteractionEventNote")
    desk.look(keeper, "system")

    request = forgotten(supervisor, house)
    page = desk.of(supervisor)
    page.goto(f"/requests/{request.pk}/")
    expect(page.get_by_text("Completed with exceptions").first).to_be_visible()
    expect(page.get_by_text("The connector failed (answered_410)")).to_be_visible()
    desk.look(page, "tasks")
    for system, outcome in (("Salesforce", "Done"), ("Old CRM", "Nothing was there")):
        follow(page.get_by_role("link", name=system, exact=True))
        desk.look(page, f"task-{outcome.split()[0]}")
        page.get_by_label(outcome, exact=True).check()
        page.get_by_label("What proves it?").fill("Ticket 4711, by Eve")
        follow(page.get_by_role("button", name="End the task"))
    expect(page.locator(".rtbf-state").first).to_have_text("Completed")
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert Event.objects.filter(action="task.failed").count() == 1


def test_an_account_is_nearly_closed(desk: Desk, house: House, administrator: Person, officer: Person):
    page = desk.of(administrator)
    page.goto("/closing/")
    desk.look(page, "closing")
    name = page.get_by_label("Type the name of the account to confirm")
    name.fill("Harper")
    follow(name, "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Type the name of the account to confirm").fill(house.account.name)
    follow(page.get_by_role("button", name="Ask to close the account"))
    expect(page.get_by_text("Another administrator or the officer must agree.")).to_be_visible()

    second = desk.of(officer)
    second.goto("/closing/")
    desk.look(second, "closing-asked")
    follow(second.get_by_role("button", name="Agree to close it"))
    expect(second.get_by_text("Nothing is erased before")).to_be_visible()
    desk.look(second, "closing-waiting")
    run_due()
    follow(second.get_by_role("button", name="Call it off"))
    expect(second.get_by_text("Nobody has asked to close this account.")).to_be_visible()
    assert Closure.objects.get().state == "cancelled"
    assert all(call.is_living for call in Interaction.objects.all())

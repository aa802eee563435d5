"""Shared numbers and those of people who work here tie to all who have them, and a person decides."""

import json

import pytest
from django.core.management import call_command

from accounts.models import Agent
from customers.kinds import Kind
from interactions.models import Mention
from rtbf.discovery.sharing import sharing, sharing_of
from rtbf.models import Action
from rtbf.requests.lifecycle import plan_request
from tests.looking import ALICE, ALICE_MAIL
from tests.makers import give_identifier, make_customer, make_interaction
from tests.rtbf.test_discovery import found

pytestmark = pytest.mark.django_db(transaction=True)


def decided(discovery, label):
    return {(item.action.value, item.because) for item in discovery.items if item.label.endswith(label)}


def test_who_shares_is_told_without_opening_anything(house):
    number = give_identifier(house.bob, Kind.PHONE, ALICE)
    (one,) = sharing(house.account, found(house.account, ALICE).people)
    assert {each.customer_id: each.calls for each in one.carriers} == {house.alice.pk: 2, house.bob.pk: 2}
    assert {each.is_asked_for for each in one.carriers} == {False}
    assert one.kind == "phone"
    assert one.why == f"2 customers carry it. It stands in {one.texts} texts."
    assert one.texts == Mention.objects.filter(kind="phone", digest=bytes(number.digest)).count() > 1
    alice = next(each for each in one.carriers if each.customer_id == house.alice.pk)
    assert alice.known_by == ("customer-id", "email", "name")
    assert len(alice.samples) == 2
    assert all("agent" in each for each in alice.samples)


def test_a_second_identifier_says_which_of_them_is_asked_for(house):
    give_identifier(house.bob, Kind.PHONE, ALICE)
    (one,) = sharing(house.account, found(house.account, ALICE, "customer-id:CUST-1001").people)
    assert {each.customer_id for each in one.carriers if each.is_asked_for} == {house.alice.pk}


def test_a_shared_mailbox_is_like_a_shared_number(house):
    give_identifier(house.bob, Kind.EMAIL, ALICE_MAIL)
    discovery = found(house.account, ALICE_MAIL)
    assert discovery.people.open == {house.alice.pk, house.bob.pk}
    assert {item.action for item in discovery.items} == {Action.DECIDE}


def test_a_request_tells_the_same(house, supervisor):
    give_identifier(house.bob, Kind.PHONE, ALICE)
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    assert [each.kind for each in sharing_of(request)] == ["phone"]


def test_an_agents_own_number_is_said_so_and_names_nobody_alone(house):
    Agent.objects.create(account=house.account, extension="+1 (202) 555-0147", name="Alice at work")
    discovery = found(house.account, ALICE)
    assert discovery.people.certain == set()
    assert decided(discovery, "Recording") == {("decide", "also_of_somebody_who_works_here")}
    (one,) = sharing(house.account, discovery.people)
    assert one.is_staffs
    assert "somebody who works here has it" in one.why


def test_an_agents_own_number_in_a_text_is_not_covered_without_a_decision(house):
    Agent.objects.create(account=house.account, extension="2025550147")
    discovery = found(house.account, ALICE, "customer-id:CUST-1001")
    assert discovery.people.certain == {house.alice.pk}
    assert decided(discovery, "Recording") == {("delete", "belongs_to_customer")}
    in_bobs = {item.action for item in discovery.items if item.spans and item.because != "mentioned_in_another_call"}
    assert in_bobs == {Action.DECIDE}


def test_a_members_mailbox_is_somebodys_who_works_here(house, supervisor):
    carol = make_customer(house.account, email=supervisor.user.email)
    make_interaction(house.account, carol, recording=b"carol")
    discovery = found(house.account, supervisor.user.email)
    assert decided(discovery, "Recording") == {("decide", "also_of_somebody_who_works_here")}


def test_find_customer_shows_what_a_person_decides(house, capsys):
    give_identifier(house.bob, Kind.PHONE, ALICE)
    call_command("find_customer", "--json", account=house.account.name, identifier=[f"phone:{ALICE}"])
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert {line["action"] for line in lines} == {"decide"}
    assert {line["because"] for line in lines} == {"shared_identifier"}
    assert {"recording", "identifier", "transcript"} <= {line["kind"] for line in lines}
    assert "2 customers carry it" in printed.err
    assert "2025550147" not in printed.err + printed.out


def test_the_page_of_a_request_says_who_shares(house, supervisor, client_of):
    give_identifier(house.bob, Kind.PHONE, ALICE)
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    page = client_of(supervisor).get(f"/requests/{request.pk}/").content.decode()
    assert "2 customers carry it" in page
    assert f"/customers/{house.bob.pk}/" in page
